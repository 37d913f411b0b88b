import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, quantity, reason, text, unit } from '../types.ts'
import { medium } from './media.ts'

export * from './accounting-events.ts'
export * from './media.ts'
export * from './plan-events.ts'

/** INTERVAL: reports what flowed between two moments. COUNTER: reports the stand of a register. */
export const meterKind = z.enum(['INTERVAL', 'COUNTER'])
export type MeterKind = z.output<typeof meterKind>

/** Digits before the decimal point; a register of n digits starts over at 10^n. */
export const digits = z.number().int().min(3).max(12)

/** What may change during the life of a meter without its past becoming another. */
export const placement = z.object({
  name: text,
  /** Hierarchy scope whose consumption it measures. */
  scopeId: id.nullable().default(null),
  /** The meter upstream, whose total includes this one. */
  parentMeterId: id.nullable().default(null),
})
export type Placement = z.output<typeof placement>

export const meterEvents = {
  registered: event(
    'MeterRegistered',
    z.object({
      meterId: id,
      ...placement.shape,
      medium,
      kind: meterKind,
      /** Of its readings and intervals: KWH, MTQ (cubic metre) ... */
      unit,
      digits: digits.nullable(),
    }),
  ),
  changed: event('MeterChanged', z.object({ meterId: id, ...placement.shape })),
  /** A new device measures from here on; its register has its own start. */
  exchanged: event(
    'MeterExchanged',
    z.object({
      meterId: id,
      exchangeId: id,
      deviceId: id.nullable(),
      /** Last stand of the old device; null where nobody read it: the rest is then unknown. */
      finalReading: quantity.nullable(),
      startReading: quantity,
      unit,
      digits: digits.nullable(),
      reason,
    }),
  ),
  retired: event('MeterRetired', z.object({ meterId: id, reason })),
}
export type MeterEvent = EventOf<typeof meterEvents>

const interval = { meterId: id, from: instant, to: instant }
const isForward = ({ from, to }: { from: string; to: string }): boolean => from < to
const toRule = { path: ['to'], message: 'must be after from' }

/**
 * What meters say. `occurredAt` of an interval is its end. The same interval of the same meter sent
 * again with another value replaces the value; the log keeps both.
 */
export const meterDataEvents = {
  energyMeasured: event(
    'EnergyMeasured',
    z
      .object({
        ...interval,
        energyKwh: quantity,
        /** Highest power in the interval, where the meter knows it. */
        demandKw: quantity.nullable().default(null),
        reactiveLaggingKvarh: quantity.nullable().default(null),
        reactiveLeadingKvarh: quantity.nullable().default(null),
        /** Emissions as the source reports them; those by factor tables are computed elsewhere. */
        co2Kg: quantity.nullable().default(null),
      })
      .refine(isForward, toRule),
  ),
  /** Consumption of a medium that is measured by volume or mass: gas, water, compressed air. */
  mediumMeasured: event(
    'MediumMeasured',
    z.object({ ...interval, quantity, unit }).refine(isForward, toRule),
  ),
  /** Stand of a register at `occurredAt`. Consumption is the way from one stand to the next. */
  meterRead: event('MeterRead', z.object({ meterId: id, reading: quantity, unit })),
}
export type MeterDataEvent = EventOf<typeof meterDataEvents>
