import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { ofAllocation } from '../energy/read-models.ts'
import { plantWithApi } from '../support/api.ts'

/** Twenty days of 100 kWh base load, 2 kWh a piece and 5 kWh a degree day; then ten that save 30 kWh. */
let plant: Awaited<ReturnType<typeof plantWithApi>>
let commands = 0
async function wish(type: string, content: object) {
  const decider = deciders.find((d) => type in d.commands)!
  const envelope = { commandId: `c${commands++}`, actor: 'spec', site: 'S1', source: 'spec' }
  const outcome = await plant.execute(decider, { type, ...content }, envelope)
  return isRejection(outcome) ? outcome.rejected : outcome.position
}
const day = (n: number): string => new Date(Date.UTC(2026, 2, 1 + n)).toISOString()
const pieces = (n: number): number => 50 + ((n * 37) % 40)
const degrees = (n: number): number => 4 + ((n * 11) % 9)
/** So small that the fit is nearly exact, and not so small that it is. */
const noise = (n: number): number => ((n * 7) % 3) - 1

beforeAll(async () => {
  plant = await plantWithApi(ofAllocation)
  await wish('RegisterMeter', { meterId: 'E', name: 'E', scopeId: null, medium: 'ELECTRICITY' })
  const context = { source: 'spec', site: 'S1', actor: 'spec' }
  for (let n = 0; n < 30; n++) {
    const span = { from: day(n), to: day(n + 1) }
    const energyKwh = 100 + 2 * pieces(n) + 5 * degrees(n) + noise(n) - (n < 20 ? 0 : 30)
    const counted = { equipmentId: 'M1', counter: 'parts', delta: pieces(n), unit: 'C62' }
    await plant.record(
      [
        { type: 'EnergyMeasured', data: { meterId: 'E', ...span, energyKwh }, occurredAt: span.to },
        { type: 'CounterAdvanced', data: counted, occurredAt: span.to },
        // Of one day nobody noted the weather.
        ...(n === 25
          ? []
          : [
              {
                type: 'VariableObserved',
                data: { seriesId: 'HDD', ...span, value: degrees(n), unit: 'DD' },
                occurredAt: span.to,
              },
            ]),
      ],
      context,
    )
  }
})
afterAll(() => plant.end())

const made = { source: 'COUNTED', name: 'pieces', equipmentIds: ['M1'] }
const heat = { source: 'SERIES', name: 'heat', seriesId: 'HDD' }
const definition = (enpiId: string, model: string, variables: object[]) => ({
  ...{ enpiId, model, variables, name: 'plant', meterIds: ['E'], reason: 'energy review 2026' },
  ...{ period: 'DAY', baselineFrom: day(0), baselineTo: day(20) },
})
const enpi = async (enpiId: string, fields: string, more = '') => {
  await plant.settled()
  const window = `from: "${day(20)}", to: "${day(30)}"`
  return (await plant.ask(`{ enpi(enpiId: "${enpiId}", ${window} ${more}) { ${fields} } }`)).enpi
}

test('a regression finds base load and slopes, and what was saved against them', async () => {
  await wish('DefineEnpi', definition('plant', 'REGRESSION', [made, heat]))
  const found = await enpi(
    'plant',
    `observations leftOut rSquared adjustedRSquared cvRmse f fp savedKwh improvement actualKwh
    coefficients { name value standardError t p } periods { savedKwh variables }`,
  )
  expect(found).toMatchObject({ observations: 20, leftOut: 1 })
  const [intercept, piece, degree] = found.coefficients
  expect([intercept.name, piece.name, degree.name]).toEqual(['intercept', 'pieces', 'heat'])
  expect(piece.value).toBeCloseTo(2, 1)
  expect(degree.value).toBeCloseTo(5, 0)
  for (const { value, standardError, t, p } of [piece, degree]) {
    expect(t).toBeCloseTo(value / standardError, 9)
    expect(p).toBeLessThan(1e-9)
  }
  expect(found.rSquared).toBeGreaterThan(0.999)
  expect(found.adjustedRSquared).toBeLessThan(found.rSquared)
  expect(found.cvRmse).toBeLessThan(0.005)
  expect(found.fp).toBeLessThan(1e-9)
  expect(found.periods).toHaveLength(9)
  expect(Math.abs(found.savedKwh - 9 * 30)).toBeLessThan(9)
  expect(found.improvement).toBeCloseTo(found.savedKwh / (found.savedKwh + found.actualKwh), 5)
})

test('a ratio is one of sums', async () => {
  await wish('DefineEnpi', definition('ratio', 'RATIO', [made]))
  const { ratio, actualRatio, rSquared } = await enpi('ratio', 'ratio actualRatio rSquared')
  const days = Array.from({ length: 30 }, (_, n) => n)
  const sum = (of: number[], f: (n: number) => number) => of.reduce((all, n) => all + f(n), 0)
  const kwh = (n: number) => 100 + 2 * pieces(n) + 5 * degrees(n) + noise(n) - (n < 20 ? 0 : 30)
  expect(ratio).toBeCloseTo(sum(days.slice(0, 20), kwh) / sum(days.slice(0, 20), pieces), 6)
  expect(actualRatio).toBeCloseTo(sum(days.slice(20), kwh) / sum(days.slice(20), pieces), 6)
  expect(rSquared).toBeNull()
})

test('as known at, with the definition, readings, counts and values of then', async () => {
  const first = (await wish('DefineEnpi', definition('known', 'RATIO', [made]))) as number
  const ask = (more = '') => enpi('known', 'definition { version } ratio actualKwh leftOut', more)
  const before = await ask()
  const span = { from: day(27), to: day(28) }
  const fix = { meterId: 'E', correctionId: 'c1', personId: 'P1', reason: 'wrong ratio' }
  await wish('CorrectMeterInterval', { ...fix, ...span, quantity: null, unit: 'KWH' })
  await wish('DefineEnpi', definition('known', 'REGRESSION', [made, heat]))
  // The weather of the missing day, and more pieces of the baseline.
  const later = { from: day(25), to: day(26) }
  const more = { equipmentId: 'M1', counter: 'parts', delta: 500, unit: 'C62' }
  await plant.record(
    [
      {
        type: 'VariableObserved',
        data: { seriesId: 'HDD', ...later, value: degrees(25), unit: 'DD' },
        occurredAt: day(26),
      },
      {
        type: 'CounterAdvanced',
        data: more,
        occurredAt: new Date(Date.parse(day(3)) + 1).toISOString(),
      },
    ],
    { source: 'spec', site: 'S1', actor: 'spec' },
  )
  expect(await ask()).toMatchObject({ definition: { version: 2 }, leftOut: 1 })
  const known = await ask(`, asKnownAt: { position: "${first}" }`)
  expect(known).toEqual(before)
  const both = (await wish('DefineEnpi', definition('known', 'RATIO', [made]))) as number
  expect(await ask(`, asKnownAt: { position: "${both}" }`)).toEqual(await ask())
  expect((await ask()).ratio).toBeLessThan(before.ratio)
  const heating = `, asKnownAt: { position: "${both - 3}" }`
  expect(await ask(heating)).toMatchObject({ definition: { version: 2 }, leftOut: 2 })
  expect(await ask(', asKnownAt: { position: "1" }')).toBeNull()
})

test('what cannot be computed is told', async () => {
  expect(await wish('DefineEnpi', definition('x', 'RATIO', [made, heat]))).toBe('RatioOfSeveral')
  await wish('DefineEnpi', {
    ...definition('short', 'REGRESSION', [made, heat]),
    baselineTo: day(2),
  })
  await expect(enpi('short', 'rSquared')).rejects.toThrow('do not tell a REGRESSION')
  expect(await enpi('ghost', 'rSquared')).toBeNull()
})
