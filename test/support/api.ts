import { graphql, parse, subscribe, type ExecutionResult } from 'graphql'
import { createContext, type Services } from '../../src/api/context.ts'
import { schema } from '../../src/api/schema.ts'
import { systemPrincipal, type Principal } from '../../src/api/authorise.ts'
import { createBroadcast } from '../../src/adapters/postgres/broadcast.ts'
import { checkReplay } from '../../src/adapters/postgres/replay-check.ts'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createQuestions } from '../../src/adapters/planner/questions.ts'
import { simulate } from '../../src/adapters/planner/simulate.ts'
import { createMemoryScenarios } from '../../src/adapters/memory/scenarios.ts'
import { createPersonNames } from '../../src/adapters/postgres/person-names.ts'
import { createReadModels } from '../../src/adapters/postgres/read-models.ts'
import { createSigningSecrets } from '../../src/adapters/postgres/signing-secrets.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { createPlanner } from '../../src/api/planner.ts'
import type { Clock } from '../../src/commands/ports.ts'
import type { Scheduler } from '../../src/commands/planning/scheduler.ts'
import { alone } from '../../src/commands/leases.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { erasing } from '../../src/commands/person-names.ts'
import { erasingSecrets } from '../../src/commands/signing/enrol.ts'
import { createSignatureGate } from '../../src/commands/signing/gate.ts'
import { createRecord } from '../../src/commands/record.ts'
import { createScenarios } from '../../src/commands/whatif/scenarios.ts'
import { catalogue, deciders, observationDefinitions } from '../../src/domain/index.ts'
import type { Projection } from '../../src/projections/projection.ts'
import { createChangeFeed } from '../../src/projections/change-feed.ts'
import { createProjector } from '../../src/projections/projector.ts'
import { freshDatabase } from './postgres.ts'

const LATER: Clock = { now: () => '2030-01-01T00:00:00.000Z' }
/** Far beyond what any of these tests needs. */
const MAX_WAIT_MS = 50_000

/**
 * A whole Taktlog for a test of the API: the log in memory, these read models in a database of their
 * own. `settled` resolves when they have everything; `ask` answers like a client sees it, `listen`
 * subscribes like one.
 */
export async function plantWithApi(
  projections: readonly Projection[],
  scheduler?: Scheduler,
  clock: Clock = LATER,
) {
  const { connection, pool, drop } = await freshDatabase()
  const store = createMemoryEventStore(clock, catalogue)
  const names = await createPersonNames(pool)
  const secrets = await createSigningSecrets(pool, { N: 2 ** 4, r: 8, p: 1 })
  const execute = erasingSecrets(
    erasing(createExecute({ store, clock, gate: createSignatureGate(store) }), names),
    secrets,
  )
  const record = createRecord({ store, clock, observations: observationDefinitions })
  const projector = createProjector({ store, tables: createTables(connection), projections })
  const stopped = new AbortController()
  const running = projector.run(stopped.signal)
  const reads = createReadModels({ pool, store, projections, projector })
  const limits = { searches: 1, workers: 1, iterations: 200 }
  const planner =
    scheduler &&
    createPlanner({
      ...{ store, reads, execute, clock, scheduler, limits },
      ...{ questions: createQuestions(), leases: alone },
      broadcast: createBroadcast({ database: connection, pool }, 'plan_progress'),
    })
  const scenarios = createMemoryScenarios()
  const services = {
    ...{ store, execute, record, reads, clock, observations: observationDefinitions },
    ...{ names, secrets, ...(planner ? { planner } : {}) },
    simulate,
    scenarios: createScenarios({ ...{ store, clock, catalogue, deciders }, scenarios }),
    scenarioRuns: scenarios.runs,
    checkReplay: () => checkReplay({ pool, store }, projections),
    onChange: createChangeFeed({
      ...{ store, projections, moves: reads.moves },
      signal: stopped.signal,
    }),
  }
  const settled = async (): Promise<void> => {
    if (!(await reads.waitFor(await store.head(), MAX_WAIT_MS)))
      throw new Error('the read models stay behind')
  }
  const ask = async (
    source: string,
    principal: Principal = systemPrincipal,
    instead: Partial<Services> = {},
  ): Promise<any> => {
    const contextValue = createContext({ ...services, ...instead }, principal)
    const { data, errors } = await graphql({ schema, source, contextValue })
    if (errors) throw errors[0]
    return data
  }
  /** What a subscription delivers, as it comes. @throws when it is refused */
  const listen = async (source: string): Promise<AsyncGenerator<ExecutionResult<any>>> => {
    const contextValue = createContext(services, systemPrincipal)
    const result = await subscribe({ schema, document: parse(source), contextValue })
    if ('errors' in result) throw result.errors[0]
    return result as AsyncGenerator<ExecutionResult<any>>
  }
  return {
    ...{ execute, record, reads, pool, settled, ask, listen, services },
    async end() {
      await planner?.close()
      stopped.abort()
      await running
      await drop()
    },
  }
}
