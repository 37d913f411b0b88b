import { expect, test } from 'vitest'
import { seededRandom } from '../../src/domain/planning/random.ts'
import { calibrate } from '../../src/projections/planning/backtest.ts'
import type { Forecast } from '../../src/projections/planning/compare-scenarios.ts'
import type { OrderRow } from '../../src/projections/production/orders.ts'
import type { Keyed } from '../../src/projections/projection.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 2, 2)
const iso = (hours: number) => new Date(START + hours * HOUR).toISOString()
const span = { at: iso(0), now: iso(168) }

/** Orders that are done evenly between 0 and 100 hours, `shift` hours later than forecast. */
function plant(count: number, shift: number) {
  const random = seededRandom(3)
  const forecasts = new Map<string, Forecast>()
  const actual = new Map<string, Keyed<OrderRow>>()
  for (let i = 0; i < count; i++) {
    forecasts.set(`O${i}`, { p10: iso(10), p50: iso(50), p90: iso(90), onTime: null })
    const endedAt = iso(100 * random() + shift)
    actual.set(`O${i}`, { status: 'COMPLETED', endedAt } as Keyed<OrderRow>)
  }
  return { forecasts, actual }
}

test('a forecast that is right covers what it says, without bias', () => {
  const { forecasts, actual } = plant(2_000, 0)
  const found = calibrate(forecasts, actual, span)
  expect(found.coverage80!).toBeGreaterThan(0.77)
  expect(found.coverage80!).toBeLessThan(0.83)
  expect(Math.abs(found.biasHours!)).toBeLessThan(2)
  expect(found.nullReason).toBeNull()
})

test('one that is too early shows by its bias and its coverage', () => {
  const { forecasts, actual } = plant(2_000, 40)
  const found = calibrate(forecasts, actual, span)
  expect(Math.abs(found.biasHours! - 40)).toBeLessThan(2)
  expect(found.coverage80!).toBeLessThan(0.6)
})

test('too few orders give no figure but a reason', () => {
  const { forecasts, actual } = plant(4, 0)
  expect(calibrate(forecasts, actual, span)).toEqual({
    ...{ orders: 4, coverage80: null, biasHours: null, meanError: null },
    nullReason: '4 orders open then can be judged now; it takes 5.',
  })
})
