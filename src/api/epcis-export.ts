import { createNames, type Naming, type ThingKind } from '../projections/epcis/names.ts'
import { epcisEvents, type EpcisEventRow } from '../projections/epcis/epcis-events.ts'
import { eventsAbout, searchEvents, type EpcisFilter } from '../projections/epcis/search.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import { partsOf, viewOf, type NodeKind } from './genealogy-view.ts'
import { rootOf, visitsOf } from './trace-read.ts'

/** Events read at once: an export of any length takes the memory of one page. */
const PAGE = 1_000
/** Things looked up at once. */
const THINGS = 200
const MAX_NODES = 100_000

export type Row = Keyed<EpcisEventRow>

/** One page of a search, in the name of the caller. */
export const search = (
  filter: EpcisFilter,
  page: Parameters<typeof searchEvents>[1],
  { reads }: Context,
): Promise<readonly Row[]> =>
  reads.query<Row>(epcisEvents.context, (sites) => searchEvents(filter, page, sites))

/** All events of a window of time, oldest first. */
export async function* eventsBetween(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  context: Context,
): AsyncGenerator<EpcisEventRow> {
  const filter = {
    ...(from === undefined ? {} : { GE_eventTime: [from] }),
    ...(to === undefined ? {} : { LT_eventTime: [to] }),
  }
  for (let after: [string, string] | null = null; ;) {
    const page = { orderBy: 'eventTime', direction: 'asc', limit: PAGE, after } as const
    const rows = await search(filter, page, context)
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    after = [last.eventTime, last.key]
  }
}

const THING: Partial<Record<NodeKind, ThingKind>> = {
  LOT: 'lot',
  SERIAL: 'serial',
  LOGISTIC_UNIT: 'package',
}

export interface TraceWanted {
  readonly id: string
  readonly kind: NodeKind | null
  readonly ways: readonly ('BACKWARD' | 'FORWARD')[]
}

/**
 * Every event of everything that a trace reaches, once each; null where nobody knows the root.
 * @throws GraphQLError InvalidInput where several things have the id
 */
export async function eventsOfTrace(
  { id, kind, ways }: TraceWanted,
  naming: Naming,
  context: Context,
): Promise<AsyncGenerator<EpcisEventRow> | null> {
  const view = await viewOf({}, null, context)
  const root = await rootOf(id, kind, view, context)
  if (root === null) return null
  const of = { root, ways, view, maxNodes: MAX_NODES }
  const { visits } = await visitsOf(of, MAX_NODES, context)
  const names = createNames(naming)
  const uris = visits.flatMap(({ node }) => {
    const { kind: nodeKind, id: nodeId } = partsOf(node)
    const thing = THING[nodeKind]
    return thing ? [names(thing, nodeId)] : []
  })
  return about(uris, context)
}

async function* about(uris: readonly string[], { reads }: Context): AsyncGenerator<EpcisEventRow> {
  const seen = new Set<string>()
  for (let i = 0; i < uris.length; i += THINGS) {
    const some = uris.slice(i, i + THINGS)
    const rows = await reads.query<Row>(epcisEvents.context, (sites) => eventsAbout(some, sites))
    for (const row of rows) {
      if (seen.has(row.key)) continue
      seen.add(row.key)
      yield row
    }
  }
}
