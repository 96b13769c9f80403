// The package as it is installed: both kinds of modules, the command, and the types.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'

import * as esm from '../index.mjs'
import { exampleDatabase, folder, image, project } from './support/common.mjs'

const require = createRequire(import.meta.url)
const commonjs = require('../index.js')
const here = join(project, 'bindings/node')

test('both kinds of modules have the same names', () => {
  assert.deepEqual(Object.keys(esm).sort(), Object.keys(commonjs).sort())
  for (const name of Object.keys(esm)) assert.equal(esm[name], commonjs[name], name)
  const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
  assert.equal(esm.version, version)
})

/** The declarations of index.d.ts: names that are values, and the members of its classes and interfaces. */
function declared(typescript) {
  const text = readFileSync(join(here, 'index.d.ts'), 'utf8')
  const file = typescript.createSourceFile('index.d.ts', text, typescript.ScriptTarget.Latest, true)
  const [values, members] = [new Set(), new Map()]
  const named = (node) => node.members.filter(({ name }) => name).map(({ name }) => name.text)
  file.forEachChild((node) => {
    if (typescript.isFunctionDeclaration(node) || typescript.isClassDeclaration(node)) values.add(node.name.text)
    if (typescript.isVariableStatement(node)) for (const { name } of node.declarationList.declarations) values.add(name.text)
    if (typescript.isClassDeclaration(node) || typescript.isInterfaceDeclaration(node)) members.set(node.name.text, named(node).sort())
  })
  return { values, members }
}

test('the types name what is there', async (context) => {
  const typescript = await import('typescript').catch(() => undefined)
  if (!typescript) return context.skip('TypeScript is not installed')
  const { values, members } = declared(typescript.default)
  assert.deepEqual([...values].sort(), Object.keys(commonjs).sort())

  const report = await esm.scanImage(image, { database: await exampleDatabase() })
  const admission = await new esm.Gate().admit(image, { database: null })
  const methods = (value) => Object.getOwnPropertyNames(Object.getPrototypeOf(value)).filter((name) => name !== 'constructor')
  const all = (value) => [...Object.keys(value), ...methods(value)].sort()
  assert.deepEqual(all(report), members.get('Report'))
  assert.deepEqual(all(admission), members.get('Admission'))
  assert.deepEqual(Object.keys(report.findings()[0]).sort(), members.get('Finding'))
  assert.deepEqual(Object.keys(report.packages()[0]).sort(), members.get('Package'))
  const text = 'package admission\ndeny[text] { text := "no" }\n'
  const policies = await esm.AdmissionPolicies.load({ policies: { 'no.rego': text } })
  assert.deepEqual(all(policies), members.get('AdmissionPolicies').filter((name) => name !== 'load'))
  const review = await policies.review({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })
  assert.deepEqual(all(review), members.get('Review'))
  assert.deepEqual(Object.keys(review.rows[0]).sort(), members.get('ReviewRow'))
  const tree = folder()
  writeFileSync(join(tree, 'Dockerfile'), 'FROM alpine\n')
  const checked = await esm.scanConfig(tree)
  assert.deepEqual(Object.keys(checked.misconfigurations()[0]).sort(), members.get('Misconfiguration'))
  const { signBlob, verifyBundle, generateKeyPair } = esm
  const place = folder()
  const pair = await generateKeyPair('x')
  writeFileSync(join(place, 'key'), pair.privateKey)
  writeFileSync(join(place, 'pub'), pair.publicKey)
  const bundle = await signBlob('x', { key: join(place, 'key'), password: 'x' })
  const proof = await verifyBundle(bundle, Buffer.from('x'), { key: join(place, 'pub'), insecureIgnoreTlog: true })
  const known = new Set(members.get('Signature'))
  for (const name of Object.keys(proof)) assert.ok(known.has(name), name)

  const unnamed = await esm.scanImage('oci:nowhere', { database: null, limits: { no: 1 } }).catch(({ message }) => message)
  assert.deepEqual(unnamed.split('there are ')[1].split(', ').sort(), members.get('Limits'))

  // Each option that is declared is one that the native side knows.
  const foreign = new Set(['signal', 'onProgress', 'database'])
  for (const [name, ask] of [
    ['ScanOptions', (given) => esm.scanImage('oci:nowhere', { database: null, ...given })],
    ['FolderOptions', (given) => esm.scanFs('nowhere', { database: null, ...given })],
    ['CheckOptions', (misconfig) => esm.scanFs('nowhere', { database: null, misconfig })],
    ['ConfigOptions', (given) => esm.scanConfig('nowhere', given)],
    ['RegistryOptions', (registry) => esm.scanImage('oci:nowhere', { database: null, registry })],
    ['VerifyOptions', (given) => esm.verifyImage('oci:nowhere', given)],
    ['PolicyOptions', (given) => esm.AdmissionPolicies.load(given)],
    ['SignOptions', (given) => esm.signBlob('x', given)],
    ['SignImageOptions', (given) => esm.signImage('oci:nowhere', given)],
    ['AttestOptions', (given) => esm.attest('oci:nowhere', '{}', given)],
    ['GateOptions', async (given) => new esm.Gate(given)],
  ]) {
    for (const option of members.get(name).filter((option) => !foreign.has(option))) {
      // Of no option is this the type: an option that is not known is told otherwise.
      await assert.rejects(ask({ [option]: { no: { option: 'has' } } }), (error) => !error.message.includes('unknown field `' + option))
    }
  }
})

test('the table of the API names what is there', async (context) => {
  const typescript = await import('typescript').catch(() => undefined)
  if (!typescript) return context.skip('TypeScript is not installed')
  const { members } = declared(typescript.default)
  const rows = readFileSync(join(project, 'docs/api.md'), 'utf8').split('\n').filter((line) => line.startsWith('| ')).slice(1)
  const cells = rows.map((row) => row.split('|')[4].trim().replaceAll('`', '')).filter(Boolean)
  assert.ok(cells.length > 15)
  for (const cell of cells) {
    const [name, member] = cell.split('.')
    if (member) assert.ok(members.get(name)?.includes(member), cell)
    else assert.equal(typeof esm[name], 'function', cell)
  }
})

test('the command is the same', () => {
  const run = (...given) => spawnSync(process.execPath, [join(here, 'bin/sealift.js'), ...given], { encoding: 'utf8' })
  assert.match(run('version').stdout, /0\.1\.0/)
  assert.equal(run('image', 'oci:nowhere').status, 2)
  const listed = run('image', image, '--scanners', 'license', '--format', 'json', '--quiet', '--no-cache')
  assert.equal(JSON.parse(listed.stdout).SchemaVersion, 2)
})

test('what is packed can be installed and used', () => {
  const place = folder()
  const npm = (...given) => execFileSync('npm', [...given, '--no-audit', '--no-fund', '--offline'], { cwd: place, encoding: 'utf8', stdio: 'pipe' })
  // What npm would pack, without the time that packing a module with its debug information takes.
  const staged = join(place, 'staged')
  const large = (path) => /node_modules|sealift\.node/.test(path)
  cpSync(here, staged, { recursive: true, filter: (path) => !large(path.slice(here.length)) })
  writeFileSync(join(staged, 'sealift.node'), '')
  const [{ files }] = JSON.parse(npm('pack', staged, '--dry-run', '--json'))
  for (const { path } of files) cpSync(join(here, path), join(place, 'packed', path))
  assert.deepEqual(files.map(({ path }) => path).filter((path) => /test|lock|Cargo|src/.test(path)), [])
  // npm would fetch what a folder is developed with, too; of a package from the registry it does not.
  const packed = join(place, 'packed/package.json')
  const { devDependencies, ...published } = JSON.parse(readFileSync(packed, 'utf8'))
  assert.ok(devDependencies)
  writeFileSync(packed, JSON.stringify(published))
  writeFileSync(join(place, 'package.json'), '{"name": "user", "version": "1.0.0"}')
  npm('install', './packed', '--ignore-scripts')
  const program = "import('sealift').then(async ({ scanImage }) => console.log((await scanImage(process.argv[1], { database: null })).distribution))"
  const said = execFileSync(process.execPath, ['-e', program, image], { cwd: place, encoding: 'utf8' })
  assert.equal(said.trim(), 'debian 11')
  const command = execFileSync('npx', ['--offline', 'sealift', 'version'], { cwd: place, encoding: 'utf8' })
  assert.match(command, /0\.1\.0/)
})

test('a machine without a native module is told whether one is made for it', () => {
  const place = folder()
  cpSync(join(here, 'native.js'), join(place, 'native.js'))
  writeFileSync(join(place, 'package.json'), JSON.stringify({ optionalDependencies: { 'sealift-linux-x64-gnu': '0.1.0' } }))
  const told = (glibcVersionRuntime) => {
    const header = JSON.stringify({ glibcVersionRuntime })
    const machine = `Object.defineProperty(process, 'platform', { value: 'linux' })
      Object.defineProperty(process, 'arch', { value: 'x64' })
      process.report.getReport = () => ({ header: ${header} })
      try { require('./native.js') } catch (error) { console.log(error.message) }`
    return execFileSync(process.execPath, ['-e', machine], { cwd: place, encoding: 'utf8' }).trim()
  }
  const none = 'sealift has no native module for this machine: '
  assert.equal(told('2.36'), `${none}sealift-linux-x64-gnu is not installed`)
  assert.equal(told(), `${none}sealift-linux-x64-musl is not made; an image with glibc has one, as node:22-slim`)
})
