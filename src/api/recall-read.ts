import { linesOf, type Affected, type RecallLine } from '../projections/material/recall/lines.ts'
import { returnsOf } from '../projections/material/recall/selection.ts'
import { lots } from '../projections/material/lots.ts'
import { amountsOf, NOTHING, sizesOf } from '../projections/material/trace/amounts.ts'
import type { View } from '../projections/material/trace/view.ts'
import { createWalk, type Visit } from '../projections/material/trace/walk.ts'
import { units } from '../projections/material/units.ts'
import type { Keyed, Projection } from '../projections/projection.ts'
import type { Context } from './context.ts'
import { askOf, viewOf, type Clocks } from './genealogy-view.ts'
import { namedIn, rootsOf, type RecallSelection } from './recall-roots.ts'

/** As of a trace: memory stays below some 100 MB. */
export const MAX_RECALL_NODES = 100_000
/** Rows, or streams of rows, that are read at once. */
const CHUNK = 500

export interface Recall {
  readonly roots: readonly string[]
  /** What was asked for by number and is not known, or not to whoever asks. */
  readonly unknown: readonly string[]
  readonly lines: readonly RecallLine[]
  /** There is more than the limit: what lies beyond is not in the lines. */
  readonly truncated: boolean
  readonly view: View
}

/** Everything that is affected, where it is, in the view of the question. */
export async function readRecall(
  selection: RecallSelection,
  clocks: Clocks,
  maxNodes: number,
  context: Context,
): Promise<Recall> {
  const view = await viewOf(clocks, null, context)
  const dated = clocks.at != null || clocks.asKnownAt != null
  const ask = askOf(context)
  const roots = await rootsOf(selection, view, dated, context)
  const walk = createWalk(view, 'FORWARD', ...roots)
  const visits = (await walk.visits(maxNodes, ask)).slice(0, maxNodes)
  const ids = (category: string) =>
    visits.flatMap(({ node }) => (node.startsWith(category) ? [node.slice(category.length)] : []))
  const moment = dated ? view : null
  const lotRows = await rowsOf(lots, 'lot', ids('lot-'), moment, context)
  const unitRows = await rowsOf(units, 'unit', ids('unit-'), moment, context)
  const returns = await ask<Returned>(returnsOf(view, [...lotRows.keys()].map(lotName)))
  const returned = new Map(returns.map((r) => [`${r.node} ${r.deliveryId}`, r.quantity]))
  const unitOf = (node: string) =>
    node.startsWith('unit-') ? 'C62' : (lotRows.get(node.slice('lot-'.length))?.unit ?? null)
  const affected = await affectedBy({ roots, visits, unitOf, view }, context)
  return {
    ...{ roots, view },
    unknown: namedIn(selection).filter((node) => !roots.includes(node)),
    truncated: !walk.done || visits.length === maxNodes,
    lines: linesOf({
      ...{ visits, lots: lotRows, units: unitRows, affected },
      returned: (node, deliveryId) => returned.get(`${node} ${deliveryId}`) ?? 0,
    }),
  }
}

interface Returned {
  readonly node: string
  readonly deliveryId: string
  readonly quantity: number
}
const lotName = (lotId: string): string => `lot-${lotId}`

/** What is recalled may be in several units of measure; quantities of each flow by themselves. */
async function affectedBy(
  {
    roots,
    visits,
    unitOf,
    view,
  }: {
    readonly roots: readonly string[]
    readonly visits: readonly Visit[]
    readonly unitOf: (node: string) => string | null
    readonly view: View
  },
  context: Context,
): Promise<(node: string) => Affected> {
  const nodes = visits.map(({ node }) => node)
  const sizes = await sizesOf(view, nodes, askOf(context))
  const flows = [...Map.groupBy(roots, unitOf)].map(([unit, of]) => ({
    unit,
    amounts: amountsOf(visits, sizes, 'FORWARD', new Set(of)),
  }))
  return (node) => {
    const found = flows.map(({ unit, amounts }) => ({ unit, ...(amounts.get(node) ?? NOTHING) }))
    return {
      certain: found.some(({ certain }) => certain),
      contains: found.flatMap(({ unit, atLeast, atMost }) =>
        unit === null || atMost === 0 ? [] : [{ unit, atLeast, atMost }],
      ),
      size: sizes.get(node)?.size ?? null,
    }
  }
}

/** Rows by key, as they are or as they were in a view. */
async function rowsOf<Row extends object>(
  p: Projection<Row>,
  category: string,
  keys: readonly string[],
  view: View | null,
  { reads }: Context,
): Promise<ReadonlyMap<string, Keyed<Row>>> {
  const found = new Map<string, Keyed<Row>>()
  for (let i = 0; i < keys.length; i += CHUNK) {
    const chunk = keys.slice(i, i + CHUNK)
    const rows = view
      ? (
          await reads.allAsOf(
            [p],
            chunk.map((key) => `${category}-${key}`),
            { at: view.at ?? undefined, position: view.position },
          )
        )[0]!
      : await reads.rows(p, chunk)
    for (const row of rows) if (row) found.set(row.key, row)
  }
  return found
}
