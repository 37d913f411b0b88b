import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { twoSidedT, upperF } from '../../src/domain/energy/distributions.ts'
import { regress } from '../../src/domain/energy/regression.ts'

/** NIST Statistical Reference Datasets, Longley (1967): employment, and six variables that nearly depend. */
const LONGLEY = `
60323 83.0 234289 2356 1590 107608 1947
61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949
61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951
63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953
63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955
67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957
66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959
69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961
70551 116.9 554894 4007 2827 130081 1962`
const CERTIFIED = [
  [-3482258.63459582, 890420.383607373],
  [15.0618722713733, 84.9149257747669],
  [-0.35819179292591e-1, 0.334910077722432e-1],
  [-2.02022980381683, 0.488399681651699],
  [-1.03322686717359, 0.214274163161675],
  [-0.511041056535807e-1, 0.22607320006937],
  [1829.15146461355, 455.478499142212],
] as const

describe('regression', () => {
  const rows = LONGLEY.trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
  const fit = regress(
    rows.map(([, ...x]) => x),
    rows.map(([y]) => y!),
  )!
  const digits = (found: number, certified: number) =>
    -Math.log10(Math.abs(found - certified) / Math.abs(certified) + 1e-16)

  test('has at least ten certified digits of Longley', () => {
    for (const [i, [value, error]] of CERTIFIED.entries()) {
      expect(digits(fit.coefficients[i]!.value, value)).toBeGreaterThan(10)
      expect(digits(fit.coefficients[i]!.standardError, error)).toBeGreaterThan(10)
    }
    expect(digits(fit.residualStandardError, 304.854073561965)).toBeGreaterThan(10)
    expect(digits(fit.rSquared, 0.995479004577296)).toBeGreaterThan(13)
    expect(digits(fit.f, 330.285339234588)).toBeGreaterThan(10)
  })
  test('tells significance as the tables of t and F do', () => {
    expect(twoSidedT(2.228138852, 10)).toBeCloseTo(0.05, 9)
    expect(twoSidedT(12.7062047364, 1)).toBeCloseTo(0.05, 9)
    expect(upperF(4.964602744, 1, 10)).toBeCloseTo(0.05, 9)
    expect(upperF(3.2388715, 3, 16)).toBeCloseTo(0.05, 7)
    expect(upperF(0, 2, 2)).toBe(1)
    expect(fit.fp).toBeLessThan(1e-8)
    // With one variable, F is the square of t.
    const one = regress([[1], [2], [3], [5]], [2, 3, 5, 6])!
    expect(one.f).toBeCloseTo(one.coefficients[1]!.t ** 2, 9)
    expect(one.fp).toBeCloseTo(one.coefficients[1]!.p, 9)
  })
  test('finds the line that made the points', () =>
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 1_000 }), { minLength: 4, maxLength: 30 }),
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: -9, max: 9 }),
        (x, a, b) => {
          const found = regress(
            x.map((v) => [v]),
            x.map((v) => a + b * v),
          )
          if (new Set(x).size === 1) return expect(found).toBeNull()
          expect(found!.coefficients[0]!.value).toBeCloseTo(a, 6)
          expect(found!.coefficients[1]!.value).toBeCloseTo(b, 6)
        },
      ),
    ))
  test('says nothing where variables depend on each other or there are too few', () => {
    expect(
      regress(
        [
          [1, 2],
          [2, 4],
          [3, 6],
          [4, 8],
        ],
        [1, 2, 3, 5],
      ),
    ).toBeNull()
    expect(regress([[1], [2]], [1, 2])).toBeNull()
  })
})
