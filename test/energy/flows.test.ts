import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bordersOf, fill, quantile } from '../../src/domain/energy/buckets.ts'
import {
  clip,
  combine,
  disjoint,
  fillGaps,
  type Flow,
  type Statement,
} from '../../src/domain/energy/flows.ts'

const say = (from: number, to: number, quantity: number, more: Partial<Statement> = {}) => ({
  ...{ from, to, quantity, kind: 'MEASURED' as const, saidAt: to, ...more },
})
const values = (flows: readonly Flow[]) => flows.map((f) => [f.from, f.to, f.quantity])
const total = (flows: readonly Flow[]) => flows.reduce((sum, f) => sum + f.quantity, 0)

describe('one value for each moment', () => {
  test('of two that overlap the one said later counts where they do', () =>
    expect(values(disjoint([say(0, 10, 10), say(5, 15, 30)]))).toEqual([
      [0, 5, 5],
      [5, 15, 30],
    ]))
  test('an hour said beside its quarters is not added to them', () =>
    expect(total(disjoint([say(0, 4, 8), ...[0, 1, 2, 3].map((q) => say(q, q + 1, 2))]))).toBe(8))
  test('a correction counts before whatever was reported, even later', () => {
    const fixed = say(0, 10, 4, { kind: 'CORRECTED', saidAt: 50 })
    expect(values(disjoint([say(0, 10, 9, { saidAt: 99 }), fixed]))).toEqual([[0, 10, 4]])
  })
  test('what was struck out is a gap', () =>
    expect(values(disjoint([say(0, 10, 9), say(2, 4, 0, { kind: 'VOID' })]))).toEqual([
      [0, 2, 1.8],
      [4, 10, 5.4],
    ]))

  const statement = fc.record({
    from: fc.nat({ max: 60 }),
    length: fc.integer({ min: 1, max: 20 }),
    quantity: fc.nat({ max: 50 }),
    kind: fc.constantFrom(
      'MEASURED' as const,
      'MEASURED' as const,
      'CORRECTED' as const,
      'VOID' as const,
    ),
    saidAt: fc.nat({ max: 5 }),
  })
  test('whatever order they arrive in, and nothing is counted twice', () =>
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 15 }), (said) => {
        const all = said.map(({ length, ...s }) => ({ ...s, to: s.from + length }))
        const flows = disjoint(all)
        expect(disjoint(all.toReversed())).toEqual(flows)
        for (const [i, f] of flows.entries()) {
          expect(f.to).toBeGreaterThan(f.from)
          if (i > 0) expect(f.from).toBeGreaterThanOrEqual(flows[i - 1]!.to)
        }
      }),
    ))
})

describe('gaps', () => {
  const HOUR = 3_600_000
  const week = 168 * HOUR
  const known = disjoint([say(0, HOUR, 10), say(3 * HOUR, 4 * HOUR, 20)])
  test('are filled with the mean of the power before and after, and marked', () =>
    expect(fillGaps(known, { method: 'INTERPOLATE', longestMs: 2 * HOUR })).toEqual([
      known[0],
      { from: HOUR, to: 3 * HOUR, quantity: 30, spanMs: 2 * HOUR, estimated: true },
      known[1],
    ]))
  test('that are too long stay open', () =>
    expect(fillGaps(known, { method: 'INTERPOLATE', longestMs: HOUR })).toEqual(known))
  test('are filled with the same hours a week before, the rest interpolated', () => {
    const past = known.map((f) => ({ ...f, from: f.from - week + HOUR, to: f.to - week + HOUR }))
    const filled = fillGaps([...past, ...known], { method: 'WEEK_BEFORE', longestMs: 2 * HOUR })
    const estimated = filled.filter((f) => f.estimated)
    expect(estimated.find((f) => f.from === HOUR)).toMatchObject({ to: 2 * HOUR, quantity: 10 })
    expect(total(estimated.filter((f) => f.from >= 0))).toBe(25)
  })
  test('real data takes the place of an estimate', () => {
    const late = disjoint([
      ...known.map((f) => say(f.from, f.to, f.quantity)),
      say(HOUR, 3 * HOUR, 7),
    ])
    expect(total(fillGaps(late, { method: 'INTERPOLATE', longestMs: 2 * HOUR }))).toBe(37)
  })
})

describe('a virtual meter', () => {
  const stretch = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 90 }), fc.boolean()), {
      minLength: 1,
      maxLength: 12,
    })
    .map((steps) => {
      let at = 0
      return disjoint(
        steps.flatMap(([length, quantity, isThere]) => {
          const from = at
          at += length
          return isThere ? [say(from, at, quantity)] : []
        }),
      )
    })
  test('is its parts added up wherever all of them have data', () =>
    fc.assert(
      fc.property(stretch, stretch, (a, b) => {
        const combined = combine([
          { factor: 1, flows: a },
          { factor: -0.5, flows: b },
        ])
        const both = combined.reduce(
          (sum, { from, to }) => sum + total(clip(a, from, to)) - 0.5 * total(clip(b, from, to)),
          0,
        )
        expect(total(combined)).toBeCloseTo(both, 9)
        const covers = (flows: readonly Flow[], at: number) =>
          flows.some((f) => f.from <= at && at < f.to)
        for (let at = 0; at < 110; at++)
          expect(covers(combined, at)).toBe(covers(a, at) && covers(b, at))
      }),
    ))
})

describe('windows of the clock', () => {
  const day = (iso: string, timeZone: string, minutes = 15) => {
    const from = Temporal.PlainDate.from(iso).toZonedDateTime(timeZone)
    const to = from.add({ days: 1 })
    const span = { from: from.epochMilliseconds, to: to.epochMilliseconds, timeZone }
    return bordersOf(span, minutes)
  }
  test.each([
    ['2026-03-29', 92],
    ['2026-10-25', 100],
    ['2026-06-01', 96],
  ])('%s in Berlin has %i quarters of an hour', (date, count) =>
    expect(day(date, 'Europe/Berlin')).toHaveLength(count + 1),
  )
  test('half hours of Kathmandu begin at its quarter to', () =>
    expect(new Date(day('2026-06-01', 'Asia/Kathmandu', 30)[0]!).toISOString()).toBe(
      '2026-05-31T18:15:00.000Z',
    ))
  test('whatever is cut up adds up', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 9e6 }), fc.nat({ max: 99 }))), (steps) => {
        let at = Date.parse('2026-03-28T22:17:00Z')
        const flows = disjoint(steps.map(([ms, q]) => say(at, (at += ms + 1), q)))
        if (flows.length === 0) return
        const span = { from: flows[0]!.from, to: flows.at(-1)!.to, timeZone: 'Europe/Berlin' }
        const buckets = fill(flows, bordersOf(span, 15))
        expect(buckets.reduce((sum, b) => sum + b.quantity, 0)).toBeCloseTo(total(flows), 6)
        expect(buckets.reduce((sum, b) => sum + b.coveredMs, 0)).toBe(span.to - span.from)
      }),
    ))
  test('quantiles are those of R, type 7', () => {
    expect(quantile([1, 2, 3, 4], 0.05)).toBeCloseTo(1.15, 12)
    expect(quantile([5], 0.5)).toBe(5)
    expect(quantile([], 0.5)).toBeNull()
  })
})
