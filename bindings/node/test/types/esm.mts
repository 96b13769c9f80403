// What a typed program writes; never run, only checked.
import { Database, Gate, SealiftError, scanImage, verifyImage } from 'sealift'
import type { Finding, Severity } from 'sealift'

const database = new Database('advisories.db')
const report = await scanImage('oci:images:1.4', { database, threads: 2, signal: AbortSignal.timeout(1000) })
const first: Finding | undefined = report.findings()[0]
const severity: Severity | undefined = first?.severity
const fixed: string | undefined = first?.fixedVersions[0]

const { digest, signatures } = await verifyImage('registry.example/shop:1.4', { key: 'cosign.pub' })
for (const { signer } of signatures) console.log(digest, signer.kind === 'key' ? signer.fingerprint : signer.subject)

try {
  const admission = await new Gate({ failOn: ['CRITICAL'] }).admit('oci:images:1.4', { database: null })
  console.log(admission.verdict satisfies 'pass' | 'warn' | 'fail' | 'incomplete', severity, fixed)
} catch (error) {
  if (error instanceof SealiftError && error.code === 'CANCELLED') console.log(error.path?.length)
}

// @ts-expect-error: what is matched against must be said
scanImage('oci:images:1.4', {})
// @ts-expect-error: there is no such option
scanImage('oci:images:1.4', { database, severitys: [] })
// @ts-expect-error: there is no such severity
scanImage('oci:images:1.4', { database, severities: ['BAD'] })
