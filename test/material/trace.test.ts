import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { amountsOf, sizesOf } from '../../src/projections/material/trace/amounts.ts'
import type { Way } from '../../src/projections/material/trace/statements.ts'
import type { View } from '../../src/projections/material/trace/view.ts'
import { createWalk, type Ask, type Visit } from '../../src/projections/material/trace/walk.ts'
import { after } from '../spec.ts'
import { edge, edgeTable, type EdgeRow } from './edge-table.ts'

let table: Awaited<ReturnType<typeof edgeTable>>
beforeAll(async () => {
  table = await edgeTable()
})
afterAll(() => table?.drop())

const now: View = { at: null, position: 100, kinds: null, sites: null }
const walk = async (view: View, way: Way, root: string, count = Infinity) =>
  createWalk(view, way, root).visits(count, table.ask)

const name = (n: number): string => `lot-${n}`
const node = fc.nat({ max: 9 }).map(name)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const position = fc.integer({ min: 1, max: 9 })
const moment = fc.integer({ min: 0, max: 9 }).map(after)
const kind = fc.constantFrom('CONSUMED' as const, 'SPLIT' as const, 'PACKED' as const)

/** Any edges, among ten nodes: with circles, doubles, ranges of knowledge, ends and sites. */
const graph = fc
  .array(
    fc.record({
      ...{ kind, fromNode: maybe(node), toNode: maybe(node), occurredAt: moment },
      ...{ knownFrom: position, knownTo: maybe(position), endedAt: maybe(moment) },
      ...{ endKnownFrom: position, endKnownTo: maybe(position) },
      ...{ site: fc.constantFrom('S1', 'S1', 'S2'), arrivedFrom: maybe(position) },
    }),
    { maxLength: 30, size: 'max' },
  )
  .map((rows) =>
    rows.map(({ fromNode, toNode, endedAt, endKnownFrom, ...more }, i) =>
      edge(`e${i}`, fromNode, toNode, {
        ...more,
        ...(endedAt === null
          ? {}
          : { endedAt, endKnownFrom, endKind: 'REMOVED' as const, endReason: 'leaks' }),
      }),
    ),
  )
const view: fc.Arbitrary<View> = fc.record({
  at: maybe(moment),
  position,
  kinds: fc.constantFrom(null, null, ['CONSUMED'] as const, ['SPLIT', 'REMOVED'] as const),
  sites: fc.constantFrom(null, ['S1']),
})
const way = fc.constantFrom<Way>('FORWARD', 'BACKWARD')

/** The same question answered by the plainest means, one edge after the other. */
function naive(rows: readonly EdgeRow[], v: View, w: Way, root: string) {
  const between = (from: number | null, to: number | null) =>
    from !== null && from <= v.position && (to === null || v.position < to)
  const ended = (row: EdgeRow) =>
    between(row.endKnownFrom, row.endKnownTo) && (v.at === null || row.endedAt! <= v.at)
  const seen = rows.filter(
    (row) =>
      between(row.knownFrom, row.knownTo) &&
      (v.at === null || row.occurredAt <= v.at) &&
      (v.kinds ? v.kinds.includes(ended(row) ? row.endKind! : row.kind) : !ended(row)) &&
      (v.sites === null || v.sites.includes(row.site)),
  )
  const [near, far] =
    w === 'FORWARD' ? (['fromNode', 'toNode'] as const) : (['toNode', 'fromNode'] as const)
  const levels = new Map([[root, 0]])
  const edges = new Set<string>()
  for (let level = 0, front = [root]; front.length > 0; level++) {
    const leaving = seen.filter((row) => front.includes(row[near]!))
    for (const { key } of leaving) edges.add(key)
    front = [...new Set(leaving.map((row) => row[far]))].filter(
      (next): next is string => next !== null && !levels.has(next),
    )
    for (const next of front) levels.set(next, level + 1)
  }
  return { levels, edges: [...edges].sort() }
}

const summary = (visits: readonly Visit[]) => ({
  levels: new Map(visits.map((v) => [v.node, v.level])),
  edges: visits.flatMap((v) => v.edges.map((e) => e.key)).sort(),
})

describe('a walk', () => {
  test('reaches what the plainest search reaches: any graph, way, kinds, moment and knowledge', () =>
    fc.assert(
      fc.asyncProperty(
        graph,
        fc.array(fc.tuple(view, way, node), { minLength: 5 }),
        async (g, qs) => {
          await table.put(g)
          for (const [v, w, root] of qs)
            expect(summary(await walk(v, w, root))).toEqual(naive(g, v, w, root))
        },
      ),
      { numRuns: 60 },
    ))

  test('comes in the same order in pages of any size, whatever is recorded meanwhile', () =>
    fc.assert(
      fc.asyncProperty(graph, way, fc.integer({ min: 1, max: 4 }), async (g, w, size) => {
        await table.put(g)
        const v = { ...now, position: 9 }
        const whole = await walk(v, w, name(0))
        const late = { knownFrom: 10, arrivedFrom: 10 }
        await table.put([
          ...g,
          edge('late', name(0), name(5), late),
          edge('late back', name(5), name(0), late),
        ])
        const paged = createWalk(v, w, name(0))
        for (let count = size; ; count += size) {
          const seen = await paged.visits(count, table.ask)
          expect(seen.slice(0, count)).toEqual(whole.slice(0, count))
          if (paged.done) break
        }
      }),
      { numRuns: 30 },
    ))

  test('of 10,000 levels takes a handful of statements', async () => {
    await table.put(Array.from({ length: 10_000 }, (_, n) => edge(`e${n}`, name(n), name(n + 1))))
    let statements = 0
    const ask: Ask = (query) => (statements++, table.ask(query))
    const visits = await createWalk(now, 'FORWARD', name(0)).visits(Infinity, ask)
    expect(visits.at(-1)).toMatchObject({ node: name(10_000), level: 10_000 })
    expect(statements).toBeLessThan(6)
  })

  test('of a circle ends', async () => {
    await table.put([edge('a', name(1), name(2)), edge('b', name(2), name(1))])
    const visits = await walk(now, 'BACKWARD', name(1))
    expect(visits.map((v) => v.node)).toEqual([name(1), name(2)])
  })
})

const amounts = async (w: Way, root: string) => {
  const visits = await walk(now, w, root)
  const sizes = await sizesOf(
    now,
    visits.map((v) => v.node),
    table.ask,
  )
  return amountsOf(visits, sizes, w)
}
const made = (lot: string, quantity: number, unit = 'KGM') =>
  edge(`made ${lot}`, null, lot, { kind: 'RECEIVED', quantity, unit })

describe('amounts', () => {
  test('are the sum over all paths of the shares along each, on any graph without circles', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }), fc.integer({ min: 1, max: 9 })), {
          maxLength: 14,
          size: 'max',
        }),
        async (triples) => {
          const links = triples.filter(([a, b]) => a < b)
          const size = 1_000
          await table.put([
            ...Array.from({ length: 7 }, (_, n) => made(name(n), size)),
            ...links.map(([a, b, q], i) => edge(`e${i}`, name(a), name(b), { quantity: q })),
          ])
          const into = (a: number, b: number): number =>
            a === b
              ? 1
              : links
                  .filter(([from]) => from === a)
                  .reduce((sum, [, to, q]) => sum + (q / size) * into(to, b), 0)
          const forward = await amounts('FORWARD', name(0))
          const backward = await amounts('BACKWARD', name(6))
          for (let n = 0; n < 7; n++) {
            expect(forward.get(name(n))?.atLeast ?? 0).toBeCloseTo(into(0, n) * size, 4)
            expect(backward.get(name(n))?.atMost ?? 0).toBeCloseTo(into(n, 6) * size, 4)
          }
        },
      ),
      { numRuns: 40 },
    ))

  test('are not shared out by an order that made several things: each is a candidate', async () => {
    await table.put([
      made('lot-A', 10),
      edge('used', 'lot-A', 'order-P', { quantity: 4 }),
      edge('bound', 'lot-A', 'unit-1', { quantity: 1 }),
      ...['1', '2'].map((n) =>
        edge(`u${n}`, 'order-P', `unit-${n}`, { kind: 'PRODUCED', quantity: 1, unit: 'C62' }),
      ),
    ])
    const found = await amounts('FORWARD', 'lot-A')
    expect(found.get('unit-1')).toEqual({ atLeast: 1, atMost: 5, certain: true })
    expect(found.get('unit-2')).toEqual({ atLeast: 0, atMost: 4, certain: false })
  })
})
