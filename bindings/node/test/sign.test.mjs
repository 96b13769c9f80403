import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createLog } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

import { attest, generateKeyPair, signBlob, signImage, verifyAttestation, verifyBlob, verifyBundle, verifyImage } from '../index.mjs'
import { buildStep, exampleDatabase, folder, node, project } from './support/common.mjs'

const place = folder()
const { privateKey, publicKey } = await generateKeyPair('secret')
const [key, pub] = [join(place, 'cosign.key'), join(place, 'cosign.pub')]
writeFileSync(key, privateKey)
writeFileSync(pub, publicKey)
const signer = { key, password: 'secret' }
const verifier = { key: pub, insecureIgnoreTlog: true }

test('bytes are signed, and verified as long as none changes', async () => {
  const bundle = await signBlob('what is signed', signer)
  const proof = await verifyBundle(bundle, Buffer.from('what is signed'), verifier)
  assert.equal(proof.signer.kind, 'key')
  const file = join(place, 'file')
  writeFileSync(file, 'what is signed')
  await verifyBundle(JSON.stringify(bundle), file, verifier)
  await assert.rejects(verifyBundle(bundle, Buffer.from('what is signee'), verifier), { code: 'UNVERIFIED' })
  for (const asked of [{ annotations: { a: 'b' } }, { checkContent: true }])
    await assert.rejects(verifyBundle(bundle, file, { ...verifier, ...asked }), { code: 'INVALID_ARGUMENT', message: /alone/ })
  await assert.rejects(verifyBundle(bundle, file, { ...verifier, predicateType: 'vuln' }), { code: 'UNVERIFIED' })
  await assert.rejects(verifyBlob('AA==', file, { ...verifier, predicateType: 'vuln' }), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(verifyBundle({}, file, verifier), { code: 'INVALID_ARGUMENT', message: /^bundle: / })
  await assert.rejects(verifyBundle(bundle, join(place, 'none'), verifier), { code: 'IO' })
})

test('who signs must be said, and the password be right', async () => {
  await assert.rejects(signBlob('x', {}), { code: 'INVALID_ARGUMENT', message: /who signs/ })
  await assert.rejects(signBlob('x', { key, password: 'wrong' }), { code: 'SIGNING' })
  await assert.rejects(signBlob('x', { ...signer, passwort: 'y' }), { code: 'INVALID_ARGUMENT', message: /passwort/ })
  await assert.rejects(verifyImage('oci:x', {}), { code: 'INVALID_ARGUMENT', message: /who must have signed/ })
})

test('what would not be signed is refused', async () => {
  const [annotations, predicateType] = [{ a: '1' }, 'vuln']
  const alone = (of) => ({ code: 'INVALID_ARGUMENT', message: new RegExp(`: that is said of ${of} alone`) })
  await assert.rejects(signBlob('x', { ...signer, annotations }), alone('images'))
  await assert.rejects(signBlob('x', { ...signer, predicateType }), alone('attestations'))
  await assert.rejects(attest('127.0.0.1:1/x', {}, { ...signer, annotations }), alone('images'))
  await assert.rejects(signImage('127.0.0.1:1/x', { ...signer, predicateType }), alone('attestations'))
})

test('a log entry that does not lie beside the signature is asked of the log', async () => {
  const bundle = await signBlob('what is signed', signer)
  let asked = 0
  const log = createLog((_, answer) => {
    asked += 1
    answer.end('[]')
  })
  await once(log.listen(0, '127.0.0.1'), 'listening')
  const rekorUrl = `http://127.0.0.1:${log.address().port}`
  const content = Buffer.from('what is signed')
  const verify = (given) => verifyBlob(bundle.messageSignature.signature, content, { key: pub, ...given })
  const refused = { code: 'UNVERIFIED', check: 'transparency-log' }
  await assert.rejects(verify({ rekorUrl }), refused)
  assert.equal(asked, 1)
  await assert.rejects(verify({ rekorUrl, offline: true }), refused)
  assert.equal(asked, 1)
  log.close()
  await assert.rejects(verify({ rekorUrl: 'http://127.0.0.1:1' }), { ...refused, message: /cannot be asked/ })
  await assert.rejects(verify({ rekorUrl: 'no URL' }), { code: 'INVALID_ARGUMENT', message: /^rekorUrl: / })
  await assert.rejects(verifyBundle(bundle, content, { key: pub, rekorUrl }), { code: 'INVALID_ARGUMENT' })
})

/** A registry on loopback; none where it is not installed. */
async function registry() {
  if (spawnSync('docker-registry', ['--version']).error) return undefined
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  const config = join(place, 'registry.yml')
  const lines = ['version: 0.1', 'log: {level: error}', `http: {addr: "127.0.0.1:${port}"}`, `storage: {filesystem: {rootdirectory: "${place}/registry"}}`]
  writeFileSync(config, lines.join('\n'))
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  process.on('exit', () => child.kill())
  for (let tries = 0; tries < 100; tries++) {
    await setTimeout(50)
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined)
    if (answer?.ok) return { host: `127.0.0.1:${port}`, stop: () => child.kill() }
  }
  throw new Error('the registry does not answer')
}

test('an image is signed, attested and verified in its registry', async (context) => {
  const running = await registry()
  if (!running) return context.skip('docker-registry is not installed')
  const layout = join(place, 'layout')
  cpSync(join(project, 'examples/image'), layout, { recursive: true })
  // `load` takes what `cosign save` writes, which names the kind of what it lists.
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'))
  index.manifests[0].annotations.kind = 'dev.cosignproject.cosign/image'
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index))
  const image = `${running.host}/shop:1.0`
  const command = join(project, 'bindings/node/bin/sealift.js')
  node(command, 'load', '--dir', layout, image)

  await assert.rejects(verifyImage(image, verifier), { code: 'UNVERIFIED', check: 'signature-present' })
  const signed = await signImage(image, { ...signer, annotations: { env: 'prod' } })
  const verified = await verifyImage(image, { ...verifier, annotations: { env: 'prod' }, checkContent: true })
  assert.equal(verified.digest, signed.digest)
  assert.equal(verified.signatures.length, 1)
  await assert.rejects(verifyImage(image, { ...verifier, annotations: { env: 'dev' } }), { code: 'UNVERIFIED' })

  const predicateType = 'https://example.org/check'
  await attest(image, { some_key: 'kept as it is' }, { ...signer, predicateType })
  const attested = await verifyAttestation(image, { ...verifier, predicateType })
  assert.equal(attested.signatures[0].predicateType, predicateType)
  assert.deepEqual(attested.signatures[0].payload.predicate, { some_key: 'kept as it is' })
  await assert.rejects(verifyAttestation(image, verifier), { code: 'UNVERIFIED', check: 'predicate-type' })
  const builder = 'https://b.example'
  await assert.rejects(verifyAttestation(image, { ...verifier, predicateType, builder }), { code: 'UNVERIFIED', check: 'builder' })
  await assert.rejects(verifyImage(image, { ...verifier, predicateType }), { code: 'INVALID_ARGUMENT', message: /predicateType/ })
  await assert.rejects(verifyAttestation(image, { ...verifier, predicateType, annotations: { env: 'dev' } }), { code: 'INVALID_ARGUMENT', message: /annotations/ })

  const other = await generateKeyPair('')
  writeFileSync(join(place, 'other.pub'), other.publicKey)
  await assert.rejects(verifyImage(image, { ...verifier, key: join(place, 'other.pub') }), (error) => {
    assert.equal(error.code, 'UNVERIFIED')
    assert.equal(error.digest, signed.digest)
    assert.ok(error.rejected.length > 0 && error.rejected.every(({ reason }) => reason))
    return true
  })
  const step = buildStep(image, await exampleDatabase(), pub)
  assert.equal(step.status, 1, step.stderr)
  assert.match(step.stdout, new RegExp(`^signed: ${signed.digest}\n(?:.*\n)*CRITICAL CVE-2021-44228 in (?:.*\n)*FAIL: `))

  await assert.rejects(signImage(`${running.host}/none:1`, signer), { code: 'NO_SUCH_IMAGE', status: 404 })
  running.stop()
})

test('keys are those of cosign', () => {
  assert.match(privateKey, /^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----/)
  assert.match(publicKey, /^-----BEGIN PUBLIC KEY-----/)
})
