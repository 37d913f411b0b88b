import {
  evolveCalendar,
  type CalendarState,
  type PatternVersion,
} from '../../domain/calendar/calendar-state.ts'
import type {
  CalendarChange,
  CalendarEvent,
  CalendarKind,
  PlannedDownTime,
  SpecialDay,
} from '../../domain/calendar/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { projection, type Keyed } from '../projection.ts'

/** What was said anew about days that had passed, and why. */
export interface Correction {
  correctionId: string
  reason: string
  /** When it was decided, and by whom. */
  at: string
  actor: string
  change: CalendarChange
  /** The changes that would bring back what held before. */
  before: readonly CalendarChange[]
  /** Local days whose working time it touches: [from, until); null: from then on. */
  affectedFrom: string
  affectedUntil: string | null
}

export interface CalendarRow {
  scopeId: string
  kind: CalendarKind
  name: string
  timeZone: string
  definedAt: string
  /** When it was last changed. */
  changedAt: string
  /** Every pattern there was, earliest first. */
  patterns: readonly PatternVersion[]
  /** By day, earliest first. */
  days: readonly SpecialDay[]
  plannedDown: readonly PlannedDownTime[]
  corrections: readonly Correction[]
}

type Defined = Extract<CalendarState, { status: 'defined' }>
type Fact = Recorded<CalendarEvent>

/** The calendar a row holds, for `workingTime`. @param row with its key, the id of the calendar */
export function calendarOf(row: Keyed<CalendarRow>): Defined {
  const { key, scopeId, kind, name, timeZone, patterns } = row
  return {
    status: 'defined',
    ...{ calendarId: key, scopeId, kind, name, timeZone, patterns },
    days: Map.groupBy(row.days, ({ day }) => day),
    plannedDown: new Map(row.plannedDown.map((entry) => [entry.entryId, entry])),
    // Only decisions look at these.
    cancelled: new Set(),
    corrections: new Set(),
  }
}

function rowAfter(row: CalendarRow | null, fact: Fact): CalendarRow | null {
  const before: CalendarState = row ? calendarOf(row as Keyed<CalendarRow>) : { status: 'unknown' }
  const state = evolveCalendar(before, fact)
  if (state.status === 'unknown') return null
  const at = fact.metadata.occurredAt
  const { scopeId, kind, name, timeZone, patterns } = state
  return {
    ...{ scopeId, kind, name, timeZone, patterns },
    definedAt: row?.definedAt ?? at,
    changedAt: row && row.changedAt > at ? row.changedAt : at,
    days: [...state.days.values()].flat().sort((a, b) => (a.day < b.day ? -1 : 1)),
    plannedDown: [...state.plannedDown.values()].sort((a, b) => (a.from < b.from ? -1 : 1)),
    corrections: [...(row?.corrections ?? []), ...correctionIn(fact)],
  }
}

function correctionIn({ type, data, metadata }: Fact): readonly Correction[] {
  if (type !== 'CalendarCorrected') return []
  const { calendarId: _, ...correction } = data
  return [{ ...correction, at: metadata.occurredAt, actor: metadata.actor }]
}

const handler = {
  key: (data: { readonly calendarId: string }) => data.calendarId,
  evolve: rowAfter,
}

/** One row per calendar with all its past: what held on any day is read off it. */
export const calendars = projection<CalendarRow>()<CalendarEvent>({
  name: 'calendars',
  context: 'calendar',
  version: 1,
  columns: {
    scopeId: 'text',
    kind: 'text',
    name: 'text',
    timeZone: 'text',
    definedAt: 'timestamptz',
    changedAt: 'timestamptz',
    patterns: 'jsonb',
    days: 'jsonb',
    plannedDown: 'jsonb',
    corrections: 'jsonb',
  },
  indexes: [['scopeId'], ['name']],
  on: {
    CalendarDefined: handler,
    ShiftPatternChanged: handler,
    CalendarDaysSet: handler,
    CalendarDaysCleared: handler,
    DownTimePlanned: handler,
    PlannedDownTimeCancelled: handler,
    CalendarCorrected: handler,
  },
})
