import { afterAll, beforeAll, expect, test } from 'vitest'
import { planningRowsOf } from '../../src/projections/planning/fold-rows.ts'
import { createReplay } from '../../src/projections/replay.ts'
import { planningProjections, planningRowsQuery } from '../../src/projections/planning/read-rows.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'
import { fill } from './plant-facts.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>

beforeAll(async () => {
  plant = await plantWithApi(planningProjections)
  await fill(plant)
  await plant.settled()
})
afterAll(async () => plant.end())

test('one statement over the read models and a fold in memory answer the same rows', async () => {
  const at = after(90)
  const [live] = await plant.reads.query<any>(planningRowsQuery('S1', at))
  const fold = createReplay(planningProjections)
  for (const fact of await plant.services.store.readAll({ from: 0, limit: 10_000 }))
    fold.apply(fact)
  const { position, isExact, ...rows } = live
  expect(rows).toEqual(planningRowsOf(fold, 'S1', at))
  expect({ position, isExact }).toEqual({
    position: await plant.services.store.head(),
    isExact: true,
  })
  // Every kind of row is there, so that the comparison is not of nothing with nothing.
  for (const [name, all] of Object.entries<unknown[]>(rows))
    expect([name, all.length > 0]).toEqual([name, true])
})

test('rows of another site are not among them', async () => {
  const [other] = await plant.reads.query<any>(planningRowsQuery('S2', after(90)))
  expect(
    Object.values(other)
      .flat()
      .filter((row) => typeof row === 'object'),
  ).toEqual([])
})
