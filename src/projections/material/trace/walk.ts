import type { Query } from '../../read-models.ts'
import { reach, type Way } from './statements.ts'
import type { Edge, View } from './view.ts'

/** Asks the read models in the name of whoever asks. */
export type Ask = <T extends object>(query: Query) => Promise<readonly T[]>

/** A row of `reach`: of a node without edges only the name. */
type Reached = { readonly [F in keyof Edge]: Edge[F] | null }

/** A node as the walk came upon it. */
export interface Visit {
  readonly node: string
  /** Edges between it and the root, on the shortest way. */
  readonly level: number
  /** Edges that leave it on this way. */
  readonly edges: readonly Edge[]
}

/**
 * Nodes asked for by name in one statement. So many at once are a wide graph: looking further ahead
 * would only find each node twice.
 */
const FRONTIER = 1_000
/** Nodes of one answer where fewer are known by name: a narrow graph of any depth in few statements. */
const BATCH = 2_500

/**
 * Walks a graph from its roots, each node once, nearest first. The order depends on nothing but the
 * edges in view: the near nodes' order, then the far node's name. So a place in it is a stable cursor.
 */
export interface Walk {
  /** Goes on until so many nodes are known with their edges, or there are no more. */
  visits(count: number, ask: Ask): Promise<readonly Visit[]>
  /** Whether everything has been visited. */
  readonly done: boolean
  /** Edges held in memory. */
  readonly weight: number
}

export function createWalk(view: View, way: Way, ...roots: readonly string[]): Walk {
  const [near, far] =
    way === 'FORWARD' ? (['fromNode', 'toNode'] as const) : (['toNode', 'fromNode'] as const)
  const levels = new Map(roots.map((root) => [root, 0]))
  const queue: string[] = [...levels.keys()]
  const loaded = new Map<string, Edge[]>()
  const visited: Visit[] = []
  let weight = 0
  let turn: Promise<unknown> = Promise.resolve()

  const load = async (ask: Ask): Promise<void> => {
    const pending = queue.slice(visited.length).filter((node) => !loaded.has(node))
    const wide = pending.length >= FRONTIER
    const nodes = wide ? pending.slice(0, FRONTIER) : pending
    const rows = await ask<Reached>(reach(view, way, nodes, wide ? FRONTIER : BATCH))
    // Rows of one node follow each other.
    for (let i = 0; i < rows.length;) {
      const node = rows[i]![near]!
      const edges: Edge[] = []
      for (; rows[i]?.[near] === node; i++) if (rows[i]!.key !== null) edges.push(rows[i] as Edge)
      if (loaded.has(node)) continue
      if (edges.length > 1)
        edges.sort((a, b) => compare(a[far] ?? '', b[far] ?? '') || compare(a.key, b.key))
      loaded.set(node, edges)
      weight += edges.length
    }
  }

  const expand = (count: number): void => {
    while (visited.length < Math.min(count, queue.length)) {
      const node = queue[visited.length]!
      const edges = loaded.get(node)
      if (!edges) return
      const level = levels.get(node)!
      visited.push({ node, level, edges })
      for (const { [far]: next } of edges) {
        if (next === null || levels.has(next)) continue
        levels.set(next, level + 1)
        queue.push(next)
      }
    }
  }

  const proceed = async (count: number, ask: Ask): Promise<readonly Visit[]> => {
    expand(count)
    while (visited.length < Math.min(count, queue.length)) {
      await load(ask)
      expand(count)
    }
    return visited
  }

  return {
    // One at a time: two requests may share a walk.
    visits: (count, ask) => {
      const next = turn.then(() => proceed(count, ask))
      turn = next.catch(() => {})
      return next
    },
    get done() {
      return visited.length === queue.length
    },
    get weight() {
      return weight
    },
  }
}

export const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
