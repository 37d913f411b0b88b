import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equipmentEvents as e } from '../../src/domain/equipment/events.ts'
import { intervals, totals } from '../../src/projections/equipment/intervals.ts'
import { equipmentTimeline } from '../../src/projections/equipment/timeline.ts'
import { replay } from '../../src/projections/projection.ts'
import { after, at, recorded, T0 } from '../spec.ts'
import { observations } from './arbitraries.ts'

const M = { equipmentId: 'M1' }
const state = (minute: number, of: 'RUNNING' | 'IDLE' | 'SETUP') =>
  at(after(minute), e.stateChanged({ ...M, state: of, nativeState: null, reason: null }))
const gap = (minute: number) => at(after(minute), e.dataGapStarted({ ...M, reason: 'lost' }))
const gapEnd = (minute: number) => at(after(minute), e.dataGapEnded(M))
const program = (minute: number, name: string | null) =>
  at(after(minute), e.programChanged({ ...M, program: name }))

const rowsOf = (...facts: Parameters<typeof recorded>[0]) => [
  ...replay(equipmentTimeline, recorded(facts)).values(),
]
const window = (from: number, to: number, horizon = 10_000) => ({
  from: after(from),
  to: after(to),
  horizon: after(horizon),
})
/** `from-to STATE program` in minutes. */
const minutes = (moment: string) => (Date.parse(moment) - Date.parse(T0)) / 60_000
const short = (...given: Parameters<typeof intervals>) =>
  intervals(...given).map((i) =>
    [`${minutes(i.from)}-${minutes(i.to)}`, i.state, i.program].filter(Boolean).join(' '),
  )

describe('timeline', () => {
  it('before the first fact there is no data; a state lasts until the next', () =>
    expect(short(rowsOf(state(10, 'IDLE'), state(20, 'RUNNING')), window(0, 30))).toEqual([
      '0-10 NO_DATA',
      '10-20 IDLE',
      '20-30 RUNNING',
    ]))

  it('is clipped to the window', () =>
    expect(short(rowsOf(state(0, 'IDLE'), state(20, 'RUNNING')), window(5, 15))).toEqual([
      '5-15 IDLE',
    ]))

  it('a gap cuts the state and lasts until a state is told again', () =>
    expect(
      short(rowsOf(state(0, 'RUNNING'), gap(5), gapEnd(10), state(12, 'RUNNING')), window(0, 20)),
    ).toEqual(['0-5 RUNNING', '5-12 NO_DATA', '12-20 RUNNING']))

  it('a state delivered late for a moment within a gap is data', () =>
    expect(
      short(rowsOf(state(0, 'RUNNING'), gap(5), gapEnd(10), state(7, 'IDLE')), window(0, 20)),
    ).toEqual(['0-5 RUNNING', '5-7 NO_DATA', '7-20 IDLE']))

  it('a program cuts it, and shows only where there is data', () =>
    expect(
      short(
        rowsOf(program(0, 'A'), state(2, 'RUNNING'), program(4, 'B'), gap(6), program(8, null)),
        window(0, 10),
      ),
    ).toEqual(['0-2 NO_DATA', '2-4 RUNNING A', '4-6 RUNNING B', '6-10 NO_DATA']))

  it('nothing is known beyond the horizon', () =>
    expect(short(rowsOf(state(0, 'RUNNING'), state(8, 'IDLE')), window(0, 10, 7))).toEqual([
      '0-7 RUNNING',
      '7-10 NO_DATA',
    ]))

  it('the same state told again is one interval', () =>
    expect(short(rowsOf(state(0, 'IDLE'), state(5, 'IDLE')), window(0, 10))).toEqual(['0-10 IDLE']))
})

describe('laws', () => {
  const facts = fc
    .array(observations, { maxLength: 30 })
    .map((all) =>
      recorded(
        all
          .filter((o) => (o.data as { equipmentId: string }).equipmentId === 'M1')
          .map((o) => at(o.occurredAt, { type: o.type, data: o.data })),
      ),
    )
  const part = fc.integer({ min: -2, max: 70 }).map((n) => after(n * 60))

  it('intervals partition the window, and totals sum up to it', () =>
    fc.assert(
      fc.property(facts, part, part, part, (all, a, b, horizon) => {
        const [from, to] = [a, b].sort() as [string, string]
        const rows = [...replay(equipmentTimeline, all).values()]
        const found = intervals(rows, { from, to, horizon })
        expect(found.map((i) => i.from)).toEqual(
          from === to ? [] : [from, ...found.slice(0, -1).map((i) => i.to)],
        )
        expect(found.at(-1)?.to ?? to).toBe(to)
        expect(found.every((i) => i.durationMs > 0)).toBe(true)
        const sum = totals(found).reduce((total, { durationMs }) => total + durationMs, 0)
        expect(sum).toBe(Date.parse(to) - Date.parse(from))
      }),
    ))

  it('any order of arrival gives the same timeline', () =>
    fc.assert(
      fc.property(
        facts.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
          ),
        ),
        ([all, shuffled]) => {
          const of = (some: typeof all) =>
            intervals([...replay(equipmentTimeline, some).values()], window(0, 4_000))
          expect(of(shuffled)).toEqual(of(all))
        },
      ),
    ))

  it('facts before the window matter only by the last state or gap and the last program', () =>
    fc.assert(
      fc.property(facts, part, (all, from) => {
        const rows = [...replay(equipmentTimeline, all).values()]
        const cut = { from, to: after(5_000), horizon: after(5_000) }
        const whole = intervals(rows, { ...cut, from: after(-200) })
        const clipped = whole
          .filter((i) => i.to > from)
          .map((i) => ({ state: i.state, to: i.to, program: i.program }))
        expect(
          intervals(rows, cut).map((i) => ({ state: i.state, to: i.to, program: i.program })),
        ).toEqual(clipped)
      }),
    ))
})

it('a month of minutely states is computed in far less than a second', () => {
  const facts = Array.from({ length: 43_200 }, (_, i) => state(i, i % 2 ? 'RUNNING' : 'IDLE'))
  const rows = rowsOf(...facts)
  const start = performance.now()
  expect(intervals(rows, window(0, 43_200, 50_000))).toHaveLength(43_200)
  expect(performance.now() - start).toBeLessThan(1_000)
})
