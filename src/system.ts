/**
 * The composition root: ties ports to adapters and starts the roles of a process. `main.ts` is the
 * command line on top of it; tests and benchmarks start their systems here too.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { GrpcServer } from './adapters/grpc/server.ts'
import { createOcelExport } from './adapters/ocel/export.ts'
import { createApiKeyStore } from './adapters/postgres/api-keys.ts'
import { attachPostgres } from './adapters/postgres/attach.ts'
import { ensureAuditIndex } from './adapters/postgres/audit-schema.ts'
import { createAuditTrail, factsHere, factsOf } from './adapters/postgres/audit-trail.ts'
import { createCheckpoints } from './adapters/postgres/checkpoints.ts'
import { createLeases } from './adapters/postgres/leases.ts'
import { createPersonNames } from './adapters/postgres/person-names.ts'
import { createPool, usageOf, type Database, type PoolUsage } from './adapters/postgres/pool.ts'
import { simulate } from './adapters/planner/simulate.ts'
import { createScenarioRunTable } from './adapters/postgres/scenario-runs.ts'
import { createScenarioTable } from './adapters/postgres/scenarios.ts'
import { startPostgres } from './adapters/postgres/server.ts'
import { createSigningSecrets } from './adapters/postgres/signing-secrets.ts'
import { eventsOf } from './adapters/postgres/tlog/elsewhere.ts'
import { ensureTree } from './adapters/postgres/tlog/schema.ts'
import { createTransparencyLog } from './adapters/postgres/tlog/tree.ts'
import type { AuditTrail } from './commands/audit-trail.ts'
import type { ApiKeyStore } from './commands/api-keys.ts'
import { actingAs, authoriseCommand, systemPrincipal } from './api/authorise.ts'
import type { Services } from './api/context.ts'
import { checkExposure } from './api/exposure.ts'
import { showReadModels } from './api/gauges.ts'
import type { ApiOptions } from './api/options.ts'
import type { ApiServer } from './api/server.ts'
import { apiOptions } from './api-role.ts'
import { createExecute, type Execute } from './commands/execute.ts'
import type { Metrics } from './commands/metrics.ts'
import { erasing } from './commands/person-names.ts'
import type { Leases } from './commands/leases.ts'
import type { Checkpoints } from './commands/policy.ts'
import { systemClock } from './commands/ports.ts'
import { erasingSecrets } from './commands/signing/enrol.ts'
import { createSignatureGate } from './commands/signing/gate.ts'
import { noTelemetry, type Telemetry } from './commands/telemetry.ts'
import type { TransparencyLog } from './commands/tlog/port.ts'
import { createScenarios } from './commands/whatif/scenarios.ts'
import { watchedExecute, watchedRecord } from './commands/watched.ts'
import type { Tracer } from './commands/tracing.ts'
import { createRecord } from './commands/record.ts'
import type { Config } from './config.ts'
import { catalogue, deciders, observationDefinitions } from './domain/index.ts'
import { connectorOf, runConnector } from './connector-role.ts'
import { openEventStore, type OpenStore } from './log-store.ts'
import { listen } from './listen.ts'
import type { MetricsServer } from './metrics-role.ts'
import { keysOf, runNotaryRole } from './notary-role.ts'
import { openPlanner } from './planner-role.ts'
import { runPolicies } from './policy-role.ts'
import { namingOf, projectionsOf } from './plant-projections.ts'
import type { Projection } from './projections/projection.ts'
import type { Projector } from './projections/projector.ts'
import { closeTelemetry, openTelemetry } from './open-telemetry.ts'
import { openReadSide } from './read-side.ts'
import { runDrills } from './recall-drills.ts'
import { QUERY_LIMITS } from './replica.ts'

/** A goodbye that a silent database does not answer is waited for no longer; nothing depends on it. */
const CLOSE_MS = 5_000

/** The log and what stands around it, without any role running. */
export interface Log {
  readonly database: Database
  readonly pool: pg.Pool
  readonly store: OpenStore
  /** In the name of Taktlog itself: imports, policies, the command line. */
  readonly execute: Execute
  readonly services: Pick<
    Services,
    | 'store'
    | 'execute'
    | 'record'
    | 'clock'
    | 'observations'
    | 'names'
    | 'secrets'
    | 'naming'
    | 'ocel'
    | 'scenarios'
    | 'scenarioRuns'
    | 'simulate'
  >
  readonly keys: ApiKeyStore
  readonly checkpoints: Checkpoints
  /** For what only one of all processes on the database does at a time. */
  readonly leases: Leases
  /** The Merkle tree over the log; the role notary makes it grow. */
  readonly tree: TransparencyLog
  readonly auditTrail: AuditTrail
  readonly projections: readonly Projection[]
  readonly metrics: Metrics
  readonly tracer: Tracer
  close(): Promise<void>
}

/** A running Taktlog. */
export interface System extends Log {
  readonly projector: Projector
  readonly reads: Services['reads']
  /** What the API stands on. */
  readonly services: Services
  /** Null without the role api. */
  readonly api: ApiServer | null
  /** The EventStoreDB protocol; null without TAKTLOG_GRPC_PORT or without the role api. */
  readonly grpc: GrpcServer | null
  /** Null without TAKTLOG_METRICS_PORT. */
  readonly scraped: MetricsServer | null
}

export interface How {
  /** Use the server of another Taktlog that runs on the folder already. */
  readonly attach?: boolean
  /** Where it tells of its work; a system makes its own, a tool has none. */
  readonly telemetry?: Telemetry
}

export { createLogger } from './logger.ts'

/**
 * Opens the log: the server that `DATABASE_URL` names, the embedded one of the data folder, or, with
 * `attach`, that of another Taktlog which runs on the folder already.
 * @throws Error in plain words when the folder is in use or the server cannot be reached
 */
export async function openLog(
  config: Config,
  logger: Logger,
  { attach = false, telemetry = noTelemetry }: How = {},
): Promise<Log> {
  const running = config.databaseUrl ?? (attach ? attachPostgres(config.dataFolder) : null)
  const embedded = running
    ? null
    : await startPostgres({ dataFolder: config.dataFolder, log: textLog(logger) })
  const database = running ?? embedded!.connection
  let closing = false
  // A server that stops before it has read a connection's goodbye calls that an error.
  const onError = (error: Error) => {
    if (!closing) logger.warn(`database: ${error.message}`)
  }
  try {
    const store = await openEventStore(config, database, { error: onError, telemetry })
    const pool = createPool(database, { name: 'taktlog', onError, ...QUERY_LIMITS })
    await ensureTree(pool)
    await ensureAuditIndex(pool)
    const leases = createLeases(database)
    const clock = systemClock
    const names = await createPersonNames(pool)
    const secrets = await createSigningSecrets(pool)
    const gate = createSignatureGate(store)
    const deciding = createExecute({ store, clock, authorise: authoriseCommand, gate })
    const execute = watchedExecute(erasingSecrets(erasing(deciding, names), secrets), telemetry)
    const recording = createRecord({ store, clock, observations: observationDefinitions })
    const record = watchedRecord(recording, telemetry)
    showPools(telemetry.metrics, { log: store.usage, read: () => usageOf(pool) })
    return {
      database,
      pool,
      store,
      execute: actingAs(execute, systemPrincipal),
      services: {
        ...{ store, execute, record, clock, names, secrets },
        naming: namingOf(config),
        ocel: createOcelExport(store),
        observations: observationDefinitions,
        simulate,
        scenarios: createScenarios({
          ...{ store, clock, catalogue, deciders },
          scenarios: await createScenarioTable(pool),
        }),
        scenarioRuns: await createScenarioRunTable(pool),
      },
      keys: await createApiKeyStore(pool),
      checkpoints: await createCheckpoints(pool),
      leases,
      tree: createTransparencyLog(pool, config.kurrentdbUrl ? eventsOf(store, pool) : undefined),
      auditTrail: createAuditTrail(
        pool,
        config.kurrentdbUrl ? factsOf(store) : factsHere(pool, catalogue),
      ),
      projections: projectionsOf(config),
      ...telemetry,
      async close() {
        closing = true
        await atMost(CLOSE_MS, Promise.all([leases.close(), store.close(), pool.end()]))
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

type Usages = Readonly<Record<string, (() => PoolUsage) | undefined>>

function showPools(metrics: Metrics, usages: Usages): void {
  metrics.gauges(async () => ({
    taktlog_pool_connections: Object.entries(usages).flatMap(([pool, usage]) =>
      Object.entries(usage?.() ?? {}).map(([state, n]) => [{ pool, state }, n] as const),
    ),
  }))
}

/** Opens the log and starts the configured roles. Refuses before it opens anything what is not safe. */
export async function startSystem(
  config: Config,
  logger: Logger,
  how: How & Pick<ApiOptions, 'starters'> = {},
): Promise<System> {
  const options = { ...apiOptions(config), ...(how.starters ? { starters: how.starters } : {}) }
  if (config.roles.includes('api')) checkExposure(options)
  const connector = config.roles.includes('connector') ? connectorOf(config) : null
  const telemetry = how.telemetry ?? (await openTelemetry(config))
  const { metrics } = telemetry
  const log = await openLog(config, logger, { ...how, telemetry })
  const stop = new AbortController()
  const roles: Promise<void>[] = []
  const side = openReadSide(config, log, { logger, signal: stop.signal })
  const { projector, reads } = side
  if (config.roles.includes('projector')) roles.push(projector.run(stop.signal))
  showReadModels(metrics, { reads, store: log.store, clock: log.services.clock })
  const planner = openPlanner(log, reads, config)
  const services: Services = {
    ...log.services,
    ...side.services,
    planner,
    tree: log.tree,
    auditTrail: log.auditTrail,
  }
  const active = { leases: log.leases, log: textLog(logger), signal: stop.signal }
  if (config.roles.includes('policy')) {
    roles.push(...runPolicies(log, { services, config }, active))
    roles.push(...runDrills({ ...log, reads, clock: log.services.clock }, active))
  }
  if (connector) roles.push(...runConnector(log, { services, connector, metrics }, active))
  try {
    if (config.roles.includes('notary')) {
      const { signer } = keysOf(config)
      roles.push(runNotaryRole({ ...log, signer }, config, active))
    }
    // Who subscribes hears of changes from here on. In an empty database there is nothing to ask yet.
    await reads.moves.look().catch(() => {})
    const { closeServers, ...servers } = await listen(config, log, { options, services, logger })
    return {
      ...{ ...log, projector, reads, services, ...servers },
      async close() {
        await Promise.all([closeServers(), planner.close()])
        stop.abort()
        await atMost(CLOSE_MS, Promise.all([...roles, side.close()]))
        await log.close()
        await closeTelemetry(telemetry)
      },
    }
  } catch (error) {
    stop.abort()
    await Promise.all([...roles, side.close()])
    await log.close()
    throw error
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController()
  try {
    await Promise.race([work, delay(ms, undefined, { signal: done.signal })])
  } finally {
    done.abort()
  }
}

const textLog = (logger: Logger) => ({
  info: (message: string) => logger.info(message),
  warn: (message: string) => logger.warn(message),
})
