import { capabilityElements } from '../domain/kpi/capability.ts'
import type { Elements } from '../domain/kpi/elements.ts'
import { binning, both, summing, type Extra } from '../projections/kpi/extras.ts'
import { inspectionResults } from '../projections/quality/inspection-results.ts'
import { inspections } from '../projections/quality/inspections.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import type { ExtraQuestion } from './kpi-extras.ts'

/** An inspection or a result of one. */
interface Inspected {
  readonly site: string
  readonly inspectionId: string
  readonly subjectId: string
  readonly materialId: string | null
  readonly orderId: string | null
  readonly operationId: string | null
  readonly personId: string | null
  readonly at: string
}
interface Judged extends Inspected {
  readonly verdict: 'PASS' | 'FAIL' | null
}
interface Measured extends Inspected {
  readonly characteristicId: string
  readonly value: number | null
  readonly lowerLimit: number | null
  readonly upperLimit: number | null
  readonly key: string
}

/** More values than a capability study of a year has. */
const MAX_VALUES = 100_000

/** Each serial or lot counts at its first inspection after an operation. */
export async function firstPasses(question: ExtraQuestion, context: Context): Promise<Extra> {
  const { inputs, window, moment, aboutOf } = question
  // What was inspected in the window may have been inspected before.
  const rows = await context.reads.query<Judged>('quality', (open) => ({
    text: `select site, "inspectionId", "subjectId", "materialId", "orderId", "operationId", "personId", at,
             verdict from read.inspections i
           where site = any($2) and ($1::text[] is null or site = any($1)) and at < $4
             and "subjectId" in (select "subjectId" from read.inspections
               where site = any($2) and at >= $3 and at < $4)
           order by at, key`,
    values: [open, inputs.sites, window.from, window.to],
  }))
  const known = moment ? await asKnown<Judged>(inspections, rows, question, context) : rows
  const seen = new Set<string>()
  const first = known.filter(({ subjectId, operationId, at, verdict }) => {
    const once = JSON.stringify([subjectId, operationId])
    const isFirst = !seen.has(once)
    seen.add(once)
    return isFirst && at >= window.from && verdict !== null
  })
  const abouts = await aboutOf(first)
  const zero = { IP: 0, GP: 0 }
  const streams = streamsOf(first, abouts)
  const found = both(
    question,
    (asked) => {
      const sums = summing(binning(inputs, asked), zero)
      first.forEach(({ at, verdict }, i) => {
        const passed = { IP: 1, GP: verdict === 'PASS' ? 1 : 0 }
        if (abouts[i]) sums.add(abouts[i], momentOf(at), () => passed)
      })
      return sums.groups()
    },
    zero,
  )
  return { ...found, streams }
}

const streamsOf = (rows: readonly Inspected[], abouts: readonly unknown[]): readonly string[] =>
  rows.filter((_, i) => abouts[i] !== null).map((row) => `inspection-${row.inspectionId}`)

const momentOf = (at: string) => ({ from: Date.parse(at), to: Date.parse(at) })

/**
 * Values of one characteristic in the order they were measured, with the limits they were judged by last.
 * @throws GraphQLError `InvalidInput` where no characteristic is named
 */
export async function capability(question: ExtraQuestion, context: Context): Promise<Extra> {
  const { inputs, window, moment, filter, aboutOf } = question
  const { characteristicId, subgroupSize } = filter
  if (characteristicId == null)
    throw apiError('InvalidInput', 'filter.characteristicId is missing: which one is it about?')
  const rows = await context.reads.query<Measured>('quality', (open) => ({
    text: `select key, site, "inspectionId", "subjectId", "materialId", "orderId", "operationId", "personId",
             at, "characteristicId", value, "lowerLimit", "upperLimit" from read.inspection_results
           where "characteristicId" = $5 and at >= $3 and at < $4
             and site = any($2) and ($1::text[] is null or site = any($1))
           order by at, key limit ${MAX_VALUES}`,
    values: [open, inputs.sites, window.from, window.to, characteristicId],
  }))
  const all = moment ? await asKnown<Measured>(inspectionResults, rows, question, context) : rows
  const known = all.filter((row) => row.characteristicId === characteristicId && row.value !== null)
  const abouts = await aboutOf(known)
  const found = both(question, (asked) => {
    const { bins, cells } = binning(inputs, asked)
    const values = new Map<number, Measured[]>()
    known.forEach((row, i) => {
      for (const { bin } of abouts[i] ? cells(abouts[i], momentOf(row.at)) : []) {
        const mine = values.get(bin) ?? []
        mine.push(row)
        values.set(bin, mine)
      }
    })
    return bins.keys.map((keys, bin) => ({
      keys,
      elements: ofSample(values.get(bin) ?? [], subgroupSize ?? 1),
    }))
  })
  return { ...found, streams: streamsOf(known, abouts) }
}

function ofSample(rows: readonly Measured[], subgroupSize: number): Elements {
  const { lowerLimit = null, upperLimit = null } = rows.at(-1) ?? {}
  const values = rows.map(({ value }) => value!)
  return capabilityElements({ values, lowerLimit, upperLimit, subgroupSize })
}

/** The read model tells which inspections to look at; folding them tells what was known of them. */
async function asKnown<T extends Inspected>(
  of: typeof inspections | typeof inspectionResults,
  rows: readonly T[],
  { moment, window }: ExtraQuestion,
  { reads }: Context,
): Promise<readonly T[]> {
  const streams = new Set(rows.map(({ inspectionId }) => `inspection-${inspectionId}`))
  const [known] = await reads.allAsOf([of], [...streams], moment!)
  return (known as readonly (T & { readonly key: string })[])
    .filter(({ at }) => at < window.to)
    .sort((a, b) => compare(a.at, b.at) || compare(a.key, b.key))
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
