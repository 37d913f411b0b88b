import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type pg from 'pg'
import { createPool } from '../../src/adapters/postgres/pool.ts'
import { entriesAfter } from '../../src/adapters/postgres/tlog/entry.sql.ts'
import { verifyLog } from '../../src/adapters/postgres/tlog/verify.ts'
import { checkpointText } from '../../src/commands/tlog/checkpoint.ts'
import { leafHash } from '../../src/commands/tlog/hash.ts'
import { createSigner, signNote } from '../../src/commands/tlog/note.ts'
import { treeRoot } from '../../src/commands/tlog/proofs.ts'
import { logWithTree, type LogWithTree } from './log.ts'

/** Across three partitions of the log and two pages of the verifier, ending within a tile. */
const EVENTS = 4_500

/** Each test changes the database in one transaction, verifies within it, and takes it all back. */
let plant: LogWithTree
let outside: string
let inTransaction: pg.Pool
beforeAll(async () => {
  plant = await logWithTree()
  await plant.append(2_000)
  await plant.notarise()
  await plant.append(EVENTS - 2_000)
  outside = (await plant.notarise()).note
  inTransaction = createPool(plant.database, { max: 1 })
  await inTransaction.query('begin')
  await inTransaction.query('savepoint untouched')
})
afterEach(() => inTransaction.query('rollback to savepoint untouched'))
afterAll(async () => {
  await inTransaction.query('rollback')
  await inTransaction.end()
  await plant.end()
})

const run = (...statements: string[]) => inTransaction.query(statements.join(';'))
const verify = (notes: readonly string[] = []) =>
  verifyLog({ pool: inTransaction, trusted: [plant.signer], outside: notes })
/** Which event stands at a position: the groups that appends travel in decide it. */
async function at(position: number) {
  const { rows } = await inTransaction.query<{ stream: string; revision: number }>(
    'select stream, revision from es.events where position = $1',
    [position],
  )
  return { position, ...rows[0]! }
}
const finding = async (notes: readonly string[] = []) => (await verify(notes)).finding

test('an untouched log is as it was', async () => {
  expect(await verify([outside])).toEqual({
    events: EVENTS,
    checkpoints: 3,
    covered: EVENTS,
    finding: null,
  })
})

test.each([
  ['data', `data = replace(data, 'fact', 'fakt')`],
  ['metadata', `metadata = replace(metadata, 'tester', 'testes')`],
  ['id', `id = overlay(id::text placing '0' from 1)::uuid`],
  ['recorded_at', `recorded_at = recorded_at + interval '1 microsecond'`],
  ['schema_version', 'schema_version = 2'],
  ['stream', `stream = 'thing-9'`],
  ['revision', 'revision = revision + 10000'],
])('one byte of %s changed', async (_, change) => {
  await run(`update es.events set ${change} where position = 2501`)
  expect(await finding()).toMatchObject({ kind: 'CHANGED', ...(await at(2_501)) })
})

test('a type renamed changes every event of it', async () => {
  await run(`update es.types set name = 'Noticed'`)
  expect(await finding()).toMatchObject({ kind: 'CHANGED', position: 1 })
})

test('one event removed', async () => {
  const gone = await at(3_001)
  await run('delete from es.events where position = 3001')
  expect(await finding()).toMatchObject({ kind: 'REMOVED', ...gone })
})

test('one event removed, all after it renumbered', async () => {
  const gone = await at(4_001)
  await run(
    `delete from es.events where position = 4001`,
    `update es.events set position = position - 1 where position > 4001`,
    `update es.head set position = position - 1`,
  )
  expect(await finding()).toMatchObject({ kind: 'REMOVED', ...gone })
})

test('two events swapped', async () => {
  await run(
    `update es.events set position = 0 where position = 1200`,
    `update es.events set position = 1200 where position = 1300`,
    `update es.events set position = 1300 where position = 0`,
  )
  expect(await finding()).toMatchObject({ kind: 'CHANGED', position: 1_200 })
})

test('the end cut off, with and without the head', async () => {
  const cut = { kind: 'REMOVED', position: 4_401, until: EVENTS }
  await run('delete from es.events where position > 4400')
  expect(await finding()).toMatchObject(cut)
  await run('update es.head set position = 4400')
  expect(await finding()).toMatchObject(cut)
})

test('the end cut off, tree and checkpoints with it: the checkpoint outside tells', async () => {
  await run(
    'delete from es.events where position > 4400',
    'update es.head set position = 4400',
    'update merkle.tree set size = 4400',
    'delete from merkle.checkpoints where size > 4400',
  )
  await forgeTiles(4_400)
  expect(await finding()).toBeNull()
  expect(await finding([outside])).toMatchObject({
    ...{ kind: 'REMOVED', position: 4_401, until: EVENTS },
  })
})

const COPY = (position: number, from: number) =>
  `insert into es.events select ${position}, stream_id, recorded_at, revision + 5000, type,
     category, schema_version, gen_random_uuid(), stream, data, metadata
   from es.events where position = ${from}`

test('one event inserted behind the end, and before the beginning', async () => {
  await run(COPY(EVENTS + 1, 7))
  expect(await finding()).toMatchObject({ kind: 'INSERTED', position: EVENTS + 1 })
  await run('rollback to savepoint untouched', COPY(0, 7))
  expect(await finding()).toMatchObject({ kind: 'INSERTED', position: 0 })
})

test('one event inserted, all after it renumbered', async () => {
  await run(
    'alter table es.events drop constraint events_pkey',
    `update es.events set position = position + 1 where position >= 4321`,
    COPY(4_321, 7),
    `update es.head set position = position + 1`,
  )
  expect(await finding()).toMatchObject({ kind: 'INSERTED', ...(await at(4_321)) })
})

/** What an attacker who knows how the tree is made would do. */
async function forgeTiles(size: number): Promise<void> {
  const { rows } = await inTransaction.query<{ entry: string }>(entriesAfter, [0, size, size])
  const { tilesInMemory } = await import('./growing.ts')
  const forged = tilesInMemory()
  await forged.add(rows.map(({ entry }) => leafHash(entry)))
  await run('delete from merkle.tiles')
  for (const { level, index, hashes } of forged.tiles.values())
    await inTransaction.query('insert into merkle.tiles values ($1, $2, $3)', [
      ...[level, index, hashes],
    ])
}

test('tiles rewritten too: any checkpoint tells between which positions', async () => {
  await run(`update es.events set data = '{"name":"forged"}' where position = 2222`)
  await forgeTiles(EVENTS)
  expect(await finding()).toMatchObject({ kind: 'CHANGED', position: 2_001, until: EVENTS })
  await run('delete from merkle.checkpoints')
  expect(await finding()).toBeNull()
  expect(await finding([outside])).toMatchObject({ kind: 'CHANGED', position: 1, until: EVENTS })
})

test('tiles kept outside tell the very event', async () => {
  await run(`update es.events set data = '{"name":"forged"}' where position = 2222`)
  await forgeTiles(EVENTS)
  const { finding: found } = await verifyLog({
    ...{ pool: inTransaction, trusted: [plant.signer], outside: [], tiles: plant.tree.tiles },
  })
  expect(found).toMatchObject({ kind: 'CHANGED', ...(await at(2_222)) })
})

test('tiles taken away, checkpoints signed by another: both are told', async () => {
  await run('delete from merkle.tiles where level = 0 and index = 3')
  expect(await finding()).toMatchObject({ kind: 'FORGED', position: 769 })
  await run('rollback to savepoint untouched', 'delete from merkle.checkpoints')
  const other = createSigner(plant.signer.name)
  const root = await treeRoot(EVENTS, plant.tree.tiles)
  const note = signNote(checkpointText({ origin: other.name, size: EVENTS, root }), other)
  await inTransaction.query(
    'insert into merkle.checkpoints (size, note, verifier) values ($1, $2, $3)',
    [EVENTS, note, other.text],
  )
  expect(await finding()).toMatchObject({ kind: 'FORGED', position: null })
  await expect(verify([note])).rejects.toThrow('not signed with a key that is trusted here')
})
