import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkReplay } from '../../src/adapters/postgres/replay-check.ts'
import { projections } from '../../src/projections/index.ts'
import { analysedPlant } from '../support/analysis-plant.ts'

let plant: Awaited<ReturnType<typeof analysedPlant>>
beforeAll(async () => {
  plant = await analysedPlant()
})
afterAll(() => plant.end())

test('a replay of history is history, row for row, and a row that was changed is found', async () => {
  const deps = { pool: plant.pool, store: plant.services.store }
  const sound = await checkReplay(deps, projections)
  expect(sound.projections.filter(({ differing }) => differing.length > 0)).toEqual([])
  expect(sound.projections.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(50)
  const { rows } = await plant.pool.query(
    "select viewname, definition from pg_views where schemaname = 'read' and viewname = 'orders'",
  )
  const table = /from\s+(\S+?)[\s;]/i.exec(rows[0].definition)![1]
  await plant.pool.query(`update ${table} set priority = 77 where key = 'PO-1'`)
  const broken = await checkReplay(deps, projections)
  expect(broken.projections.filter(({ differing }) => differing.length > 0)).toEqual([
    expect.objectContaining({ projection: 'orders', differing: ['PO-1'] }),
  ])
})

test('GraphQL tells it to whoever may read the audit of all sites', async () => {
  const ask = '{ replayCheck { position events grew readModels { name rows differing } } }'
  const { replayCheck } = await plant.ask(ask)
  const head = await plant.services.store.head()
  expect(replayCheck).toMatchObject({ position: `${head}`, events: head, grew: false })
  // The row that the test before changed.
  expect(replayCheck.readModels.filter((r: any) => r.differing.length > 0)).toEqual([
    { name: 'orders', rows: expect.any(Number), differing: ['PO-1'] },
  ])
  const scopes = new Set(['read:audit'])
  await expect(plant.ask(ask, { actor: 'a', scopes, sites: ['S1'] })).rejects.toThrow('all sites')
  const other = new Set(['read:kpi'])
  await expect(plant.ask(ask, { actor: 'b', scopes: other, sites: null })).rejects.toThrow(
    'read:audit',
  )
  const twice = await Promise.allSettled([plant.ask(ask), plant.ask(ask)])
  expect(twice.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})
