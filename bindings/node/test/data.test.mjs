// Real images and real signatures, in the folder that SEALIFT_TESTDATA names.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { scanImage, verifyAttestation, verifyBlob, verifyBundle, verifyImage } from '../index.mjs'
import { closing, table, testData } from './support/common.mjs'

if (!testData) console.log('skipped: no test data')

/** How something that is not verified fails, whatever is wrong with it; anything else is a fault. */
const refusals = new Set(['UNVERIFIED', 'UNREADABLE', 'DIGEST_MISMATCH', 'IO', 'INVALID_ARGUMENT', 'LIMIT_EXCEEDED', 'NO_SUCH_IMAGE'])

/** Asks every row, and compares the answers with what the table expects. */
async function suite(name, rows, ask) {
  for (const row of rows) {
    const answer = await ask(row).then(() => 'pass', (error) => (refusals.has(error.code) ? 'fail' : error))
    const expected = row.expect_content === 'fail' ? 'fail' : row.expect
    if (expected === 'either') assert.ok(answer === 'pass' || answer === 'fail', String(answer))
    else assert.equal(answer, expected, JSON.stringify(row))
  }
  closing(name, rows.length)
}

const given = (value) => (value === '-' || value === undefined ? undefined : value)

test('what is installed in real images is found', { skip: !testData }, async () => {
  const images = join(testData, 'images')
  const cases = readdirSync(join(images, 'expected')).filter((name) => name.endsWith('.tsv'))
  for (const name of cases) {
    const tag = name.slice(0, -'.tsv'.length)
    const archive = join(images, 'docker-archive', `${tag}.tar`)
    const image = existsSync(archive) ? `docker-archive:${archive}` : `oci:${join(images, 'oci')}:${tag}`
    const report = await scanImage(image, { database: null })
    const found = new Set(report.packages().filter(({ evidence }) => evidence === 'installed').map(({ name, version }) => `${name}@${version}`))
    const expected = table(join(images, 'expected', name)).filter(({ evidence }) => evidence === 'installed')
    const missing = expected.filter(({ name, version }) => !found.has(`${name}@${version}`))
    assert.deepEqual(missing, [], name)
  }
  closing('node/images', cases.length)
})

test('signatures of real images are verified or refused', { skip: !testData }, async () => {
  const folder = join(testData, 'sigstore/signed-images')
  await suite('node/signed-images', table(join(folder, 'cases.tsv')), (row) => {
    const verify = row.check === 'signature' ? verifyImage : verifyAttestation
    const [name, value] = given(row.annotation)?.split('=') ?? []
    return verify(`oci:${join(folder, row.layout)}@${row.digest}`, {
      key: join(folder, row.key),
      insecureIgnoreTlog: true,
      predicateType: given(row.predicate_type),
      ...(name && { annotations: { [name]: value } }),
    })
  })
})

test('signatures without keys are verified or refused', { skip: !testData }, async () => {
  const folder = join(testData, 'sigstore/keyless-local')
  await suite('node/keyless-local', table(join(folder, 'cases.tsv')), (row) => {
    const options = {
      certificateIdentity: row.identity,
      certificateOidcIssuer: row.issuer,
      trustedRoot: join(folder, 'trusted_root.json'),
      requireSignedTimestamps: true,
      insecureIgnoreTlog: row.case.startsWith('image-legacy-'),
      predicateType: given(row.predicate_type),
    }
    const path = join(folder, row.path)
    if (row.kind === 'image') return verifyImage(`oci:${path}@${row.subject}`, options)
    if (row.kind === 'image-attestation') return verifyAttestation(`oci:${path}@${row.subject}`, options)
    return verifyBundle(readFileSync(path), join(folder, row.subject), options)
  })
})

test('bundles and signatures of real files are verified or refused', { skip: !testData }, async () => {
  const folder = join(testData, 'sigstore/signed-blobs')
  await suite('node/signed-blobs', table(join(folder, 'cases.tsv')), (row) => {
    const verify = row.kind === 'blob-detached' ? verifyBlob : verifyBundle
    return verify(readFileSync(join(folder, row.file), 'utf8'), readFileSync(join(folder, row.artifact)), {
      key: join(folder, row.key),
      insecureIgnoreTlog: true,
      predicateType: given(row.predicate_type),
    })
  })
})

test('a certificate and a timestamp speak for a signature that stands alone', { skip: !testData }, async () => {
  const place = join(testData, 'sigstore/keyless-local')
  const row = table(join(place, 'cases.tsv')).find(({ kind, expect }) => kind === 'blob' && expect === 'pass')
  const { messageSignature, verificationMaterial } = JSON.parse(readFileSync(join(place, row.path), 'utf8'))
  const { certificate, timestampVerificationData } = verificationMaterial
  const options = {
    certificate: `-----BEGIN CERTIFICATE-----\n${certificate.rawBytes}\n-----END CERTIFICATE-----\n`,
    timestamp: Buffer.from(timestampVerificationData.rfc3161Timestamps[0].signedTimestamp, 'base64'),
    certificateIdentity: row.identity,
    certificateOidcIssuer: row.issuer,
    trustedRoot: join(place, 'trusted_root.json'),
    requireSignedTimestamps: true,
    insecureIgnoreTlog: true,
  }
  const verify = (given) => verifyBlob(messageSignature.signature, join(place, row.subject), { ...options, ...given })
  const proof = await verify()
  assert.equal(proof.signer.subject, row.identity)
  await assert.rejects(verify({ timestamp: undefined }), { code: 'UNVERIFIED' })
  await assert.rejects(verify({ certificate: 'none' }), { code: 'INVALID_ARGUMENT', message: /certificate/ })
  const bundle = readFileSync(join(place, row.path))
  await assert.rejects(verifyBundle(bundle, join(place, row.subject), options), { code: 'INVALID_ARGUMENT', message: /certificate/ })
})
