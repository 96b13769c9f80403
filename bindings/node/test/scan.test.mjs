import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

import { Database, Report, SealiftError, scanFs, scanImage, scanRootfs, scanSbom } from '../index.mjs'
import { exampleDatabase, folder, image, project } from './support/common.mjs'

const path = await exampleDatabase()
const database = new Database(path)

test('an image has findings, packages and a digest', async () => {
  const report = await scanImage(image, { database })
  assert.ok(report instanceof Report)
  assert.equal(report.distribution, 'debian 11')
  assert.equal(report.name, image.slice('oci:'.length))
  assert.match(report.digest, /^sha256:[0-9a-f]{64}$/)
  const findings = report.findings()
  assert.equal(findings.length, 28)
  assert.equal(report.counts.CRITICAL, 7)
  assert.equal(Object.values(report.counts).reduce((a, b) => a + b), 28)
  const shell = findings.find(({ id }) => id === 'CVE-2021-44228')
  assert.equal(shell.severity, 'CRITICAL')
  assert.equal(shell.cvssScore, 10)
  assert.equal(shell.package.name, 'org.apache.logging.log4j:log4j-core')
  assert.deepEqual(shell.fixedVersions, ['2.15.0'])
  assert.equal(shell.kev.dateAdded, '2021-12-10')
  const packages = report.packages()
  assert.ok(packages.some(({ purl }) => purl.startsWith('pkg:deb/debian/openssl@')))
  assert.ok(report.complete && report.matched)
})

test('a selection counts what it leaves out', async () => {
  const report = await scanImage(image, { database, severities: ['CRITICAL'], name: 'shop' })
  assert.equal(report.name, 'shop')
  assert.equal(report.findings().length, 7)
  assert.equal(report.hiddenBySeverity.HIGH, 14)
})

test('without a database nothing is matched, and the report says so', async () => {
  const report = await scanImage(image, { database: null })
  assert.equal(report.matched, false)
  assert.equal(report.coverage, null)
  assert.ok(report.packages().length > 10)
  await assert.rejects(scanImage(image, {}), { code: 'INVALID_ARGUMENT', message: /^database: / })
})

test('every format is written', async () => {
  const report = await scanImage(image, { database: path })
  assert.equal(JSON.parse(await report.render('json')).SchemaVersion, 2)
  assert.equal(JSON.parse(await report.render('sarif')).version, '2.1.0')
  assert.equal(JSON.parse(await report.render('cyclonedx')).specVersion, '1.6')
  assert.match(await report.render('table', { width: 100 }), /log4j-core/)
  const github = { sha: 'a'.repeat(40), ref: 'refs/heads/main', correlator: 'scan', jobId: '7' }
  const snapshot = JSON.parse(await report.render('github', { github }))
  assert.deepEqual([snapshot.sha, snapshot.ref, snapshot.job], [github.sha, github.ref, { correlator: 'scan', id: '7' }])
  await assert.rejects(report.render('github'), { code: 'INVALID_ARGUMENT', message: /sha, ref/ })
  await assert.rejects(report.render('github', { github: { sha: 'a' } }), { code: 'INVALID_ARGUMENT', message: /ref/ })
  await assert.rejects(report.render('json', { github }), { code: 'INVALID_ARGUMENT', message: /^github: / })
  await assert.rejects(report.render('pdf'), { code: 'INVALID_ARGUMENT', message: /pdf/ })
  assert.equal(JSON.parse(JSON.stringify(report)).findings.length, 28)
})

test('trees, root file systems and SBOMs are scanned', async () => {
  const tree = folder()
  const lock = { name: 'a', lockfileVersion: 3, packages: { 'node_modules/minimist': { version: '0.2.0' } } }
  writeFileSync(join(tree, 'package-lock.json'), JSON.stringify(lock))
  const root = folder()
  mkdirSync(join(root, 'node_modules/ini'), { recursive: true })
  writeFileSync(join(root, 'node_modules/ini/package.json'), '{"name": "ini", "version": "1.3.5"}')
  const ids = (report) => report.findings().map(({ id }) => id)
  const declared = await scanFs(tree, { database })
  assert.ok(ids(declared).includes('CVE-2021-44906'))
  const installed = await scanRootfs(root, { database })
  assert.deepEqual(ids(installed), ['CVE-2020-7788'])
  const sbom = join(tree, 'bom.json')
  writeFileSync(sbom, await installed.render('cyclonedx'))
  assert.deepEqual(ids(await scanSbom(sbom, { database })), ['CVE-2020-7788'])
})

test('a database tells what it was made of', async () => {
  assert.equal(database.path, path)
  const { sources, ecosystems } = database.info()
  assert.ok(sources.length > 0)
  assert.ok(ecosystems.some(({ name, records }) => name === 'npm' && records === 8))
  await database.verify()
})

test('a database that is replaced while it is open stays what it was', async () => {
  const copy = join(folder(), 'advisories.db')
  await Database.build(join(project, 'examples/advisories'), copy)
  const opened = new Database(copy)
  await Database.build(join(project, 'examples/advisories/npm'), copy)
  assert.equal((await scanImage(image, { database: opened })).findings().length, 28)
  assert.notEqual((await scanImage(image, { database: copy })).findings().length, 28)
})

test('what is wrong is named', async () => {
  const options = (given) => scanImage(image, { database, ...given })
  await assert.rejects(options({ severitis: [] }), { code: 'INVALID_ARGUMENT', message: /severitis/ })
  await assert.rejects(options({ threads: 'two' }), { code: 'INVALID_ARGUMENT', message: /two/ })
  await assert.rejects(options({ severities: ['BAD'] }), { code: 'INVALID_ARGUMENT', message: /BAD/ })
  await assert.rejects(options({ judgedAt: 'soon' }), { code: 'INVALID_ARGUMENT', message: /soon/ })
  await assert.rejects(options({ limits: { maxLayer: 1 } }), { code: 'INVALID_ARGUMENT', message: /maxLayer/ })
  await assert.rejects(options({ limits: { maxArchiveDepth: 2 ** 40 } }), { code: 'INVALID_ARGUMENT', message: /too large/ })
  await assert.rejects(scanImage(7, { database }), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(scanImage(image, null), { code: 'INVALID_ARGUMENT', message: /options/ })
  await assert.rejects(scanImage(image, { database: {} }), { code: 'INVALID_ARGUMENT', message: /database/ })
  await assert.rejects(scanImage('oci:nowhere', { database }), (error) => {
    assert.ok(error instanceof SealiftError && error instanceof Error)
    assert.equal(error.path, 'nowhere')
    return true
  })
  const module = join(folder(), 'x.py')
  writeFileSync(module, '')
  await assert.rejects(scanFs(module, { database }), { code: 'INVALID_ARGUMENT', path: module })
  assert.throws(() => new Database('nowhere.db'), { code: 'IO', path: 'nowhere.db' })
  const damaged = join(folder(), 'damaged.db')
  writeFileSync(damaged, readFileSync(path).subarray(0, 100))
  assert.throws(() => new Database(damaged), { code: 'DATABASE', path: damaged })
})

test('limits are those of each call', async () => {
  const bounded = scanImage(image, { database, limits: { maxDocumentBytes: 10 } })
  const [first, second] = await Promise.allSettled([bounded, scanImage(image, { database })])
  const { code, limit, max } = first.reason
  assert.deepEqual([code, limit, max], ['LIMIT_EXCEEDED', 'maxDocumentBytes', 10])
  assert.equal(second.value.findings().length, 28)
})

test('many scans share a database', async () => {
  const reports = await Promise.all(Array.from({ length: 8 }, () => scanImage(image, { database, threads: 1 })))
  const texts = await Promise.all(reports.map((report) => report.render('json')))
  assert.equal(new Set(texts.map((text) => JSON.stringify(JSON.parse(text).Results))).size, 1)
})

test('credentials are what the caller gives', async () => {
  const seen = []
  const registry = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(401, { 'www-authenticate': 'Basic realm="tests"' }).end()
  })
  await new Promise((listening) => registry.listen(0, '127.0.0.1', listening))
  const name = `127.0.0.1:${registry.address().port}`
  const authFile = join(folder(), 'config.json')
  writeFileSync(authFile, JSON.stringify({ auths: { [name]: { auth: btoa('ada:secret') } } }))
  const before = process.env.DOCKER_CONFIG
  process.env.DOCKER_CONFIG = dirname(authFile)
  try {
    const scan = (registry) => scanImage(`${name}/shop:1.0`, { database, registry: { insecure: true, ...registry } })
    await assert.rejects(scan({}), { code: 'REGISTRY', status: 401 })
    assert.deepEqual(seen.filter(Boolean), [])
    await assert.rejects(scan({ authFile }), { code: 'REGISTRY' })
    assert.ok(seen.includes(`Basic ${btoa('ada:secret')}`))
  } finally {
    if (before === undefined) delete process.env.DOCKER_CONFIG
    else process.env.DOCKER_CONFIG = before
    registry.close()
  }
})

test('a proxy and an engine are asked where they are named', async () => {
  const proxied = { database, registry: { proxy: 'http://127.0.0.1:1' } }
  await assert.rejects(scanImage('registry.example/shop:1.0', proxied), { code: 'REGISTRY', message: /refused/ })
  const none = 'podman:registry.example/none:0'
  await assert.rejects(scanImage(none, { database }), { path: none })
})

test('a kept database is fetched once', async () => {
  const mirror = join(project, 'examples/advisories')
  const place = folder()
  const first = await Database.kept(place, ['Debian:12'], { mirror })
  const again = await Database.kept(place, ['Debian:12'], { mirror, offline: true })
  assert.ok(first instanceof Database)
  assert.deepEqual(first.info(), again.info())
  assert.ok((await scanImage(image, { database: first })).matched)
  await assert.rejects(Database.kept(folder(), ['Debian:12'], { offline: true }), { code: 'DATABASE' })
  await assert.rejects(Database.kept(place, ['Debian:12'], { mirrors: mirror }), { code: 'INVALID_ARGUMENT', message: /mirrors/ })
  await assert.rejects(Database.kept(place, ['none/../x'], { mirror }), { code: 'INVALID_ARGUMENT', message: /ecosystems/ })
})
