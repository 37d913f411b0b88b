import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fastify from 'fastify'
import { pageSql } from '../src/adapters/postgres/read/page.ts'
import { orders } from '../src/projections/production/orders.ts'
import type { Job } from './http-child.ts'
import { row, type Benchmark } from './row.ts'
import { withSystem } from './support.ts'
import { play } from './traffic.ts'

const CHILD = join(import.meta.dirname, 'http-child.ts')
const BLOCKS = 400
const ORDERS = 50
const TIMEOUT_MS = 60_000
const LOAD = { inFlight: 16, rounds: 5, requests: 1_000 }
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
        const targets = [
          { url: `${system.api!.url}/graphql`, body, expect },
          { url, expect },
        ]
        const job: Job = { ...LOAD, targets }
        const { stdout } = await promisify(execFile)(process.execPath, [CHILD, JSON.stringify(job)])
        await bare.close()
        const [graphql, rows] = JSON.parse(stdout) as [number, number]
        return [
          row(
            `GraphQL list of ${ORDERS} orders with operations`,
            { value: graphql, unit: 'requests/s' },
            { reference: 'a bare fastify route with the same SQL', value: rows },
            { ratio: 0.5 },
          ),
        ]
      },
      SETTINGS,
    ),
}
