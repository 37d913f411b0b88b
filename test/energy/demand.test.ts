import { describe, expect, test } from 'vitest'
import { demandWatch } from '../../src/commands/energy/watch-demand.ts'
import { demandLimit } from '../../src/domain/energy/demand-limit.ts'
import { forecast, windowAt } from '../../src/domain/energy/demand.ts'
import {
  demandLimitEvents as e,
  meterDataEvents as d,
  meterEvents as m,
} from '../../src/domain/energy/events.ts'
import { meterDay, type MeterDay } from '../../src/domain/energy/meter-day.ts'
import { meter, type Meter } from '../../src/domain/energy/meter.ts'
import { after, given, recorded } from '../spec.ts'

const measured = (from: number, to: number, energyKwh: number) =>
  d.energyMeasured({
    ...{ meterId: 'E1', from: after(from), to: after(to), energyKwh, demandKw: null },
    ...{ reactiveLaggingKvarh: null, reactiveLeadingKvarh: null, co2Kg: null },
  })
const read = (reading: number) => d.meterRead({ meterId: 'E1', reading, unit: 'KWH' })
type Said = ReturnType<typeof measured> | readonly [minute: number, reading: number]
const fold = (facts: readonly Said[]): MeterDay =>
  facts.reduce<MeterDay>(
    (state, fact) =>
      'type' in fact
        ? meterDay.evolve(state, fact, '')
        : meterDay.evolve(state, read(fact[1]), after(fact[0])),
    meterDay.initial,
  )
const day = (...facts: Said[]) => ({
  consulted: { meter: meter.initial, dayBefore: meterDay.initial, day: fold(facts) },
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

describe('a limit of a meter that is read', () => {
  const exceeded = (usedKwh: number, minute: number) =>
    e.exceeded({ meterId: 'E1', ...window, usedKwh, observedTo: after(minute) })
  const registered = m.registered({
    ...{ meterId: 'E1', name: 'mill', scopeId: null, parentMeterId: null },
    ...{ medium: 'ELECTRICITY', kind: 'COUNTER', unit: 'KWH', digits: 4 },
  })
  const exchanged = m.exchanged({
    ...{ meterId: 'E1', exchangeId: 'x', deviceId: null, finalReading: 9_025, startReading: 0 },
    ...{ unit: 'KWH', digits: 4, reason: 'calibration ran out' },
  })
  const known = meter.evolve(meter.initial, registered, '')
  const of = (device: Meter, ...stands: Said[]) => ({
    consulted: { ...day(...stands).consulted, meter: device },
  })
  test('is warned of from stand to stand', () =>
    given(demandLimit, set)
      .when(assess(5), of(known, [0, 500], [5, 510]))
      .then(threatened))
  test('goes on where its register starts over, and where the device is exchanged', () => {
    given(demandLimit, set)
      .when(assess(10), of(known, [0, 9_990], [10, 16]))
      .then(exceeded(26, 10))
    const swapped = meter.evolve(known, exchanged, after(5))
    given(demandLimit, set)
      .when(assess(10), of(swapped, [0, 9_000], [10, 1]))
      .then(exceeded(26, 10))
  })
  test('is not exceeded by a fall that nothing explains', () =>
    given(demandLimit, set)
      .when(assess(10), day([0, 9_990], [10, 16]))
      .thenNothing())
  test('remembers the stand before, however long ago', () =>
    expect(
      fold([
        [0, 1],
        [10, 2],
        [600, 3],
      ]).readings,
    ).toMatchObject([{ reading: 2 }, { reading: 3 }]))
})

describe('a window around midnight UTC', () => {
  const midnight = (24 - 6) * 60
  const streams = (minute: number) => {
    const { dayBefore, day: today } = demandLimit.consultsEach!
    const command = assess(minute)
    return [dayBefore.id(command, 'S1'), today.id(command, 'S1')]
  }
  test('is looked at in the streams of both days', () => {
    expect(after(midnight)).toBe('2026-03-03T00:00:00.000Z')
    const both = ['E1-2026-03-02', 'E1-2026-03-03']
    expect(streams(midnight)).toEqual(both)
    // Said after midnight of what was before it.
    expect(streams(midnight - 5)).toEqual(both)
    expect(streams(midnight + 5)).toEqual(both)
    expect(streams(midnight - 120)).toEqual([null, both[0]])
    expect(streams(midnight + 120)).toEqual([null, both[1]])
  })
  test('counts a reading that ends exactly then, and what came before it', () => {
    const late = { windowFrom: after(midnight - 15), windowTo: after(midnight), limitKw: 100 }
    const consulted = {
      meter: meter.initial,
      dayBefore: fold([measured(midnight - 15, midnight - 5, 16)]),
      day: fold([measured(midnight - 5, midnight, 10)]),
    }
    given(demandLimit, set)
      .when(assess(midnight), { consulted })
      .then(e.exceeded({ meterId: 'E1', ...late, usedKwh: 26, observedTo: after(midnight) }))
  })
})

test('only readings within a window that come in time are looked at', () => {
  const react = (from: number, to: number, occurredAt = after(to)) =>
    demandWatch.react(recorded([{ ...measured(from, to, 1), at: occurredAt }])[0]!)
  expect(react(0, 5)).toHaveLength(1)
  expect(react(0, 30)).toHaveLength(1)
  expect(react(0, 60)).toEqual([])
  expect(react(0, 5, after(70))).toEqual([])
  expect(react(-90, -85)).toEqual([])
  const [stand] = recorded([{ ...read(7), at: after(5) }])
  expect(demandWatch.react(stand!)).toMatchObject([{ command: { meterId: 'E1', at: after(5) } }])
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
