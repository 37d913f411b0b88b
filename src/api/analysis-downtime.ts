import { pareto, type ParetoBar } from '../domain/kpi/pareto.ts'
import type { KpiInputs } from '../projections/kpi/inputs.ts'
import { OF_NO_STOP, timeByCause, type Caused } from '../projections/kpi/stop-time.ts'
import {
  stopReasonKey,
  stopReasonTree,
  type StopReasonRow,
} from '../projections/equipment/stop-reasons.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { cursorArgs, listCost, pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { EventConnection } from './events.ts'
import { momentOf, WindowInput } from './kpi-args.ts'
import { factsBehind, type Behind } from './kpi-events.ts'
import { inputsFor } from './kpi-report.ts'
import { AsKnownAt } from './lookup.ts'
import { history } from './machine-history.ts'
import { stopsOfMachines, type MachineStop } from './machine-stops.ts'
import type { Moment } from './reader.ts'

type By = 'REASON' | 'CATEGORY' | 'EQUIPMENT'
type Weight = 'DURATION' | 'COUNT'

const ByType = builder.enumType('DowntimeCause', {
  description: 'What standing still is told apart by.',
  values: {
    REASON: { description: 'Reason it was given; without one, the category guessed of its state.' },
    CATEGORY: { description: 'Category of the reason, else guessed of its state.' },
    EQUIPMENT: { description: 'Machine.' },
  } satisfies Record<By, object>,
})
const WeightType = builder.enumType('ParetoWeight', {
  description: 'What makes a bar long.',
  values: {
    DURATION: { description: 'How long it took.' },
    COUNT: { description: 'How often it came.' },
  } satisfies Record<Weight, object>,
})

type Named = Caused & Omit<Cause, 'key'>
interface Report {
  readonly bars: readonly ParetoBar<Named>[]
  readonly weight: Weight
  readonly behind: Behind
}

const BarRef = builder.objectRef<ParetoBar<Named>>('DowntimeBar').implement({
  description: 'One cause of standing still.',
  fields: (t) => ({
    id: t.id({
      nullable: true,
      description: 'Reason, category or machine; null: time that is part of no stop.',
      resolve: ({ id }) => id,
    }),
    name: t.exposeString('name', { description: 'For people to read.' }),
    category: t.exposeString('category', {
      nullable: true,
      description: 'What it counts as; null for a machine.',
    }),
    durationMs: t.float({
      description:
        'Planned busy time within the window that was lost to it. Whole milliseconds, but for sources that sum up.',
      resolve: ({ durationMs }) => durationMs,
    }),
    count: t.exposeInt('count', { description: 'Stops that began in the window.' }),
    share: t.exposeFloat('share', { nullable: true, description: 'Of all, by the weight.' }),
    cumulativeShare: t.exposeFloat('cumulativeShare', {
      nullable: true,
      description: 'Of all, together with the bars before.',
    }),
  }),
})

const ReportRef = builder.objectRef<Report>('DowntimePareto').implement({
  description: 'Why machines stood still, most important first.',
  fields: (t: any) => ({
    bars: t.field({
      type: [BarRef],
      description: 'Longest first.',
      resolve: ({ bars }: Report) => [...bars],
    }),
    durationMs: t.float({
      description:
        'Of all bars: the planned busy time less the production time (PBT - APT), and stops that were ' +
        'said to be planned.',
      resolve: ({ bars }: Report) => bars.reduce((sum, bar) => sum + bar.durationMs, 0),
    }),
    count: t.int({
      description: 'Stops that began in the window.',
      resolve: ({ bars }: Report) => bars.reduce((sum, bar) => sum + bar.count, 0),
    }),
    events: t.field({
      type: EventConnection,
      nullable: true,
      description: 'The facts behind it by stream, what people decided about stops included.',
      complexity: listCost,
      args: cursorArgs(t),
      resolve: ({ behind }: Report, { first, after }: any, context: Context) =>
        factsBehind(behind, { first: pageSize(first), after }, context),
    }),
  }),
})

/** Deeper than trees of reasons are. */
const MAX_LEVEL = 20

builder.queryField('downtimePareto', (t: any) =>
  t.field({
    type: ReportRef,
    nullable: true,
    description:
      'Why machines stood still in planned busy time, by duration or count, with cumulative shares. A ' +
      'stop counts in the window it begins in; its time counts in every window it lies in.',
    complexity: { field: 100, multiplier: 1 },
    args: {
      scope: t.arg.idList({ required: true, description: 'Nodes of the hierarchy, machines too.' }),
      window: t.arg({ type: WindowInput, required: true, description: 'Of which time.' }),
      by: t.arg({ type: ByType, description: 'Told apart by this; REASON.' }),
      level: t.arg.int({
        description: 'Of reasons: level of the tree, 1 at the top; as they were given by default.',
      }),
      weight: t.arg({ type: WeightType, description: 'What orders and sums up; DURATION.' }),
      asKnownAt: t.arg({ type: AsKnownAt, description: 'As the log knew it at that time.' }),
      atLeast: t.arg({
        type: 'Position',
        description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
      }),
    },
    resolve: async (_: unknown, args: any, context: Context): Promise<Report> => {
      const { scope, window } = args
      const by: By = args.by ?? 'REASON'
      const weight: Weight = args.weight ?? 'DURATION'
      const level: number | null = args.level ?? null
      if (level !== null && (level < 1 || level > MAX_LEVEL))
        throw apiError('InvalidInput', `level ${level} is not between 1 and ${MAX_LEVEL}.`)
      const moment = await momentOf(args, context)
      const inputs = await inputsFor({ scope, window, moment }, context)
      const stops = await stopsIn(inputs, moment, context)
      const causes = await causesOf(stops, by, level, context)
      const horizon = new Date(inputs.window.to).toISOString()
      const found = timeByCause(
        inputs,
        stops.map((stop, i) => ({
          ...{ subjectId: stop.equipmentId, cause: causes[i]!.key },
          ...{ from: Date.parse(stop.from), to: Date.parse(stop.to ?? horizon) },
        })),
      )
      const named = new Map(causes.map((cause) => [cause.key, cause]))
      const bars = [...found.values()]
        .filter(({ key, durationMs, count }) => key !== OF_NO_STOP || durationMs > 0 || count > 0)
        .map((caused) => ({ ...(named.get(caused.key) ?? PART_OF_NONE), ...caused }))
      const alsoStreams = streamsOf(stops)
      return {
        ...{ weight, behind: { inputs, filter: {}, moment, alsoStreams } },
        bars: pareto(bars, ({ durationMs, count }) => (weight === 'COUNT' ? count : durationMs)),
      }
    },
  }),
)

const PART_OF_NONE = { id: null, name: 'part of no stop', category: null }

async function stopsIn(
  { subjects, window }: KpiInputs,
  moment: Moment | null,
  context: Context,
): Promise<readonly MachineStop[]> {
  if (window.from >= window.to) return []
  const span = {
    from: new Date(window.from).toISOString(),
    to: new Date(window.to).toISOString(),
  }
  const ids = subjects.map(({ id }) => id)
  const found = moment
    ? await Promise.all(ids.map((id) => history(id, span, moment, context).stops()))
    : await stopsOfMachines(ids, span, context)
  return found.flatMap(({ stops }) => stops)
}

interface Cause {
  /** Reasons of two sites, and a category of the same name, are not one cause. */
  readonly key: string
  readonly id: string | null
  readonly name: string
  readonly category: string | null
}

/** @returns one for each stop, in their order */
const causesOf = (
  stops: readonly MachineStop[],
  by: By,
  level: number | null,
  { reads }: Context,
): Promise<readonly Cause[]> =>
  Promise.all(
    stops.map(async ({ equipmentId, category, classification }): Promise<Cause> => {
      if (by === 'EQUIPMENT')
        return { key: equipmentId, id: equipmentId, name: equipmentId, category: null }
      const guessed = { key: category, id: category, name: category, category }
      if (by === 'CATEGORY' || classification?.reasonId == null) return guessed
      const path: Keyed<StopReasonRow>[] = []
      let key: string | null = stopReasonKey(classification.site, classification.reasonId)
      while (key !== null && path.length < MAX_LEVEL) {
        const row: Keyed<StopReasonRow> | null = await reads.load(stopReasonTree, key)
        if (row) path.unshift(row)
        key = row?.parentKey ?? null
      }
      const reason = path[level === null ? path.length - 1 : Math.min(level, path.length) - 1]
      return reason === undefined
        ? guessed
        : { key: reason.key, id: reason.reasonId, name: reason.name, category: reason.category }
    }),
  )

/** Where people decided about these stops, and the trees of the reasons they gave. */
const streamsOf = (stops: readonly MachineStop[]): readonly string[] => [
  ...new Set(
    stops.flatMap(({ equipmentId, history: decided }) =>
      decided.flatMap(({ day, site, reasonId }) => [
        `stops-${equipmentId}-${day}`,
        ...(reasonId === null ? [] : [`stopReasons-${site}`]),
      ]),
    ),
  ),
]
