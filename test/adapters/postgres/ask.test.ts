import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAsk, createShared } from '../../../src/adapters/postgres/read/ask.ts'
import { createPool } from '../../../src/adapters/postgres/pool.ts'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.ts'

let database: FreshDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await freshDatabase()
  pool = createPool(database.connection, { max: 1 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('a statement is prepared once, and asked anew where a rebuild gave its view other types', async () => {
  const ask = createAsk(pool)
  await pool.query('create table one (a integer); insert into one values (1)')
  await pool.query('create view seen as select a from one')
  const text = 'select a from seen where a = $1::integer'
  for (let n = 0; n < 3; n++) expect(await ask(text, [1])).toEqual([{ a: 1 }])
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int n from pg_prepared_statements where statement = '${text}'`,
  )
  expect(rows[0]!.n).toBe(1)
  await pool.query('drop view seen; create view seen as select a::float8 + 0 as a from one')
  for (let n = 0; n < 3; n++) expect(await ask(text, [1])).toEqual([{ a: 1 }])
  await expect(ask('select nothing from seen', [])).rejects.toThrow('nothing')
})

test('who asks the same while it waits shares the answer, which was asked after all of them', async () => {
  const shared = createShared()
  const sent: PromiseWithResolvers<number>[] = []
  const work = () => {
    const one = Promise.withResolvers<number>()
    sent.push(one)
    return one.promise
  }
  const first = shared('q', work)
  const [second, third] = [shared('q', work), shared('q', work)]
  const other = shared('other', work)
  expect(sent).toHaveLength(2)
  sent[1]!.resolve(7)
  expect(await other).toBe(7)
  sent[0]!.reject(new Error('lost'))
  await expect(first).rejects.toThrow('lost')
  expect(sent).toHaveLength(3)
  sent[2]!.resolve(2)
  expect(await Promise.all([second, third])).toEqual([2, 2])
  const last = shared('q', work)
  sent[3]!.resolve(3)
  expect(await last).toBe(3)
})
