import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulate } from '../../src/adapters/planner/simulate.ts'
import { runBottleneckWatch } from '../../src/api/bottleneck-watch.ts'
import {
  bottleneckEvents as e,
  bottleneckWatch,
  type BottleneckChance,
} from '../../src/domain/planning/bottleneck-watch.ts'
import { chancesOf } from '../../src/projections/planning/bottleneck-chances.ts'
import { bottleneckWarningTable } from '../../src/projections/planning/bottleneck-warnings.ts'
import { planningProjections } from '../../src/projections/planning/read-rows.ts'
import { schedules } from '../../src/projections/planning/schedules.ts'
import { after, given } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'
import { command } from './plant-facts.ts'

const behind = {
  ...{ position: 7, planId: 'plan-1', simulationVersion: 1, replications: 100, seed: 1 },
}
const assess = (chances: BottleneckChance[], at = after(0)) => ({
  ...{ type: 'AssessBottlenecks' as const, assessmentId: 'a', at, chances, ...behind },
  horizonEndsAt: after(960),
})
const likely = (startsAt: string | null, probability = 0.8): BottleneckChance => ({
  ...{ equipmentId: 'M3', startsAt, probability },
})
const warned = (startsAt = after(300), warningId = 'w') =>
  e.warned({
    ...{ warningId, equipmentId: 'M3', startsAt, probability: 0.8, horizonEndsAt: after(960) },
    ...{ leadTimeMs: Date.parse(startsAt) - Date.parse(after(0)), ...behind },
  })
const ended = (cause: 'PASSED' | 'UNLIKELY', probability: number) =>
  e.withdrawn({ warningId: 'w', equipmentId: 'M3', cause, probability, ...behind })

describe('when a simulation is compared with what was warned of', () => {
  test('a machine that becomes the bottleneck is warned of, with the time that is left', () =>
    given(bottleneckWatch)
      .when(assess([likely(after(300))]))
      .then(warned(after(300), 'a-0')))
  test('once: the next forecast may have it an hour later, or less likely', () => {
    given(bottleneckWatch, warned())
      .when(assess([likely(after(360), 0.7)]))
      .thenNothing()
    given(bottleneckWatch, warned())
      .when(assess([likely(null, 0.45)]))
      .thenNothing()
  })
  test('it is withdrawn when the machine is no longer likely in any hour', () => {
    given(bottleneckWatch, warned())
      .when(assess([likely(null, 0.3)]))
      .then(ended('UNLIKELY', 0.3))
    given(bottleneckWatch, warned()).when(assess([])).then(ended('UNLIKELY', 0))
  })
  test('its hour passes, and what comes after that is a warning of its own', () => {
    given(bottleneckWatch, warned())
      .when(assess([likely(null)], after(300)))
      .then(ended('PASSED', 0.8))
    given(bottleneckWatch, warned())
      .when(assess([likely(after(900))], after(300)))
      .then(
        ended('PASSED', 0.8),
        e.warned({ ...warned(after(900), 'a-0').data, leadTimeMs: 600 * 60_000 }),
      )
  })
  test('what has begun is no warning', () =>
    given(bottleneckWatch)
      .when(assess([likely(after(0)), { ...likely(null), equipmentId: 'M2' }]))
      .thenNothing())
})

test('of a forecast counts the hour that a machine takes over, else its most likely one', () => {
  const hour = (number: number, warning: string | null, chances: Record<string, number>) => ({
    ...{ from: after(60 * number), warning, leadTimeHours: number },
    machines: Object.entries(chances).map(([equipmentId, probability]) => ({
      equipmentId,
      probability,
    })),
  })
  const found = chancesOf([
    hour(0, 'M1', { M1: 1 }),
    hour(1, null, { M1: 0.5, M2: 0.3, M3: 0.2 }),
    hour(2, 'M2', { M2: 0.7, M1: 0.3 }),
    hour(3, null, { M2: 0.9, M1: 0.1 }),
  ])
  expect(found).toEqual([
    { equipmentId: 'M1', startsAt: null, probability: 0.5 },
    { equipmentId: 'M2', startsAt: after(120), probability: 0.7 },
    { equipmentId: 'M3', startsAt: null, probability: 0.2 },
  ])
})

describe('a line whose bottleneck goes over from M2 to M3', () => {
  let plant: Awaited<ReturnType<typeof plantWithApi>>
  const HOUR = 3_600_000
  /** Both before the clock of the plant, which takes no fact of the future. */
  const [NOON, EVENING] = ['2029-12-31T12:00:00.000Z', '2029-12-31T21:00:00.000Z']
  const hour = (n: number): string => new Date(Date.parse(NOON) + n * HOUR).toISOString()
  const [A, B] = [
    { M1: 0.1, M2: 1, M3: 0.1 },
    { M1: 0.1, M2: 0.1, M3: 1 },
  ]
  const release = (orderId: string, hours: Readonly<Record<string, number>>, dueAt: string) =>
    command(plant, {
      ...{ type: 'ReleaseOrder', orderId, materialId: 'gear', quantity: 1, unit: 'C62', dueAt },
      operations: Object.entries(hours).map(([workCentreId, time], sequence) => ({
        ...{ operationId: workCentreId, sequence, name: workCentreId, workCentreId },
        runTimeMsPerUnit: time * HOUR,
      })),
    })
  const rules = (bottleneckHours: number) =>
    command(plant, { type: 'SetPlanningRules', bottleneckHours })
  const FIELDS = `equipmentId status startsAt probability leadTimeMs planId position replications
    warnedAt endedAt endProbability`
  const warnings = async () => {
    await plant.settled()
    const answer = await plant.ask(
      `{ bottleneckWarnings(where: { site: "S1" }, first: 50) { nodes { ${FIELDS} } } }`,
    )
    return answer.bottleneckWarnings.nodes
  }
  /** Has the policy follow the log until there is nothing it still wants to do. */
  async function watch(until: () => Promise<boolean>, now = NOON) {
    const stop = new AbortController()
    const { store, reads, execute } = plant.services
    let looks = 0
    const running = runBottleneckWatch({
      ...{ store, reads, execute, clock: { now: () => now }, signal: stop.signal },
      simulate: async (study, options) => {
        const found = await simulate(study, options)
        looks++
        return found
      },
      ...{ quietMs: 0, lookMs: 10 },
    })
    await expect.poll(until, { timeout: 30_000, interval: 20 }).toBe(true)
    stop.abort()
    await running
    return looks
  }

  beforeAll(async () => {
    plant = await plantWithApi([...planningProjections, schedules, bottleneckWarningTable])
    const node = (scopeId: string, level: string, parentId: string | null) =>
      command(plant, {
        ...{ type: 'DefineHierarchyScope', scopeId, level, parentId, name: scopeId },
        ...(parentId === null ? { timeZone: 'UTC' } : {}),
      })
    await node('S1', 'SITE', null)
    await node('LINE', 'WORK_CENTRE', 'S1')
    for (const machine of ['M1', 'M2', 'M3']) await node(machine, 'WORK_UNIT', 'LINE')
    for (let i = 0; i < 6; i++) await release(`A${i}`, A, `2030-01-02T0${i}:00:00Z`)
    for (let i = 0; i < 6; i++) await release(`B${i}`, B, `2030-01-03T0${i}:00:00Z`)
    await plant.settled()
  })
  afterAll(() => plant.end())

  test('is not watched unless somebody wants it', async () => {
    const stop = new AbortController()
    const { store, reads, execute } = plant.services
    let asked = 0
    const { promise: looked, resolve } = Promise.withResolvers<void>()
    const watching: typeof reads = {
      ...reads,
      async query(query) {
        const rows = await reads.query(query)
        if (++asked === 3) resolve()
        return rows as never
      },
    }
    const running = runBottleneckWatch({
      ...{ store, reads: watching, execute, clock: plant.services.clock, signal: stop.signal },
      ...{ simulate: () => Promise.reject(new Error('nobody wants it')), lookMs: 1 },
    })
    await looked
    stop.abort()
    await running
    expect(await warnings()).toEqual([])
  })

  test('is warned of hours ahead, with the simulation behind it, and pushed to who listens', async () => {
    const pushed = await plant.listen(
      'subscription { bottleneckWarningChanged(equipmentIds: ["M3"]) { equipmentId status } }',
    )
    const first = pushed.next()
    await rules(16)
    await watch(async () => (await warnings()).length > 0)
    const [warning, ...others] = await warnings()
    expect(others).toEqual([])
    expect(warning).toMatchObject({ equipmentId: 'M3', status: 'OPEN', replications: 100 })
    // M2 works off six orders of an hour; M3 has been fed from then on.
    expect(warning.startsAt >= hour(5)).toBe(true)
    expect(warning.startsAt <= hour(8)).toBe(true)
    expect(warning.leadTimeMs).toBe(Date.parse(warning.startsAt) - Date.parse(NOON))
    expect(warning.probability).toBeGreaterThan(0.6)
    expect(Number(warning.position)).toBe((await plant.services.store.head()) - 1)
    const { value } = await first
    expect(value.data.bottleneckWarningChanged).toEqual({ equipmentId: 'M3', status: 'OPEN' })
    await pushed.return(undefined)
  })

  test('started anew, it looks again and repeats nothing', async () => {
    const before = await plant.services.store.head()
    let asked = 0
    const looks = await watch(async () => ++asked > 20 && (await warnings()).length === 1)
    expect(looks).toBe(1)
    expect(await plant.services.store.head()).toBe(before)
  })

  test('when its hour has passed, the next one is a warning of its own', async () => {
    await watch(async () => (await warnings()).length === 2, EVENING)
    const [old, next] = await warnings()
    expect(old).toMatchObject({ equipmentId: 'M3', status: 'PASSED' })
    expect(next).toMatchObject({ equipmentId: 'M3', status: 'OPEN', endedAt: null })
    expect(next.startsAt >= hour(14)).toBe(true)
  })

  test('is withdrawn when what would load the machine is cancelled, as soon as that is known', async () => {
    let cancelled = false
    await watch(async () => {
      if (!cancelled) {
        cancelled = true
        for (let i = 0; i < 6; i++)
          await command(plant, { type: 'CancelOrder', orderId: `B${i}`, reason: 'no customer' })
      }
      return (await warnings()).every(({ status }: any) => status !== 'OPEN')
    }, EVENING)
    const [, next] = await warnings()
    expect(next).toMatchObject({ status: 'UNLIKELY', endedAt: EVENING })
    expect(next.endProbability).toBeLessThan(0.4)
  })

  test('is withdrawn when nobody wants it any more', async () => {
    for (let i = 6; i < 9; i++) await release(`B${i}`, { M1: 0.1, M3: 4 }, '2030-01-03T09:00:00Z')
    const open = async () =>
      (await warnings()).filter(({ status }: any) => status === 'OPEN').length
    await watch(async () => (await open()) === 1)
    await rules(0)
    await watch(async () => (await open()) === 0)
    const facts = await plant.services.store.readAll({ from: 0, limit: 10_000 })
    const count = (type: string) => facts.filter((fact) => fact.type === type).length
    expect(count('BottleneckWarned')).toBe(count('BottleneckWarningWithdrawn'))
  })
})
