import type pg from 'pg'
import { createReadModels } from '../src/adapters/postgres/read-models.ts'
import { createTables } from '../src/adapters/postgres/tables.ts'
import { genealogyEdges } from '../src/projections/material/genealogy-edges.ts'
import { reach, type Way } from '../src/projections/material/trace/statements.ts'
import type { View } from '../src/projections/material/trace/view.ts'
import { createWalk, type Ask } from '../src/projections/material/trace/walk.ts'
import { median, percentile, row, seconds, type Benchmark } from './row.ts'
import { withLog } from './support.ts'

const LEVELS = 50
/** 204 plants of 40 lots a level, and one of 2,050: a million edges, two from each lot. */
const [GRAPHS, WIDTH, WIDE] = [204, 40, 2_050]
const TRACES = 150
const PAGE = 500
const LARGE_PAGE = 2_000
/** The head of the log, and a moment before a tenth of the edges were corrected. */
const HEAD = 2_000_000
const BEFORE = 1_000_000

const view = (position: number): View => ({ at: null, position, kinds: null, sites: null })

/** The whole genealogy of a lot, both ways, in a graph of a million edges. */
export const traceBench: Benchmark = {
  name: 'trace',
  about: 'the genealogy of one lot among a million edges, any depth',
  run: () =>
    withLog(async ({ pool, database, store }) => {
      await fill(pool, await prepare(database))
      const reads = createReadModels({ pool, store, projections: [genealogyEdges] })
      const ask: Ask = (query) => reads.query(query)
      const both = (n: number, position: number) =>
        eachWay(n, (way, root) => createWalk(view(position), way, root).visits(Infinity, ask))
      const byHand = (n: number) =>
        eachWay(n, (way, root) =>
          pool.query(reach(view(HEAD), way, [root], HEAD) as pg.QueryConfig),
        )
      const [ours, hand, then] = [[], [], []] as [number[], number[], number[]]
      const measures = [
        async (n: number) => ours.push(await ms(() => both(n, HEAD))),
        async (n: number) => hand.push(await ms(() => byHand(n))),
        async (n: number) => then.push(await ms(() => both(n, BEFORE))),
      ]
      // Who comes first at a graph finds its pages cold, so they take turns.
      for (let n = 0; n < TRACES; n++)
        for (let turn = 0; turn < measures.length; turn++)
          await measures[(n + turn) % measures.length]!(n)
      const worst = await paged(ask)
      return [
        row(
          'trace of 2,000 nodes, 50 levels, both ways, p99',
          { value: percentile(ours, 0.99), unit: 'ms' },
          { reference: 'the recursive SQL by hand', value: percentile(hand, 0.99) },
          { atMost: 100 },
        ),
        row(
          'the same, median',
          { value: median(ours), unit: 'ms' },
          { reference: 'the recursive SQL by hand', value: median(hand) },
          { ratioAtMost: 1.3 },
        ),
        row(
          'the same as known before a tenth was corrected, median',
          { value: median(then), unit: 'ms' },
          { reference: 'as known now', value: median(ours) },
          { ratioAtMost: 2 },
        ),
        row('first page of 100,000 nodes', { value: worst.first, unit: 'ms' }, null, {
          atMost: 150,
        }),
        row('all pages of 100,000 nodes', { value: worst.whole, unit: 'ms' }, null, {
          atMost: 3_000,
        }),
      ]
    }),
}

const ms = async (work: () => Promise<unknown>): Promise<number> => 1_000 * (await seconds(work))

/** From the middle of the n-th small graph, to its top and its bottom. */
async function eachWay(
  n: number,
  trace: (way: Way, root: string) => Promise<unknown>,
): Promise<void> {
  const root = `lot-${n % GRAPHS}/${LEVELS / 2}/0`
  await trace('FORWARD', root)
  await trace('BACKWARD', root)
}

async function paged(ask: Ask): Promise<{ readonly first: number; readonly whole: number }> {
  const figures = { first: [] as number[], whole: [] as number[] }
  for (let round = 0; round < 5; round++) {
    const walk = createWalk(view(HEAD), 'FORWARD', 'lot-wide/0/0')
    const first = await ms(() => walk.visits(PAGE, ask))
    const rest = await ms(async () => {
      for (let count = LARGE_PAGE; !walk.done; count += LARGE_PAGE) await walk.visits(count, ask)
    })
    figures.first.push(first)
    figures.whole.push(first + rest)
  }
  return { first: median(figures.first), whole: median(figures.whole) }
}

async function prepare(database: Parameters<typeof createTables>[0]): Promise<string> {
  const session = await createTables(database).connect()
  try {
    await session.prepare([genealogyEdges])
    const [table] = await session.tables([genealogyEdges])
    if (!table!.complete) await session.complete(new Map([[table!, genealogyEdges]]))
    return table!.name
  } finally {
    await session.close()
  }
}

/** Lots in layers: each goes into two of the next, which ties all of them together. */
async function fill(pool: pg.Pool, table: string): Promise<void> {
  const client = await pool.connect()
  await client.query('set statement_timeout = 0')
  const layers = (graphs: readonly string[], width: number) =>
    client.query(
      `insert into read."${table}" (key, site, kind, "fromNode", "toNode", quantity, unit, "materialId",
         "orderId", "operationId", "equipmentId", "personId", "bookingId", "occurredAt", "recordedAt",
         "knownFrom", "knownTo", "arrivedFrom")
       select g || '/' || level || '/' || n || '/' || way, 'BENCH', 'CONSUMED',
         'lot-' || g || '/' || level || '/' || n,
         'lot-' || g || '/' || level + 1 || '/' || (n * 2 + way) % $2,
         1, 'KGM', 'steel', 'PO-' || g, '10', 'M-' || n, 'P-1', 'b', now(), now(), 1,
         case when (n * 7 + level * 3 + way) % 10 = 5 then ${HEAD - 1} end, 1
       from unnest($1::text[]) g, generate_series(0, ${LEVELS - 2}) level,
         generate_series(0, $2 - 1) n, generate_series(0, 1) way`,
      [graphs, width],
    )
  await layers(
    Array.from({ length: GRAPHS }, (_, n) => String(n)),
    WIDTH,
  )
  await layers(['wide'], WIDE)
  await client.query(`vacuum analyze read."${table}"`)
  client.release(true)
}
