import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadKeys } from '../../src/adapters/tlog/keys.ts'
import { databaseUrlOf } from '../support/postgres.ts'
import { runTaktlog } from '../support/taktlog-process.ts'
import { logWithTree, type LogWithTree } from './log.ts'

const folder = mkdtempSync(join(tmpdir(), 'taktlog-verify-'))
const outside = join(folder, 'outside', 'checkpoint')
const tiles = join(folder, 'tiles')
let plant: LogWithTree
beforeAll(async () => {
  plant = await logWithTree(loadKeys({ folder, origin: 'plant.example/log' }).signer)
  await plant.append(600)
})
afterAll(async () => {
  await plant.end()
  rmSync(folder, { recursive: true })
})

const taktlog = (...args: string[]) =>
  runTaktlog([...args, '--data', folder], { DATABASE_URL: databaseUrlOf(plant.database) }).ended

test('checkpoints are published to a file, a folder and an address', async () => {
  const posted = Promise.withResolvers<string>()
  const server = createServer((request, response) => {
    void text(request).then(posted.resolve)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { note } = await plant.notarise({ file: outside, folder: tiles, url })
  expect(await posted.promise).toBe(note)
  expect(readFileSync(outside, 'utf8')).toBe(note)
  expect(readFileSync(join(tiles, 'checkpoint'), 'utf8')).toBe(note)
  expect(readFileSync(join(tiles, 'tile/0/002.p/88')).length).toBe(88 * 32)
  server.close()
})

test('verify agrees, also after the key was changed, and names what was done to the log', async () => {
  const rotated = await taktlog('log-key', 'rotate')
  const shown = await taktlog('log-key', 'show')
  expect(rotated.stdout).toBe(shown.stdout)
  expect(shown.stdout.split('\n')[1]).toBe(plant.signer.text)
  await plant.append(10)
  const { signer } = loadKeys({ folder, origin: 'unused' })
  const { note } = await plant.notarise({}, signer)
  expect(note).toContain('plant.example/log\n610\n')
  const fine = await taktlog('verify', '--from', outside, '--tiles', tiles)
  expect(fine).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Error') })
  expect(fine.stdout).toMatch(
    /^610 events are as they were, .* 3 signed checkpoints, .* size 610\./,
  )

  await plant.pool.query(`update es.events set data = '{}' where position = 257`)
  const { rows } = await plant.pool.query(
    'select stream, revision from es.events where position = 257',
  )
  const broken = await taktlog('verify')
  expect(broken.code).toBe(1)
  expect(broken.stdout).toBe(
    `The log is not as it was: ${rows[0].stream} revision ${rows[0].revision}, position 257 was changed.\n`,
  )
  const missing = await taktlog('verify', '--from', 'nowhere')
  expect(missing).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^--from nowhere: ENOENT/),
  })
})
