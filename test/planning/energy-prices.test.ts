import { expect, test } from 'vitest'
import { after, T0 } from '../spec.ts'
import { codesOf, problemOf, released, say } from './site.ts'

const HOUR = 3_600
const WEEK = 7 * 24 * HOUR
const rules = say('PlanningRulesSet', {
  ...{ horizonMs: WEEK * 1_000, frozenMs: 0, firmMs: 0, repairMs: 3_600_000, automatic: false },
})
const tariff = (tariffId: string, prices: readonly (readonly [number, number, number])[]) =>
  say('EnergyTariffSet', {
    ...{ tariffId, currency: 'EUR', source: 'contract' },
    prices: prices.map(([from, to, pricePerKwh]) => ({
      ...{ from: after(from), to: after(to), pricePerKwh },
    })),
  })
const contract = tariff('contract', [
  [-1_440, 60, 0.2],
  [60, 14_400, 0.4],
])
const auction = tariff('auction', [
  [30, 90, -0.1],
  [90, 120, 0.9],
])

test('the prices of a day take the place of those of the contract, whichever was told first', () => {
  for (const facts of [
    [contract, auction],
    [auction, contract],
  ]) {
    const { problem } = problemOf([rules, ...facts])
    expect(problem.energyPrices).toEqual([
      { from: 0, to: HOUR / 2, price: 0.2 },
      { from: HOUR / 2, to: 1.5 * HOUR, price: -0.1 },
      { from: 1.5 * HOUR, to: 2 * HOUR, price: 0.9 },
      { from: 2 * HOUR, to: WEEK, price: 0.4 },
    ])
  }
})

test('what no tariff prices counts as their mean, and is told', () => {
  const found = problemOf([rules, auction])
  const mean = (-0.1 * 2 + 0.9) / 3
  expect(found.problem.energyPrices).toEqual([
    { from: 0, to: HOUR / 2, price: expect.closeTo(mean, 9) },
    { from: HOUR / 2, to: 1.5 * HOUR, price: -0.1 },
    { from: 1.5 * HOUR, to: 2 * HOUR, price: 0.9 },
    { from: 2 * HOUR, to: WEEK, price: expect.closeTo(mean, 9) },
  ])
  expect(codesOf(found)).toContain('EnergyPriceUnknown')
})

test('without a tariff there are no prices; one that is over tells nothing', () => {
  const over = tariff('over', [[-120, -60, 0.1]])
  expect(problemOf([rules]).problem.energyPrices).toBeUndefined()
  expect(problemOf([rules, over]).problem.energyPrices).toBeUndefined()
})

test('the power of the narrowest place is that of a mode', () => {
  const { problem } = problemOf([
    released('A', [{}]),
    say('RunningPowerSet', { scopeId: 'MILLS', kilowatts: 12 }),
    say('RunningPowerSet', { scopeId: 'M2', kilowatts: 7.5 }, T0),
  ])
  const [operation] = problem.orders[0]!.operations
  expect(operation!.modes.map(({ kilowatts }) => kilowatts)).toEqual([12, 7.5])
})
