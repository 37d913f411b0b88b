import { graphql } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemPrincipal } from '../../src/api/authorise.ts'
import { createContext } from '../../src/api/context.ts'
import { schema } from '../../src/api/schema.ts'
import type { ReadAll } from '../../src/commands/event-store.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { orders } from '../../src/projections/production/orders.ts'
import { plantWithApi } from '../support/api.ts'

const HEAD = 3_000_000
let plant: Awaited<ReturnType<typeof plantWithApi>>
beforeAll(async () => {
  plant = await plantWithApi([orders])
})
afterAll(() => plant.end())

/** A log of which no more is read than there has to be. */
const fact: Recorded = {
  ...{ id: '', type: 'Nothing', data: {}, schemaVersion: 1, stream: 'a', revision: 0, position: 1 },
  metadata: {
    ...{ occurredAt: '2030-01-01T00:00:00.000Z', source: 'spec', site: 'S1', actor: 'spec' },
    ...{ correlationId: '', causationId: '' },
  },
  recordedAt: '2030-01-01T00:00:00.000Z',
}
const endless = async ({ from, limit }: ReadAll): Promise<readonly Recorded[]> =>
  Array.from({ length: limit }, (_, i) => ({ ...fact, position: from + i + 1 }))

test('a history too long to fold is refused with a code that says so', async () => {
  const store = { ...plant.services.store, head: async () => HEAD, readAll: endless }
  const contextValue = createContext({ ...plant.services, store }, systemPrincipal)
  const source = '{ bottleneckForecast(site: "S1") { hours { from } } }'
  const { errors } = await graphql({ schema, source, contextValue })
  expect(errors?.[0]?.extensions['code']).toBe('TooManyFacts')
  expect(errors?.[0]?.message).toBe(
    `position ${HEAD}: more than 2000000 facts of planning lie before it, the most that are folded for one question.`,
  )
})
