// Scans IMAGE against DATABASE and writes the report to OUTPUT.

import { writeFileSync } from 'node:fs'
import { scanImage } from 'sealift'

const [image, database, output] = process.argv.slice(2)
const report = await scanImage(image, { database })
writeFileSync(output, await report.render('json'))
