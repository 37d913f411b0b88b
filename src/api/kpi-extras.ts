import { capabilityElements } from '../domain/kpi/capability.ts'
import type { ElementId, Elements } from '../domain/kpi/elements.ts'
import type { KpiFilter } from '../projections/kpi/groups.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import type { KpiWindow } from './kpi-inputs.ts'

/** Elements that no machine and no booking tells: of inspections and attendance. Each is read when asked for. */
export interface ExtraFilter extends KpiFilter {
  readonly characteristicId?: string | null
  /** Values of one subgroup of a capability study; 1 for single values. */
  readonly subgroupSize?: number | null
}

interface Question {
  readonly window: KpiWindow
  readonly sites: readonly string[]
  readonly filter: ExtraFilter
}

/** More values than a capability study of a year has. */
const MAX_VALUES = 100_000

/** @throws GraphQLError `InvalidInput` where a capability index names no characteristic */
export async function extraElements(
  wanted: readonly ElementId[],
  question: Question,
  context: Context,
): Promise<Elements> {
  const asks = (...ids: readonly ElementId[]) => ids.some((id) => wanted.includes(id))
  const parts = await Promise.all([
    asks('IP', 'GP') ? firstPasses(question, context) : {},
    asks('APAT') ? attended(question, context) : {},
    asks('USL', 'LSL', 'XBAR', 'S', 'SIGMA', 'N') ? capability(question, context) : {},
  ])
  return Object.assign({}, ...parts)
}

/** Each serial or lot counts at its first inspection after an operation. */
async function firstPasses(
  { window, sites, filter }: Question,
  { reads }: Context,
): Promise<Elements> {
  const [found] = await reads.query<{ ip: number; gp: number }>('quality', (open) => ({
    text: `select count(*) ip, count(*) filter (where verdict = 'PASS') gp from (
             select distinct on (i."subjectId", i."operationId") i.at, i.verdict
             from read.inspections i
             where i.site = any($2) and ($1::text[] is null or i.site = any($1)) and i.at < $4
               and ($5::text[] is null or i."orderId" = any($5))
               and ($6::text[] is null or i."materialId" = any($6))
               and ($7::text[] is null or i."personId" = any($7))
             order by i."subjectId", i."operationId", i.at, i.key) first
           where at >= $3 and verdict is not null`,
    values: [
      ...[open, sites, window.from, window.to],
      ...[filter.orderIds ?? null, filter.materialIds ?? null, filter.personIds ?? null],
    ],
  }))
  return { IP: found!.ip, GP: found!.gp }
}

/** Stays of persons, cut to the window; who has not clocked out is there until its end. */
async function attended(
  { window, sites, filter }: Question,
  { reads }: Context,
): Promise<Elements> {
  const [found] = await reads.query<{ ms: number | null }>('personnel', (open) => ({
    text: `select round(sum(extract(epoch from
             least(coalesce("clockedOutAt", $4::timestamptz), $4::timestamptz)
             - greatest("clockedInAt", $3::timestamptz))) * 1000)::bigint ms
           from read.attendance
           where site = any($2) and ($1::text[] is null or site = any($1)) and not cancelled
             and "clockedInAt" < $4 and coalesce("clockedOutAt", $4::timestamptz) > $3
             and ($5::text[] is null or "personId" = any($5))`,
    values: [open, sites, window.from, window.to, filter.personIds ?? null],
  }))
  return found?.ms == null ? {} : { APAT: found.ms }
}

/** Values of one characteristic in the order they were measured, with the limits they were judged by last. */
async function capability(
  { window, sites, filter }: Question,
  { reads }: Context,
): Promise<Elements> {
  if (filter.characteristicId == null)
    throw apiError('InvalidInput', 'filter.characteristicId is missing: which one is it about?')
  interface Row {
    readonly value: number
    readonly lowerLimit: number | null
    readonly upperLimit: number | null
  }
  const rows = await reads.query<Row>('quality', (open) => ({
    text: `select value, "lowerLimit", "upperLimit" from read.inspection_results
           where "characteristicId" = $5 and at >= $3 and at < $4 and value is not null
             and site = any($2) and ($1::text[] is null or site = any($1))
             and ($6::text[] is null or "materialId" = any($6))
             and ($7::text[] is null or "orderId" = any($7))
           order by at, key limit ${MAX_VALUES}`,
    values: [
      ...[open, sites, window.from, window.to, filter.characteristicId],
      ...[filter.materialIds ?? null, filter.orderIds ?? null],
    ],
  }))
  const { lowerLimit = null, upperLimit = null } = rows.at(-1) ?? {}
  const values = rows.map(({ value }) => value)
  return capabilityElements({
    values,
    lowerLimit,
    upperLimit,
    subgroupSize: filter.subgroupSize ?? 1,
  })
}
