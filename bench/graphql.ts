import fastify from 'fastify'
import { pageSql } from '../src/adapters/postgres/read/page.ts'
import { orders } from '../src/projections/production/orders.ts'
import { withAsker } from './asker.ts'
import type { Target } from './http-child.ts'
import { median, row, type Benchmark } from './row.ts'
import { inTurns, withSystem } from './support.ts'
import { play } from './traffic.ts'

const BLOCKS = 400
const ORDERS = 50
const TIMEOUT_MS = 60_000
const LOAD = { inFlight: 16, requests: 1_000 }
const ROUNDS = 5
/** Nobody is turned away. The bare route has no hooks at all: no headers, no counting, no principal. */
const SETTINGS = { TAKTLOG_PORT: '0', TAKTLOG_RATE_LIMIT: '1000000' }

/** The board of a shift: orders with their operations, and what was reported on each. */
const QUERY = `{ orders(first: ${ORDERS}) {
  nodes {
    orderId materialId quantity { value unit } dueAt priority status startedAt endedAt
    operations {
      operationId sequence name workCentreId status startedAt endedAt
      good { value unit } scrap { value unit }
    }
  }
  pageInfo { hasNextPage endCursor }
} }`

/** What GraphQL, with everything that stands in its way, costs over handing out the rows. */
export const graphqlBench: Benchmark = {
  name: 'graphql',
  about: `list of ${ORDERS} orders with operations over HTTP, ${LOAD.inFlight} in flight`,
  run: () =>
    withSystem(
      ['api', 'projector'],
      async (system) => {
        await play(system, 0, BLOCKS)
        await system.reads.waitFor(await system.store.head(), TIMEOUT_MS)
        const bare = fastify()
        const orderBy = { column: 'releasedAt', direction: 'desc' } as const
        const { text, values } = pageSql(orders, { where: [], orderBy, first: ORDERS }, null)
        bare.get('/', async () => (await system.pool.query(text, [...values])).rows)
        const url = await bare.listen({ host: '127.0.0.1', port: 0 })
        const expect = `"PO-${BLOCKS - 1}"`
        const body = JSON.stringify({ query: QUERY })
        const graphql = { url: `${system.api!.url}/graphql`, body, expect }
        const { a, b } = await withAsker((ask) => {
          const rate = (target: Target) => async () =>
            LOAD.requests / (await ask({ ...LOAD, target }))
          return inTurns(ROUNDS, rate(graphql), rate({ url, expect }))
        })
        await bare.close()
        return [
          row(
            `GraphQL list of ${ORDERS} orders with operations`,
            { value: median(a), unit: 'requests/s' },
            { reference: 'a bare fastify route with the same SQL', value: median(b) },
            { ratio: 0.5 },
          ),
        ]
      },
      SETTINGS,
    ),
}
