import { planOnThread } from './adapters/planner/plan.ts'
import { createQuestions } from './adapters/planner/questions.ts'
import { createBroadcast } from './adapters/postgres/broadcast.ts'
import { createPlanner, type Planner } from './api/planner.ts'
import type { Config } from './config.ts'
import type { ReadModels } from './projections/read-models.ts'
import type { Log } from './system.ts'

/** Makes plans on worker threads of this process, within the limits that the settings give. */
export const openPlanner = (log: Log, reads: ReadModels, config: Config): Planner =>
  createPlanner({
    ...{ store: log.store, reads, execute: log.execute, clock: log.services.clock },
    ...{ scheduler: planOnThread, questions: createQuestions(), leases: log.leases },
    broadcast: createBroadcast(log, 'plan_progress'),
    limits: {
      searches: config.planSearches,
      workers: config.planWorkers,
      iterations: config.planIterations,
    },
  })
