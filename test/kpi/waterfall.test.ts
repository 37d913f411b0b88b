import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Elements } from '../../src/domain/kpi/elements.ts'
import { pareto } from '../../src/domain/kpi/pareto.ts'
import type { Bar } from '../../src/domain/kpi/waterfall.ts'
import type { KpiInputs } from '../../src/projections/kpi/inputs.ts'
import { OF_NO_STOP, timeByCause, type CausedStop } from '../../src/projections/kpi/stop-time.ts'
import { waterfalls } from '../../src/projections/kpi/waterfalls.ts'
import {
  ALL,
  DAY,
  elementsOf,
  gap,
  histories,
  HOUR,
  inputsOf,
  MINUTE,
  pieces,
  START,
  state,
  works,
} from './plant.ts'

const RUNS = { numRuns: 100 }
const TWO_DAYS = { from: 0, to: 2 * DAY }
type Given = Omit<Parameters<typeof inputsOf>[1], 'from' | 'to'>
const both = (given: Given, window = TWO_DAYS): KpiInputs => {
  const [a, b] = ['M1', 'M2'].map((id) => inputsOf(id, { ...window, ...given }))
  return { ...a!, subjects: [...a!.subjects, ...b!.subjects] }
}
const shuffled = <T>(all: readonly T[], picks: Iterator<number>): T[] => {
  const copy = [...all]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = picks.next().value! % (i + 1)
    ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
  }
  return copy
}
const sum = (bars: readonly Bar[]): number => bars.reduce((n, bar) => n + bar.durationMs, 0)
const msOf = (bars: readonly Bar[], id: string) => bars.find((bar) => bar.id === id)?.durationMs

test('the waterfall adds up to machines x window, and its levels are the elements of the time model', () =>
  fc.assert(
    fc.property(histories, works, fc.boolean(), (facts, work, planned) => {
      const inputs = both({ facts, work, planned })
      const { bars } = waterfalls(inputs, ALL).whole
      const e = elementsOf(inputs) as Required<Elements>
      expect(bars[0]).toMatchObject({ id: 'CALENDAR', durationMs: 2 * 2 * DAY })
      expect(sum(bars.filter(({ kind }) => kind === 'LOSS')) + bars.at(-1)!.durationMs).toBe(
        2 * 2 * DAY,
      )
      const levels = ['SCHEDULED', 'POT', 'PBT', 'AUBT', 'AUPT', 'APT'].map((id) => msOf(bars, id))
      expect(levels).toEqual([e.POT + e.UNOBSERVED, e.POT, e.PBT, e.AUBT, e.AUPT, e.APT])
      expect([msOf(bars, 'NO_DATA'), msOf(bars, 'SETUP')]).toEqual([e.UNOBSERVED, e.AUST])
      for (const { id, kind, durationMs } of bars)
        if (kind === 'LOSS' && id !== 'SPEED') expect(durationMs).toBeGreaterThanOrEqual(0)
    }),
    RUNS,
  ))

test('groups of the waterfall add up, in any order of arrival', () =>
  fc.assert(
    fc.property(histories, works, fc.infiniteStream(fc.nat()), (facts, work, picks) => {
      const inputs = both({ facts, work })
      const { whole, groups } = waterfalls(inputs, { groupBy: ['EQUIPMENT', 'DAY'], filter: {} })
      for (const { id, durationMs } of whole.bars)
        expect(groups.reduce((n, { bars }) => n + (msOf(bars, id) ?? 0), 0)).toBe(durationMs)
      const other = both({ facts: shuffled(facts, picks), work })
      expect(waterfalls(other, ALL).whole).toEqual(whole)
    }),
    RUNS,
  ))

test('a shift, bar by bar', () => {
  const facts = [
    ...[state(5 * HOUR, 'RUNNING'), state(7 * HOUR, 'SETUP'), state(8 * HOUR, 'RUNNING')],
    ...[state(9 * HOUR, 'FAULT'), state(9.5 * HOUR, 'RUNNING'), pieces(8 * HOUR, 240)],
    ...[state(12 * HOUR, 'IDLE'), gap(13 * HOUR)],
  ]
  const inputs = inputsOf('M1', { from: 6 * HOUR, to: 14 * HOUR, facts })
  const { bars, endsBecause } = waterfalls(inputs, ALL).whole
  const hours = Object.fromEntries(bars.map(({ id, durationMs }) => [id, durationMs / HOUR]))
  expect(endsBecause).toBeNull()
  expect(hours).toMatchObject({
    ...{ CALENDAR: 8, NOT_SCHEDULED: 0.5, SCHEDULED: 7.5, NO_DATA: 1, POT: 6.5, PBT: 6.5 },
    ...{ NO_ORDER: 1, AUBT: 5.5, FAULT: 0.5, AUPT: 5, SETUP: 1, APT: 4 },
    ...{ SPEED: 2, NET_PRODUCTION: 2, QUALITY: 0, FULLY_PRODUCTIVE: 2 },
  })
  const unpriced = inputsOf('M1', { from: 6 * HOUR, to: 14 * HOUR, facts, idealMs: null })
  const short = waterfalls(unpriced, ALL).whole
  expect(short.bars.at(-1)).toMatchObject({ id: 'APT', durationMs: 4 * HOUR })
  expect(short.endsBecause).toMatch('ideal cycle time')
})

/** Stretches that do not overlap, on two machines. */
const stops = fc
  .array(fc.tuple(fc.nat({ max: 2_879 }), fc.constantFrom('M1', 'M2'), fc.constantFrom('a', 'b')), {
    maxLength: 12,
  })
  .map((cuts) =>
    ['M1', 'M2'].flatMap((subjectId): CausedStop[] => {
      const mine = cuts.filter(([, id]) => id === subjectId).sort((a, b) => a[0] - b[0])
      return mine.slice(1).map(([to, , cause], i) => ({
        ...{ subjectId, cause, from: START + mine[i]![0] * MINUTE, to: START + to * MINUTE },
      }))
    }),
  )

test('causes of standing still add up to PBT - APT, and windows that meet to the whole', () =>
  fc.assert(
    fc.property(histories, works, stops, fc.nat({ max: 2_880 }), (facts, work, all, cut) => {
      const total = (inputs: KpiInputs): readonly [number, number] => {
        const found = [...timeByCause(inputs, all).values()]
        const ms = found.reduce((n, { durationMs }) => n + durationMs, 0)
        const { PBT, APT } = elementsOf(inputs) as Required<Elements>
        expect(ms).toBe(PBT - APT)
        return [ms, found.reduce((n, { count }) => n + count, 0)]
      }
      const at = cut * MINUTE
      const parts = [
        { from: 0, to: at },
        { from: at, to: 2 * DAY },
      ]
        .filter(({ from, to }) => from < to)
        .map((window) => total(both({ facts, work }, window)))
      const whole = total(both({ facts, work }))
      expect([0, 1].map((i) => parts.reduce((n, part) => n + part[i]!, 0))).toEqual(whole)
    }),
    RUNS,
  ))

test('a stop counts with the planned busy time in it', () => {
  const facts = [state(5 * HOUR, 'RUNNING'), state(9 * HOUR, 'FAULT'), state(11 * HOUR, 'RUNNING')]
  const inputs = inputsOf('M1', { from: 6 * HOUR, to: 14 * HOUR, facts })
  const stop = { subjectId: 'M1', cause: 'jam', from: START + 9 * HOUR, to: START + 11 * HOUR }
  expect([...timeByCause(inputs, [stop]).values()]).toEqual([
    { key: OF_NO_STOP, durationMs: 0, count: 0 },
    { key: 'jam', durationMs: 1.5 * HOUR, count: 1 },
  ])
})

test('a Pareto chart: largest first, ties by name, shares up to one', () => {
  const chart = pareto(
    [
      { key: 'b', n: 1 },
      { key: 'c', n: 6 },
      { key: 'a', n: 1 },
    ],
    ({ n }) => n,
  )
  expect(chart.map(({ key, share, cumulativeShare }) => [key, share, cumulativeShare])).toEqual([
    ['c', 0.75, 0.75],
    ['a', 0.125, 0.875],
    ['b', 0.125, 1],
  ])
  expect(pareto([{ key: 'a', n: 0 }], ({ n }) => n)[0]).toMatchObject({ share: null })
})
