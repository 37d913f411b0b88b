import { describe, expect, test } from 'vitest'
import { c4, capabilityElements, d2 } from '../../src/domain/kpi/capability.ts'
import { evaluate, parseFormula } from '../../src/domain/kpi/formula.ts'

describe('constants of control charts, for subgroups of 2 to 10', () => {
  const D2 = [1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.97, 3.078]
  const C4 = [0.7979, 0.8862, 0.9213, 0.94, 0.9515, 0.9594, 0.965, 0.9693, 0.9727]
  test.each(D2.map((table, i) => [i + 2, table] as const))('d2(%i) is %d', (n, table) =>
    expect(Math.abs(d2(n) - table)).toBeLessThanOrEqual(0.000501),
  )
  test.each(C4.map((table, i) => [i + 2, table] as const))('c4(%i) is %d', (n, table) =>
    expect(Math.abs(c4(n) - table)).toBeLessThanOrEqual(0.0000501),
  )
  test('of two values they are known in closed form, of five as R integrates it', () => {
    expect(d2(2)).toBeCloseTo(2 / Math.sqrt(Math.PI), 14)
    expect(c4(2)).toBeCloseTo(Math.sqrt(2 / Math.PI), 14)
    expect(d2(5)).toBeCloseTo(2.32592894726, 10)
  })
})

test('a capability study of single values, and of subgroups', () => {
  const limits = { lowerLimit: 0, upperLimit: null }
  const single = capabilityElements({ values: [1, 3, 2], ...limits, subgroupSize: 1 })
  expect(single).toEqual({ N: 3, LSL: 0, XBAR: 2, S: 1, SIGMA: 1.5 / d2(2) })
  const grouped = capabilityElements({ values: [1, 3, 2, 2], ...limits, subgroupSize: 2 })
  expect(grouped.SIGMA).toBe(1 / d2(2))
})

describe('formulas', () => {
  const value = (text: string) =>
    evaluate(parseFormula(text), (name) => (name === 'A' ? 6 : { unknown: `no ${name}` }))
  test('a fraction tells both its sides', () =>
    expect(value('(A + 2) / (A - 2)')).toEqual({
      ...{ value: 2, numerator: 8, denominator: 4, nullReason: null },
    }))
  test('min, max, minus and numbers', () => expect(value('max(min(A, 4), -1) * 2').value).toBe(8))
  test('a zero denominator and an unknown element are null with the reason', () => {
    expect(value('1 / (A - 6)')).toMatchObject({ value: null, nullReason: 'A - 6 is zero.' })
    expect(value('A / B')).toMatchObject({ value: null, numerator: 6, nullReason: 'no B' })
  })
  test.each([
    ...['', 'A; A', 'A.constructor', 'A["x"]', 'process()', 'constructor.constructor("1")()'],
    ...['A ? 1 : 2', '[A]', '"text"', 'A ** 2', 'A == 1', '!A', 'min()', 'this', 'A = 1', '1e999'],
  ])('%s is refused', (text) => expect(() => parseFormula(text)).toThrow(SyntaxError))
})
