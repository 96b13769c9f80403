// `examples/node`: verify, scan, decide. What it does with a signed image is in sign.test.mjs.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { generateKeyPair } from '../index.mjs'
import { buildStep, exampleDatabase, folder, image } from './support/common.mjs'

test('the build step refuses what nobody signed', async () => {
  const key = join(folder(), 'cosign.pub')
  writeFileSync(key, (await generateKeyPair('')).publicKey)
  const refused = buildStep(image, await exampleDatabase(), key)
  assert.equal(refused.status, 2)
  assert.match(refused.stderr, /^UNVERIFIED: /)
})
