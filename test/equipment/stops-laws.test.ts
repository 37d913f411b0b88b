import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WorkingTime } from '../../src/domain/calendar/working-time.ts'
import type { Event, Recorded } from '../../src/domain/event.ts'
import { stopEvents } from '../../src/domain/equipment/events.ts'
import { intervals } from '../../src/projections/equipment/intervals.ts'
import { scheduleOf } from '../../src/projections/equipment/schedule.ts'
import { buckets, segments, type Work } from '../../src/projections/equipment/segments.ts'
import { stopDecisions } from '../../src/projections/equipment/stop-decisions.ts'
import { isStanding } from '../../src/projections/equipment/stop-runs.ts'
import { stopsOf } from '../../src/projections/equipment/stops.ts'
import { equipmentTimeline } from '../../src/projections/equipment/timeline.ts'
import { replay } from '../../src/projections/projection.ts'
import { after, at, recorded } from '../spec.ts'
import { observations } from './arbitraries.ts'

const HOUR_MS = 3_600_000
const hour = (n: number): string => after(n * 60)
const HORIZON = hour(80)
const WINDOW = { from: hour(-5), to: hour(90) }

const machine = observations.filter((o) => (o.data as { equipmentId: string }).equipmentId === 'M1')
const observed = machine.map((o) => at<Event>(o.occurredAt, { type: o.type, data: o.data }))

const stretch = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 12 }))
const decision = fc
  .tuple(
    stretch,
    fc.boolean(),
    fc.constantFrom('classified', 'split', 'joined', 'cleared'),
    fc.nat(9),
  )
  .map(([[from, length], isOpen, kind, n]) => {
    const to = from + length
    const about = {
      ...{ equipmentId: 'M1', startedAt: hour(from), from: hour(from) },
      ...{ to: isOpen ? null : hour(to), seenTo: hour(to), decisionId: `${from}/${n}` },
      ...{ version: n + 1, personId: null, comment: null },
    }
    const event =
      kind === 'classified'
        ? stopEvents.classified({ ...about, reasonId: `R${n}` })
        : kind === 'split'
          ? stopEvents.split({ ...about, at: after(from * 60 + length * 30) })
          : stopEvents[kind](about)
    return at<Event>(hour(to), event)
  })

/** Facts as recorded, and the same in another order of arrival. */
const log = fc
  .tuple(fc.array(observed, { maxLength: 30 }), fc.array(decision, { maxLength: 8 }))
  .map(([facts, decisions]) => recorded([...facts, ...decisions]))
const shuffled = log.chain((all) =>
  fc.tuple(
    fc.constant(all),
    fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
  ),
)

const span = (from: number, to: number) => ({ from: hour(from), to: hour(to) })
/** Two shifts with a break each, and planned down time that begins in one and ends outside. */
const CALENDAR: WorkingTime = {
  scheduled: true,
  shifts: [
    [0, 8, 4],
    [8, 16, 12],
    [24, 60, 30],
  ].map(([from, to, pause]) => ({
    ...span(from!, to!),
    ...{ calendarId: 'C', shiftId: `S${from}`, name: 'Shift', day: '2026-03-02' },
    breaks: [span(pause!, pause! + 1)],
    whole: span(from!, to!),
  })),
  plannedDown: [{ ...span(50, 62), entryId: 'e', cause: 'service', kind: 'MAINTENANCE' }],
}
const working = fc.constantFrom<WorkingTime>(CALENDAR, {
  shifts: [],
  plannedDown: [],
  scheduled: false,
})
const work = fc.array(
  fc.tuple(stretch, fc.boolean(), fc.nat(2)).map(([[from, length], runs, n]): Work => ({
    ...{ orderId: `PO-${n}`, operationId: '10', personId: null, activity: 'PRODUCTION' },
    ...{ materialId: 'gear', from: hour(from), to: runs ? null : hour(from + length) },
  })),
  { maxLength: 5 },
)

const segmentsIn = (
  all: readonly Recorded[],
  around: { working: WorkingTime; work: readonly Work[] },
  window = WINDOW,
) =>
  segments(
    intervals([...replay(equipmentTimeline, all).values()], { ...window, horizon: HORIZON }),
    // As the calendar answers: cut to the window.
    scheduleOf(
      {
        ...around.working,
        shifts: around.working.shifts.filter((s) => s.to > window.from && s.from < window.to),
      },
      window,
    ),
    around.work,
    HORIZON,
  )
const stopsIn = (
  all: readonly Recorded[],
  around: { working: WorkingTime; work: readonly Work[] },
) =>
  stopsOf(segmentsIn(all, around), {
    limitAt: () => 2 * HOUR_MS,
    decisions: [...replay(stopDecisions, all).values()],
    categoryOf: () => 'OTHER',
    horizon: HORIZON,
  })

const around = fc.record({ working, work })
const lengthOf = (s: { from: string; to: string }) => Date.parse(s.to) - Date.parse(s.from)
const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0)

test('any order of arrival gives the same segments and stops', () =>
  fc.assert(
    fc.property(shuffled, around, ([all, other], a) => {
      expect(segmentsIn(other, a)).toEqual(segmentsIn(all, a))
      expect(stopsIn(other, a)).toEqual(stopsIn(all, a))
    }),
  ))

test('segments cover the window without gap or overlap', () =>
  fc.assert(
    fc.property(log, around, (all, a) => {
      const found = segmentsIn(all, a)
      expect(found.map((s) => s.from)).toEqual([
        WINDOW.from,
        ...found.slice(0, -1).map((s) => s.to),
      ])
      expect(found.at(-1)!.to).toBe(WINDOW.to)
      expect(found.every((s) => s.durationMs === lengthOf(s) && s.durationMs > 0)).toBe(true)
    }),
  ))

test('a window split anywhere adds up, and so do buckets of any length', () =>
  fc.assert(
    fc.property(log, around, fc.integer({ min: -290, max: 5_390 }), (all, a, minute) => {
      const cut = after(minute)
      const key = (s: ReturnType<typeof segmentsIn>[number]) => `${s.state}/${s.schedule.kind}`
      const totals = (some: ReturnType<typeof segmentsIn>) =>
        [...Map.groupBy(some, key)]
          .map(([k, v]) => `${k} ${sum(v.map((s) => s.durationMs))}`)
          .sort()
      const parts = [
        ...segmentsIn(all, a, { ...WINDOW, to: cut }),
        ...segmentsIn(all, a, { ...WINDOW, from: cut }),
      ]
      const whole = segmentsIn(all, a)
      expect(totals(parts)).toEqual(totals(whole))
      const lengthMs = (1 + Math.abs(minute)) * 60_000
      const inBuckets = buckets(whole, lengthMs)
      expect(sum(inBuckets.flatMap((b) => [...b.totals.values()]))).toBe(lengthOf(WINDOW))
      expect(inBuckets.every((b) => sum([...b.schedule.values()]) === lengthOf(b))).toBe(true)
    }),
  ))

test('stops never overlap and hold all scheduled standing still, whatever people decide', () =>
  fc.assert(
    fc.property(log, around, (all, a) => {
      const { stops } = stopsIn(all, a)
      const standing = segmentsIn(all, a).filter(
        (s) => isStanding(s.state) && s.schedule.kind === 'SCHEDULED',
      )
      expect(sum(stops.map((s) => s.durationMs))).toBe(sum(standing.map((s) => s.durationMs)))
      stops.slice(1).forEach((s, i) => expect(s.from >= stops[i]!.to!).toBe(true))
      // Only the last one can be open.
      expect(stops.slice(0, -1).every((s) => s.to !== null)).toBe(true)
      for (const { classification, from, to } of stops) {
        if (!classification) continue
        const end = to ?? HORIZON
        const until = classification.to ?? end
        const reached = [Date.parse(classification.from), Date.parse(until)]
        const limit = 2 * HOUR_MS
        // It is about this stop, or about what is less than a micro-stop away from it.
        expect(Date.parse(end) + limit > reached[0]!).toBe(true)
        expect(Date.parse(from) - limit < reached[1]!).toBe(true)
      }
    }),
  ))
