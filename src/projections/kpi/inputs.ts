import type { WorkingTime } from '../../domain/calendar/working-time.ts'
import type { Classified } from '../../domain/kpi/classified.ts'
import type { Stretch } from '../../domain/kpi/pieces.ts'
import type { DayOfChanges, Span } from '../../domain/kpi/time-model.ts'
import type { CycleTimeRow } from '../equipment/cycle-times.ts'
import type { RatedCapacityRow } from '../equipment/rated-capacities.ts'
import type { BookingRow } from '../production/bookings.ts'
import type { OrderRow } from '../production/orders.ts'
import type { WorkClockRow } from '../production/work-clocks.ts'
import { dayStart, type Count, type EquipmentDayRow } from './equipment-days.ts'
import { changesOf } from './packed-changes.ts'

/** A packed day, unpacked once and kept as long as its row does not change. */
export interface Day extends DayOfChanges {
  readonly counts: readonly Count[]
  readonly spans: readonly Span[]
  /** Kinds of counters that counted on this day. */
  readonly counted: ReadonlySet<string>
}

/** A machine, or a work centre at which people book work that no machine reports. */
export interface Subject {
  readonly id: string
  /** Scopes it belongs to, narrowest first, itself included. */
  readonly path: readonly Scope[]
  readonly timeZone: string
  /** Changes before the window that still hold: the last state, as a code. */
  readonly carry: number
  /** UTC day on which that was said, YYYY-MM-DD; null where nothing was. */
  readonly carriedFrom: string | null
  /** First moment it ever reported; from then on only what it reports tells what it did. */
  readonly reportsFrom: number
  readonly days: readonly Day[]
  /** Null: no calendar says anything of it. */
  readonly working: WorkingTime | null
  readonly cycleTimes: readonly CycleTimeRow[]
  readonly capacities: readonly RatedCapacityRow[]
  /** Programs by when they were loaded; empty where no cycle time is about one. */
  readonly programs: readonly Loaded[]
  /** Stops with a reason, by time, without overlap. */
  readonly classified: readonly Classified[]
}
/** A program, from a moment on, ISO-8601; null: none. */
export interface Loaded {
  readonly at: string
  readonly program: string | null
}
export interface Scope {
  readonly id: string
  readonly level: string
  readonly name: string
}

/** Work on an operation, running clocks included: they end when the window does. */
export interface Work extends Stretch {
  readonly subjectId: string
  readonly orderId: string
  readonly operationId: string
  readonly personId: string | null
  readonly activity: WorkClockRow['activity']
  readonly isRunning: boolean
}

/** A booked quantity, at the moment it counts for. */
export interface Booked extends Pick<BookingRow, 'good' | 'scrap' | 'rework'> {
  readonly at: number
  readonly subjectId: string
  readonly orderId: string
  readonly operationId: string
  readonly personId: string | null
  readonly awaitingDisposition: number
}

/** All that key figures of a window are reckoned from. */
export interface KpiInputs {
  readonly window: Stretch
  readonly subjects: readonly Subject[]
  readonly work: readonly Work[]
  readonly booked: readonly Booked[]
  readonly orders: ReadonlyMap<string, OrderRow>
}

/** Unpacks a row; the result must not be changed. */
export function unpack(row: EquipmentDayRow): Day {
  const start = dayStart(row.day)
  let faultUntil = -1
  const spans = row.spans.map(([from, to, state, durationMs]): Span => {
    const begins = from > faultUntil
    if (state === 'FAULT') faultUntil = to
    return { from: start + from, to: start + to, state, share: durationMs / (to - from), begins }
  })
  const counted = new Set(row.counts.map(([, kind]) => kind))
  return { start, changes: changesOf(row.changes), counts: row.counts, spans, counted }
}

/** Where a piece of work was done: on the machine, else at the work centre of its operation. */
export const subjectOf = (
  row: {
    readonly equipmentId: string | null
    readonly orderId: string
    readonly operationId: string
  },
  orders: ReadonlyMap<string, OrderRow>,
): string | null =>
  row.equipmentId ??
  orders.get(row.orderId)?.operations.find((o) => o.operationId === row.operationId)
    ?.workCentreId ??
  null

/** A clock that stopped, or one that runs: then it has no end yet. */
export type Clock = Omit<WorkClockRow, 'endedAt'> & { readonly endedAt: string | null }

/** @param until a running clock is known to run up to here, epoch milliseconds */
export const workOf = (row: Clock, subjectId: string, until: number): Work => ({
  from: Date.parse(row.startedAt),
  to: row.endedAt === null ? until : Date.parse(row.endedAt),
  isRunning: row.endedAt === null,
  subjectId,
  orderId: row.orderId,
  operationId: row.operationId,
  personId: row.personId,
  activity: row.activity,
})

/** What was made during booked work counts for its last moment: at a boundary, for the shift it ends. */
export const bookedOf = (row: BookingRow, subjectId: string): Booked => ({
  at: Date.parse(row.endedAt) - (row.endedAt > row.startedAt ? 1 : 0),
  subjectId,
  orderId: row.orderId,
  operationId: row.operationId,
  personId: row.personId,
  good: row.good,
  scrap: row.scrap,
  rework: row.rework,
  awaitingDisposition: row.awaitingDisposition,
})
