import DataLoader from 'dataloader'
import type { EventStore, ReadAll } from '../commands/event-store.ts'
import type { Scenarios } from '../commands/whatif/scenarios.ts'
import type { Recorded } from '../domain/event.ts'
import { replay, type Keyed, type Projection } from '../projections/projection.ts'
import type {
  Condition,
  Page,
  PageQuery,
  ProjectionStatus,
  Query,
  ReadModels,
} from '../projections/read-models.ts'
import type { AccessLog } from './access-log.ts'
import type { Principal } from './authorise.ts'
import { apiError } from './errors.ts'
import { createLogOf, factsUntil, type Log } from './log-of.ts'

/** How long a read waits for the read models to reach `atLeast` before it answers that they are behind. */
const MAX_WAIT_MS = 5_000
/** Rows fetched in one page while a list of children is read whole. */
const CHILD_PAGE = 500
/** A parent has no more children than this in one answer; longer lists are connections. */
const MAX_CHILDREN = 20_000
/** A single object is folded from its streams; one longer than this would stall the process. */
const MAX_FACTS_AS_KNOWN = 100_000

/** A replica that does not say by then whether it has a position is asked no further. */
const REPLICA_MS = 250

/** Facts looked at with one read of the log, and at most for one answer, when few of them match. */
const SCAN_PAGE = 500
const MAX_SCANNED = 50_000

/** Facts that match, and the position up to which everything was looked at. */
export interface Scan {
  readonly facts: readonly Recorded[]
  readonly scannedTo: number
  /** False when the log has no more; true although nothing more may match. */
  readonly more: boolean
}

/** Two clocks: only facts that had happened by `at`, and only those the log had by `asKnownAt`. */
export interface Moment {
  readonly at?: string | undefined
  readonly recordedAt?: string | undefined
  readonly position?: number | undefined
  /** Id of a scenario: its log, with what is assumed in it, in place of the real one. */
  readonly scenario?: string
}

/**
 * The read side in the name of one principal: each method first asks whether the context of the read
 * model is open to it, and limits the answer to its sites. Resolvers cannot get at rows otherwise.
 */
export interface Reader {
  /** One row by key, batched with the others of the same tick. */
  load<Row extends object>(p: Projection<Row>, key: string): Promise<Keyed<Row> | null>
  /** Rows as they are now, past every cache; for subscriptions. */
  rows<Row extends object>(
    p: Projection<Row>,
    keys: readonly string[],
  ): Promise<readonly (Keyed<Row> | null)[]>
  /** Rows whose `column` has the value, in the order of `orderBy`, batched over all parents. */
  children<Row extends object>(
    p: Projection<Row>,
    relation: { readonly column: keyof Row & string; readonly orderBy: keyof Row & string },
    value: string,
  ): Promise<readonly Keyed<Row>[]>
  page<Row extends object>(p: Projection<Row>, query: PageQuery<Row>): Promise<Page<Row>>
  count<Row extends object>(p: Projection<Row>, where: readonly Condition<Row>[]): Promise<number>
  /** SQL over the views of a context; the statement has to limit itself to `sites` (null opens all). */
  query<T extends object>(
    context: string,
    make: (sites: readonly string[] | null) => Query,
  ): Promise<readonly T[]>
  /** The row as of a moment, folded in memory from the streams that make it. */
  asOf<Row extends object>(
    p: Projection<Row>,
    key: string,
    streams: readonly string[],
    moment: Moment,
  ): Promise<Keyed<Row> | null>
  /** All rows that these streams make, by projection, as of a moment; folded in memory. */
  allAsOf(
    projections: readonly Projection[],
    streams: readonly string[],
    moment: Moment,
  ): Promise<readonly (readonly Keyed<any>[])[]>
  /**
   * The log that a moment is about: the real one, or that of a scenario, which takes the scope
   * `read:planning` and is of a site that may be seen.
   */
  logOf(moment: Moment | null): Promise<Log>
  /** The log itself, for the scope `read:audit`, without the facts of other sites. */
  facts(options: ReadAll, keep: (fact: Recorded) => boolean): Promise<Scan>
  status(): Promise<readonly ProjectionStatus[]>
  /** Position of the last fact the log had taken by this moment, ISO-8601; 0 where it had none. */
  positionAt(recordedAt: string): Promise<number>
  /** How far one read model has come; open to whoever may read it. */
  freshness(p: Projection): Promise<ProjectionStatus | undefined>
  /** The read model that is furthest behind: every answer is at least as fresh. */
  slowest(): Promise<ProjectionStatus | null>
  /** @throws GraphQLError `ReadModelBehind` when the read models do not get there in time. */
  waitFor(position: number | null | undefined): Promise<void>
  /** For who knows that the position was reached: reads from then on where it is. */
  choose(position: number): Promise<void>
}

export function createReader(deps: {
  readonly reads: ReadModels
  /** Answers instead, as long as it has what was asked for by `waitFor`. */
  readonly replica?: ReadModels | undefined
  readonly store: EventStore
  readonly principal: Principal
  readonly access: AccessLog
  /** Most facts that are folded for one answer; for a request what does not stall the process. */
  readonly maxFacts?: number
  readonly scenarios?: Pick<Scenarios, 'find' | 'open'> | undefined
}): Reader {
  const { reads: primary, replica, store, access, maxFacts = MAX_FACTS_AS_KNOWN } = deps
  const { sites } = deps.principal
  const open = (context: string) => access.demand({ kind: 'read', context, site: null })
  let reads = replica ?? primary
  let needed = 0
  const byKey = loaders((p: Projection) => (keys) => reads.byKey(p, keys, sites))
  const byParent = new Map<string, ReturnType<typeof byKey>>()
  const choose = async (position: number): Promise<void> => {
    // Other fields of the same request may need more, so it never goes back to less.
    const wanted = (needed = Math.max(needed, position))
    const has = replica !== undefined && (await replica.has(wanted, REPLICA_MS))
    if (!has) reads = primary
    else if (wanted === needed) reads = replica
    // What was loaded before may be older.
    byKey.forget()
    byParent.clear()
  }

  const logOf = createLogOf({ ...deps, demand: () => open('planning') })
  return {
    logOf,
    async load(p, key) {
      await open(p.context)
      return byKey(p).load(key)
    },
    async rows(p, keys) {
      await open(p.context)
      return reads.byKey(p, keys, sites)
    },
    async children(p, { column, orderBy }, value) {
      await open(p.context)
      const name = `${p.name}/${column}/${orderBy}`
      const loader = byParent.get(name) ?? childLoader(() => reads, p, { column, orderBy }, sites)
      byParent.set(name, loader)
      return loader.load(value)
    },
    async page(p, query) {
      await open(p.context)
      return reads.page(p, query, sites)
    },
    async count(p, where) {
      await open(p.context)
      return reads.count(p, where, sites)
    },
    async query(context, make) {
      await open(context)
      return reads.query(make(sites))
    },
    async asOf(p, key, streams, moment) {
      await open(p.context)
      const row =
        replay(p, await factsUntil({ ...(await logOf(moment)), maxFacts }, streams, moment)).get(
          key,
        ) ?? null
      return row && (sites === null || sites.includes(row.site)) ? row : null
    },
    async allAsOf(projections, streams, moment) {
      for (const p of projections) await open(p.context)
      const facts = await factsUntil({ ...(await logOf(moment)), maxFacts }, streams, moment)
      const mayRead = (row: Keyed<object>) => sites === null || sites.includes(row.site)
      return projections.map((p) => [...replay(p, facts).values()].filter(mayRead))
    },
    async facts(options, keep) {
      await open('audit')
      const mayRead = ({ metadata: { site } }: Recorded) => sites === null || sites.includes(site)
      return scan(store, options, (fact) => mayRead(fact) && keep(fact))
    },
    async status() {
      await open('audit')
      return reads.status()
    },
    async slowest() {
      const [first, ...others] = await reads.status()
      return others.reduce((a, b) => (b.position < a.position ? b : a), first!) ?? null
    },
    async positionAt(recordedAt) {
      // recordedAt never runs backward along the log, so halving finds it in some thirty reads.
      let [known, beyond] = [0, (await store.head()) + 1]
      while (beyond - known > 1) {
        const middle = Math.floor((known + beyond) / 2)
        const [fact] = await store.readAll({ from: middle - 1, limit: 1 })
        if (fact && fact.position < beyond && fact.recordedAt <= recordedAt) known = fact.position
        else beyond = middle
      }
      return known
    },
    async freshness(p) {
      await open(p.context)
      return (await reads.status()).find(({ name }) => name === p.name)
    },
    async waitFor(position) {
      if (position == null) return
      await choose(position)
      if (reads === replica || (await primary.waitFor(position, MAX_WAIT_MS))) return
      throw apiError(
        'ReadModelBehind',
        `atLeast ${position} was not reached within ${MAX_WAIT_MS} ms.`,
      )
    },
    choose,
  }
}

type Batch = (keys: readonly string[]) => Promise<readonly any[]>

function loaders(batch: (p: Projection) => Batch) {
  const byProjection = new Map<Projection, DataLoader<string, any>>()
  const of = (p: Projection): DataLoader<string, any> => {
    const known = byProjection.get(p)
    if (known) return known
    const loader = new DataLoader<string, any>(batch(p))
    byProjection.set(p, loader)
    return loader
  }
  return Object.assign(of, { forget: () => byProjection.clear() })
}

const childLoader = <Row extends object>(
  reads: () => ReadModels,
  p: Projection<Row>,
  {
    column,
    orderBy,
  }: { readonly column: keyof Row & string; readonly orderBy: keyof Row & string },
  sites: readonly string[] | null,
): DataLoader<string, any> =>
  new DataLoader<string, any>(async (values) => {
    const byValue = new Map<unknown, Keyed<Row>[]>(values.map((value) => [value, []]))
    let after: string | null = null
    for (let read = 0; read < MAX_CHILDREN; read += CHILD_PAGE) {
      const page: Page<Row> = await reads().page<Row>(
        p,
        {
          where: [{ column, op: 'in', value: values }],
          orderBy: { column: orderBy, direction: 'asc' },
          first: CHILD_PAGE,
          after,
        },
        sites,
      )
      for (const { row } of page.rows) byValue.get(row[column])?.push(row)
      if (!page.hasNextPage) return values.map((value) => byValue.get(value)!)
      after = page.rows.at(-1)!.cursor
    }
    throw apiError('InvalidInput', `${p.name}: more than ${MAX_CHILDREN} rows; ask for fewer.`)
  })

/** Reads on until the page is full, the log ends, or enough was looked through for one answer. */
async function scan(
  store: EventStore,
  options: ReadAll,
  keep: (fact: Recorded) => boolean,
): Promise<Scan> {
  const facts: Recorded[] = []
  const limit = Math.max(options.limit, SCAN_PAGE)
  let { from } = options
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += limit) {
    const page = await store.readAll({ ...options, limit, from })
    for (const fact of page) {
      from = fact.position
      if (keep(fact)) facts.push(fact)
      if (facts.length === options.limit) return { facts, scannedTo: from, more: true }
    }
    if (page.length < limit) return { facts, scannedTo: from, more: false }
  }
  return { facts, scannedTo: from, more: true }
}
