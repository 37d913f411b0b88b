import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Services } from './api/context.ts'
import { createDueShifts, createReckoner } from './api/shift-reckoning.ts'
import { runShiftClosing } from './commands/kpi/close-shifts.ts'
import { runShiftReports } from './commands/kpi/shift-reports.ts'
import { eraseForgotten } from './commands/person-names.ts'
import { policies } from './commands/policies.ts'
import { runPolicy } from './commands/policy.ts'
import type { Config } from './config.ts'
import type { Log } from './system.ts'

/** How long a policy that failed waits before it is started again. */
const RESTART_MS = 1_000
const MINUTE_MS = 60_000

/** Each policy follows the log for as long as Taktlog runs; one that failed is started again. */
export function runPolicies(
  log: Log,
  {
    services,
    config,
    logger,
  }: { readonly services: Services; readonly config: Config; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void>[] {
  const persistently = async (name: string, follow: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) {
      try {
        await follow()
      } catch (error) {
        if (!signal.aborted)
          logger.warn(`policy ${name}: ${(error as Error).message}; trying again`)
      }
      await delay(RESTART_MS, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const { names, clock } = log.services
  const [due, reckonAt] = [createDueShifts(services), createReckoner(services)]
  const graceMs = config.shiftGraceMinutes * MINUTE_MS
  return [
    persistently('erase forgotten persons', () => eraseForgotten({ ...log, names, signal })),
    ...policies.map((policy) =>
      persistently(policy.name, () => runPolicy(policy, { ...log, signal })),
    ),
    persistently('shift reports', () => runShiftReports({ ...log, reckonAt, signal })),
    persistently('shift closing', () => runShiftClosing({ ...log, due, clock, graceMs, signal })),
  ]
}
