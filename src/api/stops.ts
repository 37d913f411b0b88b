import { addDays } from '../domain/calendar/local-time.ts'
import type { StopCategory as Category } from '../domain/equipment/events.ts'
import { equipmentCurrent } from '../projections/equipment/current.ts'
import { stopDecisions } from '../projections/equipment/stop-decisions.ts'
import { builder } from './builder.ts'
import { follow } from './changes.ts'
import { connectionType, listCost, pageArgs, pageSize, type PageOf } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { stopsOfMachines, type MachineStop } from './machine-stops.ts'
import { descendants } from './site.ts'
import { StopCategory } from './stop-reasons.ts'
import { StopKind, StopRef } from './stop-type.ts'

/** A list of stops is derived anew for each answer; a quarter of a year is read in parts. */
const MAX_DAYS = 93
const DAY_MS = 86_400_000

interface Filter {
  readonly from?: string | null
  readonly to?: string | null
  readonly day?: string | null
  readonly shiftId?: string | null
  readonly equipmentIds?: readonly string[] | null
  readonly area?: string | null
  readonly site?: string | null
  readonly category?: readonly Category[] | null
  readonly reasonIds?: readonly string[] | null
  readonly unclassified?: boolean | null
  readonly isOpen?: boolean | null
  readonly kind?: MachineStop['kind'] | null
  readonly minDurationMs?: number | null
  readonly maxDurationMs?: number | null
}

const StopFilter = builder.inputType('StopFilter', {
  description: 'Which stops: all conditions have to hold. Needs `day`, or `from` and `to`.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Began then or later.' }),
    to: t.field({ type: 'DateTime', description: `Began before; up to ${MAX_DAYS} days later.` }),
    day: t.field({
      type: 'Date',
      description:
        "Of this plant day, as the plant reckons it: a stop at 01:30 is one of the night shift's.",
    }),
    shiftId: t.id({ description: 'Began in a shift of this id.' }),
    equipmentIds: t.idList({ description: 'Of these machines.' }),
    area: t.id({ description: 'Of machines in this area or other node, at any depth.' }),
    site: t.id({ description: 'At this site.' }),
    category: t.field({ type: [StopCategory], description: 'Counts as one of these.' }),
    reasonIds: t.idList({ description: 'Has one of these reasons.' }),
    unclassified: t.boolean({ description: 'Nobody said why (true), or somebody did (false).' }),
    isOpen: t.boolean({ description: 'Still standing, or over.' }),
    kind: t.field({ type: StopKind, description: 'Stops or micro-stops; both by default.' }),
    minDurationMs: t.field({ type: 'Long', description: 'At least so long.' }),
    maxDurationMs: t.field({ type: 'Long', description: 'At most so long.' }),
  }),
})

/** @throws GraphQLError `InvalidInput` for a filter that names no time, or too much of it */
function windowOf({ from, to, day }: Filter): { readonly from: string; readonly to: string } {
  // No plant day begins or ends further than a day from the same day in UTC.
  if (day != null)
    return { from: `${addDays(day, -1)}T00:00:00.000Z`, to: `${addDays(day, 2)}T00:00:00.000Z` }
  if (from == null || to == null)
    throw apiError('InvalidInput', 'where needs day, or both from and to.')
  const lengthMs = Date.parse(to) - Date.parse(from)
  if (lengthMs <= 0) throw apiError('InvalidInput', `to ${to} is not after from ${from}.`)
  if (lengthMs > MAX_DAYS * DAY_MS)
    throw apiError('InvalidInput', `from ${from} to ${to} is more than ${MAX_DAYS} days.`)
  return { from, to }
}

async function machinesOf({ equipmentIds, area, site }: Filter, context: Context) {
  const within = area == null ? null : await descendants(area, context)
  const rows = await context.reads.query<{ key: string }>('equipment', (sites) => ({
    text: `select key from read.equipment_current
           where ($1::text[] is null or site = any($1)) and ($2::text[] is null or key = any($2))
             and ($3::text[] is null or key = any($3)) and ($4::text is null or site = $4)
             and "lastFactAt" is not null`,
    values: [sites, equipmentIds ?? null, within, site ?? null],
  }))
  return rows.map(({ key }) => key)
}

const matches = (stop: MachineStop, where: Filter): boolean =>
  (where.from == null || stop.from >= where.from) &&
  (where.to == null || stop.from < where.to) &&
  (where.day == null || stop.day === where.day) &&
  (where.shiftId == null || stop.schedule.shiftId === where.shiftId) &&
  (where.category == null || where.category.includes(stop.category)) &&
  (where.reasonIds == null || where.reasonIds.includes(stop.classification?.reasonId ?? '')) &&
  (where.unclassified == null || where.unclassified === (stop.classification === null)) &&
  (where.isOpen == null || where.isOpen === (stop.to === null)) &&
  (where.kind == null || where.kind === stop.kind) &&
  (where.minDurationMs == null || stop.durationMs >= where.minDurationMs) &&
  (where.maxDurationMs == null || stop.durationMs <= where.maxDurationMs)

const cursorOf = ({ from, equipmentId }: MachineStop): string =>
  Buffer.from(JSON.stringify([from, equipmentId])).toString('base64url')

/** Latest first; stops of one moment by machine. */
const latestFirst = (a: MachineStop, b: MachineStop): number =>
  a.from === b.from ? (a.equipmentId < b.equipmentId ? -1 : 1) : a.from < b.from ? 1 : -1

function readCursor(cursor: string): Pick<MachineStop, 'from' | 'equipmentId'> {
  try {
    const [from, equipmentId] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (typeof from === 'string' && typeof equipmentId === 'string') return { from, equipmentId }
  } catch {
    // Not one of ours; said below.
  }
  throw apiError('InvalidInput', `after ${cursor} is not a cursor of this list.`)
}

function pageOf(
  all: readonly MachineStop[],
  { first, after }: { readonly first: number; readonly after: string | null },
): PageOf<MachineStop> {
  const last = after === null ? null : (readCursor(after) as MachineStop)
  const rest = last === null ? all : all.filter((stop) => latestFirst(last, stop) < 0)
  const edges = rest.slice(0, first).map((node) => ({ node, cursor: cursorOf(node) }))
  return {
    edges,
    pageInfo: {
      hasNextPage: rest.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: async () => all.length,
  }
}

interface StopsArgs {
  readonly where: Filter
  readonly first?: number | null
  readonly after?: string | null
  readonly atLeast?: number | null
}

builder.queryField('stops', (t: any) =>
  t.field({
    type: connectionType('Stop', StopRef),
    nullable: true,
    description: 'Stops and micro-stops of machines, latest first, derived from all that is known.',
    args: {
      ...pageArgs(t),
      where: t.arg({ type: StopFilter, required: true, description: 'Only these.' }),
    },
    complexity: listCost,
    resolve: async (_: unknown, { where, first, after, atLeast }: StopsArgs, context: Context) => {
      const { reads } = context
      const page = { first: pageSize(first), after: after ?? null }
      const window = windowOf(where)
      await reads.waitFor(atLeast)
      const machines = await stopsOfMachines(await machinesOf(where, context), window, context)
      const found = machines.flatMap(({ stops }) => stops).filter((stop) => matches(stop, where))
      return {
        ...pageOf(found.sort(latestFirst), page),
        asOf: () => reads.freshness(equipmentCurrent),
      }
    },
  }),
)

/** What a subscription looks back at: a late fact about an older stop is told by a query. */
const LIVE_MS = 2 * 3_600_000

/** A stop as a subscriber was last told; how long it has lasted changes all the time. */
const told = ({ from, to, kind, version, classification }: MachineStop): string =>
  JSON.stringify([from, to, kind, version, classification?.decisionId ?? null])

builder.subscriptionField('stopChanged', (t) =>
  t.field({
    type: StopRef,
    description:
      'Stops of the last two hours as they open, close, move or are decided about. A stop is told ' +
      'when it opens, as a micro-stop until it has lasted long enough.',
    args: {
      equipmentIds: t.arg.idList({ description: 'Of these machines. All by default.' }),
      area: t.arg.id({
        description: 'Of machines in this node only, as it was when the subscription began.',
      }),
    },
    subscribe: async (_, { equipmentIds, area }, context) => {
      await context.access.demand({ kind: 'read', context: 'equipment', site: null })
      const ids = equipmentIds && new Set(equipmentIds)
      const within = area == null ? null : new Set(await descendants(area, context))
      const isWanted = (id: string) => (!ids || ids.has(id)) && (!within || within.has(id))
      const news = createNews()
      return follow(context, {
        of: [equipmentCurrent, stopDecisions],
        keysOf: ({ projection, keys }) =>
          projection === equipmentCurrent.name
            ? keys.filter(isWanted).map((id) => `machine ${id}`)
            : keys.map((key) => `decision ${key}`),
        read: async (keys) => {
          const machines = (await machinesIn(keys, context)).filter(isWanted)
          const to = context.clock.now()
          const from = new Date(Date.parse(to) - LIVE_MS).toISOString()
          const found = await stopsOfMachines(machines, { from, to }, context)
          return found.flatMap(({ equipmentId, stops }) => news(equipmentId, stops))
        },
      })
    },
    resolve: (stop: MachineStop | null) => {
      if (stop === null) throw apiError('Unauthenticated', 'The key or token is no longer valid.')
      return stop
    },
  }),
)

/** Keys of changes are machines, or decisions that name theirs. */
async function machinesIn(keys: readonly string[], { reads }: Context): Promise<string[]> {
  const of = (kind: string) =>
    keys.flatMap((key) => (key.startsWith(`${kind} `) ? [key.slice(kind.length + 1)] : []))
  const decisions = await reads.rows(stopDecisions, of('decision'))
  return [
    ...new Set([...of('machine'), ...decisions.flatMap((row) => (row ? [row.equipmentId] : []))]),
  ]
}

/** Of the stops of a machine those that are not as they were told; at first only the latest. */
function createNews(): (id: string, stops: readonly MachineStop[]) => readonly MachineStop[] {
  const before = new Map<string, ReadonlySet<string>>()
  return (id, stops) => {
    const known = before.get(id)
    before.set(id, new Set(stops.map(told)))
    return known ? stops.filter((stop) => !known.has(told(stop))) : stops.slice(-1)
  }
}
