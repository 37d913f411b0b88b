import { plus } from '../domain/types.ts'
import type { CounterRow } from '../projections/equipment/counters.ts'
import type { Interval } from '../projections/equipment/intervals.ts'
import type { StateTimeRow } from '../projections/equipment/state-times.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import { CounterKind } from './equipment.ts'
import { AsKnownAt, knownAt } from './lookup.ts'
import { history, type History } from './machine-history.ts'
import {
  BucketRef,
  bucketsOf,
  interval,
  SegmentRef,
  TotalRef,
  type Total,
} from './timeline-types.ts'
import { CycleSummaryRef, ReducedSpeedRef } from './cycle-types.ts'
import { StopDecisionRef, StopKind, StopRef } from './stop-type.ts'

const IntervalRef = builder.objectRef<Interval>('EquipmentInterval').implement({
  description: 'A stretch of time in which nothing of a machine changed.',
  fields: interval,
})

type CounterTotal = Pick<CounterRow, 'counter' | 'kind' | 'delta' | 'unit'> & { resets: number }
const CounterTotalRef = builder.objectRef<CounterTotal>('CounterTotal').implement({
  description: 'What a counter counted within a window.',
  fields: (t) => ({
    counter: t.exposeString('counter', { description: 'Its name at the source.' }),
    kind: t.expose('kind', { type: CounterKind, description: 'What it counts.' }),
    counted: t.field({
      type: QuantityRef,
      description: 'Sum of its advances, resets notwithstanding.',
      complexity: 0,
      resolve: ({ delta, unit }) => quantity(delta, unit),
    }),
    resets: t.exposeInt('resets', { description: 'How often it started anew.' }),
  }),
})

const Timeline = builder.objectRef<History>('EquipmentTimeline').implement({
  description: 'What a machine did in a window.',
  fields: (t) => ({
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    from: t.field({
      type: 'DateTime',
      description: 'Beginning of the window.',
      resolve: ({ window }) => window.from,
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End of the window, not included. What lies in the future is NO_DATA.',
      resolve: ({ window }) => window.to,
    }),
    intervals: t.field({
      type: [IntervalRef],
      description: 'The whole window without gap or overlap, oldest first.',
      complexity: { field: 10, multiplier: 50 },
      resolve: async (of) => [...(await of.timeline()).intervals],
    }),
    totals: t.field({
      type: [TotalRef],
      description: 'Time per state; NO_DATA included, they sum up to the window.',
      complexity: { field: 10, multiplier: 9 },
      resolve: async (of) => [...(await of.timeline()).totals],
    }),
    segments: t.field({
      type: [SegmentRef],
      description:
        'The whole window without gap or overlap, cut where the machine, its calendar or the work ' +
        'on it changes.',
      complexity: { field: 20, multiplier: 50 },
      resolve: async (of) => [...(await of.segments())],
    }),
    buckets: t.field({
      type: [BucketRef],
      description: 'The window in parts of equal length, from its beginning on.',
      args: {
        minutes: t.arg.int({
          required: true,
          description: 'Length of a part; the last may end early.',
        }),
      },
      complexity: { field: 20, multiplier: 50 },
      resolve: async (of, { minutes }) => bucketsOf(of, minutes),
    }),
    stops: t.field({
      type: [StopRef],
      description: 'Stops and micro-stops that overlap the window, whole, oldest first.',
      args: { kind: t.arg({ type: StopKind, description: 'Both by default.' }) },
      complexity: { field: 20, multiplier: 50 },
      resolve: async (of, { kind }) =>
        (await of.stops()).stops.filter((stop) => kind == null || stop.kind === kind),
    }),
    orphanedDecisions: t.field({
      type: [StopDecisionRef],
      description:
        'Classifications of time in which, as is known by now, it did not stand still: late facts ' +
        'took their stop away.',
      complexity: { field: 20, multiplier: 5 },
      resolve: async (of) => [...(await of.stops()).orphaned],
    }),
    cycleTimes: t.field({
      type: [CycleSummaryRef],
      description:
        'How long units really took, without stops, by what was made. Only what was counted ' +
        'between two readings within the window, without a gap in the data.',
      complexity: { field: 20, multiplier: 5 },
      resolve: async (of) => [...(await of.cycles()).summaries],
    }),
    reducedSpeed: t.field({
      type: [ReducedSpeedRef],
      description: 'Stretches in which cycles took longer than the ideal one and its tolerance.',
      complexity: { field: 20, multiplier: 20 },
      resolve: async (of) => [...(await of.cycles()).reducedSpeed],
    }),
    counters: t.field({
      type: [CounterTotalRef],
      description: 'What each counter counted within the window.',
      complexity: { field: 10, multiplier: 5 },
      resolve: async (of) => countersOf(await of.counters()),
    }),
    summedUp: t.field({
      type: [TotalRef],
      description:
        'Time per state where the source says only how long a state lasted within its own ' +
        'windows, but not when: of those that lie within this window. Not part of `totals`.',
      complexity: { field: 10, multiplier: 9 },
      resolve: async (of) => summedUp(await of.stateTimes()),
    }),
  }),
})

function countersOf(rows: readonly CounterRow[]): CounterTotal[] {
  const totals = new Map<string, CounterTotal>()
  for (const { counter, kind, unit, delta, wasReset } of rows) {
    const key = JSON.stringify([counter, kind, unit])
    const { delta: before, resets } = totals.get(key) ?? { delta: 0, resets: 0 }
    const total = { counter, kind, unit, delta: plus(before, delta) }
    totals.set(key, { ...total, resets: resets + (wasReset ? 1 : 0) })
  }
  return [...totals.values()].sort((a, b) => (a.counter < b.counter ? -1 : 1))
}

function summedUp(rows: readonly StateTimeRow[]): Total[] {
  const totals = new Map<StateTimeRow['state'], number>()
  for (const { state, durationMs } of rows) totals.set(state, (totals.get(state) ?? 0) + durationMs)
  return [...totals].map(([state, durationMs]) => ({ state, durationMs }))
}

builder.queryField('equipmentTimeline', (t) =>
  t.field({
    type: Timeline,
    nullable: true,
    description: 'What one machine did from one moment to another, now or as the log knew it.',
    args: {
      equipmentId: t.arg.id({ required: true, description: 'Machine.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Beginning of the window.' }),
      to: t.arg({
        type: 'DateTime',
        required: true,
        description: 'End of the window, not included; up to 366 days after its beginning.',
      }),
      asKnownAt: t.arg({ type: AsKnownAt, description: 'As the log knew it at that time.' }),
      atLeast: t.arg({
        type: 'Position',
        description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
      }),
    },
    complexity: 2,
    resolve: async (_, { equipmentId, from, to, asKnownAt, atLeast }, context) => {
      await context.reads.waitFor(atLeast)
      const moment = asKnownAt ? knownAt(asKnownAt) : null
      return history(equipmentId, { from, to }, moment, context)
    },
  }),
)
