import { equipmentCounters, type CounterRow } from '../projections/equipment/counters.ts'
import type { Cycles } from '../projections/equipment/cycles.ts'
import {
  intervals,
  totals,
  type Interval,
  type TimelineFact,
  type Window,
} from '../projections/equipment/intervals.ts'
import type { Segment } from '../projections/equipment/segments.ts'
import { equipmentStateTimes, type StateTimeRow } from '../projections/equipment/state-times.ts'
import { isStanding } from '../projections/equipment/stop-runs.ts'
import { equipmentTimeline, type TimelineRow } from '../projections/equipment/timeline.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { aroundOf, workOn, type Around } from './machine-around.ts'
import { MAX_FACTS, timelineFacts, wholeStops } from './machine-facts.ts'
import {
  cyclesWithin,
  decisionsOn,
  segmentsOf,
  stopsWithin,
  type MachineStops,
} from './machine-stops.ts'
import type { Moment } from './reader.ts'

/** Days of one answer: a year, and a leap day. */
const MAX_DAYS = 366
/** Earlier days looked through for what held when a window began, as the log knew it then. */
const MAX_LOOKBACK_DAYS = 100
const DAY_MS = 86_400_000

interface Rows {
  /** Facts of the window, and those before it that still held when it began. */
  readonly facts: () => Promise<readonly TimelineFact[]>
  readonly counters: () => Promise<readonly Keyed<CounterRow>[]>
  readonly stateTimes: () => Promise<readonly StateTimeRow[]>
}

/** What one machine did in a window; each part is read when it is asked for. */
export interface History extends Omit<Rows, 'facts'> {
  readonly equipmentId: string
  readonly window: Window
  readonly timeline: () => Promise<{
    readonly intervals: readonly Interval[]
    readonly totals: ReturnType<typeof totals>
  }>
  /** Intervals cut by calendar and work too. */
  readonly segments: () => Promise<readonly Segment[]>
  readonly stops: () => Promise<MachineStops>
  readonly cycles: () => Promise<Cycles>
}

type AsKnownAt = Omit<Moment, 'at'> | null

/** @throws GraphQLError `InvalidInput` for a window that is empty or longer than a year. */
export function history(
  equipmentId: string,
  { from, to }: { readonly from: string; readonly to: string },
  asKnownAt: AsKnownAt,
  context: Context,
): History {
  const lengthMs = Date.parse(to) - Date.parse(from)
  if (lengthMs <= 0) throw apiError('InvalidInput', `to ${to} is not after from ${from}.`)
  if (lengthMs > MAX_DAYS * DAY_MS)
    throw apiError('InvalidInput', `from ${from} to ${to} is more than ${MAX_DAYS} days.`)
  const now = context.clock.now()
  const then = asKnownAt?.recordedAt
  const window = { from, to, horizon: then !== undefined && then < now ? then : now }
  const of = { equipmentId, window, asKnownAt, context }
  const { facts, ...rest } = rowsOf(of)
  const around = once(() => aroundOf(equipmentId, asKnownAt, context))
  const segments = once(async () => known({ ...of, around: await around() }, facts))
  return {
    equipmentId,
    window,
    ...rest,
    timeline: once(async () => {
      const found = intervals(await facts(), window)
      return { intervals: found, totals: totals(found) }
    }),
    segments,
    stops: once(async () => stopsOfOne({ ...of, around: await around() })),
    cycles: once(async () =>
      cyclesWithin(await segments(), await rest.counters(), { equipmentId, asKnownAt }, context),
    ),
  }
}

const once = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let reading: Promise<T> | undefined
  return () => (reading ??= read())
}

interface Machine {
  readonly equipmentId: string
  readonly window: Window
  readonly asKnownAt: AsKnownAt
  readonly context: Context
}
type Placed = Machine & { readonly around: Around }

const rowsOf = ({ equipmentId, window, asKnownAt, context }: Machine): Rows => {
  const rows = asKnownAt
    ? asKnown(equipmentId, window, asKnownAt, context)
    : asNow(equipmentId, window, context)
  return { ...rows, facts: once(rows.facts) }
}

async function known(
  { equipmentId, window, asKnownAt, context, around }: Placed,
  facts: Rows['facts'],
): Promise<readonly Segment[]> {
  const work = await workOn([equipmentId], window, asKnownAt, context)
  const all = { facts: await facts(), work: work.get(equipmentId) ?? [], around }
  return segmentsOf(all, window, window.horizon)
}

/** Stops that began longer before a window than this are cut, as the log knew them then. */
const MAX_REACH_DAYS = 64

async function stopsOfOne(of: Placed): Promise<MachineStops> {
  const { equipmentId, window, asKnownAt, context } = of
  const { horizon } = window
  const whole = await wholeStops([equipmentId], window, horizon, context)
  let reach = { ...window, ...whole.get(equipmentId) }
  let found: readonly Segment[] = []
  // What ends a stop now may not have been known then: look further until nothing stands still.
  for (let days = 1; ; days *= 2) {
    const wider = { ...of, window: reach }
    found = await known(wider, rowsOf(wider).facts)
    const cutAt = (segment: Segment | undefined) =>
      segment !== undefined && isStanding(segment.state)
    const [begin, end] = [cutAt(found[0]), cutAt(found.at(-1)) && reach.to < horizon]
    if (!asKnownAt || days > MAX_REACH_DAYS || (!begin && !end)) break
    reach = {
      from: begin ? moved(reach.from, -days) : reach.from,
      to: end ? moved(reach.to, days) : reach.to,
      horizon,
    }
  }
  const decisions = await decisionsOn([equipmentId], reach, asKnownAt, context)
  const placed = { ...of, horizon, decisions: decisions.get(equipmentId) ?? [] }
  return stopsWithin(found, window, placed, context)
}

const moved = (moment: string, days: number): string =>
  new Date(Date.parse(moment) + days * DAY_MS).toISOString()

function asNow(equipmentId: string, window: Window, context: Context): Rows {
  const { from, to } = window
  const rows = async <T extends object>(text: string): Promise<readonly T[]> => {
    const values = [equipmentId, from, to]
    const found = await context.reads.query<T>('equipment', (sites) => ({
      text: `${text} limit ${MAX_FACTS + 1}`,
      values: [sites, ...values],
    }))
    if (found.length <= MAX_FACTS) return found
    throw apiError(
      'InvalidInput',
      `from ${from} to ${to}: more than ${MAX_FACTS} facts; ask for less.`,
    )
  }
  const mine = '"equipmentId" = $2 and ($1::text[] is null or site = any($1))'
  return {
    facts: async () =>
      (await timelineFacts(new Map([[equipmentId, window]]), context)).get(equipmentId) ?? [],
    counters: () =>
      rows(`select * from read.equipment_counters where ${mine} and at >= $3 and at < $4`),
    stateTimes: () =>
      rows(`select * from read.equipment_state_times
            where ${mine} and "from" >= $3 and "from" < $4 and "to" <= $4`),
  }
}

const PROJECTIONS = [equipmentTimeline, equipmentCounters, equipmentStateTimes] as const

/** Folds the machine's day streams in memory; what was recorded later is left out. */
function asKnown(equipmentId: string, window: Window, moment: Moment, context: Context): Rows {
  const { from, to } = window
  const fold = (days: readonly string[]) =>
    context.reads.allAsOf(
      PROJECTIONS,
      days.map((day) => `equipment-${equipmentId}-${day}`),
      moment,
    )
  let folded: ReturnType<typeof fold> | undefined
  const inWindow = () => (folded ??= fold(daysOf(from, to)))
  const isBetween = ({ at }: { readonly at: string }) => at >= from && at < to
  return {
    facts: async () => {
      const known: Keyed<TimelineRow>[] = [...(await inWindow())[0]!]
      for (const kinds of [['STATE', 'GAP_STARTED'], ['PROGRAM']])
        known.push(...(await lastBefore(known, { equipmentId, from, kinds, fold }, context)))
      return known
    },
    counters: async () => (await inWindow())[1]!.filter(isBetween),
    stateTimes: async () =>
      (await inWindow())[2]!.filter((row) => row.from >= from && row.to <= to),
  }
}

/**
 * Of the days before the window, the last that has a fact of these kinds that the log knew then. The
 * read model tells which days to look at; it holds all that was known then, and more.
 */
async function lastBefore(
  known: readonly Keyed<TimelineRow>[],
  search: {
    readonly equipmentId: string
    readonly from: string
    readonly kinds: readonly string[]
    readonly fold: (days: readonly string[]) => Promise<readonly (readonly Keyed<any>[])[]>
  },
  { reads }: Context,
): Promise<readonly Keyed<TimelineRow>[]> {
  const { equipmentId, from, kinds, fold } = search
  if (known.some((row) => row.at < from && kinds.includes(row.kind))) return []
  let day = from.slice(0, 10)
  for (let looked = 0; looked < MAX_LOOKBACK_DAYS; looked++) {
    const [found] = await reads.query<{ at: string | null }>('equipment', (sites) => ({
      text: `select max(last.at) as at from unnest($3::text[]) wanted, lateral (
               select at from read.equipment_timeline where "equipmentId" = $2
                 and ($1::text[] is null or site = any($1)) and kind = wanted and at < $4
               order by at desc limit 1) last`,
      values: [sites, equipmentId, kinds, `${day}T00:00:00.000Z`],
    }))
    if (!found?.at) return []
    day = found.at.slice(0, 10)
    const rows: readonly Keyed<TimelineRow>[] = (await fold([day]))[0]!
    const held = rows.filter((row) => kinds.includes(row.kind))
    if (held.length > 0) return held
  }
  return []
}

/** UTC days of the window's streams; a window summed up at its very end is told on the day of `to`. */
function daysOf(from: string, to: string): readonly string[] {
  const days: string[] = []
  for (let at = Date.parse(`${from.slice(0, 10)}T00:00:00Z`); at <= Date.parse(to); at += DAY_MS)
    days.push(new Date(at).toISOString().slice(0, 10))
  return days
}
