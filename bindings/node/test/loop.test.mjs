// The event loop while a scan runs.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import { scanImage } from '../index.mjs'
import { exampleDatabase, image, testData } from './support/common.mjs'

const MOST_MS = 20

const large = testData ? `oci:${join(testData, 'images/oci')}:java-app` : image

/** The longest stall of the event loop while something is waited for, and how long that takes. */
async function longestStall(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const start = performance.now()
  delay.enable()
  await work()
  delay.disable()
  return { stall: delay.max / 1e6, took: performance.now() - start }
}

test('the event loop never waits for a scan', async () => {
  const database = await exampleDatabase()
  const scan = () => longestStall(() => scanImage(large, { database, onProgress: () => {} }))
  // Others on the machine stop the loop, too: of some tries the best is what sealift does to it, and
  // where even a loop without work is stopped for longer, it is not sealift's doing.
  let [best, idle] = [await scan(), { stall: 0 }]
  for (let tries = 0; tries < 5 && best.stall >= Math.max(MOST_MS, idle.stall); tries++) {
    idle = await longestStall(() => setTimeout(best.took))
    const next = await scan()
    if (next.stall < best.stall) best = next
  }
  console.log(`longest stall of the event loop during a scan of ${best.took.toFixed(0)} ms: ${best.stall.toFixed(1)} ms`)
  assert.ok(best.stall < Math.max(MOST_MS, idle.stall), `${best.stall} ms, idle ${idle.stall} ms`)
})
