import type { CalendarState } from '../domain/calendar/calendar-state.ts'
import { calendarIdOf, calendarStream, type CalendarKind } from '../domain/calendar/events.ts'
import { calendarOf, calendars } from '../projections/calendar/calendars.ts'
import type { Context } from './context.ts'
import type { Moment } from './reader.ts'
import { ancestors } from './site.ts'

/** What `workingTime` asks for: a resource's scopes, and the calendars that any of them has. */
export interface WorkingCalendars {
  /** Narrowest first. A crew or person that is no node of the hierarchy stands alone. */
  readonly path: readonly string[]
  readonly calendars: ReadonlyMap<string, CalendarState>
}

/**
 * The calendars that hold for a scope: its own, and those of what it stands in.
 * @param moment to have them as they were or as the log knew them; null for now
 */
export async function workingCalendars(
  scopeId: string,
  kind: CalendarKind,
  moment: Moment | null,
  context: Context,
): Promise<WorkingCalendars> {
  const above = await ancestors(scopeId, context)
  const path = above.length === 0 ? [scopeId] : above.map(({ key }) => key).toReversed()
  const { reads } = context
  const rows = await Promise.all(
    path.map((scope) => {
      const key = calendarIdOf(kind, scope)
      return moment
        ? reads.asOf(calendars, key, [calendarStream(kind, scope)], moment)
        : reads.load(calendars, key)
    }),
  )
  const known = rows.flatMap((row) => (row ? [[row.scopeId, calendarOf(row)] as const] : []))
  return { path, calendars: new Map(known) }
}
