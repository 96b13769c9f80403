import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'

import { AdmissionPolicies, generateKeyPair } from '../index.mjs'
import { closing, folder, table, testData } from './support/common.mjs'

const policy = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: labels}
spec:
  validationFailureAction: Enforce
  rules:
    - name: team
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate:
        message: a team is named
        pattern: {metadata: {labels: {team: "?*"}}}
`
const exception = `
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: tests, namespace: shop}
spec:
  exceptions: [{policyName: labels, ruleNames: [team]}]
  match: {any: [{resources: {kinds: [Pod], names: [test-*]}}]}
`
const values = 'apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\nglobalValues: {request.operation: DELETE}\n'
const texts = { 'policy.yaml': policy }

const pod = (name, labels = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels },
  spec: { containers: [{ name: 'web', image: 'docker.example/web:1' }] },
})

const policies = await AdmissionPolicies.load({ policies: texts, offline: true })

test('rows tell what each rule says of each object', async () => {
  const review = await policies.review(pod('web'))
  assert.equal(review.allowed, false)
  const [row, ...others] = review.rows
  assert.deepEqual(others, [])
  assert.match(row.message, /a team is named/)
  assert.deepEqual(
    { ...row, message: '' },
    { policy: 'labels', policyKind: 'ClusterPolicy', rule: 'team', outcome: 'fail', effect: 'deny', message: '', apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' },
  )
  assert.match(review.refusals[0], /a team is named/)
  assert.match(review.render('table'), /a team is named/)
  assert.equal(JSON.parse(review.render('json')).summary.fail, 1)
  assert.match(review.render('junit'), /<testsuite/)
  assert.throws(() => review.render('sarif'), { code: 'INVALID_ARGUMENT', message: /sarif/ })
  assert.ok((await policies.review(pod('web', { team: 'a' }))).allowed)
})

test('a signal ends a review within 200 ms', async () => {
  const place = folder()
  writeFileSync(join(place, 'cosign.pub'), (await generateKeyPair('')).publicKey)
  writeFileSync(join(place, 'sealift.toml'), "[admission]\nkey = 'cosign.pub'\ninsecure-ignore-tlog = true\n")
  // A registry that takes connections and never answers.
  const open = new Set()
  const silent = createServer((socket) => open.add(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const registryHost = `127.0.0.1:${silent.address().port}`
  const ruled = await AdmissionPolicies.load({ imageRules: join(place, 'sealift.toml'), registryHost, registry: { insecure: true } })
  const object = pod('web')
  object.spec.containers[0].image = `${registryHost}/web:1`
  const controller = new AbortController()
  let aborted
  setTimeout(() => {
    aborted = performance.now()
    controller.abort('enough')
  }, 300)
  await assert.rejects(ruled.review(object, { signal: controller.signal }), { code: 'CANCELLED', name: 'AbortError', cause: 'enough' })
  const took = performance.now() - aborted
  assert.ok(took < 200, `${took} ms`)
  silent.close()
  for (const socket of open) socket.destroy()
})

test('texts have many objects', async () => {
  const text = [0, 1, 2].map((at) => `---\n${JSON.stringify(pod(`web-${at}`))}\n`).join('')
  const { rows } = await policies.review(text)
  assert.deepEqual(rows.map(({ name }) => name), ['web-0', 'web-1', 'web-2'])
  assert.deepEqual((await policies.review(Buffer.from(text))).rows, rows)
  assert.ok((await policies.review(pod('web'), { operation: 'DELETE' })).allowed)
})

test('an AdmissionReview is answered', async () => {
  const request = {
    uid: 'u-1',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    name: 'web',
    namespace: 'shop',
    operation: 'CREATE',
    object: pod('web'),
  }
  const asked = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }
  const { response } = (await policies.review(asked)).response
  assert.deepEqual([response.uid, response.allowed], ['u-1', false])
  assert.match(response.status.message, /a team is named/)
  assert.equal((await policies.review(pod('web'))).response, null)
  const wrong = (objects, message) => assert.rejects(policies.review(objects), { code: 'INVALID_ARGUMENT', message })
  await wrong(`---\n${JSON.stringify(asked)}\n---\n${JSON.stringify(pod('web'))}`, /judged alone/)
  await wrong({ ...asked, apiVersion: 'admission.k8s.io/v1beta1' }, /v1beta1/)
  await wrong('', /no object/)
})

test('exceptions and what stands in for a cluster count', async () => {
  const place = folder()
  const others = { 'policy.yaml': policy, 'other.yaml': 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n', exception, values }
  for (const [name, text] of Object.entries(others)) writeFileSync(join(place, name), text)
  const excepting = await AdmissionPolicies.load({ policies: [place], exceptions: [join(place, 'exception')] })
  assert.match(excepting.notes.join(), /other\.yaml/)
  assert.ok((await excepting.review(pod('test-1'))).allowed)
  assert.ok(!(await excepting.review(pod('web'))).allowed)
  const deleting = await AdmissionPolicies.load({ policies: texts, cluster: { values } })
  assert.ok((await deleting.review(pod('web'))).allowed)
})

test('image rules apply to every image', async () => {
  const imageRules = join(folder(), 'sealift.toml')
  writeFileSync(imageRules, "[admission]\nregistries = ['registry.example/*']\n")
  const ruling = await AdmissionPolicies.load({ imageRules, offline: true })
  const { allowed, refusals, rows } = await ruling.review(pod('web'))
  assert.equal(allowed, false)
  assert.match(refusals[0], /docker\.example\/web/)
  assert.deepEqual(rows.map(({ policyKind }) => policyKind), ['ImageRules'])
})

test('a text that is wrong is named with its line', async () => {
  const load = (policies) => AdmissionPolicies.load({ policies, offline: true }).catch((error) => error)
  const rego = await load({ 'b.rego': 'package a\n', 'a.rego': 'package x\n\ndeny contains x if {' })
  assert.deepEqual([rego.code, rego.path, rego.line], ['POLICY', 'a.rego', 3])
  assert.match(rego.message, /^a\.rego:3:/)
  const yaml = await load({ 'p.yaml': policy.replace('validate:', 'validates:') })
  assert.deepEqual([yaml.path, 'line' in yaml], ['p.yaml', false])
  assert.match(yaml.message, /^p\.yaml, document 1/)
  const none = await load({})
  assert.ok(!('path' in none) && /^no policies/.test(none.message))
})

test('what is wrong is named', async () => {
  await assert.rejects(AdmissionPolicies.load(), { code: 'POLICY', message: /everything would be admitted/ })
  const misspelt = { 'p.yaml': policy.replace('pattern:', 'patern:') }
  await assert.rejects(AdmissionPolicies.load({ policies: misspelt }), { code: 'POLICY', message: /patern/ })
  await assert.rejects(AdmissionPolicies.load({ policies: ['none.yaml'] }), { code: 'POLICY', path: 'none.yaml' })
  await assert.rejects(AdmissionPolicies.load({ policis: [] }), { code: 'INVALID_ARGUMENT', message: /policis/ })
  const registry = { username: 'a', password: 'b' }
  await assert.rejects(AdmissionPolicies.load({ policies: texts, registry }), { code: 'INVALID_ARGUMENT', message: /registryHost/ })
  await assert.rejects(policies.review(7), { code: 'INVALID_ARGUMENT', message: /or bytes are expected/ })
  await assert.rejects(policies.review(pod('web'), { operation: 'create' }), { code: 'INVALID_ARGUMENT', message: /operation/ })
  for (const timeoutMs of [-1, 1e22]) {
    await assert.rejects(policies.review(pod('web'), { timeoutMs }), { code: 'INVALID_ARGUMENT', message: /timeoutMs/ })
  }
})

test('policies say of objects what Kyverno says', { skip: !testData }, async () => {
  const cases = join(testData, 'policies/kyverno')
  const names = readdirSync(cases, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  for (const name of names) {
    const files = (...named) => named.map((file) => join(cases, name, `${file}.yaml`)).filter((file) => existsSync(file))
    const loaded = await AdmissionPolicies.load({
      policies: files('policy'),
      exceptions: files('exceptions'),
      cluster: files('values', 'userinfo', 'cluster', 'context', 'mocks', 'params'),
      offline: true,
      judgedAt: '2026-11-21T12:00:00Z',
    })
    const rows = table(join(cases, name, 'expected.tsv'))
    const objects = readFileSync(join(cases, name, 'resources.yaml'))
    const found = []
    for (const operation of new Set(rows.map((row) => row.operation))) {
      const review = await loaded.review(objects, { operation: operation || undefined })
      for (const row of review.rows) found.push([row.policy.split('/').pop(), row.rule, row.kind, row.namespace, row.name, row.outcome, operation].join(' '))
    }
    const expected = rows.map((row) => [row.policy, row.rule, row.kind, row.namespace, row.name, row.result, row.operation].join(' '))
    assert.deepEqual(found.sort(), expected.sort(), name)
  }
  closing('node/kyverno', names.length)
})

test('reviews of a real server are answered', { skip: !testData }, async () => {
  const reviews = join(testData, 'policies/admission-reviews')
  const names = readdirSync(reviews).filter((name) => name.endsWith('.json'))
  for (const name of names) {
    const asked = JSON.parse(readFileSync(join(reviews, name), 'utf8'))
    const { allowed, response } = await policies.review(asked)
    assert.deepEqual([response.response.uid, response.response.allowed], [asked.request.uid, allowed], name)
  }
  closing('node/admission-reviews', names.length)
})
