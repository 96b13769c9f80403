import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { scanFs, scanImage } from '../index.mjs'
import { exampleDatabase, folder, image } from './support/common.mjs'

const database = await exampleDatabase()

/** A tree that takes a while. */
function largeTree() {
  const tree = folder()
  for (let at = 0; at < 3000; at++) {
    const place = join(tree, `project-${at}`)
    mkdirSync(place)
    const packages = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`node_modules/p${n}`, { version: '1.0.0' }]))
    writeFileSync(join(place, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }))
  }
  return tree
}

test('a signal ends a scan within 200 ms', async () => {
  const tree = largeTree()
  const controller = new AbortController()
  let aborted
  const scan = scanFs(tree, {
    database,
    signal: controller.signal,
    onProgress: () => {
      aborted ??= performance.now()
      controller.abort('enough')
    },
  })
  await assert.rejects(scan, { code: 'CANCELLED', name: 'AbortError', cause: 'enough' })
  const took = performance.now() - aborted
  assert.ok(took < 200, `${took} ms`)
})

test('a signal that was aborted before starts nothing', async () => {
  const options = { database, signal: AbortSignal.abort('before') }
  await assert.rejects(scanImage(image, options), { code: 'CANCELLED', cause: 'before' })
  await assert.rejects(scanImage(image, { database, signal: {} }), { code: 'INVALID_ARGUMENT' })
})

test('one signal ends many scans, and no other', async () => {
  const tree = largeTree()
  const controller = new AbortController()
  const ended = [1, 2, 3].map(() => scanFs(tree, { database, signal: controller.signal }))
  const other = scanImage(image, { database, signal: new AbortController().signal })
  controller.abort()
  for (const outcome of await Promise.allSettled(ended)) assert.equal(outcome.reason.code, 'CANCELLED')
  assert.equal((await other).findings().length, 28)
})

test('progress tells of every layer', async () => {
  const told = []
  await scanImage(image, { database, onProgress: (progress) => told.push(progress) })
  const layers = (kind) => told.filter((it) => it.kind === kind).map((it) => it.layer).sort()
  assert.deepEqual(layers('layer-started'), [0, 1, 2])
  assert.deepEqual(layers('layer-finished'), [0, 1, 2])
})

test('what a callback throws ends the scan, and is thrown', async () => {
  const mine = new Error('mine')
  const scan = scanImage(image, {
    database,
    onProgress: () => {
      throw mine
    },
  })
  await assert.rejects(scan, (error) => error === mine)
})
