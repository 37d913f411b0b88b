import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CalendarState } from '../../src/domain/calendar/calendar-state.ts'
import { calendar } from '../../src/domain/calendar/calendar.ts'
import {
  plantDayOf,
  plantDaySpan,
  workingTime,
  type ShiftSpan,
  type Span,
} from '../../src/domain/calendar/working-time.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { calendarCommand } from './arbitraries.ts'

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'] as const
const MINUTE = 60_000
const iso = (ms: number): string => new Date(ms).toISOString()
const T = Date.parse('2026-03-05T00:00:00.000Z')

/** Calendars of a machine and its site that came about by deciding; days of the commands are moved to `day`. */
const calendars = fc
  .record({
    wishes: fc.array(calendarCommand, { minLength: 5, maxLength: 40, size: 'max' }),
    zone: fc.constantFrom(...ZONES),
    // Around a change of the clocks in one of the zones, and on no special day.
    to: fc.constantFrom(
      '2026-03-28',
      '2026-10-24',
      '2026-03-07',
      '2026-10-31',
      '2026-04-04',
      '2026-10-03',
      '2026-06-10',
    ),
  })
  .map(({ wishes, zone, to }) => {
    const shift = Date.parse(to) - Date.parse('2026-03-05')
    const moved = JSON.parse(
      JSON.stringify(wishes).replaceAll(/2026-03-0\d(?=["T])/g, (d) =>
        iso(Date.parse(d) + shift).slice(0, 10),
      ),
    ) as typeof wishes
    const states = new Map<string, CalendarState>()
    for (const wish of moved) {
      if (wish.kind === 'PERSON') continue
      const of = states.get(wish.scopeId) ?? calendar.initial
      const command = calendar.commands[wish.type]!.parse(
        wish.type === 'DefineCalendar' ? { ...wish, timeZone: zone } : wish,
      ) as typeof wish
      const decision = calendar.decide(command, of, {
        at: iso(T + shift - 86_400_000 * 5),
        consulted: undefined,
      })
      if (isRejection(decision)) continue
      states.set(
        wish.scopeId,
        decision.reduce((s, fact) => calendar.evolve(s, fact, ''), of),
      )
    }
    return { states, zone, from: T + shift - 4 * 86_400_000 }
  })
const minutes = fc.integer({ min: 0, max: 8 * 24 * 60 })
const PATH = ['M1', 'S1']

const noOverlap = (spans: readonly Span[]) => {
  for (const [i, span] of spans.entries()) {
    expect(span.from < span.to).toBe(true)
    if (i > 0) expect(spans[i - 1]!.to <= span.from).toBe(true)
  }
}

test('shifts, breaks and planned down time never overlap, and lie in the window', () =>
  fc.assert(
    fc.property(calendars, minutes, minutes, ({ states, from }, a, b) => {
      const window = {
        from: iso(from + Math.min(a, b) * MINUTE),
        to: iso(from + Math.max(a, b) * MINUTE),
      }
      for (const path of [['M1'], ['S1'], PATH]) {
        const { shifts, plannedDown } = workingTime(states, path, window)
        noOverlap(shifts)
        noOverlap(plannedDown)
        for (const shift of shifts) {
          expect(shift.from >= window.from && shift.to <= window.to).toBe(true)
          noOverlap(shift.breaks)
          for (const b of shift.breaks) expect(b.from >= shift.from && b.to <= shift.to).toBe(true)
        }
      }
    }),
  ))

/** Joins what a cut divided. */
const joined = (spans: readonly ShiftSpan[]): readonly Span[] =>
  spans.reduce<(Span & { readonly id: string })[]>(
    (all, { from, to, shiftId, day, whole, calendarId }) => {
      const id = [calendarId, shiftId, day, whole.from].join()
      const last = all.at(-1)
      return last?.id === id && last.to === from
        ? [...all.slice(0, -1), { ...last, to }]
        : [...all, { from, to, id }]
    },
    [],
  )

test('windows that meet give the same shifts as the whole', () =>
  fc.assert(
    fc.property(calendars, fc.tuple(minutes, minutes, minutes), ({ states, from }, cuts) => {
      const [a, b, c] = cuts.toSorted((x, y) => x - y).map((m) => iso(from + m * MINUTE))
      const of = (x: string, y: string) => workingTime(states, PATH, { from: x, to: y })
      const parts = [of(a!, b!), of(b!, c!)]
      const whole = of(a!, c!)
      expect(joined(parts.flatMap((p) => p.shifts))).toEqual(joined(whole.shifts))
      const length = (spans: readonly Span[]) =>
        spans.reduce((ms, s) => ms + Date.parse(s.to) - Date.parse(s.from), 0)
      expect(length(parts.flatMap((p) => p.plannedDown))).toBe(length(whole.plannedDown))
      expect(length(parts.flatMap((p) => p.shifts.flatMap((s) => s.breaks)))).toBe(
        length(whole.shifts.flatMap((s) => s.breaks)),
      )
    }),
  ))

test('a pulse belongs to one shift at most, also on a boundary', () =>
  fc.assert(
    fc.property(calendars, ({ states, from }) => {
      const { shifts } = workingTime(states, PATH, {
        from: iso(from),
        to: iso(from + 8 * 86_400_000),
      })
      // At the end of the window the next shift begins, which is outside of it.
      const inside = (at: string) => at < iso(from + 8 * 86_400_000)
      for (const at of shifts.flatMap((s) => [s.from, s.to]).filter(inside)) {
        const holding = shifts.filter((s) => s.from <= at && at < s.to)
        expect(holding.length).toBeLessThanOrEqual(1)
        const moment = workingTime(states, PATH, { from: at, to: iso(Date.parse(at) + 1) })
        expect(moment.shifts.map((s) => [s.shiftId, s.day])).toEqual(
          holding.map((s) => [s.shiftId, s.day]),
        )
      }
    }),
  ))

test('plant days follow one another without gap or overlap, and hold their moments', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: 0, max: 3 * 365 * 24 * 4 }),
      fc.integer({ min: 0, max: 23 * 4 + 3 }),
      (zone, quarter, start) => {
        const dayStart = `${String(Math.floor(start / 4)).padStart(2, '0')}:${String((start % 4) * 15).padStart(2, '0')}`
        const at = iso(Date.parse('2025-01-01T00:00:00.000Z') + quarter * 15 * MINUTE)
        const day = plantDayOf(at, zone, dayStart)
        const span = plantDaySpan(day, zone, dayStart)
        expect(span.from <= at && at < span.to).toBe(true)
        expect(plantDayOf(iso(Date.parse(span.to)), zone, dayStart) > day).toBe(true)
        expect(plantDaySpan(plantDayOf(span.to, zone, dayStart), zone, dayStart).from).toBe(span.to)
        const hours = (Date.parse(span.to) - Date.parse(span.from)) / 3_600_000
        expect([23, 23.25, 23.5, 23.75, 24, 24.25, 24.5, 24.75, 25]).toContain(hours)
      },
    ),
    { numRuns: 2_000 },
  ))
