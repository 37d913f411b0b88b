import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createScenario } from '../support/scenario.ts'
import { DAYS, FORK_DAY, workedPlant } from '../support/worked-plant.ts'

type Plant = Awaited<ReturnType<typeof workedPlant>>

const FORECAST = `replications fittedTo failures movedCount position
  kpis { measure base { mean halfWidth } }
  orders { orderId base { p10 p50 p90 onTime } } calibration { orders nullReason }`
const CALIBRATION = 'calibration { orders coverage80 biasHours meanError nullReason }'

async function run(plant: Plant, scenarioId: string, fields: string, at?: number) {
  await createScenario(plant)(scenarioId, [], at === undefined ? {} : { at })
  const stream = await plant.listen(`subscription {
    scenarioRun(scenarioId: "${scenarioId}", replications: 100, policy: RULE, rule: FIFO) {
      result { ${fields} } } }`)
  let result: any = null
  for await (const { data, errors } of stream) {
    if (errors) throw errors[0]
    result = data!.scenarioRun.result
  }
  return result
}

describe('a forecast of seven days, held against what came', () => {
  let usual: Plant
  let slower: Plant
  /** What was forecast when nothing of the following week was there yet. */
  let forecast: { readonly position: string }

  beforeAll(async () => {
    usual = await workedPlant()
    slower = await workedPlant(1.4)
    await usual.until(FORK_DAY)
    forecast = await run(usual, 'then', FORECAST)
    await usual.until(DAYS)
    await slower.until(DAYS)
  })
  afterAll(async () => {
    await usual.end()
    await slower.end()
  })

  test('covers what it says, with little bias and error, where the plant goes on as it did', async () => {
    const { calibration } = await run(usual, 'usual', CALIBRATION)
    expect(calibration.nullReason).toBeNull()
    expect(calibration.orders).toBeGreaterThan(100)
    expect(calibration.coverage80).toBeGreaterThan(0.65)
    expect(calibration.coverage80).toBeLessThan(0.95)
    // Of orders of 13 hours, done after up to seven days.
    expect(Math.abs(calibration.biasHours)).toBeLessThan(3)
    expect(calibration.meanError).toBeLessThan(0.08)
  })

  test('tells by bias and coverage where things take longer from then on', async () => {
    const { calibration } = await run(slower, 'slower', CALIBRATION)
    expect(calibration.coverage80).toBeLessThan(0.4)
    expect(calibration.biasHours).toBeGreaterThan(10)
    expect(calibration.meanError).toBeGreaterThan(0.15)
  })

  test('knows nothing that was recorded later: it is the same, byte for byte', async () => {
    const position = Number(forecast.position)
    expect(await usual.services.store.head()).toBeGreaterThan(position)
    const again = await run(usual, 'again', FORECAST, position)
    expect(JSON.stringify(again)).toBe(JSON.stringify(forecast))
    const other = await run(slower, 'other', FORECAST, position)
    expect(JSON.stringify(other)).toBe(JSON.stringify(forecast))
  })

  test('stands beside the forecast of bottlenecks as well', async () => {
    const { bottleneckForecast } = await usual.ask(
      `{ bottleneckForecast(site: "S1", hours: 2, replications: 20) { ${CALIBRATION} } }`,
    )
    expect(bottleneckForecast.calibration.orders).toBeGreaterThan(100)
    expect(bottleneckForecast.calibration.coverage80).not.toBeNull()
  })
})
