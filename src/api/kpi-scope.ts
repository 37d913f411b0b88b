import { workingTime, type WorkingTime } from '../domain/calendar/working-time.ts'
import { calendarIdOf, calendarStream } from '../domain/calendar/events.ts'
import { calendarOf, calendars, type CalendarRow } from '../projections/calendar/calendars.ts'
import { equipmentCurrent } from '../projections/equipment/current.ts'
import type { Scope } from '../projections/kpi/inputs.ts'
import type { Keyed } from '../projections/projection.ts'
import type { HierarchyRow } from '../projections/site/hierarchy.ts'
import type { Context } from './context.ts'
import type { Moment } from './reader.ts'

/** A node of the plant that may be a machine, and where it stands. */
export interface Candidate {
  readonly id: string
  /** Narrowest first, itself included. */
  readonly path: readonly Scope[]
  readonly site: string
  readonly timeZone: string
  /** A machine by its level: it counts although nothing was ever heard of it. */
  readonly isMachine: boolean
}

/** More levels than IEC 62264 has. */
const MAX_DEPTH = 12
const MACHINES: readonly string[] = ['WORK_UNIT', 'UNIT', 'WORK_CELL']
/** Parts of a machine: the machine's own state tells what it did. */
const PARTS: readonly string[] = ['EQUIPMENT_MODULE', 'CONTROL_MODULE']

type Node = Pick<Keyed<HierarchyRow>, 'key' | 'level' | 'name' | 'parentId' | 'siteId'> &
  Pick<Keyed<HierarchyRow>, 'timeZone' | 'status' | 'site'> & { readonly inside: boolean }

/**
 * All that may be a machine within some scopes, each once. The hierarchy is that of today. Equipment
 * that the hierarchy does not know stands alone.
 */
export async function candidatesOf(
  scopeIds: readonly string[],
  context: Context,
): Promise<readonly Candidate[]> {
  const nodes = await nodesOf(scopeIds, context)
  const byId = new Map(nodes.map((node) => [node.key, node]))
  const known = nodes
    .filter(
      ({ key, inside, level }) => inside && (!PARTS.includes(level) || scopeIds.includes(key)),
    )
    .map((node): Candidate => {
      const path = pathOf(node, byId)
      const timeZone = path.find((above) => above.timeZone !== null)?.timeZone ?? 'UTC'
      const isMachine = MACHINES.includes(node.level) && node.status === 'ACTIVE'
      const scopes = path.map(({ key, level, name }) => ({ id: key, level, name }))
      return { id: node.key, path: scopes, site: node.siteId ?? node.site, timeZone, isMachine }
    })
  const others = scopeIds.filter((id) => !byId.has(id))
  const alone = await Promise.all(others.map((id) => context.reads.load(equipmentCurrent, id)))
  return [...known, ...alone.flatMap((row) => (row ? [standingAlone(row.key, row.site)] : []))]
}

const standingAlone = (id: string, site: string): Candidate => ({
  ...{ id, site, timeZone: 'UTC', isMachine: false },
  path: [{ id, level: 'WORK_UNIT', name: id }],
})

function pathOf(node: Node, byId: ReadonlyMap<string, Node>): readonly Node[] {
  const path: Node[] = []
  for (let at: Node | undefined = node; at && path.length <= MAX_DEPTH;) {
    path.push(at)
    at = at.parentId === null ? undefined : byId.get(at.parentId)
  }
  return path
}

const nodesOf = (scopeIds: readonly string[], { reads }: Context): Promise<readonly Node[]> =>
  reads.query<Node>('site', (sites) => ({
    text: `with recursive below (key, depth) as (
             select id collate "C", 0 from unnest($2::text[]) id
             union all
             select h.key, below.depth + 1 from read.hierarchy h
             join below on h."parentId" = below.key where below.depth < $3),
           above (key, depth) as (
             select h."parentId", 0 from read.hierarchy h where h.key = any($2)
             union all
             select h."parentId", above.depth + 1 from read.hierarchy h
             join above on h.key = above.key where above.depth < $3)
           select h.key, h.level, h.name, h."parentId", h."siteId", h."timeZone", h.status, h.site,
             h.key in (select key from below) inside
           from read.hierarchy h
           where (h.key in (select key from below) or h.key in (select key from above))
             and ($1::text[] is null or h.site = any($1))
           order by h.key`,
    values: [sites, scopeIds, MAX_DEPTH],
  }))

/**
 * What was planned for each candidate; null where no calendar says anything of it. Machines with the
 * same calendars share one answer.
 */
export async function plannedFor(
  candidates: readonly Candidate[],
  window: { readonly from: string; readonly to: string },
  moment: Moment | null,
  context: Context,
): Promise<ReadonlyMap<string, WorkingTime | null>> {
  const scopes = [...new Set(candidates.flatMap(({ path }) => path.map(({ id }) => id)))]
  const rows = await calendarRows(scopes, moment, context)
  const states = new Map(rows.map((row) => [row.scopeId, calendarOf(row)]))
  const shared = new Map<string, WorkingTime | null>()
  return new Map(
    candidates.map(({ id, path }) => {
      const held = path.map((scope) => scope.id).filter((scope) => states.has(scope))
      const key = held.join('\n')
      if (!shared.has(key)) shared.set(key, planned(held))
      return [id, shared.get(key)!]
    }),
  )

  /** A calendar that never said anything of any day leaves all time planned, as none does. */
  function planned(held: readonly string[]): WorkingTime | null {
    const says = held.some((scope) => {
      const { patterns, days } = states.get(scope)!
      return patterns.length > 0 || days.size > 0
    })
    return says ? workingTime(states, held, window) : null
  }
}

async function calendarRows(
  scopes: readonly string[],
  moment: Moment | null,
  { reads }: Context,
): Promise<readonly Keyed<CalendarRow>[]> {
  if (moment === null)
    return reads.query<Keyed<CalendarRow>>('calendar', (sites) => ({
      text: `select * from read.calendars where kind = 'EQUIPMENT' and "scopeId" = any($2)
               and ($1::text[] is null or site = any($1))`,
      values: [sites, scopes],
    }))
  const streams = scopes.map((scope) => calendarStream('EQUIPMENT', scope))
  const known = (await reads.allAsOf([calendars], streams, moment))[0]!
  const keys = new Set(scopes.map((scope) => calendarIdOf('EQUIPMENT', scope)))
  return known.filter((row) => keys.has(row.key))
}
