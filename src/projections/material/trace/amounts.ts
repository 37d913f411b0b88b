import { exact } from '../../../domain/types.ts'
import { sizes, type Way } from './statements.ts'
import type { Edge, View } from './view.ts'
import type { Ask, Visit } from './walk.ts'

/** How much of one thing is in another. Exactly known where both are the same. */
export interface Amount {
  readonly atLeast: number
  readonly atMost: number
  /** The node is linked to the root without an order that made several things in between. */
  readonly certain: boolean
}

/** What shares are taken of. */
interface Size {
  /** How much ever was in the lot; null where nobody said. */
  readonly size: number | null
  /** Different things that came out of an order or transformation. */
  readonly outputs: number
}

/** Nodes whose sizes one statement asks for. */
const SIZES = 5_000
export const NOTHING: Amount = { atLeast: 0, atMost: 0, certain: false }
const isHub = (node: string): boolean => /^(order|transformation)-/.test(node)

export async function sizesOf(
  view: View,
  nodes: readonly string[],
  ask: Ask,
): Promise<ReadonlyMap<string, Size>> {
  const found = new Map<string, Size>()
  const asked = nodes.filter((node) => isHub(node) || node.startsWith('lot-'))
  for (let i = 0; i < asked.length; i += SIZES)
    for (const { node, ...size } of await ask<Size & { readonly node: string }>(
      sizes(view, asked.slice(i, i + SIZES)),
    ))
      found.set(node, size)
  return found
}

/**
 * Forward: how much of the root is in each node, in the root's unit. Backward: how much of each node
 * is in the root, in the node's unit. A lot is taken to be well mixed, so what leaves it carries its
 * share of all that came in. Through an order or transformation that made several things nothing is
 * shared out: each of them holds between nothing and all of it.
 * @param roots all in one unit; the first visit by default. What flows from one into another is counted once
 */
export function amountsOf(
  visits: readonly Visit[],
  sizes: ReadonlyMap<string, Size>,
  way: Way,
  roots: ReadonlySet<string> = new Set(visits.slice(0, 1).map(({ node }) => node)),
): ReadonlyMap<string, Amount> {
  const amounts = new Map<string, Amount>()
  for (const root of roots) {
    const size = sizes.get(root)?.size ?? 1
    amounts.set(root, { atLeast: size, atMost: size, certain: true })
  }
  const whole = exact([...amounts.values()].reduce((sum, { atMost }) => sum + atMost, 0))
  for (const { node, edges } of inOrder(visits, way)) {
    const amount = amounts.get(node) ?? NOTHING
    for (const edge of edges) {
      const next = way === 'FORWARD' ? edge.toNode : edge.fromNode
      if (next === null || next === node || roots.has(next)) continue
      const passed =
        way === 'FORWARD' ? forward(amount, edge, sizes) : backward(amount, edge, sizes)
      const most = way === 'FORWARD' ? whole : (sizes.get(next)?.size ?? Infinity)
      amounts.set(next, sum(amounts.get(next) ?? NOTHING, passed, most))
    }
  }
  return amounts
}

const sum = (a: Amount, b: Amount, most: number): Amount => ({
  atLeast: exact(Math.min(most, a.atLeast + b.atLeast)),
  atMost: exact(Math.min(most, a.atMost + b.atMost)),
  certain: a.certain || b.certain,
})
const times = ({ atLeast, atMost, certain }: Amount, factor: number): Amount => ({
  atLeast: atLeast * factor,
  atMost: atMost * factor,
  certain,
})
const perhaps = ({ atMost }: Amount): Amount => ({ atLeast: 0, atMost, certain: false })

type Sizes = ReadonlyMap<string, Size>

/** A receipt that names the pallet or shipment only: what of it came in, nobody said. */
const isMixed = ({ kind, fromNode }: Edge): boolean =>
  kind === 'RECEIVED' && !/^(lot|unit)-/.test(fromNode!)

function forward(amount: Amount, edge: Edge, sizes: Sizes): Amount {
  const { quantity } = edge
  const node = edge.fromNode!
  if (isMixed(edge)) return perhaps(amount)
  if (isHub(node)) return (sizes.get(node)?.outputs ?? 2) === 1 ? amount : perhaps(amount)
  if (!node.startsWith('lot-')) return amount
  const size = sizes.get(node)?.size ?? null
  return size === null || size === 0 || quantity === null
    ? { ...perhaps(amount), certain: amount.certain }
    : times(amount, Math.min(1, quantity / size))
}

function backward(amount: Amount, edge: Edge, sizes: Sizes): Amount {
  const made = edge.toNode!
  const quantity = edge.quantity ?? 1
  if (isMixed(edge)) return { ...NOTHING, atMost: amount.atMost > 0 ? 1 : 0 }
  // An order's or transformation's own amount is its share of the root: between 0 and 1.
  if (isHub(edge.fromNode!)) {
    const share = shareOf(amount, made, sizes)
    return (sizes.get(edge.fromNode!)?.outputs ?? 2) === 1
      ? share
      : { atLeast: 0, atMost: share.atMost > 0 ? 1 : 0, certain: false }
  }
  return times(shareOf(amount, made, sizes), quantity)
}

/** Which part of the node the root holds. */
function shareOf(amount: Amount, node: string, sizes: Sizes): Amount {
  if (!node.startsWith('lot-')) return times(amount, 1)
  const size = sizes.get(node)?.size ?? null
  return size === null || size === 0
    ? { ...perhaps({ ...amount, atMost: amount.atMost > 0 ? 1 : 0 }), certain: amount.certain }
    : times(amount, 1 / size)
}

/**
 * Each node after all that lead to it. Where edges go round, no such order exists: the nearest of the
 * round comes first, and what flows back into it is left out.
 */
function inOrder(visits: readonly Visit[], way: Way): readonly Visit[] {
  const byNode = new Map(visits.map((visit) => [visit.node, visit]))
  const far = (edge: Edge) => (way === 'FORWARD' ? edge.toNode : edge.fromNode)
  const open = new Map<string, number>()
  for (const { node, edges } of visits)
    for (const edge of edges) {
      const next = far(edge)
      if (next !== null && next !== node) open.set(next, (open.get(next) ?? 0) + 1)
    }
  const order: Visit[] = []
  const placed = new Set<string>()
  for (const nearest of visits) {
    const ready = placed.has(nearest.node) ? [] : [nearest]
    for (let visit = ready.pop(); visit; visit = ready.pop()) {
      placed.add(visit.node)
      order.push(visit)
      for (const edge of visit.edges) {
        const next = far(edge)
        if (next === null || next === visit.node) continue
        const left = open.get(next)! - 1
        open.set(next, left)
        const found = byNode.get(next)
        if (left === 0 && found && !placed.has(next)) ready.push(found)
      }
    }
  }
  return order
}
