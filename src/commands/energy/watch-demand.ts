import { demandLimit, LATEST_MS } from '../../domain/energy/demand-limit.ts'
import type { Policy } from '../policy.ts'

/** The longest demand window: a meter that reports it whole tells when it is too late to do anything. */
const SHORTER_THAN_MS = 60 * 60_000

export const demandWatch: Policy = {
  name: 'demand-watch',
  describe: 'when a meter reports a part of a demand window, then look whether its limit is kept',
  types: ['EnergyMeasured', 'MeterRead'],
  react({ type, data, metadata, recordedAt }) {
    const { meterId, from, to } = data as { meterId: string; from: string; to: string }
    const at = type === 'MeterRead' ? metadata.occurredAt : to
    // History that is imported is not worth a look for each of its readings.
    const isLate = (moment: string) => Date.parse(moment) - Date.parse(at) > LATEST_MS
    if (isLate(recordedAt) || isLate(metadata.occurredAt)) return []
    if (type === 'EnergyMeasured' && Date.parse(to) - Date.parse(from) >= SHORTER_THAN_MS) return []
    return [{ decider: demandLimit, command: { type: 'AssessDemand', meterId, at } as never }]
  },
}
