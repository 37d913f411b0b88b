import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool, isConnectionError, isoInstant } from '../../../src/adapters/postgres/pool.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

test('results are plain numbers, ISO instants and parsed JSON', async () => {
  const { rows } = await database.pool.query(
    `select 9007199254740991::int8 as big, 0.1::float8 as float, 12.5::numeric as exact,
            '2026-03-02 07:00:00.12+01'::timestamptz as at, '{"a":[1]}'::jsonb as json,
            lower('Ä') as lower`,
  )
  expect(rows[0]).toEqual({
    big: Number.MAX_SAFE_INTEGER,
    float: 0.1,
    exact: 12.5,
    at: '2026-03-02T06:00:00.120Z',
    json: { a: [1] },
    lower: 'ä',
  })
})

test.each([
  ['2026-03-02 06:00:00+00', '2026-03-02T06:00:00.000Z'],
  ['2026-03-02 06:00:00.1+00', '2026-03-02T06:00:00.100Z'],
  ['2026-03-02 06:00:00.123999+00', '2026-03-02T06:00:00.123Z'],
  ['2026-03-02 06:00:00+02', '2026-03-02T04:00:00.000Z'],
  ['infinity', 'infinity'],
])('%s reads as %s', (text, iso) => {
  expect(isoInstant(text)).toBe(iso)
})

test('a lost or missing connection is told from a refused statement', async () => {
  const { pool, connection } = database
  const pid = 'pg_terminate_backend(pg_backend_pid())'
  expect(isConnectionError(await failure(pool.query(`select ${pid}`)))).toBe(true)
  expect(isConnectionError(await failure(pool.query('select nonsense')))).toBe(false)
  const elsewhere = createPool({ ...connection, host: '/nonexistent' })
  expect(isConnectionError(await failure(elsewhere.query('select 1')))).toBe(true)
})

test('a connection that breaks while it is checked out says so at the next statement', async () => {
  const client = await database.pool.connect()
  const { rows } = await client.query('select pg_backend_pid() pid')
  const ended = new Promise((resolve) => client.once('end', resolve))
  await database.pool.query('select pg_terminate_backend($1)', [rows[0].pid])
  await ended
  expect(isConnectionError(await failure(client.query('select 1')))).toBe(true)
  client.release(true)
})

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('should have failed')
    },
    (error: unknown) => error,
  )
