import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { Database, Gate, generateKeyPair } from '../index.mjs'
import { exampleDatabase, folder, image } from './support/common.mjs'

const database = new Database(await exampleDatabase())

test('critical findings fail, and the gate says why', async () => {
  const admission = await new Gate().admit(image, { database })
  assert.equal(admission.verdict, 'fail')
  assert.equal(admission.ok, false)
  assert.ok(admission.reasons.some(({ action, text }) => action === 'fail' && text.includes('CVE-2021-44228')))
  assert.match(String(admission), /^FAIL: /)
  assert.equal(admission.report.findings().length, 28)
})

test('what does not count is told with its justification', async () => {
  const place = folder()
  const policy = join(place, 'sealift.toml')
  writeFileSync(policy, '[[exceptions]]\nid = "CVE-2021-44228"\njustification = "cut out"\nexpires = 2999-12-31\n')
  const admission = await new Gate({ policy, failOn: [], warnOn: [] }).admit(image, { database, judgedAt: '2026-01-31' })
  assert.ok(admission.ok)
  assert.deepEqual(
    admission.suppressed.map(({ id, statement, expires }) => [id, statement, expires]),
    [['CVE-2021-44228', 'cut out', '2999-12-31']],
  )
  assert.equal(admission.judgedOn, '2026-01-31')
  assert.ok(admission.messages.some((line) => line.includes('sealift.toml')))
})

test('a signature that is required and missing fails', async () => {
  const key = join(folder(), 'cosign.pub')
  writeFileSync(key, (await generateKeyPair('secret')).publicKey)
  const gate = new Gate({ failOn: [], key, insecureIgnoreTlog: true })
  const admission = await gate.admit(image, { database })
  assert.equal(admission.verdict, 'fail')
  assert.deepEqual(admission.proofs, [])
})

test('ages, reasons and identities decide as in the other languages', async () => {
  const others = { failOn: [], warnOn: [] }
  const old = await new Gate({ ...others, maxAgeDays: 30, judgedAt: '2999-12-31' }).admit(image, { database })
  assert.deepEqual([old.verdict, old.judgedOn], ['fail', '2999-12-31'])
  const young = await new Gate({ ...others, judgedAt: '2999-12-31' }).admit(image, { database, judgedAt: '2026-01-31' })
  assert.equal(young.judgedOn, '2026-01-31')
  const ignore = join(folder(), '.trivyignore')
  writeFileSync(ignore, 'CVE-2021-44228\n')
  const reason = async (given) => (await new Gate({ ...others, ignore: [ignore], ...given }).admit(image, { database })).verdict
  assert.notEqual(await reason({}), 'fail')
  assert.equal(await reason({ requireJustification: true }), 'fail')
  const regexp = { certificateIdentityRegexp: '^https://ci[.]example/', certificateOidcIssuerRegexp: '^https://issuer[.]example$' }
  await assert.rejects(new Gate({ ...others, ...regexp }).admit(image, { database }), { message: /no trusted root/ })
  assert.throws(() => new Gate({ certificateIdentityRegexp: 'a' }), { code: 'INVALID_ARGUMENT', message: /certificateOidcIssuer/ })
  assert.throws(() => new Gate({ judgedAt: 'soon' }), { code: 'INVALID_ARGUMENT', message: /judgedAt/ })
})

test('a policy that is wrong is refused with its place', async () => {
  const policy = join(folder(), 'sealift.toml')
  writeFileSync(policy, '[gate]\nfail-onn = ["CRITICAL"]\n')
  await assert.rejects(new Gate({ policy }).admit(image, { database }), (error) => {
    assert.equal(error.code, 'POLICY')
    assert.equal(error.path, policy)
    assert.equal(error.line, 2)
    assert.match(error.message, /fail-onn.*fail-on/s)
    return true
  })
  assert.throws(() => new Gate({ policyy: 'x' }), { code: 'INVALID_ARGUMENT', message: /policyy/ })
  assert.throws(() => new Gate({ failOn: ['HIGH'] }), { code: 'INVALID_ARGUMENT', message: /HIGH,CRITICAL/ })
  assert.throws(() => new Gate({ key: 'a', certificateIdentity: 'b' }), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(new Gate({ key: 'nowhere.pub' }).admit(image, { database }), { code: 'POLICY' })
  assert.throws(() => new Gate('sealift.toml'), { code: 'INVALID_ARGUMENT' })
  for (const filter of [{ ignoreUnfixed: true }, { severities: ['LOW'] }, { excludeBase: true }])
    await assert.rejects(new Gate().admit(image, { database, ...filter }), { code: 'INVALID_ARGUMENT', message: /new Gate/ })
})
