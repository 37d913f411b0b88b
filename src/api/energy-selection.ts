import { timeZone as ianaName } from '../domain/site/time-zone.ts'
import type { Query } from '../projections/read-models.ts'
import type { Context } from './context.ts'
import { flowsOf, type MeterFlows, type Window } from './energy-flows.ts'
import { apiError } from './errors.ts'
import { knownAt, type KnownAt } from './lookup.ts'
import type { Moment, Reader } from './reader.ts'

/** Which meters an answer about energy is about, from when to when, and in which zone days begin. */

/** All meters of a large plant; a year of them at once would keep the database busy for a minute. */
const MAX_METERS = 1_000

export interface EnergyArgs extends Window {
  readonly meterIds?: readonly string[] | null
  readonly scopeId?: string | null
  readonly medium?: string | null
  readonly timeZone?: string | null
  readonly asKnownAt?: KnownAt | null
  readonly atLeast?: number | null
}

export interface FoundMeter {
  readonly meterId: string
  readonly site: string | null
  readonly medium: string | null
  readonly unit: string | null
}

export interface Selection {
  readonly window: Window
  readonly timeZone: string
  readonly moment: Moment | null
  readonly meters: readonly FoundMeter[]
  /** Computed when first asked for. */
  readonly flows: () => Promise<readonly MeterFlows[]>
}

/** @throws GraphQLError `InvalidInput` for a window backwards, no such zone, or too many meters */
export async function select(args: EnergyArgs, { reads }: Context): Promise<Selection> {
  const { from, to } = args
  if (from >= to) throw apiError('InvalidInput', `to ${to} is not after from ${from}.`)
  await reads.waitFor(args.atLeast)
  const meters = await metersOf(args, reads)
  const timeZone = await timeZoneOf(args.timeZone, meters, reads)
  const moment = momentOf(args.asKnownAt)
  const window = { from, to }
  const ids = meters.map((m) => m.meterId)
  const flows = (): ReturnType<typeof flowsOf> => {
    const read = readings.get(reads) ?? new Map<string, ReturnType<typeof flowsOf>>()
    readings.set(reads, read)
    const key = JSON.stringify([ids, window, moment])
    const found = read.get(key) ?? flowsOf(ids, window, moment, reads)
    read.set(key, found)
    return found
  }
  return { window, timeZone, moment, meters, flows }
}

/** What was read in one request: several fields about one window read it once. */
const readings = new WeakMap<Reader, Map<string, ReturnType<typeof flowsOf>>>()

export const momentOf = (asKnownAt: EnergyArgs['asKnownAt']): Moment | null =>
  asKnownAt ? knownAt(asKnownAt) : null

async function metersOf(args: EnergyArgs, reads: Reader): Promise<readonly FoundMeter[]> {
  const { meterIds, scopeId } = args
  if ((meterIds == null) === (scopeId == null))
    throw apiError('InvalidInput', 'give either meterIds or scopeId.')
  if (meterIds != null && args.medium != null)
    throw apiError('InvalidInput', 'medium goes with scopeId; meters measure what they measure.')
  const found = await reads.query<FoundMeter>('energy', (sites) =>
    meterIds == null
      ? metersInScopeSql({ scopeId: scopeId!, medium: args.medium ?? 'ELECTRICITY' }, sites)
      : metersByIdSql(meterIds, sites),
  )
  if (found.length > MAX_METERS)
    throw apiError('InvalidInput', `more than ${MAX_METERS} meters; choose a smaller scope.`)
  return found
}

/** The zone asked for, else that of the site of the meters, else UTC. */
export async function timeZoneOf(
  asked: string | null | undefined,
  found: readonly Pick<FoundMeter, 'site'>[],
  reads: Reader,
): Promise<string> {
  if (asked != null) {
    const parsed = ianaName.safeParse(asked)
    if (!parsed.success)
      throw apiError('InvalidInput', `timeZone ${asked} is not an IANA time zone.`)
    return parsed.data
  }
  const site = found.find((m) => m.site !== null)?.site
  if (site == null) return 'UTC'
  const [row] = await reads.query<{ timeZone: string }>('energy', () => ({
    text: `select "timeZone" from read.hierarchy where key = $1 and "timeZone" is not null`,
    values: [site],
  }))
  return row?.timeZone ?? 'UTC'
}

/** `{ meterId, site, medium, unit }` of these meters, virtual ones included, known or not. */
const metersByIdSql = (meterIds: readonly string[], sites: readonly string[] | null): Query => ({
  text: `select id as "meterId", coalesce(m.site, v.site) as site,
      coalesce(m.medium, v.medium) as medium, m.unit
    from unnest($1::text[]) id left join read.meters m on m.key = id
      left join read.virtual_meters v on v."meterId" = id
    where $2::text[] is null or m.site is null and v.site is null
      or coalesce(m.site, v.site) = any($2::text[])`,
  values: [[...new Set(meterIds)], sites],
})

/**
 * The same of a medium in a node of the hierarchy and below it, without meters whose upstream meter is
 * among them: that one has counted what flows through them. Virtual meters count what others have
 * counted, and are never among them.
 */
const metersInScopeSql = (
  { scopeId, medium }: { readonly scopeId: string; readonly medium: string },
  sites: readonly string[] | null,
): Query => ({
  text: `with recursive scopes as (
      select $1::text collate "C" as key
      union select h.key from read.hierarchy h join scopes s on h."parentId" = s.key
    ),
    inside as (
      select key, "parentMeterId", site, medium, unit from read.meters
      where "scopeId" in (select key from scopes) and medium = $2
        and ($3::text[] is null or site = any($3::text[]))
    ),
    upstream as (
      select key, "parentMeterId" as up from inside where "parentMeterId" is not null
      union select u.key, m."parentMeterId" from upstream u join read.meters m on m.key = u.up
      where m."parentMeterId" is not null
    )
    select key as "meterId", site, medium, unit from inside i
    where not exists (select from upstream u join inside o on o.key = u.up where u.key = i.key)
    order by key`,
  values: [scopeId, medium, sites],
})
