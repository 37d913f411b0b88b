import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createReadModels } from '../../src/adapters/postgres/read-models.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { projection, type Keyed } from '../../src/projections/projection.ts'
import { createProjector } from '../../src/projections/projector.ts'
import type { Condition, Page, PageQuery, ReadModels } from '../../src/projections/read-models.ts'
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts'
import { createLog, type Log } from './log.ts'
import { changed } from './plant.ts'

interface Item {
  name: string | null
  size: number | null
  at: string | null
  done: boolean | null
  tags: string[]
}
type Put = { type: 'Put'; data: Item & { id: string } }

const items = projection<Item>()<Put>({
  name: 'items',
  context: 'test',
  version: 1,
  columns: { name: 'text', size: 'bigint', at: 'timestamptz', done: 'boolean', tags: 'jsonb' },
  indexes: [['name'], ['size']],
  on: { Put: { key: (d) => d.id, evolve: (_, { data: { id: __, ...item } }) => ({ ...item }) } },
})

const names = ['Ä rod', 'ä ROD', 'a%b', 'a_b', 'axb', '\\', '', null]
const all: (Item & { id: string })[] = Array.from({ length: 48 }, (_, i) => ({
  id: `i${String(i).padStart(2, '0')}`,
  name: names[i % names.length]!,
  size: i % 3 === 0 ? null : i % 5,
  at: i % 4 === 0 ? null : new Date(Date.UTC(2026, 0, 1 + (i % 6))).toISOString(),
  done: [true, false, null][i % 3]!,
  tags: [`x${i % 2}`],
}))

let database: FreshDatabase
let log: Log
let models: ReadModels
const stop = new AbortController()
let running: Promise<void>

beforeAll(async () => {
  database = await freshDatabase()
  log = createLog()
  const tables = createTables(database.connection)
  const projector = createProjector({ store: log, tables, projections: [items] })
  models = createReadModels({ pool: database.pool, store: log, projections: [items], projector })
  running = projector.run(stop.signal)
  const position = await log.add(...all.map((data) => ({ type: 'Put', data })))
  if (!(await models.waitFor(position, 20_000))) throw new Error('not caught up')
})
afterAll(async () => {
  stop.abort()
  await running
  await database.drop()
})

const read = async (
  query: Omit<PageQuery<Item>, 'first'>,
  first: number,
): Promise<Keyed<Item>[]> => {
  const rows: Keyed<Item>[] = []
  for (let after: string | null = null; ;) {
    const page: Page<Item> = await models.page(items, { ...query, first, after }, null)
    rows.push(...page.rows.map(({ row }) => row))
    if (!page.hasNextPage) return rows
    after = page.rows.at(-1)!.cursor
  }
}
const count = (...where: Condition<Item>[]) => models.count(items, where, null)

test('pages of any size in any order hold every row once, in one order', async () => {
  const column = fc.constantFrom('name', 'size', 'at', 'done', 'key' as const)
  const direction = fc.constantFrom('asc' as const, 'desc' as const)
  await fc.assert(
    fc.asyncProperty(column, direction, fc.integer({ min: 1, max: 50 }), async (c, d, first) => {
      const query = { where: [], orderBy: { column: c as keyof Item, direction: d } }
      const rows = await read(query, first)
      expect(rows).toEqual(await read(query, 1_000))
      expect(new Set(rows.map(({ key }) => key)).size).toBe(all.length)
      const value = ({ [c]: v, key }: any) => [v === null ? 1 : 0, v ?? 0, key] as const
      const bytes = (v: unknown) => (typeof v === 'string' ? Buffer.from(v).toString('hex') : v)
      const sorted = rows.map(value).map((v) => v.map(bytes))
      const expected = [...sorted].sort((a, b) => compare(a, b))
      expect(sorted).toEqual(d === 'asc' ? expected : expected.reverse())
    }),
    { numRuns: 40 },
  )
})
const compare = (a: any[], b: any[]): number => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1
  return 0
}

test('conditions', async () => {
  const n = (keep: (item: Item) => boolean) => all.filter(keep).length
  expect(await count({ column: 'size', op: '=', value: 2 })).toBe(n((i) => i.size === 2))
  expect(await count({ column: 'size', op: 'isNull' })).toBe(n((i) => i.size === null))
  expect(
    await count({ column: 'size', op: 'isNotNull' }, { column: 'done', op: '=', value: false }),
  ).toBe(n((i) => i.size !== null && i.done === false))
  expect(await count({ column: 'name', op: 'in', value: ['a%b', 'a_b'] })).toBe(12)
  expect(await count({ column: 'name', op: 'startsWith', value: 'a%' })).toBe(6)
  expect(await count({ column: 'name', op: 'contains', value: '_' })).toBe(6)
  expect(await count({ column: 'name', op: 'contains', value: 'rod' })).toBe(12)
  expect(await count({ column: 'name', op: 'contains', value: 'Ä r' })).toBe(12)
  expect(await count({ column: 'name', op: '=', value: "'; drop table x --" })).toBe(0)
  expect(await count({ column: 'tags', op: 'contains', value: ['x1'] })).toBe(24)
  expect(await count({ column: 'at', op: '>=', value: '2026-01-05T00:00:00.000Z' })).toBe(
    n((i) => i.at !== null && i.at >= '2026-01-05'),
  )
  for (const value of [null, undefined, ''])
    expect(await count({ column: 'name', op: '=', value })).toBe(0)
  expect(await count({ column: 'name', op: 'in', value: [] })).toBe(0)
  await expect(count({ column: 'x" or 1=1 --' as 'name', op: 'isNull' })).rejects.toThrow(
    'no column',
  )
})

test('rows by key in the order of the keys, in the types of the row', async () => {
  const [second, none, first] = await models.byKey(items, ['i01', 'nope', 'i00'], ['S1'])
  expect(second).toEqual({ ...withoutId(all[1]!), key: 'i01', site: 'S1' })
  expect(none).toBeNull()
  expect(first).toMatchObject({ key: 'i00', size: null })
})
const withoutId = ({ name, size, at, done, tags }: Item): Item => ({ name, size, at, done, tags })

test('rows of other sites do not exist', async () => {
  expect(await models.byKey(items, ['i01'], ['S2'])).toEqual([null])
  expect(await models.byKey(items, ['i01'], [])).toEqual([null])
  expect(await models.count(items, [], ['S2'])).toBe(0)
  const orderBy = { column: 'key', direction: 'asc' } as const
  expect(await models.page(items, { where: [], orderBy, first: 5 }, ['S2'])).toEqual({
    rows: [],
    hasNextPage: false,
  })
})

test('a cursor made by hand, or for another order, is refused by name', async () => {
  const by = (column: keyof Item | 'key', after: string) =>
    models.page(items, { where: [], orderBy: { column, direction: 'asc' }, first: 1, after }, null)
  const forge = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')
  const { rows } = await models.page(
    items,
    { where: [], orderBy: { column: 'size', direction: 'asc' }, first: 1 },
    null,
  )
  const bad: [keyof Item | 'key', string][] = [
    ['name', rows[0]!.cursor],
    ['size', 'nonsense'],
    ['size', forge(['size', 'desc', 1, 'k'])],
    ['size', forge(['size', 'asc', '1; drop', 'k'])],
    ['size', forge(['size', 'asc', 1e300, 'k'])],
    ['at', forge(['at', 'asc', '2026-99-99T00:00:00.000Z', 'k'])],
    ['name', forge(['name', 'asc', 'a\0', 'k'])],
    ['name', forge(['name', 'asc', 'a'])],
    ['tags', forge(['tags', 'asc', {}, 'k'])],
  ]
  for (const [column, cursor] of bad)
    await expect(by(column, cursor), cursor).rejects.toMatchObject({ code: 'InvalidCursor' })
})

test('a query answers in plain types', async () => {
  const [row] = await models.query<{ n: number; at: string }>({
    text: 'select sum(size) n, max(at) at from read.items where site = $1',
    values: ['S1'],
  })
  expect(row).toEqual({ n: expect.any(Number), at: '2026-01-06T00:00:00.000Z' })
})

test('waiting ends when every projection is there, or when the time is over', async () => {
  const elsewhere = createReadModels({ pool: database.pool, store: log, projections: [items] })
  const next = (await log.head()) + 1
  const both = [models.waitFor(next, 20_000), elsewhere.waitFor(next, 20_000)]
  await log.add({ type: 'Put', data: { ...all[0]!, id: 'late' } })
  expect(await Promise.all(both)).toEqual([true, true])
  expect(await models.waitFor(next + 1_000, 30)).toBe(false)
  const [status] = await models.status()
  expect(status).toEqual({
    ...{ name: 'items', version: 1, state: 'LIVE', position: next, lag: 0, building: null },
    error: null,
  })
})

test('events that concern no projection move its position all the same', async () => {
  expect(await models.waitFor(await log.add(changed('t1')), 20_000)).toBe(true)
})
