import { timeZone as ianaName } from '../domain/site/time-zone.ts'
import { metersByIdSql, metersInScopeSql, timeZoneSql, type Bucket } from './energy-sql.ts'
import { apiError } from './errors.ts'
import type { Reader } from './reader.ts'

/** Which meters an energy report is about, and in which zone its days begin. */

/** All meters of a large plant; a year of them at once would keep the database busy for a minute. */
const MAX_METERS = 1_000

export interface EnergyArgs {
  readonly meterIds?: readonly string[] | null
  readonly scopeId?: string | null
  readonly medium?: string | null
  readonly from: string
  readonly to: string
  readonly groupBy?: Bucket | 'METER' | null
  readonly timeZone?: string | null
  readonly atLeast?: number | null
}
interface FoundMeter {
  readonly meterId: string
  readonly site: string | null
  readonly kind: string | null
  readonly unit: string | null
}

/** @throws GraphQLError `InvalidInput` unless meters or a scope are named, and not too many */
export async function metersOf(args: EnergyArgs, reads: Reader): Promise<readonly FoundMeter[]> {
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
export async function timeZoneOf(args: EnergyArgs, found: readonly FoundMeter[], reads: Reader) {
  if (args.timeZone != null) {
    const parsed = ianaName.safeParse(args.timeZone)
    if (!parsed.success)
      throw apiError('InvalidInput', `timeZone ${args.timeZone} is not an IANA time zone.`)
    return parsed.data
  }
  const site = found.find((m) => m.site !== null)?.site
  if (site == null) return 'UTC'
  const [row] = await reads.query<{ timeZone: string }>('energy', () => timeZoneSql(site))
  return row?.timeZone ?? 'UTC'
}
