import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../src/domain/planning/random.ts'
import {
  fitBreakdowns,
  fitDurations,
  type DurationSample,
} from '../../src/domain/planning/simulation/fitting.ts'
import { durationKey, normalQuantile } from '../../src/domain/planning/simulation/variation.ts'

/** Work that takes `exp(mu + sigma z)` times what was planned. */
function made(operation: string, count: number, { mu, sigma }: { mu: number; sigma: number }) {
  const random = seededRandom(count)
  return Array.from({ length: count }, (): DurationSample => {
    const factor = Math.exp(mu + sigma * normalQuantile(0.000_1 + 0.999_8 * random()))
    return { equipment: 'M1', operation, planned: 600, actual: 600 * factor }
  })
}

describe('durations', () => {
  test('what made the times is found in them', () => {
    const { durations } = fitDurations([
      ...made('slow', 2_000, { mu: 0.3, sigma: 0.1 }),
      ...made('wild', 2_000, { mu: -0.1, sigma: 0.5 }),
    ])
    const slow = durations.get(durationKey('M1', 'slow'))!
    const wild = durations.get(durationKey('M1', 'wild'))!
    expect(slow.mu).toBeCloseTo(0.3, 2)
    expect(slow.sigma).toBeCloseTo(0.1, 1)
    expect(Math.abs(wild.mu + 0.1)).toBeLessThan(0.03)
    expect(Math.abs(wild.sigma - 0.5)).toBeLessThan(0.03)
  })

  test('the fewer there are, the nearer to the standard time', () => {
    const one = fitDurations(made('a', 1, { mu: 0.5, sigma: 0 })).durations
    const many = fitDurations(made('a', 100, { mu: 0.5, sigma: 0 })).durations
    const mu = (of: typeof one) => of.get(durationKey('M1', 'a'))!.mu
    expect(mu(one)).toBeGreaterThan(0)
    expect(mu(one)).toBeLessThan(0.2)
    expect(mu(many)).toBeGreaterThan(0.45)
    expect(fitDurations([])).toMatchObject({
      durations: new Map(),
      otherwise: { mu: 0, sigma: 0.2 },
    })
  })

  test('the more there are, the better the mean is known', () => {
    const { durations, otherwise } = fitDurations(made('a', 95, { mu: 0, sigma: 0.3 }))
    const { sigma, error } = durations.get(durationKey('M1', 'a'))!
    expect(error).toBeCloseTo(sigma / 10, 9)
    // Of what was never done it is not known how far it is from the others.
    expect(otherwise.error).toBeCloseTo(otherwise.sigma / Math.sqrt(5), 9)
  })

  test('a clock that was left running is not the work', () => {
    const left = { equipment: 'M1', operation: 'a', planned: 60, actual: 86_400 }
    expect(fitDurations([left])).toEqual(fitDurations([]))
  })
})

describe('breakdowns', () => {
  test('what made the failures is found in them', () => {
    const random = seededRandom(7)
    let [busySeconds, repairSeconds] = [0, 0]
    for (let i = 0; i < 4_000; i++) {
      busySeconds -= 36_000 * Math.log(1 - random())
      repairSeconds -= 1_200 * Math.log(1 - random())
    }
    const found = fitBreakdowns([{ equipment: 'M1', busySeconds, failures: 4_000, repairSeconds }])
    expect(Math.abs(found.get('M1')!.mtbfSeconds / 36_000 - 1)).toBeLessThan(0.05)
    expect(Math.abs(found.get('M1')!.mttrSeconds / 1_200 - 1)).toBeLessThan(0.05)
  })

  test('a machine that never failed may; where none did, none does', () => {
    const failing = { equipment: 'M1', busySeconds: 100_000, failures: 10, repairSeconds: 5_000 }
    const sound = { equipment: 'M2', busySeconds: 100_000, failures: 0, repairSeconds: 0 }
    const found = fitBreakdowns([failing, sound])
    expect(found.get('M2')!.mtbfSeconds).toBeGreaterThan(found.get('M1')!.mtbfSeconds)
    expect(found.get('M2')!.mtbfSeconds).toBeLessThan(Infinity)
    expect(fitBreakdowns([sound]).size).toBe(0)
  })
})
