import { demandLimit } from '../../domain/energy/demand-limit.ts'
import type { Policy } from '../policy.ts'

/** A meter that reports whole windows tells of them when it is too late to do anything. */
const SHORTER_THAN_MS = 15 * 60_000

export const demandWatch: Policy = {
  name: 'demand-watch',
  describe: 'when a meter reports a part of a demand window, then look whether its limit is kept',
  types: ['EnergyMeasured'],
  react({ data, metadata }) {
    const { meterId, from, to } = data as { meterId: string; from: string; to: string }
    // Data that was held back is of another day's stream; its window is long over.
    const isLate = metadata.occurredAt.slice(0, 10) !== to.slice(0, 10)
    if (isLate || Date.parse(to) - Date.parse(from) >= SHORTER_THAN_MS) return []
    return [{ decider: demandLimit, command: { type: 'AssessDemand', meterId, at: to } as never }]
  },
}
