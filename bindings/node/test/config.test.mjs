import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { scanConfig, scanFs, scanImage, scanRootfs } from '../index.mjs'
import { closing, folder, image, project, testData } from './support/common.mjs'

const check = `# METADATA
# title: Words
# custom:
#   id: OWN-0001
#   severity: HIGH
#   input:
#     selector:
#       - type: dockerfile
package user.words

deny contains res if {
    some command in input.Stages[_].Commands
    command.Value[1] == data.words.bad
    res := result.new(sprintf("%s is bad", [command.Value[1]]), command)
}
`
const words = 'words: {bad: worse}'

/** A folder with a Dockerfile. */
function app() {
  const place = folder()
  writeFileSync(join(place, 'Dockerfile'), 'FROM alpine:3.22\nLABEL a=worse\nUSER root\n')
  return place
}

const ids = (report) => new Set(report.misconfigurations().map(({ id }) => id))

test('failures are told with their lines', async () => {
  const report = await scanConfig(app())
  const user = report.misconfigurations().find(({ id }) => id === 'DS-0002')
  assert.deepEqual([user.path, user.kind, user.severity, user.status], ['Dockerfile', 'dockerfile', 'HIGH', 'fail'])
  assert.deepEqual(user.lines, { start: 3, end: 3 })
  assert.ok(user.title && user.description && user.message && user.resolution)
  for (const format of ['table', 'json', 'sarif', 'junit', 'markdown']) assert.match(await report.render(format), /DS-0002/, format)
  assert.equal(JSON.parse(JSON.stringify(report)).misconfigurations.length, report.misconfigurations().length)
  assert.deepEqual([report.packages(), report.findings(), report.kind], [[], [], 'filesystem'])
  // As of the command: the same files give the same bytes on any day.
  assert.ok(!('JudgedOn' in JSON.parse(await report.render('json')).Metadata))
})

test('what passes and what does not count is listed where that is asked', async () => {
  const place = app()
  const ignore = [join(place, 'ignored')]
  writeFileSync(ignore[0], 'DS-0002\n')
  assert.ok(!ids(await scanConfig(place, { ignore })).has('DS-0002'))
  const rows = (await scanConfig(place, { ignore, includeNonFailures: true })).misconfigurations()
  assert.deepEqual([...new Set(rows.map(({ status }) => status))].sort(), ['fail', 'ignored', 'pass'])
  assert.match(rows.find(({ status }) => status === 'ignored').ignoredBy, /ignored/)
  assert.equal(rows.find(({ status }) => status === 'pass').message, null)
})

test('checks in Rego are texts or files', async () => {
  const place = app()
  const ofTexts = await scanConfig(place, { checks: { 'words.rego': check }, checkData: { 'words.yaml': words }, severities: ['HIGH'] })
  assert.equal(ofTexts.misconfigurations().find(({ id }) => id === 'OWN-0001').message, 'worse is bad')
  const kept = join(place, 'checks')
  mkdirSync(kept)
  writeFileSync(join(kept, 'words.rego'), check)
  writeFileSync(join(kept, 'words.yaml'), words)
  const ofFiles = await scanConfig(place, { checks: [kept], checkData: [kept], severities: ['HIGH'], skipDirs: ['checks'] })
  assert.deepEqual(ofFiles.misconfigurations(), ofTexts.misconfigurations())
  const elsewhere = { 'words.rego': check.replace('user.words', 'ours.words') }
  assert.match((await scanConfig(place, { checks: elsewhere })).notes.join(), /ours\.words/)
  assert.ok(ids(await scanConfig(place, { checks: elsewhere, checkNamespaces: ['ours'], checkData: { x: words } })).has('OWN-0001'))
})

test('folders are checked beside their packages', async () => {
  const place = app()
  writeFileSync(join(place, 'requirements.txt'), 'Django==3.2\n')
  const options = { database: null }
  assert.deepEqual((await scanFs(place, options)).misconfigurations(), [])
  assert.deepEqual((await scanFs(place, { ...options, misconfig: false })).misconfigurations(), [])
  for (const scan of [scanFs, scanRootfs]) {
    const report = await scan(place, { ...options, misconfig: { kinds: ['dockerfile'] } })
    assert.equal(report.packages()[0].name, 'Django')
    assert.ok(ids(report).has('DS-0002'))
    assert.ok(ids(await scan(place, { ...options, misconfig: true })).has('DS-0002'))
  }
  await assert.rejects(scanImage(image, { ...options, misconfig: true }), { code: 'INVALID_ARGUMENT', message: /^misconfig: / })
})

test('what is wrong is named', async () => {
  const place = app()
  const wrong = (options, message) => assert.rejects(scanConfig(place, options), { code: 'INVALID_ARGUMENT', message })
  await wrong({ kinds: ['Dockerfile'] }, /kinds: Dockerfile; there are dockerfile/)
  await wrong({ filePatterns: ['x:.*'] }, /no kind of files/)
  await wrong({ checks: 7 }, /a list of paths is expected/)
  await wrong({ databse: 'x' }, /databse/)
  await assert.rejects(scanConfig(place, null), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(scanConfig(place, { checks: ['none.rego'] }), { code: 'IO', path: 'none.rego' })
  await assert.rejects(scanConfig(place, { checks: { a: check }, checkData: { 'some.yaml': '[]' } }), { code: 'POLICY', path: 'some.yaml' })
  await assert.rejects(scanConfig(join(place, 'none')), { code: 'IO' })
})

/** The cases that the library's own suite excepts, each with a reason there. */
function excepted(kind) {
  const lines = readFileSync(join(project, `crates/misconfig/tests/dataset/${kind}.txt`), 'utf8').trimEnd().split('\n')
  return new Set(lines.filter((line) => !line.startsWith('#')).map((line) => line.split(':')[0]))
}

for (const [kind, file] of [['dockerfile', 'Dockerfile'], ['kubernetes', 'manifest.yaml']]) {
  test(`files of ${kind} fail where the data says`, { skip: !testData }, async () => {
    const cases = join(testData, 'misconfig', kind)
    const [names, leftOut] = [readdirSync(cases), excepted(kind)]
    let exact = 0
    for (const name of names) {
      const report = await scanConfig(join(cases, name, file), { kinds: [kind], trivyLines: true, judgedAt: '2026-08-21' })
      const found = report.misconfigurations().map(({ id, severity, lines }) => `${id} ${severity} ${lines?.start ?? '-'} ${lines?.end ?? '-'}`)
      const rows = readFileSync(join(cases, name, 'expected.tsv'), 'utf8').trimEnd().split('\n').map((line) => line.split('\t'))
      const failing = rows.filter(([check, , status]) => status === 'fail' && !check.startsWith('kics:'))
      const expected = failing.map(([check, severity, , start, end]) => `${check} ${severity} ${start} ${end}`)
      const sorted = (rows) => [...new Set(rows)].sort()
      if (leftOut.has(name)) continue
      assert.deepEqual(sorted(found), sorted(expected), name)
      exact += 1
    }
    closing(`node/misconfig-${kind}`, names.length, exact)
  })
}
