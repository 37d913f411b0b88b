import type { GraphQLResolveInfo } from 'graphql'
import type { Keyed, Projection } from '../projections/projection.ts'
import type { Condition, PageQuery, ProjectionStatus } from '../projections/read-models.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { describe } from './describe.ts'
import { apiError } from './errors.ts'
import type { Reader } from './reader.ts'

/** Rows of one page: what a screen shows by default, and the most that is read at once. */
export const DEFAULT_PAGE = 50
export const MAX_PAGE = 500

/** One filter of a list: an argument of `where` that becomes a condition on a column. */
export interface FilterField<Row extends object> {
  readonly column: Condition<Row>['column']
  readonly op: Condition<Row>['op']
  /** GraphQL input type; a list of it for `in`. `isNull` and `isNotNull` are Boolean: true applies it. */
  readonly type: any
  readonly description: string
  /** What the condition compares with, where that is not the argument itself: an area's equipment. */
  readonly compareWith?: (value: any, context: Context) => Promise<unknown>
  /** Conditions that go with it: what expires soon has not expired yet. */
  readonly also?: (context: Context) => readonly Condition<Row>[]
}
type OrderColumn<Row extends object> = PageQuery<Row>['orderBy']['column']

export interface ConnectionOptions<Row extends object> {
  readonly projection: Projection<Row>
  /** GraphQL type of a row. */
  readonly node: any
  readonly description: string
  /** Conditions that always hold. */
  readonly only?: readonly Condition<Row>[]
  readonly filters: Readonly<Record<string, FilterField<Row>>>
  /** Columns a client may order by, `key` among them if it makes sense. */
  readonly orderable: readonly OrderColumn<Row>[]
  readonly defaultOrder: PageQuery<Row>['orderBy']
}

/** A page of anything; counted and dated only when asked. */
export interface PageOf<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[]
  readonly pageInfo: PageInfo
  readonly totalCount?: () => Promise<number | null>
  readonly asOf?: () => Promise<ProjectionStatus | undefined>
}
interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

const PageInfoRef = builder.objectRef<PageInfo>('PageInfo').implement({
  description: 'Where a page stands in its list (Relay).',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'More rows follow.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Not the first page.' }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Of its first row.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Of its last row: the `after` of the next page.',
    }),
  }),
})

export const AsOf = builder.objectRef<ProjectionStatus>('Freshness').implement({
  description: 'How fresh an answer is: what the read model had seen of the log.',
  fields: (t) => ({
    position: t.expose('position', { type: 'Position', description: 'Seen up to here.' }),
    lag: t.expose('lag', { type: 'Long', description: 'Events of the log it has not seen yet.' }),
    state: t.exposeString('state', {
      description: 'LIVE, CATCHING_UP, REBUILDING, WAITING, or FAILED at a poison event.',
    }),
  }),
})

/** `first` and `after`. */
export const cursorArgs = (t: any) => ({
  first: t.arg.int({
    description: `Rows of the page: ${DEFAULT_PAGE} by default, up to ${MAX_PAGE}.`,
  }),
  after: t.arg.string({ description: 'Cursor after which the page begins.' }),
})
export const pageArgs = (t: any) => ({
  ...cursorArgs(t),
  atLeast: t.arg({
    type: 'Position',
    description: 'Position of an Ack the answer has to include; waits for it, for a few seconds.',
  }),
})

/** @throws GraphQLError `InvalidInput` for a page size out of bounds. */
export function pageSize(first: number | null | undefined): number {
  if (first == null) return DEFAULT_PAGE
  if (first < 0 || first > MAX_PAGE)
    throw apiError('InvalidInput', `first ${first} is not between 0 and ${MAX_PAGE}.`)
  return first
}

/** What a list costs: itself, and its page size times whatever is asked of each row. */
export const listCost = (args: { first?: number | null | undefined }) => ({
  field: 1,
  multiplier: Math.min(args.first ?? DEFAULT_PAGE, MAX_PAGE),
})

/** The `<Name>Connection` and `<Name>Edge` types of a node type. */
export function connectionType(name: string, node: any): any {
  const Edge = builder.objectRef<PageOf<any>['edges'][number]>(`${name}Edge`).implement({
    description: `A ${name} and its place in the list.`,
    fields: (t: any) => ({
      cursor: t.exposeString('cursor', { description: 'For `after`.' }),
      node: t.expose('node', { type: node, description: `The ${name}.`, complexity: 0 }),
    }),
  })
  return builder.objectRef<PageOf<any>>(`${name}Connection`).implement({
    description: `A page of ${name} rows.`,
    fields: (t: any) => ({
      edges: t.expose('edges', {
        type: [Edge],
        description: 'The rows of the page.',
        complexity: { field: 0, multiplier: 1 },
      }),
      nodes: t.field({
        type: [node],
        description: 'The same without cursors.',
        complexity: { field: 0, multiplier: 1 },
        resolve: (page: PageOf<any>) => page.edges.map((edge) => edge.node),
      }),
      pageInfo: t.expose('pageInfo', { type: PageInfoRef, description: 'Where the page stands.' }),
      totalCount: t.field({
        type: 'Int',
        nullable: true,
        description: 'Rows of all pages. Counted only when asked; null where that is too costly.',
        complexity: 20,
        resolve: (page: PageOf<any>) => page.totalCount?.() ?? null,
      }),
      asOf: t.field({
        type: AsOf,
        nullable: true,
        description: 'How fresh the answer is; null for the log itself.',
        resolve: (page: PageOf<any>) => page.asOf?.() ?? null,
      }),
    }),
  })
}

/** One page of rows as a connection; for root fields and for lists below an object. */
export async function readPage<Row extends object>(
  reads: Reader,
  p: Projection<Row>,
  query: PageQuery<Row>,
): Promise<PageOf<Keyed<Row>>> {
  const page = await reads.page(p, query)
  const edges = page.rows.map(({ row, cursor }) => ({ node: row, cursor }))
  return {
    edges,
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: query.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: () => reads.count(p, query.where),
    asOf: () => reads.freshness(p),
  }
}

type Args = {
  readonly first?: number | null
  readonly after?: string | null
  readonly atLeast?: number | null
  readonly where?: Readonly<Record<string, unknown>> | null
  readonly orderBy?: { readonly field: string; readonly direction: string } | null
}

/** A root field `name` that lists the rows of a read model as a Relay connection. */
export function connectionField<Row extends object>(
  name: string,
  options: ConnectionOptions<Row>,
): void {
  const { projection: p, node, description } = options
  const type = node.name as string
  const args = connectionArgs(type, options)
  const Connection = connectionType(type, node)
  builder.queryField(name, (t: any) =>
    t.field({
      type: Connection,
      nullable: true,
      description,
      args: args(t),
      complexity: listCost,
      resolve: async (_: unknown, given: Args, context: Context, _info: GraphQLResolveInfo) => {
        await context.reads.waitFor(given.atLeast)
        return readPage(context.reads, p, await pageQuery(options, given, context))
      },
    }),
  )
}

function connectionArgs<Row extends object>(type: string, options: ConnectionOptions<Row>) {
  const { filters, orderable, defaultOrder } = options
  const Where = builder.inputType(`${type}Filter`, {
    description: `Which ${type} rows: all conditions have to hold.`,
    fields: (t: any) =>
      Object.fromEntries(
        Object.entries(filters).map(([field, f]) => [
          field,
          t.field({ type: f.type, description: f.description }),
        ]),
      ),
  })
  const Field = builder.enumType(`${type}OrderField`, {
    description: `What ${type} rows can be ordered by.`,
    values: Object.fromEntries(
      orderable.map((column) => [
        column,
        { value: column, description: describe(column, undefined) },
      ]),
    ),
  })
  const Order = builder.inputType(`${type}Order`, {
    description: `Order of ${type} rows.`,
    fields: (t: any) => ({
      field: t.field({ type: Field, required: true, description: 'By what.' }),
      direction: t.field({ type: Direction, required: true, description: 'Which way.' }),
    }),
  })
  const { column, direction } = defaultOrder
  return (t: any) => ({
    ...pageArgs(t),
    where: t.arg({ type: Where, description: 'Only these.' }),
    orderBy: t.arg({
      type: Order,
      description: `${column} ${direction === 'asc' ? 'ascending' : 'descending'} by default.`,
    }),
  })
}

const Direction = builder.enumType('OrderDirection', {
  description: 'Which way a list is ordered.',
  values: {
    ASC: { value: 'asc', description: 'Smallest, first or earliest on top.' },
    DESC: { value: 'desc', description: 'Largest, last or latest on top.' },
  },
})

async function pageQuery<Row extends object>(
  { filters, only, defaultOrder }: ConnectionOptions<Row>,
  { first, after, where, orderBy }: Args,
  context: Context,
): Promise<PageQuery<Row>> {
  const conditions: Condition<Row>[] = [...(only ?? [])]
  for (const [field, value] of Object.entries(where ?? {})) {
    const { column, op, compareWith, also } = filters[field]!
    if (value == null) continue
    conditions.push(...(also?.(context) ?? []))
    if (op === 'isNull' || op === 'isNotNull') {
      const other = op === 'isNull' ? 'isNotNull' : 'isNull'
      conditions.push({ column, op: value === true ? op : other })
    } else conditions.push({ column, op, value: (await compareWith?.(value, context)) ?? value })
  }
  return {
    where: conditions,
    orderBy: (orderBy as PageQuery<Row>['orderBy'] | null | undefined)
      ? { column: orderBy!.field as never, direction: orderBy!.direction as 'asc' | 'desc' }
      : defaultOrder,
    first: pageSize(first),
    after: after ?? null,
  }
}
