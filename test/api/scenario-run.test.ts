import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analysedPlant } from '../support/analysis-plant.ts'
import { createScenario } from '../support/scenario.ts'

let plant: Awaited<ReturnType<typeof analysedPlant>>
let create: ReturnType<typeof createScenario>

beforeAll(async () => {
  plant = await analysedPlant()
  create = createScenario(plant)
})
afterAll(() => plant.end())

describe('the coming days under an assumption', () => {
  const run = async (scenarioId: string, args = '') => {
    const stream = await plant.listen(`subscription {
      scenarioRun(scenarioId: "${scenarioId}", replications: 40 ${args}) {
        done total result { replications fittedTo failures movedCount
          kpis { measure base { mean } scenario { mean } difference { mean halfWidth } }
          orders { orderId flips base { p50 onTime } scenario { p50 onTime } }
          moved { orderId operationId baseStart scenarioStart }
          calibration { coverage80 nullReason } } } }`)
    const seen: any[] = []
    for await (const { data, errors } of stream) {
      if (errors) throw errors[0]
      seen.push(data.scenarioRun)
    }
    return seen
  }

  test('a rush order comes first, which is told by pairs', async () => {
    const head = await plant.services.store.head()
    await create('rush', [
      {
        type: 'ReleaseOrder',
        input: {
          ...{ orderId: 'RUSH', materialId: 'gear', quantity: 60, unit: 'C62', priority: 1 },
          operations: [
            {
              ...{ operationId: '10', sequence: 1, name: 'Mill', workCentreId: 'LINE' },
              ...{ setupTimeMs: 0, runTimeMsPerUnit: 60_000 },
            },
          ],
        },
      },
    ])
    const seen = await run('rush')
    expect(seen[0]).toEqual({ done: 0, total: 80, result: null })
    expect(seen.map(({ done }) => done)).toEqual(
      seen.map(({ done }) => done).toSorted((a, b) => a - b),
    )
    const { result } = seen.at(-1)
    expect(result.replications).toBe(40)
    const rush = result.orders.find(({ orderId }: any) => orderId === 'RUSH')
    expect(rush.base).toBeNull()
    expect(rush.scenario.p50).toMatch(/^2030-01-01T0[01]/)
    const done = result.kpis.find(({ measure }: any) => measure === 'ORDERS_DONE')
    expect(done.difference).toEqual({ mean: 1, halfWidth: 0 })
    expect(result.calibration).toMatchObject({ coverage80: null })
    expect(result.calibration.nullReason).toContain('it takes 5')
    expect(await plant.services.store.head()).toBe(head)
  })

  test('nothing assumed, nothing different', async () => {
    await create('nothing', [])
    const { result } = (await run('nothing', 'policy: RULE, rule: EDD')).at(-1)
    expect(result.kpis.every(({ difference }: any) => (difference.mean ?? 0) === 0)).toBe(true)
    expect(result).toMatchObject({ movedCount: 0, moved: [] })
    expect(result.orders.every(({ flips }: any) => !flips)).toBe(true)
  })

  test('what was played is kept with the scenario, and not played again', async () => {
    await create('kept', [])
    const first = await run('kept')
    expect(first.length).toBeGreaterThan(1)
    expect(await run('kept')).toEqual([first.at(-1)])
    expect((await run('kept', 'horizonDays: 3')).length).toBeGreaterThan(1)
    const results = `results { replications horizonDays policy rule position version ranAt movedCount }`
    const { scenario } = await plant.ask(`{ scenario(scenarioId: "kept") { position ${results} } }`)
    const one = {
      ...{ replications: 40, policy: 'KEEP', rule: null, version: 2, movedCount: 0 },
      ...{ position: scenario.position, ranAt: expect.stringMatching(/^20/) },
    }
    expect(scenario.results).toEqual([
      { ...one, horizonDays: 3 },
      { ...one, horizonDays: 7 },
    ])
    await plant.ask('mutation { dropScenario(scenarioId: "kept") { __typename } }')
    await create('kept', [])
    expect((await plant.ask(`{ scenario(scenarioId: "kept") { ${results} } }`)).scenario).toEqual({
      results: [],
    })
  })

  test('no more than two run at a time; one that ends gives its place', async () => {
    await create('many', [])
    const listen = (days: number) =>
      plant.listen(`subscription { scenarioRun(scenarioId: "many", replications: 1000,
        horizonDays: ${days}) { done } }`)
    const [a, b, c] = [await listen(1), await listen(2), await listen(3)]
    await a.next()
    await b.next()
    const refused: any = await c.next().then(
      ({ value }) => value.errors[0],
      (error: unknown) => error,
    )
    expect(refused.extensions.code).toBe('TooManyRuns')
    await a.return(undefined)
    await b.return(undefined)
    await expect
      .poll(async () => (await run('many', 'horizonDays: 4').catch(() => [])).at(-1)?.done, {
        timeout: 30_000,
      })
      .toBe(80)
  })

  test('can be given up, and asks for no more than it may', async () => {
    const stream = await plant.listen(
      'subscription { scenarioRun(scenarioId: "nothing", replications: 1000) { done } }',
    )
    expect((await stream.next()).done).toBe(false)
    expect((await stream.return(undefined)).done).toBe(true)
    await expect(run('nothing', 'horizonDays: 61')).rejects.toThrow('horizonDays 61')
    await expect(run('unknown')).rejects.toThrow('no such one')
  })
})

test('bottlenecks of the hours to come, and what ten percent on one machine would give', async () => {
  const { bottleneckForecast } = await plant.ask(`{
    bottleneckForecast(site: "S1", hours: 4, replications: 40, faster: "M1") {
      hours { from machines { equipmentId probability } warning leadTimeHours }
      sensitivity { mean halfWidth } } }`)
  // One operation of 100 minutes with an hour of setup is all that is open, on M1.
  const [first] = bottleneckForecast.hours
  expect(first).toMatchObject({
    from: '2030-01-01T00:00:00.000Z',
    machines: [{ equipmentId: 'M1', probability: 1 }],
    ...{ warning: 'M1', leadTimeHours: 0 },
  })
  expect(bottleneckForecast.hours.slice(1).every(({ warning }: any) => warning === null)).toBe(true)
  expect(bottleneckForecast.sensitivity.mean).toBeGreaterThan(0.09)
  expect(bottleneckForecast.sensitivity.mean).toBeLessThan(0.11)
})
