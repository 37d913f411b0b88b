import type { Recorded } from '../domain/event.ts'
import { keyed, type Keyed, type Projection } from './projection.ts'

type Row = Keyed<object>

/** One fold of many projections in memory, for what-if: rows are its own until its end. */
export interface Replay {
  /** What it folds; facts of other types pass it by. */
  readonly types: readonly string[]
  apply(fact: Recorded<any>): void
  /** @throws Error where the projection is none of them */
  rows<R extends object>(p: Projection<R>): Keyed<R>[]
  /** A fold that goes on from here; this one must stand still from then on, and stays as it is. */
  goOn(): Replay
}

/** What one event type concerns: the handler of a projection, and its rows. */
interface Concerned {
  readonly handler: Projection['on'][string]
  readonly rows: Map<string, Row | null>
  /** Rows of the fold that this one goes on from, which are not its own. */
  readonly below: Below
}
type Below = ReadonlyMap<string, Row | null> | null

/** Types of facts that of a projection are asked for, where that is less than it folds. */
export type Only = ReadonlyMap<Projection, readonly string[]>

/**
 * A fold from nothing. The rows are those of `replay`, at a third of its cost.
 * @param only facts that make the columns somebody looks at; the other columns of these projections are not filled
 */
export const createReplay = (projections: readonly Projection[], only: Only = new Map()): Replay =>
  replayOver(new Map(projections.map((p) => [p, null])), only)

function replayOver(tables: ReadonlyMap<Projection, Below>, only: Only): Replay {
  const own = new Map<Projection, Map<string, Row | null>>()
  const byType = new Map<string, Concerned[]>()
  for (const [p, below] of tables) {
    const rows = new Map<string, Row | null>()
    own.set(p, rows)
    const asked = only.get(p)
    for (const [type, handler] of Object.entries(p.on)) {
      if (asked && !asked.includes(type)) continue
      const concerned = byType.get(type)
      if (concerned) concerned.push({ handler, rows, below })
      else byType.set(type, [{ handler, rows, below }])
    }
  }
  const all = (p: Projection): ReadonlyMap<string, Row | null> => {
    const rows = own.get(p)
    if (!rows) throw new Error(`${p.name} is not part of this replay`)
    const below = tables.get(p)
    return below ? new Map([...below, ...rows]) : rows
  }
  return {
    types: [...byType.keys()],
    apply(fact) {
      const concerned = byType.get(fact.type)
      if (concerned) for (const one of concerned) fold(one, fact)
    },
    rows: <R extends object>(p: Projection<R>) =>
      [...all(p).values()].filter((row) => row !== null) as Keyed<R>[],
    goOn: () => replayOver(new Map([...tables.keys()].map((p) => [p, all(p)])), only),
  }
}

function fold(concerned: Concerned, fact: Recorded<any>): void {
  const keys = concerned.handler.key(fact.data, fact)
  if (typeof keys === 'string') return put(concerned, fact, keys, 0)
  for (let nth = 0; nth < keys.length; nth++) put(concerned, fact, keys[nth]!, nth)
}

function put({ handler, rows, below }: Concerned, fact: Recorded<any>, key: string, nth: number) {
  const own = rows.get(key)
  if (own && handler.change) return handler.change(own, fact, key, nth)
  const before = (own === undefined ? below?.get(key) : own) ?? null
  const after = handler.evolve(before, fact, key, nth)
  if (after !== before) rows.set(key, keyed(after, before, key, fact))
}
