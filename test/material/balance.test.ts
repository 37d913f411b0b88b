import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Recorded } from '../../src/domain/event.ts'
import { exact } from '../../src/domain/types.ts'
import { drillLot } from '../../src/projections/material/drill/drill.ts'
import { readLogGraph } from '../../src/projections/material/drill/log-graph.ts'
import { genealogyEdges } from '../../src/projections/material/genealogy-edges.ts'
import { lotMovements } from '../../src/projections/material/lot-movements.ts'
import { lots } from '../../src/projections/material/lots.ts'
import {
  balanceOf,
  stockOf,
  type MassBalance,
} from '../../src/projections/material/trace/balance.ts'
import type { Edge } from '../../src/projections/material/trace/view.ts'
import { replay } from '../../src/projections/projection.ts'
import { factsAbout, interleaving } from '../facts.ts'
import { edgeTable, type EdgeRow } from './edge-table.ts'

/** What happens to lots, serials and packages when anybody wishes anything, transfers included. */
const histories = factsAbout(['lot', 'unit', 'logisticUnit'])
const RUNS = { numRuns: 300 }
/** Each of these fills a table and drills. */
const TABLES = { numRuns: 15 }

const since = (from: number | null, to: number | null, position: number): boolean =>
  from !== null && from <= position && (to === null || to > position)

/** The edges of a lot as a view of this position and moment shows them. */
const edgesOf = (
  node: string,
  rows: readonly EdgeRow[],
  position: number,
  at: string | null = null,
): readonly Edge[] =>
  rows
    .filter(({ fromNode, toNode }) => fromNode === node || toNode === node)
    .filter((row) => since(row.knownFrom, row.knownTo, position))
    .filter((row) => at === null || row.occurredAt <= at)
    .filter(
      (row) =>
        !since(row.endKnownFrom, row.endKnownTo, position) || (at !== null && row.endedAt! > at),
    )
    .map((row) => ({ ...row, arrived: since(row.arrivedFrom, null, position) }))

/** The balance of every lot that the facts know, after all of them or at a moment. */
function balances(facts: readonly Recorded[], at: string | null = null): readonly MassBalance[] {
  const edges = [...replay(genealogyEdges, facts).values()]
  const position = facts.at(-1)?.position ?? 0
  const movements = Map.groupBy(replay(lotMovements, facts).values(), ({ lotId }) => lotId)
  return [...movements].map(([lotId, rows]) => {
    return balanceOf(lotId, edgesOf(`lot-${lotId}`, edges, position, at), stockOf(rows, at))
  })
}

const order = fc.infiniteStream(fc.nat())

test('every lot balances to the unit, whatever happened and in whatever order it arrived', () => {
  const named = new Set<string>()
  fc.assert(
    fc.property(histories, order, (log, picks) => {
      for (const facts of [log, interleaving(log, picks)]) {
        const stock = replay(lots, facts)
        for (const balance of balances(facts)) {
          expect(balance).toMatchObject({ unexplained: 0 })
          expect(balance.stock).toBe(stock.get(balance.lotId)?.quantity ?? 0)
          const sum = (side: 'IN' | 'OUT') =>
            balance.entries.filter((e) => e.side === side).reduce((s, e) => s + e.quantity, 0)
          expect(exact(sum('IN'))).toBe(exact(sum('OUT')))
          for (const { name } of balance.entries) named.add(name)
        }
      }
    }),
    RUNS,
  )
  // A name that never came up was never balanced.
  expect([...named].sort()).toEqual(NAMES)
})
const NAMES = [
  ...['CONSUMED', 'FOUND', 'LOST', 'PACKED', 'PRODUCED', 'RECEIVED', 'RETURNED', 'SCRAPPED'],
  ...['SHIPPED', 'STOCK', 'TRANSFERRED_IN', 'TRANSFERRED_OUT', 'TRANSFORMED', 'TRANSFORMED_IN'],
]

test('as known at any position, and while a transfer is on its way, it balances too', () =>
  fc.assert(
    fc.property(histories, (log) => {
      for (let end = 1; end <= log.length; end++)
        for (const balance of balances(log.slice(0, end)))
          expect(balance).toMatchObject({ unexplained: 0 })
    }),
    { numRuns: 60 },
  ))

test('at any moment of the plant it balances too, also where facts came late', () =>
  fc.assert(
    fc.property(histories, (log) => {
      for (const at of new Set(log.map(({ metadata }) => metadata.occurredAt)))
        for (const balance of balances(log, at)) expect(balance).toMatchObject({ unexplained: 0 })
    }),
    { numRuns: 60 },
  ))

let table: Awaited<ReturnType<typeof edgeTable>>
beforeAll(async () => {
  table = await edgeTable()
})
afterAll(() => table?.drop())

test('any edge that is dropped is found by a drill of any lot that it touches', () =>
  fc.assert(
    fc.asyncProperty(histories, fc.nat(), async (log, pick) => {
      const rows = [...replay(genealogyEdges, log).values()]
      const position = log.at(-1)?.position ?? 0
      const store = {
        readAll: async ({ from = 0, types }: { from?: number; types?: readonly string[] }) =>
          log.filter((f) => f.position > from && (types?.includes(f.type) ?? true)),
        readStream: async (stream: string) => log.filter((fact) => fact.stream === stream),
      }
      const graph = await readLogGraph(store, position)
      const drilled = (lotId: string) =>
        drillLot(lotId, position, { graph, ask: table.ask, now: () => 0 })
      await table.put(rows)
      for (const lotId of graph.lots.get('S1') ?? [])
        expect(await drilled(lotId)).toMatchObject({ unexplained: 0, problems: [] })
      const seen = rows.filter((row) => edgesOf(row.fromNode!, [row], position).length > 0)
      const touching = seen.filter((r) => [r.fromNode, r.toNode].some((n) => n?.startsWith('lot-')))
      if (touching.length === 0) return
      const dropped = touching[pick % touching.length]!
      await table.put(rows.filter((row) => row !== dropped))
      for (const node of [dropped.fromNode, dropped.toNode])
        if (node?.startsWith('lot-')) {
          const { problems } = await drilled(node.slice('lot-'.length))
          expect(problems.join()).toContain('is in the log and not in the trace')
        }
    }),
    TABLES,
  ))
