// Scans IMAGE against DATABASE: how many milliseconds does the event loop stand still at most?

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { scanImage } from 'sealift'

const [image, database] = process.argv.slice(2)
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
await scanImage(image, { database })
delay.disable()
console.log((delay.max / 1e6).toFixed(1))
