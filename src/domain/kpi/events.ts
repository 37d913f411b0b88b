import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, reason, text } from '../types.ts'

export const kpiTrend = z.enum(['HIGHER_IS_BETTER', 'LOWER_IS_BETTER'])

/** A formula and how its value is read. */
export const ownKpi = {
  name: text,
  formula: text,
  unit: text,
  trend: kpiTrend,
}

export const kpiDefinitionEvents = {
  /** Holds for windows that begin at `validFrom` or later, until the next version. */
  defined: event(
    'KpiDefined',
    z.object({
      siteId: id,
      kpiId: id,
      /** 1, 2, 3 ... */
      version: z.number().int().positive(),
      validFrom: instant,
      ...ownKpi,
    }),
  ),
  retired: event('KpiRetired', z.object({ siteId: id, kpiId: id, validFrom: instant, reason })),
}
export type KpiDefinitionEvent = EventOf<typeof kpiDefinitionEvents>

/** Each site has figures of its own under its own names. */
export const kpiStream = (siteId: string, kpiId: string): string =>
  `kpiDefinition-${JSON.stringify([siteId, kpiId])}`
