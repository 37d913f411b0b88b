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
