import { amountsOf, NOTHING, sizesOf, type Amount } from '../projections/material/trace/amounts.ts'
import { edgesAt, known, type Way } from '../projections/material/trace/statements.ts'
import type { Edge, View } from '../projections/material/trace/view.ts'
import { createWalk, type Visit, type Walk } from '../projections/material/trace/walk.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { askOf, nodeOf, nodesOf, partsOf, type NodeKind } from './genealogy-view.ts'

/** Walks that are kept between requests, and edges they may hold together, some 500 bytes each. */
const REMEMBERED_WALKS = 100
const REMEMBERED_EDGES = 400_000

/** Walks by the read models they were made over: the next page goes on where the last one ended. */
const remembered = new WeakMap<object, Map<string, Walk>>()

export interface TraceOf {
  readonly root: string
  readonly ways: readonly Way[]
  readonly view: View
  readonly maxNodes: number
}
/** A visited node, and which way it lies from the root. */
export interface Traced extends Visit {
  readonly way: Way
}

/**
 * The name of what has this id.
 * @throws GraphQLError InvalidInput where several things have it and nobody said which; null for none
 */
export async function rootOf(
  id: string,
  kind: NodeKind | null,
  view: View,
  context: Context,
): Promise<string | null> {
  const names = kind === null ? nodesOf(id) : [nodeOf(kind, id)]
  const found = await askOf(context)<{ node: string }>(known(view, names))
  if (found.length > 1)
    throw apiError(
      'InvalidInput',
      `id ${id} is that of ${found.map(({ node }) => partsOf(node).kind).join(' and ')}: say which kind.`,
    )
  return found[0]?.node ?? null
}

/** At least so many nodes from the start, if there are so many: backward first, then forward. */
export async function visitsOf(
  trace: TraceOf,
  count: number,
  context: Context,
): Promise<{ readonly visits: readonly Traced[]; readonly complete: boolean }> {
  const wanted = Math.min(count, trace.maxNodes)
  const visits: Traced[] = []
  for (const way of trace.ways) {
    const walk = walkOf(trace, way, context)
    const skip = visits.length === 0 ? 0 : 1
    const seen = await walk.visits(wanted - visits.length + skip, askOf(context))
    for (const visit of seen.slice(skip, wanted - visits.length + skip))
      visits.push({ ...visit, way })
    if (!walk.done || seen.length - skip > wanted) return { visits, complete: false }
  }
  return { visits, complete: true }
}

export interface Measured extends Amount {
  /** Forward that of the root, backward the node's own; null where nobody said. */
  readonly unit: string | null
}

/** How much of the root is in each node, and of each node in the root. */
export async function amountsIn(
  trace: TraceOf,
  context: Context,
): Promise<(node: string, way: Way) => Measured> {
  const { root, view } = trace
  const ask = askOf(context)
  const units = unitsOf(await ask<Edge>(edgesAt({ ...view, kinds: null }, root)))
  const byWay = new Map<Way, ReadonlyMap<string, Amount>>()
  for (const way of trace.ways) {
    const { visits } = await visitsOf({ ...trace, ways: [way] }, trace.maxNodes, context)
    if (way === 'BACKWARD')
      unitsOf(
        visits.flatMap(({ edges }) => edges),
        units,
      )
    const sizes = await sizesOf(
      view,
      visits.map(({ node }) => node),
      ask,
    )
    byWay.set(way, amountsOf(visits, sizes, way))
  }
  return (node, way) => ({
    ...(byWay.get(way)?.get(node) ?? NOTHING),
    unit: units.get(way === 'FORWARD' ? root : node) ?? null,
  })
}

/** In which unit each node is counted, as far as edges say. */
function unitsOf(edges: readonly Edge[], units = new Map<string, string>()): Map<string, string> {
  for (const { kind, fromNode, toNode, unit } of edges) {
    if (unit === null) continue
    const counted = ARRIVING.has(kind) && toNode?.startsWith('lot-') ? toNode : fromNode
    if (counted !== null && !/^(order|transformation)-/.test(counted)) units.set(counted, unit)
    if (toNode?.startsWith('unit-')) units.set(toNode, 'C62')
  }
  return units
}
const ARRIVING = new Set<string>(['RECEIVED', 'PRODUCED', 'TRANSFORMED'])

function walkOf({ root, view }: TraceOf, way: Way, { plant }: Context): Walk {
  const walks = remembered.get(plant) ?? new Map<string, Walk>()
  remembered.set(plant, walks)
  const name = JSON.stringify([root, way, view])
  const walk = walks.get(name) ?? createWalk(view, way, root)
  walks.delete(name)
  let [kept, weight] = [1, walk.weight]
  for (const [other, { weight: edges }] of [...walks].reverse())
    if (++kept > REMEMBERED_WALKS || (weight += edges) > REMEMBERED_EDGES) walks.delete(other)
  walks.set(name, walk)
  return walk
}

/** Edges of these nodes, each once: one that lies between two of them is met from one end. */
export function edgesOf(visits: readonly Traced[]): readonly Edge[] {
  const seen = new Set<string>()
  return visits.flatMap(({ edges }) => edges).filter(({ key }) => seen.size !== seen.add(key).size)
}
