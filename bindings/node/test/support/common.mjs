// What the suites share: the examples of this project, and where outside data is.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { Database } from '../../index.mjs'

export const project = join(dirname(fileURLToPath(import.meta.url)), '../../../..')
export const image = `oci:${join(project, 'examples/image')}:demo`
export const testData = process.env.SEALIFT_TESTDATA

/** A folder that is removed at the end. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'sealift-'))
  process.on('exit', () => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A database of the example advisories. */
export async function exampleDatabase() {
  const path = join(folder(), 'advisories.db')
  await Database.build(join(project, 'examples/advisories'), path)
  return path
}

/** Runs a program of Node with these arguments, and gives its stdout. */
export const node = (...arguments_) => execFileSync(process.execPath, arguments_, { encoding: 'utf8' })

/** Runs the example of a build's step. */
export function buildStep(...arguments_) {
  const place = folder()
  mkdirSync(join(place, 'node_modules'))
  symlinkSync(join(project, 'bindings/node'), join(place, 'node_modules/sealift'))
  cpSync(join(project, 'examples/node/build-step.mjs'), join(place, 'build-step.mjs'))
  return spawnSync(process.execPath, [join(place, 'build-step.mjs'), ...arguments_], { encoding: 'utf8' })
}

/** The rows of a table, by the names of its columns. */
export function table(path) {
  const [head, ...rows] = readFileSync(path, 'utf8').replace(/\n$/, '').split('\n').map((line) => line.split('\t'))
  return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])))
}

/** The closing line of a suite over outside data. */
export const closing = (name, cases, exact = cases) =>
  console.log(`dataset ${name}: ${cases} cases, ${exact} exact, ${cases - exact} excepted, 0 skipped`)
