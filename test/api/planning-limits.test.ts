import { afterAll, beforeAll, expect, test } from 'vitest'
import { schema } from '../../src/api/schema.ts'
import { startApi } from '../../src/api/server.ts'
import { apiOptions } from '../../src/api-role.ts'
import type { Scheduler } from '../../src/commands/planning/scheduler.ts'
import { readConfig } from '../../src/config.ts'
import { planParts } from '../../src/projections/planning/plan-parts.ts'
import { plans } from '../../src/projections/planning/plans.ts'
import { planningProjections } from '../../src/projections/planning/read-rows.ts'
import { schedules } from '../../src/projections/planning/schedules.ts'
import { fill } from '../planning/plant-facts.ts'
import { plantWithApi } from '../support/api.ts'

/** Searches that go on until they are let go, or given up. */
const letGo = new Set<() => void>()
const endless: Scheduler = async function* (_, { signal }) {
  await new Promise<void>((resolve) => {
    letGo.add(resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  yield* []
}

let plant: Awaited<ReturnType<typeof plantWithApi>>
beforeAll(async () => {
  plant = await plantWithApi([...planningProjections, plans, planParts, schedules], endless)
  await fill(plant)
  await plant.settled()
})
afterAll(() => plant.end())

const request = async (commandId: string) =>
  (
    await plant.ask(`mutation { requestPlan(commandId: "${commandId}", site: "S1") {
      __typename ... on Ack { stream } ... on Rejected { code message } } }`)
  ).requestPlan

test('one search goes on, twenty wait, the next is refused and leaves no trace, until one has ended', async () => {
  const asked = await Promise.all(Array.from({ length: 25 }, (_, i) => request(`many-${i}`)))
  expect(asked.filter(({ __typename: is }) => is === 'Ack')).toHaveLength(21)
  const refused = asked.filter(({ code }) => code)
  expect(refused).toHaveLength(4)
  for (const one of refused) expect(one).toMatchObject({ code: 'TooManySearches' })
  const facts = await plant.services.store.readAll({ from: 0, limit: 10_000 })
  expect(facts.filter(({ type }) => type === 'PlanRequested')).toHaveLength(21)
  // Asking again for one that waits is no other search.
  expect(await request('many-0')).toEqual(asked[0])
  const [first] = letGo
  first!()
  await expect.poll(async () => (await request('later')).__typename).toBe('Ack')
})

test('whoever goes away gives the question up', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<AbortSignal>()
  const planner = {
    ...plant.services.planner!,
    ask: (_kind: string, _question: object, signal?: AbortSignal) => {
      ask(signal!)
      return new Promise<never>(() => {})
    },
  }
  const api = await startApi({
    ...{ schema, services: { ...plant.services, planner } },
    options: apiOptions(readConfig({}, { port: 0 })),
  })
  const client = new AbortController()
  const query = `{ capacity(site: "S1", groups: [],
    bounds: ["2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z"]) { loads { groupId } } }`
  const answer = fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: client.signal,
  })
  const signal = await asked
  expect(signal.aborted).toBe(false)
  client.abort()
  await expect(answer).rejects.toThrow('abort')
  await expect.poll(() => signal.aborted).toBe(true)
  await api.close()
})
