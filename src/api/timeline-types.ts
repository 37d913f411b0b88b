import { activity } from '../domain/production/events.ts'
import type { Interval } from '../projections/equipment/intervals.ts'
import type { ScheduleKind as Kind } from '../projections/equipment/schedule.ts'
import { buckets, type Bucket, type Segment, type Work } from '../projections/equipment/segments.ts'
import { builder } from './builder.ts'
import { TimelineState } from './equipment.ts'
import { apiError } from './errors.ts'
import { enumOf } from './inputs.ts'
import type { History } from './machine-history.ts'

/** What an interval of a machine has, as GraphQL fields. */
export const interval = (t: any) => ({
  state: t.expose('state', { type: TimelineState, description: 'What it did.' }),
  nativeState: t.exposeString('nativeState', {
    nullable: true,
    description: 'The state in the words of the source.',
  }),
  reason: t.exposeString('reason', {
    nullable: true,
    description: 'Why it was in the state, or why there is no data.',
  }),
  program: t.exposeString('program', {
    nullable: true,
    description: 'Program that was loaded; null for none, and without data.',
  }),
  from: t.expose('from', { type: 'DateTime', description: 'Its beginning.' }),
  to: t.expose('to', { type: 'DateTime', description: 'Its end, not included.' }),
  durationMs: t.expose('durationMs', { type: 'Long', description: 'Length in milliseconds.' }),
})

export type Total = Pick<Interval, 'state' | 'durationMs'>
export const TotalRef = builder.objectRef<Total>('StateTotal').implement({
  description: 'How long a machine was in a state within a window.',
  fields: (t) => ({
    state: t.expose('state', { type: TimelineState, description: 'The state.' }),
    durationMs: t.expose('durationMs', { type: 'Long', description: 'In milliseconds.' }),
  }),
})

const ScheduleKind = builder.enumType('ScheduleKind', {
  description: 'What the calendar means a machine to do.',
  values: {
    SCHEDULED: { description: 'To produce. Everything is, where no calendar says anything.' },
    BREAK: { description: 'A break of the shift.' },
    PLANNED_DOWN: { description: 'Planned down time, such as maintenance.' },
    NOT_SCHEDULED: { description: 'No shift.' },
  },
})

const SegmentWorkRef = builder.objectRef<Work>('SegmentWork').implement({
  description: 'Work on a machine while nothing changed.',
  fields: (t) => ({
    orderId: t.exposeID('orderId', { description: 'Production order.' }),
    operationId: t.exposeID('operationId', { description: 'Operation of that order.' }),
    personId: t.exposeID('personId', { nullable: true, description: 'Who, if known.' }),
    materialId: t.exposeID('materialId', { nullable: true, description: 'What was made.' }),
    activity: t.expose('activity', {
      type: enumOf(activity, 'Activity'),
      description: 'What the clock counted.',
    }),
  }),
})

export const SegmentRef = builder.objectRef<Segment>('EquipmentSegment').implement({
  description: 'A stretch of time in which neither machine nor calendar nor work changed.',
  fields: (t) => ({
    ...interval(t),
    schedule: t.field({
      type: ScheduleKind,
      description: 'What the calendar meant it to do.',
      complexity: 0,
      resolve: ({ schedule }) => schedule.kind,
    }),
    shiftId: t.id({
      nullable: true,
      description: 'Shift; null outside of shifts.',
      complexity: 0,
      resolve: ({ schedule }) => schedule.shiftId,
    }),
    day: t.field({
      type: 'Date',
      nullable: true,
      description: 'Plant day that the shift counts for; null outside of shifts.',
      complexity: 0,
      resolve: ({ schedule }) => schedule.day,
    }),
    plannedDownCause: t.string({
      nullable: true,
      description: 'Why it was planned to be down.',
      complexity: 0,
      resolve: ({ schedule }) => schedule.cause,
    }),
    work: t.field({
      type: [SegmentWorkRef],
      description: 'Who worked on which operation; none, one or several.',
      complexity: { field: 1, multiplier: 2 },
      resolve: ({ work }) => [...work],
    }),
  }),
})

const ScheduleTotalRef = builder
  .objectRef<{ kind: Kind; durationMs: number }>('ScheduleTotal')
  .implement({
    description: 'How much of a stretch of time the calendar meant for something.',
    fields: (t) => ({
      kind: t.expose('kind', { type: ScheduleKind, description: 'For what.' }),
      durationMs: t.expose('durationMs', { type: 'Long', description: 'In milliseconds.' }),
    }),
  })

export const BucketRef = builder.objectRef<Bucket>('TimelineBucket').implement({
  description: 'One of the equal parts of a window.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Its beginning.' }),
    to: t.expose('to', { type: 'DateTime', description: 'Its end, not included.' }),
    totals: t.field({
      type: [TotalRef],
      description: 'Time per state, NO_DATA included; they sum up to the part.',
      complexity: { field: 1, multiplier: 4 },
      resolve: ({ totals }) => [...totals].map(([state, durationMs]) => ({ state, durationMs })),
    }),
    schedule: t.field({
      type: [ScheduleTotalRef],
      description: 'Time by what the calendar meant.',
      complexity: { field: 1, multiplier: 4 },
      resolve: ({ schedule }) => [...schedule].map(([kind, durationMs]) => ({ kind, durationMs })),
    }),
  }),
})

/** More parts than this are more than a screen or a sheet shows. */
const MAX_BUCKETS = 50_000
const MINUTE_MS = 60_000

/** @throws GraphQLError `InvalidInput` for parts too short or too many */
export async function bucketsOf(of: History, minutes: number): Promise<Bucket[]> {
  const { from, to } = of.window
  if (minutes < 1) throw apiError('InvalidInput', `minutes ${minutes} is less than 1.`)
  if ((Date.parse(to) - Date.parse(from)) / MINUTE_MS / minutes > MAX_BUCKETS)
    throw apiError('InvalidInput', `minutes ${minutes}: more than ${MAX_BUCKETS} parts.`)
  return [...buckets(await of.segments(), minutes * MINUTE_MS)]
}
