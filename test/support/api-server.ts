import type { Logger } from 'pino'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createApiKeyStore } from '../../src/adapters/postgres/api-keys.ts'
import { createPersonNames } from '../../src/adapters/postgres/person-names.ts'
import { createReadModels } from '../../src/adapters/postgres/read-models.ts'
import { createSigningSecrets } from '../../src/adapters/postgres/signing-secrets.ts'
import { createMetrics } from '../../src/adapters/prometheus/metrics.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { createKey, type KeyRequest } from '../../src/commands/api-keys.ts'
import { authoriseCommand } from '../../src/api/authorise.ts'
import { showReadModels } from '../../src/api/gauges.ts'
import { defaultLimits, type ApiOptions, type Limits } from '../../src/api/options.ts'
import { schema } from '../../src/api/schema.ts'
import { startApi } from '../../src/api/server.ts'
import type { EventStore } from '../../src/commands/event-store.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { noTracer } from '../../src/commands/tracing.ts'
import { erasing } from '../../src/commands/person-names.ts'
import { erasingSecrets } from '../../src/commands/signing/enrol.ts'
import { createSignatureGate } from '../../src/commands/signing/gate.ts'
import { createRecord } from '../../src/commands/record.ts'
import { catalogue, observationDefinitions } from '../../src/domain/index.ts'
import { deniedAccess } from '../../src/projections/audit/denied-access.ts'
import { quarantine } from '../../src/projections/audit/quarantine.ts'
import { rejectedCommands } from '../../src/projections/audit/rejected-commands.ts'
import { bookings } from '../../src/projections/production/bookings.ts'
import { orders } from '../../src/projections/production/orders.ts'
import { createChangeFeed } from '../../src/projections/change-feed.ts'
import { createProjector } from '../../src/projections/projector.ts'
import { freshDatabase } from './postgres.ts'

export const NOW = '2030-01-01T00:00:00.000Z'
const projections = [orders, bookings, rejectedCommands, quarantine, deniedAccess]

type Overrides = Partial<Omit<ApiOptions, 'limits'>> & { readonly limits?: Partial<Limits> }

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly data: any
  readonly errors: readonly { message: string; extensions: { code: string } }[] | undefined
  readonly text: string
}

/**
 * A Taktlog that answers over real HTTP on loopback: the log in memory, read models and keys in a
 * database of their own. Several servers with different options can be started on it.
 */
export async function apiPlant() {
  const { connection, pool, drop } = await freshDatabase()
  let now = NOW
  const clock = { now: () => now }
  const store = createMemoryEventStore(clock, catalogue)
  const names = await createPersonNames(pool)
  const secrets = await createSigningSecrets(pool, { N: 2 ** 4, r: 8, p: 1 })
  const named = erasing(
    createExecute({ store, clock, authorise: authoriseCommand, gate: createSignatureGate(store) }),
    names,
  )
  const execute = erasingSecrets(named, secrets)
  const record = createRecord({ store, clock, observations: observationDefinitions })
  const projector = createProjector({ store, tables: createTables(connection), projections })
  const stopped = new AbortController()
  const running = projector.run(stopped.signal)
  const reads = createReadModels({ pool, store, projections, projector })
  const keys = await createApiKeyStore(pool)
  const metrics = createMetrics()
  showReadModels(metrics, { reads, store, clock })
  await reads.waitFor(0, 10_000)
  const services = {
    ...{ store, execute, record, reads, clock, observations: observationDefinitions },
    ...{ names, secrets },
    onChange: createChangeFeed({
      ...{ store, projections, moves: reads.moves },
      signal: stopped.signal,
    }),
  }
  const servers: { close(): Promise<void> }[] = []

  return {
    ...{ store, reads, keys, clock, services, pool },
    setNow: (to: string) => void (now = to),
    key: async (request: Partial<KeyRequest>) =>
      createKey(keys, clock, { name: 'test', scopes: ['*'], sites: null, ...request }),
    async serve(
      { limits, ...overrides }: Overrides = {},
      over: Partial<{ store: EventStore }> = {},
      logger?: Logger,
    ) {
      const options: ApiOptions = {
        host: '127.0.0.1',
        port: 0,
        auth: { mode: 'none' },
        graphiql: true,
        introspection: true,
        origins: [],
        persisted: null,
        trustProxy: [],
        ...overrides,
        limits: { ...defaultLimits, ...limits },
      }
      const server = await startApi({
        ...{ schema, services: { ...services, ...over }, options, keys },
        telemetry: { metrics, tracer: noTracer },
        ...(logger ? { logger } : {}),
      })
      servers.push(server)
      return { ...server, ask: asking(server.url) }
    },
    async end() {
      for (const server of servers) await server.close()
      stopped.abort()
      await running
      await drop()
    },
  }
}

const asking =
  (url: string) =>
  async (
    query: string,
    { token, headers, ...rest }: { token?: string; headers?: object; variables?: object } = {},
  ): Promise<Answer> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: JSON.stringify({ query, ...rest }),
    })
    const text = await response.text()
    const json = text.startsWith('{') ? JSON.parse(text) : {}
    return { status: response.status, headers: response.headers, text, ...json }
  }

export const release = (orderId: string, commandId = `release-${orderId}`): string => `mutation {
  releaseOrder(commandId: "${commandId}", site: "S1", input: {
    orderId: "${orderId}", materialId: "M1", quantity: 10, unit: "C62",
    operations: [{ operationId: "10", sequence: 10, name: "Turning", workCentreId: "W1" }]
  }) {
    __typename
    ... on Ack { stream revision position events { type } }
    ... on Rejected { code message } ... on InvalidInput { code message } ... on Denied { code message }
  }
}`
