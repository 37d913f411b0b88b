import type { Services } from './api/context.ts'
import { actively, type ActiveDeps } from './active.ts'
import { failAbandonedPlans } from './api/abandoned-plans.ts'
import { runBottleneckWatch } from './api/bottleneck-watch.ts'
import { runReplanning } from './api/replanning.ts'
import { createDueShifts, createReckoner } from './api/shift-reckoning.ts'
import { runShiftClosing } from './commands/kpi/close-shifts.ts'
import { runShiftReports } from './commands/kpi/shift-reports.ts'
import { eraseForgotten } from './commands/person-names.ts'
import { policies } from './commands/policies.ts'
import { runPolicy } from './commands/policy.ts'
import type { Config } from './config.ts'
import { readModelsThere } from './read-models-there.ts'
import type { Log } from './system.ts'

const MINUTE_MS = 60_000

/** Each policy follows the log in one of all processes; one that failed is started again. */
export function runPolicies(
  log: Log,
  { services, config }: { readonly services: Services; readonly config: Config },
  active: ActiveDeps,
): Promise<void>[] {
  const policy = (name: string, follow: (signal: AbortSignal) => Promise<void>): Promise<void> =>
    actively(`policy ${name}`, active, follow)
  const { names, clock } = log.services
  const simulate = log.services.simulate!
  const [due, reckonAt] = [createDueShifts(services), createReckoner(services)]
  const deps = { ...log, reads: services.reads, planner: services.planner! }
  const graceMs = config.shiftGraceMinutes * MINUTE_MS
  return [
    policy('erase forgotten persons', (held) => eraseForgotten({ ...log, names, signal: held })),
    ...policies.map((one) => policy(one.name, (held) => runPolicy(one, { ...log, signal: held }))),
    policy('shift reports', async (held) => {
      await readModelsThere(services.reads, held)
      await runShiftReports({ ...log, reckonAt, signal: held })
    }),
    policy('shift closing', async (held) => {
      await readModelsThere(services.reads, held)
      await runShiftClosing({ ...log, due, clock, graceMs, signal: held })
    }),
    policy('replanning', async (held) => {
      await readModelsThere(services.reads, held)
      await runReplanning({ ...deps, clock, signal: held })
    }),
    policy('bottleneck watch', async (held) => {
      await readModelsThere(services.reads, held)
      await runBottleneckWatch({ ...deps, clock, simulate, log: active.log, signal: held })
    }),
    policy('abandoned plans', async (held) => {
      await readModelsThere(services.reads, held)
      await failAbandonedPlans({ ...deps, signal: held })
    }),
  ]
}
