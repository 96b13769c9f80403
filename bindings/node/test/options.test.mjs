import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { AdmissionPolicies, Gate, generateKeyPair, scanConfig, scanImage, signBlob, verifyBundle, verifyImage } from '../index.mjs'
import { folder, image } from './support/common.mjs'

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
