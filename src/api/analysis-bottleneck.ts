import {
  bottlenecks,
  type Bottlenecks,
  type MachineVerdict,
  type Momentary,
} from '../domain/kpi/active-period.ts'
import { machineActivity } from '../projections/kpi/activity.ts'
import { builder } from './builder.ts'
import { cursorArgs, listCost, pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { EventConnection } from './events.ts'
import { momentArgs, momentOf, WindowInput } from './kpi-args.ts'
import { factsBehind, type Behind } from './kpi-events.ts'
import { inputsFor } from './kpi-report.ts'

const long = (t: any, name: string, description: string) =>
  t.expose(name, { type: 'Long', description })
const share = (t: any, name: string, description: string) =>
  t.exposeFloat(name, { nullable: true, description })

const MachineRef = builder.objectRef<MachineVerdict>('BottleneckMachine').implement({
  description: 'How often and how badly a machine was the bottleneck.',
  fields: (t: any) => ({
    equipmentId: t.id({ description: 'Machine.', resolve: ({ id }: MachineVerdict) => id }),
    soleMs: long(t, 'soleMs', 'Time in which it was the only bottleneck.'),
    shiftingMs: long(t, 'shiftingMs', 'Time in which the bottleneck went over from or to it.'),
    frequency: share(t, 'frequency', 'Share of plannedMs in which it was either.'),
    episodes: t.exposeInt('episodes', { description: 'Active periods that made it so.' }),
    severityMs: share(
      t,
      'severityMs',
      'Mean length of these periods in milliseconds: the longer, the more the others had to wait.',
    ),
    utilisation: share(t, 'utilisation', 'Active share of its observed busy time, to compare.'),
    meanActiveMs: share(t, 'meanActiveMs', 'Mean length of all its active periods.'),
  }),
})

const MomentaryRef = builder.objectRef<Momentary>('MomentaryBottleneck').implement({
  description: 'A stretch of time with one bottleneck.',
  fields: (t: any) => ({
    from: t.field({
      type: 'DateTime',
      description: 'Begin.',
      resolve: ({ from }: Momentary) => new Date(from).toISOString(),
    }),
    to: t.field({
      type: 'DateTime',
      description: 'End.',
      resolve: ({ to }: Momentary) => new Date(to).toISOString(),
    }),
    equipmentId: t.id({
      description: 'Machine with the longest active period.',
      resolve: ({ id }: Momentary) => id,
    }),
    shiftingWith: t.exposeID('shiftingWith', {
      nullable: true,
      description: 'Machine that the bottleneck goes over from or to; null: it is the sole one.',
    }),
  }),
})

interface Report extends Bottlenecks {
  readonly behind: Behind
}

const most = (
  machines: readonly MachineVerdict[],
  of: (machine: MachineVerdict) => number | null,
): string | null => {
  const [first] = [...machines]
    .filter((machine) => (of(machine) ?? 0) > 0)
    .sort((a, b) => of(b)! - of(a)! || (a.id < b.id ? -1 : 1))
  return first?.id ?? null
}

/** A month of a line; a chart shows no more. */
const MAX_MOMENTARY = 5_000

const ReportRef = builder.objectRef<Report>('Bottlenecks').implement({
  description: 'Which machine held the others up, when, how often and how badly.',
  fields: (t: any) => ({
    primary: t.id({
      nullable: true,
      description: 'Machine that was the bottleneck longest; null where none was active.',
      resolve: ({ machines }: Report) => most(machines, (m) => m.soleMs + m.shiftingMs),
    }),
    byUtilisation: t.id({
      nullable: true,
      description: 'Machine of the highest utilisation, to compare.',
      resolve: ({ machines }: Report) => most(machines, (m) => m.utilisation),
    }),
    byMeanActivePeriod: t.id({
      nullable: true,
      description: 'Machine of the longest mean active period, to compare.',
      resolve: ({ machines }: Report) => most(machines, (m) => m.meanActiveMs),
    }),
    plannedMs: long(t, 'plannedMs', 'Time in which a machine was to be busy and was heard of.'),
    machines: t.field({
      type: [MachineRef],
      description: 'Most often the bottleneck first.',
      resolve: ({ machines }: Report) => [...machines],
    }),
    momentary: t.field({
      type: [MomentaryRef],
      description: `The bottleneck over time, oldest first, ${MAX_MOMENTARY} stretches at most.`,
      args: {
        from: t.arg({ type: 'DateTime', description: 'Only stretches that end after it.' }),
      },
      resolve: ({ momentary }: Report, { from }: { from?: string | null }) => {
        const since = from == null ? -Infinity : Date.parse(from)
        return momentary.filter(({ to }) => to > since).slice(0, MAX_MOMENTARY)
      },
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

/** Whoever ignores longer ones looks for something else. */
const MAX_GAP_MS = 3_600_000

builder.queryField('bottlenecks', (t: any) =>
  t.field({
    type: ReportRef,
    nullable: true,
    description:
      'Bottlenecks by the active-period method: at any moment the machine that has been active longest ' +
      'without waiting for others. Time outside of planned busy time does not count and ends no period.',
    complexity: { field: 100, multiplier: 1 },
    args: {
      scope: t.arg.idList({ required: true, description: 'Nodes of the hierarchy, machines too.' }),
      window: t.arg({ type: WindowInput, required: true, description: 'Of which time.' }),
      ignoreGapMs: t.arg.int({
        description: 'Waiting up to this long, such as between two pieces, ends no period; 0.',
      }),
      ...momentArgs(t),
    },
    resolve: async (_: unknown, args: any, context: Context): Promise<Report> => {
      const { scope, window } = args
      const gap: number = args.ignoreGapMs ?? 0
      if (gap < 0 || gap > MAX_GAP_MS)
        throw apiError('InvalidInput', `ignoreGapMs ${gap} is not between 0 and ${MAX_GAP_MS}.`)
      const moment = await momentOf(args, context)
      const inputs = await inputsFor({ scope, window, moment }, context)
      const found = bottlenecks(machineActivity(inputs), gap)
      return { ...found, behind: { inputs, filter: {}, moment } }
    },
  }),
)
