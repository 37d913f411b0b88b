import { amountsOf, sizesOf } from '../projections/material/trace/amounts.ts'
import type { Edge, View } from '../projections/material/trace/view.ts'
import { createWalk } from '../projections/material/trace/walk.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { askOf } from './genealogy-view.ts'

/** A product of more parts is traced, not told in one record. */
const MAX_NODES = 20_000

/** Where a part, or what is in it, came from. */
export interface Origin {
  readonly edge: Edge
  /** False: by way of an order that made several things, so perhaps not in this one. */
  readonly certain: boolean
}
/** What went into an item directly, or into its order alone. */
export interface Part extends Origin {
  readonly node: string
  /** Receipts of it and of all that it was made of, nearest first. */
  readonly origins: readonly Origin[]
}

/** Everything that is in an item, with its suppliers, in a view. */
export async function partsOfUnit(
  node: string,
  view: View,
  context: Context,
): Promise<{ readonly parts: readonly Part[]; readonly into: readonly Edge[] }> {
  const walk = createWalk(view, 'BACKWARD', node)
  const visits = await walk.visits(MAX_NODES, askOf(context))
  if (!walk.done)
    throw apiError('InvalidInput', `${node} is made of more than ${MAX_NODES} things: use trace.`)
  const nodes = visits.map((visit) => visit.node)
  const amounts = amountsOf(visits, await sizesOf(view, nodes, askOf(context)), 'BACKWARD')
  const isCertain = (name: string): boolean => amounts.get(name)?.certain ?? false
  const edgesInto = new Map(visits.map((visit) => [visit.node, visit.edges]))
  // What another site built it of, under the number it had there, is in it too.
  const itself = new Set([node])
  for (const name of itself)
    for (const { kind, fromNode } of edgesInto.get(name) ?? [])
      if (kind === 'RECEIVED' && fromNode?.startsWith('unit-')) itself.add(fromNode)
  const into = [...itself].flatMap((name) => edgesInto.get(name) ?? [])
  const byOrder = into.flatMap(({ kind, fromNode }) =>
    fromNode !== null && (kind === 'PRODUCED' || kind === 'REWORKED')
      ? (edgesInto.get(fromNode) ?? [])
      : [],
  )
  const direct = [...into, ...byOrder].filter(
    ({ kind, fromNode }) => fromNode !== null && PARTS.has(kind),
  )
  return {
    into,
    parts: direct.map((edge) => {
      // Of one lot, a part may be known to be in the item, and another for its order only.
      const certain = isCertain(edge.toNode!)
      const origins = receiptsOf(edge.fromNode!, edgesInto).map((receipt) => ({
        edge: receipt,
        certain: certain && isCertain(receipt.toNode!),
      }))
      return { edge, node: edge.fromNode!, certain, origins }
    }),
  }
}
const PARTS = new Set<string>(['CONSUMED', 'INSTALLED'])

/** Receipts behind a node, each once, nearest first; proof against circles. */
function receiptsOf(node: string, edgesInto: ReadonlyMap<string, readonly Edge[]>): Edge[] {
  const seen = new Set([node])
  const receipts: Edge[] = []
  for (const next of seen)
    for (const edge of edgesInto.get(next) ?? []) {
      if (edge.kind === 'RECEIVED') receipts.push(edge)
      if (edge.fromNode !== null) seen.add(edge.fromNode)
    }
  return receipts
}
