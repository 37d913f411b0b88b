import { inspections, type InspectionRow } from '../projections/quality/inspections.ts'
import type { Condition, Query } from '../projections/read-models.ts'
import { builder } from './builder.ts'
import {
  connectionType,
  listCost,
  pageArgs,
  pageSize,
  readPage,
  type PageOf,
} from './connection.ts'
import type { Context } from './context.ts'
import { InspectionRef, SubjectKind, Verdict } from './quality.ts'

/**
 * The list of inspections, with the number of results by verdict over all its pages: a yield in one
 * query. A filter on characteristic or instrument limits both the list and what is counted.
 */
interface Filter {
  /** Column of `inspections`. */
  readonly column: Condition<InspectionRow>['column']
  readonly op: '=' | '>=' | '<' | 'isNull' | 'contains'
  readonly type: any
  readonly description: string
  /** Column of `inspection_results`; absent where only the inspection as a whole has it. */
  readonly result?: string
}

const both = (column: Filter['column'], type: any, description: string): Filter => ({
  ...{ column, op: '=', type, description },
  result: column,
})
const filters: Readonly<Record<string, Filter>> = {
  subjectKind: both('subjectKind', SubjectKind, 'Of serials, or of lots.'),
  subjectId: both('subjectId', 'ID', 'Of this serial or lot.'),
  materialId: both('materialId', 'ID', 'Of this material.'),
  orderId: both('orderId', 'ID', 'Of this order.'),
  operationId: both('operationId', 'ID', 'After this operation.'),
  personId: both('personId', 'ID', 'By this person.'),
  site: both('site', 'ID', 'At this site.'),
  from: { ...both('at', 'DateTime', 'Inspected then or later.'), op: '>=' },
  to: { ...both('at', 'DateTime', 'Inspected before.'), op: '<' },
  characteristicId: {
    ...{ column: 'characteristicIds', op: 'contains', type: 'ID', result: 'characteristicId' },
    description: 'Of this characteristic; the totals count only its results.',
  },
  instrumentId: {
    ...{ column: 'instrumentIds', op: 'contains', type: 'ID', result: 'instrumentId' },
    description: 'With this instrument; the totals count only its results.',
  },
  verdict: { column: 'verdict', op: '=', type: Verdict, description: 'With this result as whole.' },
  notJudged: {
    ...{ column: 'verdict', op: 'isNull', type: 'Boolean' },
    description: 'True: only those not judged, or not judged completely.',
  },
  planId: { column: 'planId', op: '=', type: 'ID', description: 'By this plan.' },
}

const Where = builder.inputType('InspectionFilter', {
  description: 'Which inspections: all conditions have to hold.',
  fields: (t: any) =>
    Object.fromEntries(
      Object.entries(filters).map(([name, { type, description }]) => [
        name,
        t.field({ type, description }),
      ]),
    ),
})

type Given = readonly { readonly filter: Filter; readonly value: unknown }[]

const givenOf = (where: Readonly<Record<string, unknown>> | null | undefined): Given =>
  Object.entries(where ?? {})
    .filter(([, value]) => value != null)
    .map(([name, value]) => ({ filter: filters[name]!, value }))

const conditionsOf = (given: Given): Condition<InspectionRow>[] =>
  given.map(({ filter: { column, op }, value }) =>
    op === 'isNull' ? { column, op: value === true ? op : 'isNotNull' } : { column, op, value },
  )

interface Totals {
  readonly passed: number
  readonly failed: number
  readonly notJudged: number
}
const TotalsRef = builder.objectRef<Totals>('InspectionTotals').implement({
  description: 'Number of results by verdict, over all pages of the list.',
  fields: (t) => ({
    passed: t.expose('passed', { type: 'Long', description: 'Within their limits.' }),
    failed: t.expose('failed', { type: 'Long', description: 'Out of their limits.' }),
    notJudged: t.expose('notJudged', { type: 'Long', description: 'Not measured or no limits.' }),
  }),
})

/** Counts results; what only whole inspections have is asked of them. */
function totalsSql(given: Given, sites: readonly string[] | null): Query {
  const values: unknown[] = []
  const add = (value: unknown) => `$${values.push(value)}`
  const holds = (column: string, op: string, value: unknown): string =>
    op === 'isNull'
      ? `"${column}" is ${value === true ? '' : 'not '}null`
      : `"${column}" ${op} ${add(value)}`
  const ofResult = given.flatMap(({ filter: { result, op }, value }) =>
    result === undefined ? [] : [holds(result, op === 'contains' ? '=' : op, value)],
  )
  const ofInspection = given.flatMap(({ filter: { result, column, op }, value }) =>
    result === undefined ? [holds(column, op, value)] : [],
  )
  if (sites) ofResult.push(`site = any(${add(sites)})`)
  if (ofInspection.length > 0)
    ofResult.push(
      `"inspectionId" in (select key from read.inspections where ${ofInspection.join(' and ')})`,
    )
  const where = ofResult.length > 0 ? `where ${ofResult.join(' and ')}` : ''
  const text =
    `select count(*) filter (where verdict = 'PASS') passed, ` +
    `count(*) filter (where verdict = 'FAIL') failed, ` +
    `count(*) filter (where verdict is null) "notJudged" from read.inspection_results ${where}`
  return { text, values }
}

const Connection = connectionType('Inspection', InspectionRef)
builder.objectField(Connection, 'totals', (t: any) =>
  t.field({
    type: TotalsRef,
    description: 'Number of results by verdict, over all pages.',
    complexity: 20,
    resolve: async ({ given }: { given: Given }, _: unknown, { reads }: Context) => {
      const [totals] = await reads.query<Totals>('quality', (sites) => totalsSql(given, sites))
      return totals!
    },
  }),
)

builder.queryField('inspections', (t: any) =>
  t.field({
    type: Connection,
    nullable: true,
    description: 'Inspections of serials and lots, latest first by default, with totals.',
    args: {
      ...pageArgs(t),
      where: t.arg({ type: Where, description: 'Only these.' }),
      oldestFirst: t.arg.boolean({ description: 'Oldest first instead.', defaultValue: false }),
    },
    complexity: listCost,
    resolve: async (_: unknown, args: any, { reads }: Context) => {
      await reads.waitFor(args.atLeast)
      const given = givenOf(args.where)
      const page: PageOf<unknown> = await readPage(reads, inspections, {
        where: conditionsOf(given),
        orderBy: { column: 'at', direction: args.oldestFirst === true ? 'asc' : 'desc' },
        first: pageSize(args.first),
        after: args.after ?? null,
      })
      return { ...page, given }
    },
  }),
)
