import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

import { AdmissionPolicies, Database, Gate, attest, generateKeyPair, scanConfig, scanFs, scanImage, signBlob, verifyBlob, verifyBundle, verifyImage } from '../index.mjs'
import { exampleDatabase, folder, image } from './support/common.mjs'

const refused = (promise, message) => assert.rejects(promise, { code: 'INVALID_ARGUMENT', message })

test('what JSON would lose of options is refused, for it may be what is required', async () => {
  const verify = (annotations) => verifyImage('oci:nowhere', { key: 'nowhere.pub', annotations })
  await refused(verify({ zzz: undefined }), /^annotations\.zzz: undefined/)
  await refused(verify(new Map([['zzz', '1']])), /^annotations: a Map/)
  await refused(verify({ zzz: () => '1' }), /^annotations\.zzz: a function/)
  await refused(verify(Object.create({ zzz: '1' })), /^annotations: a/)
  const policies = (given) => AdmissionPolicies.load({ policies: given, offline: true })
  await refused(policies({ 'ok.rego': 'package ok\n', 'deny.rego': undefined }), /^policies\.deny\.rego: undefined/)
  await refused(policies(['a', undefined]), /^policies\[1\]: undefined/)
  await refused(policies(new Set(['a'])), /^policies: a Set/)
  const place = folder()
  await refused(scanConfig(place, { checks: { 'a.rego': undefined } }), /^checks\.a\.rego: undefined/)
  await refused(scanConfig(place, { checks: new Map() }), /^checks: a Map/)
  const scan = (given) => scanImage(image, { database: null, ...given })
  await refused(scan({ limits: { maxLayers: Infinity } }), /^limits\.maxLayers: Infinity/)
  await refused(scan({ limits: new Map([['maxLayers', 1]]) }), /^limits: a Map/)
  await refused(scan({ threads: NaN }), /^threads: NaN/)
  await refused(scan({ judgedAt: new Date(NaN) }), /^judgedAt: a Date/)
  assert.throws(() => new Gate({ vex: [undefined] }), { code: 'INVALID_ARGUMENT', message: /^vex\[0\]: undefined/ })
  assert.throws(() => new Gate(Object.create({ key: 'a' })), { code: 'INVALID_ARGUMENT', message: /^options: / })
  await refused(signBlob('x', { key: Buffer.from('a') }), /^key: a Buffer/)
  await refused(verifyBundle('{}', 'nowhere', { key: 7n }), /^key: a bigint/)
})

test('an option that is undefined is not given', async () => {
  const options = { name: undefined, registry: undefined, limits: { maxLayers: undefined }, misconfig: undefined }
  const report = await scanImage(image, { database: null, ...options, judgedAt: new Date(0), severities: Object.freeze(['LOW']) })
  assert.notEqual(report.name, 'undefined')
  const key = join(folder(), 'cosign.key')
  writeFileSync(key, (await generateKeyPair('x')).privateKey)
  assert.ok(await signBlob('x', Object.assign(Object.create(null), { key, password: 'x', registry: { proxy: undefined } })))
})

test('what is wrong is named in words of its own', async () => {
  const place = folder()
  await refused(scanFs(7, { database: null }), /^folder: a path or a URL of a file is expected, not 7/)
  await refused(scanFs(Buffer.from(place), { database: null }), /^folder: .*not a Buffer/)
  await refused(scanFs(new URL('https://example.org/'), { database: null }), /^folder: /)
  await refused(scanImage(undefined, { database: null }), /^image: a string is expected, not undefined/)
  await refused(scanFs(place, { database: null, misconfig: 1 }), /^misconfig: /)
  await refused(scanImage(image, { database: null, threads: 'two' }), /^threads: /)
  await refused(scanImage(image, { database: null, limits: 5 }), /^limits: /)
  await refused(scanImage(image, { database: null, registry: 'x' }), /^registry: .*expected an object/)
  await refused(scanConfig(place, { databse: 1 }), /unknown field `databse`.*`kinds`.*`threads`/)
  await refused(verifyBlob(undefined, 'x', {}), /^signature: /)
  await refused(verifyBlob('AA==', undefined, { key: 'a' }), /^artifact: /)
  await refused(verifyBundle(undefined, 'x', {}), /^bundle: /)
  await refused(verifyImage(image, { key: '-----BEGIN PUBLIC KEY-----\n' }), /^key: the file of a key/)
  await refused(signBlob(7, {}), /^content: /)
  await refused(attest('x', { a: new Map() }, {}), /^predicate: a: a Map/)
  await refused(generateKeyPair(), /^password: /)
  const report = await scanFs(place, { database: null })
  await refused(report.render('json', null), /^options: /)
  await refused(report.render('table', { width: 0 }), /^width: /)
  await refused(report.render('table', { with: 80 }), /`with`/)
  assert.throws(() => new Database(7), { code: 'INVALID_ARGUMENT', message: /^path: / })
  const policies = await AdmissionPolicies.load({ policies: { 'a.rego': 'package admission\ndeny[text] { text := "no" }\n' } })
  await refused(policies.review({ toJSON: () => assert.fail('broken') }), /^objects: broken/)
  await refused(policies.review({}, { timeoutMS: 5 }), /`timeoutMS`/)
  await refused(policies.review({}, { operation: 7 }), /^operation: /)
  const certificate = verifyBlob('AA==', pathToFileURL(join(place, 'none')), { certificate: '', certificateIdentity: 'a', certificateOidcIssuer: 'b' })
  await assert.rejects(certificate, ({ message }) => !/reference|Beside/.test(message))
})

test('files are named by URLs, too', async () => {
  const [place, database] = [folder(), pathToFileURL(await exampleDatabase())]
  writeFileSync(join(place, 'ignored'), 'DS-0002\n')
  writeFileSync(join(place, 'Dockerfile'), 'FROM alpine:3.22\nUSER root\n')
  assert.ok((await scanFs(pathToFileURL(place), { database })).matched)
  const report = await scanConfig(pathToFileURL(place), { ignore: [pathToFileURL(join(place, 'ignored'))] })
  assert.ok(report.misconfigurations().every(({ id }) => id !== 'DS-0002'))
})
