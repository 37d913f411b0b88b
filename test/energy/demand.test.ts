import { describe, expect, test } from 'vitest'
import { demandWatch } from '../../src/commands/energy/watch-demand.ts'
import { demandLimit } from '../../src/domain/energy/demand-limit.ts'
import { forecast, meterDay, windowAt } from '../../src/domain/energy/demand.ts'
import { demandLimitEvents as e, meterDataEvents as d } from '../../src/domain/energy/events.ts'
import { after, given, recorded } from '../spec.ts'

const measured = (from: number, to: number, energyKwh: number) =>
  d.energyMeasured({
    ...{ meterId: 'E1', from: after(from), to: after(to), energyKwh, demandKw: null },
    ...{ reactiveLaggingKvarh: null, reactiveLeadingKvarh: null, co2Kg: null },
  })
const day = (...facts: ReturnType<typeof measured>[]) => ({
  consulted: facts.reduce((state, fact) => meterDay.evolve(state, fact, ''), meterDay.initial),
})
const limit = { meterId: 'E1', limitKw: 100, windowMinutes: 15, timeZone: 'UTC' }
const set = e.set(limit)
const assess = (minute: number) => ({
  ...{ type: 'AssessDemand' as const, meterId: 'E1', at: after(minute) },
})
const window = { windowFrom: after(0), windowTo: after(15), limitKw: 100 }
const threatened = e.threatened({
  ...{ meterId: 'E1', ...window, usedKwh: 10, observedTo: after(5), forecastKw: 120 },
})

describe('a demand limit', () => {
  test('warns before the window is over', () =>
    given(demandLimit, set)
      .when(assess(5), day(measured(0, 5, 10)))
      .then(threatened))
  test('warns once a window', () =>
    given(demandLimit, set, threatened)
      .when(assess(10), day(measured(0, 5, 10), measured(5, 10, 10)))
      .thenNothing())
  test('says when nothing can keep it any more', () =>
    given(demandLimit, set, threatened)
      .when(assess(15), day(measured(0, 5, 10), measured(5, 15, 15.5)))
      .then(e.exceeded({ meterId: 'E1', ...window, usedKwh: 25.5, observedTo: after(15) })))
  test('is kept when load was shed', () =>
    given(demandLimit, set)
      .when(assess(12), day(measured(0, 6, 12), measured(6, 12, 3)))
      .thenNothing())
  test('a value said again counts once', () =>
    given(demandLimit, set)
      .when(assess(5), day(measured(0, 5, 10), measured(0, 5, 8)))
      .thenNothing())
  test('without one nothing is said', () => {
    given(demandLimit)
      .when(assess(5), day(measured(0, 5, 99)))
      .thenNothing()
    given(demandLimit, set, e.set({ ...limit, limitKw: null }))
      .when(assess(5), day(measured(0, 5, 99)))
      .thenNothing()
  })
})

test('only readings within a window are looked at', () => {
  const react = (...fact: Parameters<typeof measured>) =>
    demandWatch.react(recorded([{ ...measured(...fact), at: after(fact[1]) }])[0]!)
  expect(react(0, 5, 1)).toHaveLength(1)
  expect(react(0, 15, 1)).toEqual([])
})

test('windows begin by the clock of the plant', () => {
  const at = Date.parse('2026-06-01T06:20:00Z')
  const begin = (minutes: number, zone: string) =>
    new Date(windowAt(at, minutes, zone).from).toISOString().slice(11, 16)
  expect(begin(15, 'Europe/Berlin')).toBe('06:15')
  expect(begin(60, 'Asia/Kolkata')).toBe('05:30')
})

test('a forecast goes on as in the last five minutes', () => {
  const minutes = (m: number) => m * 60_000
  const said = [
    { from: minutes(-10), to: minutes(0), kwh: 99 },
    { from: minutes(0), to: minutes(5), kwh: 5 },
    { from: minutes(5), to: minutes(10), kwh: 1 },
  ]
  const found = forecast(said, { from: 0, to: minutes(15) })
  expect(found).toMatchObject({ usedKwh: 6, observedTo: minutes(10), forecastKw: 28 })
  expect(forecast([], { from: 0, to: 60_000 }).forecastKw).toBeNull()
})
