// A step of a build: verify who signed the image, scan it, decide. Needs `npm install sealift`.
//
//     node build-step.mjs IMAGE DATABASE PUBLIC-KEY
import { Database, Gate, scanImage, verifyImage } from 'sealift'

const [image, path, key] = process.argv.slice(2)
const database = new Database(path)
const signed = { key, insecureIgnoreTlog: true }

try {
  const { digest } = await verifyImage(image, signed)
  console.log(`signed: ${digest}`)

  const report = await scanImage(image, { database, severities: ['HIGH', 'CRITICAL'] })
  for (const { severity, id, package: { name, version } } of report.findings()) {
    console.log(`${severity} ${id} in ${name}@${version}`)
  }

  const admission = await new Gate(signed).admit(image, { database })
  console.log(`${admission}`)
  process.exitCode = admission.ok ? 0 : 1
} catch (error) {
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 2
}
