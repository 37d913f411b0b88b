import { cyclesOf, type CounterFact, type Cycles } from '../projections/equipment/cycles.ts'
import { cycleTimes, type CycleTimeRow } from '../projections/equipment/cycle-times.ts'
import { intervals, type TimelineFact } from '../projections/equipment/intervals.ts'
import { segments, type Segment, type Work } from '../projections/equipment/segments.ts'
import { stopDecisions, type StopDecisionRow } from '../projections/equipment/stop-decisions.ts'
import type { StopDecision } from '../projections/equipment/stop-parts.ts'
import { stopReasonKey, stopReasonTree } from '../projections/equipment/stop-reasons.ts'
import { stopsOf, type Stop } from '../projections/equipment/stops.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import { aroundOf, workOn, type Around } from './machine-around.ts'
import { timelineFacts, wholeStops } from './machine-facts.ts'
import type { Moment } from './reader.ts'

interface Stretch {
  readonly from: string
  readonly to: string
}

/** A stop as it is shown: whose it is, and the plant day it counts for. */
export interface MachineStop extends Stop {
  readonly equipmentId: string
  /** Of its shift; outside of all shifts the local day it began on, YYYY-MM-DD. */
  readonly day: string
}

export interface MachineStops {
  readonly equipmentId: string
  /** Stops that overlap the window, whole, oldest first. */
  readonly stops: readonly MachineStop[]
  readonly orphaned: readonly StopDecision[]
}

/** What the timeline and the stops of one machine are made of. */
export interface Known {
  readonly facts: readonly TimelineFact[]
  readonly work: readonly Work[]
  readonly around: Around
}

/** @param horizon nothing is known from here on */
export const segmentsOf = (
  { facts, work, around }: Known,
  { from, to }: Stretch,
  horizon: string,
): readonly Segment[] =>
  segments(intervals(facts, { from, to, horizon }), around.schedule({ from, to }), work, horizon)

/**
 * Stops of machines in a window, as is known now; everything of all machines is read at once.
 * @returns in the order of the ids
 */
export async function stopsOfMachines(
  equipmentIds: readonly string[],
  window: Stretch,
  context: Context,
): Promise<readonly MachineStops[]> {
  if (equipmentIds.length === 0) return []
  const horizon = context.clock.now()
  const whole = await wholeStops(equipmentIds, window, horizon, context)
  const all = [...whole.values()]
  const reach = {
    from: all.map(({ from }) => from).reduce((a, b) => (b < a ? b : a)),
    to: all.map(({ to }) => to).reduce((a, b) => (b > a ? b : a)),
  }
  const [facts, work, decisions] = await Promise.all([
    timelineFacts(whole, context),
    workOn(equipmentIds, reach, null, context),
    decisionsOn(equipmentIds, reach, null, context),
  ])
  return Promise.all(
    equipmentIds.map(async (equipmentId) => {
      const known = {
        facts: facts.get(equipmentId) ?? [],
        work: work.get(equipmentId) ?? [],
        around: await aroundOf(equipmentId, null, context),
      }
      const found = segmentsOf(known, whole.get(equipmentId)!, horizon)
      const from = {
        equipmentId,
        around: known.around,
        decisions: decisions.get(equipmentId) ?? [],
        horizon,
      }
      return stopsWithin(found, window, from, context)
    }),
  )
}

/** @param found segments that hold every stop of the window whole */
export async function stopsWithin(
  found: readonly Segment[],
  window: Stretch,
  of: {
    readonly equipmentId: string
    readonly around: Around
    readonly decisions: readonly StopDecision[]
    readonly horizon: string
  },
  { reads }: Context,
): Promise<MachineStops> {
  const { equipmentId, around, decisions, horizon } = of
  const keyOf = ({ site, reasonId }: StopDecision) => stopReasonKey(site, reasonId!)
  const keys = new Set(decisions.filter(({ reasonId }) => reasonId !== null).map(keyOf))
  const reasons = await Promise.all([...keys].map((key) => reads.load(stopReasonTree, key)))
  const categories = new Map(reasons.map((row) => [row?.key, row?.category]))
  const { stops, orphaned } = stopsOf(found, {
    limitAt: around.limitAt,
    decisions,
    categoryOf: (decision) => categories.get(keyOf(decision)),
    horizon,
  })
  const within = (from: string, to: string) => from < window.to && to > window.from
  return {
    equipmentId,
    stops: stops
      .filter((stop) => within(stop.from, stop.to ?? horizon))
      .map((stop) => ({
        ...stop,
        equipmentId,
        day: stop.schedule.day ?? around.dayAt(stop.from),
      })),
    orphaned: orphaned.filter(({ from, seenTo }) => within(from, seenTo)),
  }
}

/** A decision is about no stretch longer than this; so long before a window it is looked for. */
const MAX_STRETCH_MS = 366 * 86_400_000

/** Decisions about stops that may touch a window, by machine, now or as the log knew them. */
export async function decisionsOn(
  equipmentIds: readonly string[],
  { from, to }: Stretch,
  asKnownAt: Moment | null,
  { reads }: Context,
): Promise<ReadonlyMap<string, readonly StopDecision[]>> {
  const since = new Date(Date.parse(from) - MAX_STRETCH_MS).toISOString()
  type Row = Keyed<StopDecisionRow>
  const now = await reads.query<Row>('equipment', (sites) => ({
    text: `select * from read.stop_decisions where "equipmentId" = any($2) and "from" >= $3
             and "from" < $4 and ($1::text[] is null or site = any($1))`,
    values: [sites, equipmentIds, since, to],
  }))
  const streams = new Set(now.map(({ equipmentId, day }) => `stops-${equipmentId}-${day}`))
  const { touched } = await reads.logOf(asKnownAt)
  for (const stream of touched)
    if (equipmentIds.some((id) => stream.startsWith(`stops-${id}-`))) streams.add(stream)
  const found: readonly Row[] = asKnownAt
    ? (await reads.allAsOf([stopDecisions], [...streams], asKnownAt))[0]!
    : now
  return Map.groupBy(
    found.filter((row) => row.from < to && (row.to === null || row.to > from)),
    ({ equipmentId }) => equipmentId,
  )
}

/** Actual cycle times of one machine, against the ideal ones that hold. */
export async function cyclesWithin(
  found: readonly Segment[],
  counters: readonly CounterFact[],
  of: { readonly equipmentId: string; readonly asKnownAt: Moment | null },
  { reads }: Context,
): Promise<Cycles> {
  const { equipmentId, asKnownAt } = of
  const entries: readonly CycleTimeRow[] = asKnownAt
    ? (await reads.allAsOf([cycleTimes], [`cycleTimes-${equipmentId}`], asKnownAt))[0]!
    : await reads.children(cycleTimes, { column: 'equipmentId', orderBy: 'validFrom' }, equipmentId)
  return cyclesOf(found, counters, entries)
}
