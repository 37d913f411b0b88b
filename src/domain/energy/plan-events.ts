import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, quantity, reason, text, unit } from '../types.ts'
import { medium } from './media.ts'

/** Lengths of a demand window that fit an hour: what grid contracts settle by. */
const WINDOWS = [5, 10, 15, 30, 60]
export const windowMinutes = z
  .number()
  .int()
  .min(5)
  .max(60)
  .refine((minutes) => WINDOWS.includes(minutes), 'must be 5, 10, 15, 30 or 60')
  .describe('Length of a demand window in minutes: 5, 10, 15, 30 or 60.')

/** One part of a virtual meter: 1 adds it, -1 takes it away, 0.3 counts 30 % of it. */
export const term = z.object({
  meterId: id,
  factor: z
    .number()
    .min(-1e6)
    .max(1e6)
    .refine((f) => f !== 0, 'must not be zero')
    .describe('1 adds the meter, -1 takes it away, 0.3 counts 30 % of it.'),
})
export type Term = z.output<typeof term>

/** How the meters of a site hang together: those computed from others, and which is below which. */
export const virtualMeterEvents = {
  defined: event(
    'VirtualMeterDefined',
    z.object({
      meterId: id,
      name: text,
      medium,
      /** Node of the plant hierarchy whose consumption it tells. */
      scopeId: id.nullable(),
      terms: z.array(term).min(1).max(200),
    }),
  ),
  removed: event('VirtualMeterRemoved', z.object({ meterId: id, reason })),
  /** A meter that is read may stand below this one, null for none: no circle comes of it. */
  placed: event('MeterPlaced', z.object({ meterId: id, parentMeterId: id.nullable() })),
}
export type VirtualMeterEvent = EventOf<typeof virtualMeterEvents>

/** EMISSION: kg CO2e of one unit. CONVERSION: kWh of one unit. */
export const factorKind = z.enum(['EMISSION', 'CONVERSION'])

/** How a site reckons: its demand window, and factors with their source and validity. */
export const energySiteEvents = {
  demandWindowSet: event('DemandWindowSet', z.object({ windowMinutes })),
  factorSet: event(
    'EnergyFactorSet',
    z.object({
      factorId: id,
      kind: factorKind,
      medium,
      /** Base unit that the factor is for: KWH, MTQ, KGM. */
      unit,
      value: z.number().nonnegative().max(1e6),
      /** Publication, contract or analysis it was taken from. */
      source: reason,
      validFrom: instant,
      /** Null: until another factor says otherwise. */
      validTo: instant.nullable(),
      /** Why a factor of this id was replaced; null for a new one. */
      reason: text.nullable(),
    }),
  ),
}
export type EnergySiteEvent = EventOf<typeof energySiteEvents>

/** NONE leaves gaps open. The others mark what they fill in as estimated. */
export const gapMethod = z.enum(['NONE', 'INTERPOLATE', 'WEEK_BEFORE'])
export type GapMethod = z.output<typeof gapMethod>

/** What people say about the data of a meter. The readings themselves stay in the log. */
export const meterQualityEvents = {
  readingCorrected: event(
    'MeterReadingCorrected',
    z.object({
      meterId: id,
      correctionId: id,
      /** Moment of the reading, and which of those at an exchange. */
      at: instant,
      kind: z.enum(['READING', 'FINAL', 'START']),
      /** Null: the reading was wrong and nobody knows the right one. */
      reading: quantity.nullable(),
      unit,
      personId: id,
      reason,
    }),
  ),
  intervalCorrected: event(
    'MeterIntervalCorrected',
    z
      .object({
        meterId: id,
        correctionId: id,
        from: instant,
        to: instant,
        /** Null: what was reported is wrong and nobody knows the right value. */
        quantity: quantity.nullable(),
        unit,
        personId: id,
        reason,
      })
      .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' }),
  ),
  gapEstimationSet: event(
    'GapEstimationSet',
    z.object({
      meterId: id,
      method: gapMethod,
      /** Longer gaps stay open, in minutes. */
      longestGapMinutes: z.number().int().positive().max(44_640),
    }),
  ),
}
export type MeterQualityEvent = EventOf<typeof meterQualityEvents>

const ofWindow = { windowFrom: instant, windowTo: instant, limitKw: quantity, usedKwh: quantity }

/** A limit of average power in demand windows, and what it was in danger of. */
export const demandLimitEvents = {
  set: event(
    'DemandLimitSet',
    z.object({
      meterId: id,
      /** Null: no limit any more. */
      limitKw: quantity.nullable(),
      windowMinutes,
      /** IANA name; windows longer than 15 minutes begin by its clock. */
      timeZone: text,
    }),
  ),
  /** Going on like this, the window will end above the limit. Once a window. */
  threatened: event(
    'DemandLimitThreatened',
    z.object({ meterId: id, ...ofWindow, observedTo: instant, forecastKw: quantity }),
  ),
  /** The energy of the window is used up: nothing can keep the limit now. Once a window. */
  exceeded: event(
    'DemandLimitExceeded',
    z.object({ meterId: id, ...ofWindow, observedTo: instant }),
  ),
}
export type DemandLimitEvent = EventOf<typeof demandLimitEvents>
