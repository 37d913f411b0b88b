import type { StopRuleEvent } from '../../domain/equipment/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface StopRuleRow {
  scopeId: string
  /** A shorter stop is a micro-stop. */
  limitMs: number
  validFrom: string
}

/** One row per limit below which a stop is a micro-stop, with the node and the date it holds from. */
export const stopRules = projection<StopRuleRow>()<StopRuleEvent>({
  name: 'stop_rules',
  context: 'equipment',
  version: 1,
  columns: { scopeId: 'text', limitMs: 'bigint', validFrom: 'timestamptz' },
  indexes: [['scopeId', 'validFrom']],
  on: {
    MicroStopLimitSet: {
      key: (d) => compositeKey(d.scopeId, d.validFrom),
      evolve: (_, { data }) => ({ ...data }),
    },
  },
})

/** Where nobody said a limit: what is over in less than five minutes is seldom written down by hand. */
export const DEFAULT_LIMIT_MS = 5 * 60_000

/**
 * Limit for a stop that begins at a moment.
 * @param path ids of the machine and of what it stands in, narrowest first
 */
export function limitAt(
  rules: readonly StopRuleRow[],
  path: readonly string[],
  at: string,
): number {
  for (const scopeId of path) {
    let found: StopRuleRow | undefined
    for (const rule of rules)
      if (rule.scopeId === scopeId && rule.validFrom <= at)
        if (!found || rule.validFrom > found.validFrom) found = rule
    if (found) return found.limitMs
  }
  return DEFAULT_LIMIT_MS
}
