import type { DrilledLot } from '../../../domain/material/recall-drill.ts'
import { replay } from '../../projection.ts'
import { lotMovements } from '../lot-movements.ts'
import { balanceOf, stockOf } from '../trace/balance.ts'
import { edgesAt, type Way } from '../trace/statements.ts'
import type { Edge, View } from '../trace/view.ts'
import { createWalk, type Ask } from '../trace/walk.ts'
import { edgesOnWay, type EdgeRow, type LogGraph } from './log-graph.ts'

/** As of a trace; what reaches further is told as a problem of its own. */
const MAX_NODES = 100_000
/** So many differences show what is wrong; the fact is not for restoring them. */
const MAX_PROBLEMS = 20

/**
 * Traces a lot both ways over the read model, as a recall would, and compares every edge with those
 * folded from the log: an edge that was dropped, made up or changed is found.
 * @param now milliseconds of a clock, to tell how long the traces took
 */
export async function drillLot(
  lotId: string,
  position: number,
  deps: { readonly graph: LogGraph; readonly ask: Ask; readonly now: () => number },
): Promise<DrilledLot> {
  const { graph, ask, now } = deps
  const root = `lot-${lotId}`
  const view: View = { at: null, position, kinds: null, sites: null }
  const began = now()
  const traced = {
    FORWARD: createWalk(view, 'FORWARD', root),
    BACKWARD: createWalk(view, 'BACKWARD', root),
  }
  const nodes = { FORWARD: 0, BACKWARD: 0 }
  const edges: Record<Way, Edge[]> = { FORWARD: [], BACKWARD: [] }
  for (const way of ['BACKWARD', 'FORWARD'] as const) {
    const visits = await traced[way].visits(MAX_NODES, ask)
    nodes[way] = visits.length
    edges[way] = visits.flatMap((visit) => visit.edges)
  }
  const durationMs = Math.max(0, Math.round(now() - began))
  const logged = await graph.edges(root)
  const problems = new Set<string>()
  for (const way of ['BACKWARD', 'FORWARD'] as const) {
    if (!traced[way].done) problems.add(`more than ${MAX_NODES} nodes: not compared`)
    else for (const p of differences(edges[way], edgesOnWay(logged, root, way))) problems.add(p)
  }
  const [own, facts] = await Promise.all([ask<Edge>(edgesAt(view, root)), graph.facts(root)])
  const movements = [...replay(lotMovements, facts).values()].filter((row) => row.lotId === lotId)
  return {
    ...{ lotId, backward: nodes.BACKWARD, forward: nodes.FORWARD, durationMs },
    unexplained: balanceOf(lotId, own, stockOf(movements, null)).unexplained,
    problems: [...problems].slice(0, MAX_PROBLEMS),
  }
}

type Said = Pick<Edge, 'kind' | 'fromNode' | 'toNode' | 'quantity' | 'unit'>
const told = ({ kind, fromNode, toNode, quantity, unit }: Said): string =>
  `${kind} ${fromNode ?? 'outside'} -> ${toNode ?? 'outside'} ${quantity ?? ''} ${unit ?? ''}`.trim()

function differences(
  traced: readonly Edge[],
  logged: ReadonlyMap<string, EdgeRow>,
): readonly string[] {
  const byKey = new Map(traced.map((edge) => [edge.key, edge]))
  const missing = [...logged.values()]
    .filter(({ key }) => !byKey.has(key))
    .map((row) => `${told(row)} is in the log and not in the trace`)
  const others = [...byKey.values()].flatMap((edge) => {
    const row = logged.get(edge.key)
    if (!row) return [`${told(edge)} is in the trace and not in the log`]
    return told(row) === told(edge) ? [] : [`${told(edge)} is in the log as ${told(row)}`]
  })
  return [...missing, ...others]
}
