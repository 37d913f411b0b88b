import type { EventStore } from '../../../commands/event-store.ts'
import type { Recorded } from '../../../domain/event.ts'
import { apply, replay, type Keyed, type Rows } from '../../projection.ts'
import { genealogyEdges } from '../genealogy-edges.ts'
import type { GenealogyEdgeRow } from '../genealogy-row.ts'
import type { Way } from '../trace/statements.ts'

/** Facts of one read of the log. */
const PAGE = 2_000
/** Streams read at the same time. */
const AT_ONCE = 50

export type EdgeRow = Keyed<GenealogyEdgeRow>
interface Node {
  readonly FORWARD: Set<string>
  readonly BACKWARD: Set<string>
  /** Streams whose facts made its edges. */
  readonly streams: Set<string>
}
type Store = Pick<EventStore, 'readAll' | 'readStream'>

/** Which things the log ever linked, held or not: where to look, and no more than names in memory. */
export interface LogGraph {
  /** Lots by the site of their first fact. */
  readonly lots: ReadonlyMap<string, readonly string[]>
  /** The edges between all that was ever linked with this node, as the log tells them. */
  edges(root: string): Promise<readonly EdgeRow[]>
  facts(stream: string): Promise<readonly Recorded[]>
}

/** Reads the whole genealogy in the log once, up to a position; independent of every table. */
export async function readLogGraph(store: Store, position: number): Promise<LogGraph> {
  const nodes = new Map<string, Node>()
  const siteOf = new Map<string, string>()
  const nodeOf = (name: string): Node => {
    const known = nodes.get(name)
    if (known) return known
    const node = {
      FORWARD: new Set<string>(),
      BACKWARD: new Set<string>(),
      streams: new Set<string>(),
    }
    nodes.set(name, node)
    return node
  }
  const take = (fact: Recorded): void => {
    if (fact.stream.startsWith('lot-') && !siteOf.has(fact.stream))
      siteOf.set(fact.stream, fact.metadata.site)
    const rows: Rows<GenealogyEdgeRow> = new Map()
    apply(genealogyEdges, fact, rows)
    for (const row of rows.values()) {
      const [from, to] = [row?.fromNode ?? null, row?.toNode ?? null]
      for (const name of [from, to]) if (name !== null) nodeOf(name).streams.add(fact.stream)
      if (from === null || to === null) continue
      nodeOf(from).FORWARD.add(to)
      nodeOf(to).BACKWARD.add(from)
    }
  }
  const types = Object.keys(genealogyEdges.on)
  for (let from = 0; ;) {
    const page = await store.readAll({ from, types, limit: PAGE })
    for (const fact of page) if (fact.position <= position) take(fact)
    from = page.at(-1)?.position ?? position
    if (page.length < PAGE || from >= position) break
  }
  const facts = async (stream: string) =>
    (await store.readStream(stream)).filter((fact) => fact.position <= position)
  const lots = Map.groupBy(siteOf.keys(), (stream) => siteOf.get(stream)!)
  return {
    lots: new Map(
      [...lots].map(([site, streams]) => [site, streams.map((s) => s.slice('lot-'.length)).sort()]),
    ),
    facts,
    async edges(root) {
      const streams = [...streamsAround(nodes, root)]
      const found: Recorded[] = []
      for (let i = 0; i < streams.length; i += AT_ONCE)
        found.push(...(await Promise.all(streams.slice(i, i + AT_ONCE).map(facts))).flat())
      found.sort((a, b) => a.position - b.position)
      return [...replay(genealogyEdges, found).values()].filter((row) => isSeen(row, position))
    },
  }
}

/** Streams of all that lies before and behind a node. */
function streamsAround(nodes: ReadonlyMap<string, Node>, root: string): Set<string> {
  const streams = new Set<string>()
  for (const way of ['FORWARD', 'BACKWARD'] as const) {
    const reached = new Set([root])
    for (const name of reached) {
      const node = nodes.get(name)
      for (const stream of node?.streams ?? []) streams.add(stream)
      for (const next of node?.[way] ?? []) reached.add(next)
    }
  }
  return streams
}

const holds = (from: number | null, to: number | null, position: number): boolean =>
  from !== null && from <= position && (to === null || to > position)

/** What a view of now shows: known, and not ended. */
const isSeen = (row: EdgeRow, position: number): boolean =>
  holds(row.knownFrom, row.knownTo, position) && !holds(row.endKnownFrom, row.endKnownTo, position)

/** The edges that leave each node reached on this way, by key. */
export function edgesOnWay(
  rows: readonly EdgeRow[],
  root: string,
  way: Way,
): ReadonlyMap<string, EdgeRow> {
  const [near, far] =
    way === 'FORWARD' ? (['fromNode', 'toNode'] as const) : (['toNode', 'fromNode'] as const)
  const byNear = Map.groupBy(rows, (row) => row[near])
  const found = new Map<string, EdgeRow>()
  const reached = new Set([root])
  for (const node of reached)
    for (const row of byNear.get(node) ?? []) {
      found.set(row.key, row)
      if (row[far] !== null) reached.add(row[far])
    }
  return found
}
