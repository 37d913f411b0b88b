import type { InspectionResultRow } from '../projections/quality/inspection-results.ts'
import { inspectionResults } from '../projections/quality/inspection-results.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import type { KpiWindow } from './kpi-inputs.ts'
import { candidatesOf } from './kpi-scope.ts'
import type { Moment } from './reader.ts'

/** Which results of inspections; null and absent: all. */
export interface ResultFilter {
  readonly characteristicId?: string | null
  readonly materialIds?: readonly string[] | null
  readonly orderIds?: readonly string[] | null
}
export type Result = Keyed<InspectionResultRow>

/** More results than a chart shows; a longer time is read in parts. */
const MAX_RESULTS = 100_000
const DAY_MS = 86_400_000
const MAX_DAYS = 366

/**
 * Results of inspections at the sites of some scopes, by time: an inspection knows no machine.
 * @param fromFirst also earlier results of whatever was inspected in the window
 * @throws GraphQLError `InvalidInput` for a window that is empty or too long, or has too many results
 */
export async function resultsIn(
  of: {
    readonly scope: readonly string[]
    readonly window: KpiWindow
    readonly fromFirst: boolean
  },
  filter: ResultFilter,
  moment: Moment | null,
  context: Context,
): Promise<readonly Result[]> {
  const { window, fromFirst } = of
  const { from, to } = window
  const lengthMs = Date.parse(to) - Date.parse(from)
  if (lengthMs <= 0) throw apiError('InvalidInput', `window.to ${to} is not after from ${from}.`)
  if (lengthMs > MAX_DAYS * DAY_MS)
    throw apiError('InvalidInput', `the window is longer than ${MAX_DAYS} days.`)
  const at = [...new Set((await candidatesOf(of.scope, context)).map(({ site }) => site))]
  const mine = `site = any($2) and ($1::text[] is null or site = any($1))
    and ($5::text is null or "characteristicId" = $5)
    and ($6::text[] is null or "materialId" = any($6))
    and ($7::text[] is null or "orderId" = any($7))`
  const inWindow = `${mine} and at >= $3 and at < $4`
  const since = fromFirst
    ? `${mine} and at < $4 and "subjectId" in
         (select "subjectId" from read.inspection_results where ${inWindow})`
    : inWindow
  const rows = await context.reads.query<Result>('quality', (sites) => ({
    text: `select * from read.inspection_results where ${since} order by at, key
           limit ${MAX_RESULTS + 1}`,
    values: [
      ...[sites, at, from, to, filter.characteristicId ?? null],
      ...[filter.materialIds ?? null, filter.orderIds ?? null],
    ],
  }))
  if (rows.length > MAX_RESULTS)
    throw apiError('InvalidInput', `the window has more than ${MAX_RESULTS} results.`)
  if (moment === null) return rows
  // The read model tells which inspections to look at: it holds all that was known then, and more.
  const wanted = new Set(rows.map(({ key }) => key))
  const known: readonly Result[] = (
    await context.reads.allAsOf([inspectionResults], streamsOf(rows), moment)
  )[0]!
  return known.filter(({ key }) => wanted.has(key)).sort(byMoment)
}

/** Streams that these results are of, each once. */
export const streamsOf = (results: readonly Result[]): readonly string[] => [
  ...new Set(results.map(({ inspectionId }) => `inspection-${inspectionId}`)),
]

const byMoment = (a: Result, b: Result): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.key < b.key ? -1 : 1
