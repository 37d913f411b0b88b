import type { CalendarKind as Kind } from '../domain/calendar/events.ts'
import {
  workingTime,
  type PlannedDown,
  type ShiftSpan,
  type Span,
  type WorkingTime,
} from '../domain/calendar/working-time.ts'
import { builder } from './builder.ts'
import { CalendarKind, DownTimePurpose } from './calendar.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { AsKnownAt } from './lookup.ts'
import { workingCalendars } from './working-calendars.ts'

/** A year of three shifts a day, and a bit; more is a question for another day. */
const MAX_DAYS = 400
const DAY_MS = 86_400_000

const length = ({ from, to }: Span): number => Date.parse(to) - Date.parse(from)
const sum = (spans: readonly Span[]): number => spans.reduce((ms, span) => ms + length(span), 0)

const SpanRef = builder.objectRef<Span>('TimeSpan').implement({
  description: 'A stretch of time; its end does not belong to it.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Begin.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End.' }),
  }),
})

const ShiftRef = builder.objectRef<ShiftSpan>('Shift').implement({
  description: 'One shift of one day, as far as it lies in the window.',
  fields: (t) => ({
    calendarId: t.exposeID('calendarId', { description: 'Calendar that says so.' }),
    shiftId: t.exposeID('shiftId', { description: 'Shift.' }),
    name: t.exposeString('name', { description: 'Name for people to read.' }),
    day: t.expose('day', {
      type: 'Date',
      description: 'Plant day it counts for; by default the one it starts on.',
    }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin within the window.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End within the window.' }),
    whole: t.expose('whole', { type: SpanRef, description: 'The shift without the window.' }),
    breaks: t.field({
      type: [SpanRef],
      description: 'Breaks within the window.',
      complexity: { field: 1, multiplier: 2 },
      resolve: ({ breaks }) => breaks,
    }),
    durationMs: t.field({
      type: 'Long',
      description: 'Length within the window in milliseconds, breaks included.',
      complexity: 0,
      resolve: length,
    }),
    breakMs: t.field({
      type: 'Long',
      description: 'Length of the breaks within the window in milliseconds.',
      complexity: 0,
      resolve: ({ breaks }) => sum(breaks),
    }),
  }),
})

const PlannedDownRef = builder.objectRef<PlannedDown>('PlannedDown').implement({
  description: 'Planned down time, as far as it lies in the window.',
  fields: (t) => ({
    entryId: t.exposeID('entryId', { description: 'Entry in its calendar.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin within the window.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End within the window.' }),
    purpose: t.expose('kind', { type: DownTimePurpose, description: 'What it is for.' }),
    cause: t.exposeString('cause', { description: 'Why, in the words of who planned it.' }),
  }),
})

const WorkingTimeRef = builder.objectRef<WorkingTime>('WorkingTime').implement({
  description: 'When a scope is planned to work in a window, all calendars above it considered.',
  fields: (t) => ({
    scheduled: t.exposeBoolean('scheduled', {
      description: 'False: no calendar says anything about the window. That is not a day off.',
    }),
    shiftMs: t.field({
      type: 'Long',
      description: 'Length of all shifts in milliseconds, breaks included.',
      resolve: ({ shifts }) => sum(shifts),
    }),
    shifts: t.field({
      type: [ShiftRef],
      description: 'Shifts, earliest first; they never overlap.',
      resolve: ({ shifts }) => shifts,
    }),
    plannedDown: t.field({
      type: [PlannedDownRef],
      description: 'Planned down time, earliest first, without overlap; also outside of shifts.',
      resolve: ({ plannedDown }) => plannedDown,
    }),
  }),
})

interface ShiftsArgs {
  readonly scopeId: string
  readonly from: string
  readonly to: string
  readonly kind?: Kind | null
  readonly atLeast?: number | null
  readonly asKnownAt?: { recordedAt?: string | null; position?: number | null } | null
}

builder.queryField('shifts', (t: any) =>
  t.field({
    type: WorkingTimeRef,
    description:
      'Shifts and planned down time of a scope in a window: its own calendar, and those of what it stands in.',
    args: {
      scopeId: t.arg.id({
        required: true,
        description: 'Node of the hierarchy (for a machine its equipmentId), crew or person.',
      }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Begin of the window.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: `End of the window, which does not belong to it; at most ${MAX_DAYS} days on.`,
      }),
      kind: t.arg({ type: CalendarKind, description: 'Of machines by default.' }),
      asKnownAt: t.arg({ type: AsKnownAt, description: 'As the log knew the calendars then.' }),
      atLeast: t.arg({
        type: 'Position',
        description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
      }),
    },
    complexity: 20,
    async resolve(_: unknown, args: ShiftsArgs, context: Context): Promise<WorkingTime> {
      const { scopeId, from, to, kind, asKnownAt } = args
      checkWindow({ from, to })
      await context.reads.waitFor(args.atLeast)
      const moment = asKnownAt && {
        recordedAt: asKnownAt.recordedAt ?? undefined,
        position: asKnownAt.position ?? undefined,
      }
      const { path, calendars } = await workingCalendars(
        scopeId,
        kind ?? 'EQUIPMENT',
        moment ?? null,
        context,
      )
      return workingTime(calendars, path, { from, to })
    },
  }),
)

/** @throws GraphQLError `InvalidInput` for a window that is none, or too long for one answer */
export function checkWindow(window: Span): void {
  const { from, to } = window
  if (from >= to) throw apiError('InvalidInput', `to ${to} is not after from ${from}.`)
  if (length(window) > MAX_DAYS * DAY_MS)
    throw apiError('InvalidInput', `to ${to} is more than ${MAX_DAYS} days after from ${from}.`)
}
