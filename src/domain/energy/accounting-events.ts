import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, positiveQuantity, reason, text, unit } from '../types.ts'

/** TIME: to what was worked on at the time. COUNT: by pieces. CYCLE: by measured cycle time. */
export const allocationBasis = z.enum(['TIME', 'COUNT', 'CYCLE'])
export type AllocationBasis = z.output<typeof allocationBasis>

/** What shares a meter, and how much of it: a line's machines, two presses on one transformer. */
export const sharer = z.object({
  equipmentId: id,
  weight: positiveQuantity
    .default(1)
    .describe('Share of the meter, in proportion to the weights of the others.'),
})

/** How the energy of a meter is laid upon the work it was used for; each rule is a version. */
export const allocationRuleEvents = {
  defined: event(
    'AllocationRuleDefined',
    z.object({
      meterId: id,
      version: z.number().int().positive(),
      basis: allocationBasis,
      /** Of COUNT and CYCLE: over how many minutes, from midnight on, energy and work are compared. */
      periodMinutes: z.number().int().positive(),
      equipment: z.array(sharer).min(1).max(500),
      reason,
    }),
  ),
}
export type AllocationRuleEvent = EventOf<typeof allocationRuleEvents>

/** SERIES: values that were observed, e.g. degree days. COUNTED: pieces that machines counted. */
export const enpiVariable = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('SERIES'),
    name: text,
    seriesId: id,
    /** SUM adds up the values of a period, MEAN averages them over its time. */
    aggregate: z.enum(['SUM', 'MEAN']).default('SUM'),
  }),
  z.object({ source: z.literal('COUNTED'), name: text, equipmentIds: z.array(id).min(1).max(500) }),
])
export type EnpiVariable = z.output<typeof enpiVariable>

/** An energy performance indicator and its baseline, in the terms of ISO 50006. */
export const enpiEvents = {
  defined: event(
    'EnpiDefined',
    z.object({
      enpiId: id,
      version: z.number().int().positive(),
      name: text,
      model: z.enum(['RATIO', 'REGRESSION']),
      meterIds: z.array(id).min(1).max(200),
      period: z.enum(['DAY', 'WEEK', 'MONTH']),
      variables: z.array(enpiVariable).min(1).max(10),
      baselineFrom: instant,
      baselineTo: instant,
      reason,
    }),
  ),
}
export type EnpiEvent = EventOf<typeof enpiEvents>

/** What energy depends on and no meter tells: degree days, tonnes, occupancy. */
export const variableEvents = {
  observed: event(
    'VariableObserved',
    z
      .object({
        seriesId: id,
        from: instant,
        to: instant,
        value: z.number().min(-1e12).max(1e12),
        unit,
      })
      .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' }),
  ),
}
export type VariableEvent = EventOf<typeof variableEvents>
