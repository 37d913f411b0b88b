import type { Bar, Waterfall } from '../domain/kpi/waterfall.ts'
import { waterfalls, type GroupWaterfall } from '../projections/kpi/waterfalls.ts'
import { builder } from './builder.ts'
import { cursorArgs, listCost, pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { EventConnection } from './events.ts'
import { Dimension, FilterInput, KeyRef, momentArgs, momentOf, WindowInput } from './kpi-args.ts'
import { factsBehind, type Behind } from './kpi-events.ts'
import { inputsFor } from './kpi-report.ts'

const BarKind = builder.enumType('TimeBarKind', {
  description: 'What a bar of a waterfall of time stands for.',
  values: {
    LEVEL: { description: 'What is left: a time element of ISO 22400-2, or of OEE in time.' },
    LOSS: { description: 'What is taken away from the level before.' },
  },
})

const BarRef = builder.objectRef<Bar>('TimeBar').implement({
  description: 'A level or a loss of a waterfall of time.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'POT, PBT, APT; SETUP, FAULT, NO_DATA, SPEED and so on.' }),
    name: t.exposeString('name', { description: 'For people to read.' }),
    kind: t.expose('kind', { type: BarKind, description: 'Level or loss.' }),
    durationMs: t.expose('durationMs', {
      type: 'Long',
      description:
        'Milliseconds. Each level is the one before less the losses between, to the millisecond; a ' +
        'SPEED loss below zero says that the ideal cycle time is not ideal.',
    }),
    share: t.exposeFloat('share', { nullable: true, description: 'Of the calendar time.' }),
  }),
})

const barFields = (t: any) => ({
  bars: t.field({
    type: [BarRef],
    description: 'From calendar time down.',
    resolve: ({ bars }: Waterfall) => [...bars],
  }),
  endsBecause: t.exposeString('endsBecause', {
    nullable: true,
    description: 'Why it ends at the production time: an ideal cycle time is missing.',
  }),
})

const GroupRef = builder.objectRef<GroupWaterfall>('TimeLossGroup').implement({
  description: 'Where the time of one group went.',
  fields: (t) => ({
    keys: t.field({
      type: [KeyRef],
      description: 'One for each dimension.',
      resolve: ({ keys }) => [...keys],
    }),
    ...barFields(t),
  }),
})

interface Report extends Waterfall {
  readonly groups: readonly GroupWaterfall[]
  readonly behind: Behind
}

const ReportRef = builder.objectRef<Report>('TimeLosses').implement({
  description: 'Where the time of some machines went, from all of it to the fully productive part.',
  fields: (t: any) => ({
    ...barFields(t),
    until: t.field({
      type: 'DateTime',
      description: 'End of the window, or now.',
      resolve: ({ behind }: Report) => new Date(behind.inputs.window.to).toISOString(),
    }),
    groups: t.field({
      type: [GroupRef],
      description: 'The same by groupBy.',
      resolve: ({ groups }: Report) => [...groups],
    }),
    events: t.field({
      type: EventConnection,
      nullable: true,
      description: 'The facts behind it, by stream.',
      complexity: listCost,
      args: cursorArgs(t),
      resolve: ({ behind }: Report, { first, after }: any, context: Context) =>
        factsBehind(behind, { first: pageSize(first), after }, context),
    }),
  }),
})

builder.queryField('timeLosses', (t: any) =>
  t.field({
    type: ReportRef,
    nullable: true,
    description:
      'Waterfall of time: from calendar time over planned, busy and production time to the time in ' +
      'which good pieces were made at ideal speed. Every loss has a name, time of which nobody knows ' +
      'anything is one of its own, and the bars add up to machines x window.',
    complexity: { field: 50, multiplier: 1 },
    args: {
      scope: t.arg.idList({ required: true, description: 'Nodes of the hierarchy, machines too.' }),
      window: t.arg({ type: WindowInput, required: true, description: 'Of which time.' }),
      groupBy: t.arg({ type: [Dimension], description: 'Told apart by these, in this order.' }),
      filter: t.arg({ type: FilterInput, description: 'What counts.' }),
      ...momentArgs(t),
    },
    resolve: async (_: unknown, args: any, context: Context): Promise<Report> => {
      const { scope, window } = args
      const [groupBy, filter] = [args.groupBy ?? [], args.filter ?? {}]
      const moment = await momentOf(args, context)
      const inputs = await inputsFor({ scope, window, moment }, context)
      const { whole, groups } = waterfalls(inputs, { groupBy, filter })
      return { ...whole, groups, behind: { inputs, filter, moment } }
    },
  }),
)
