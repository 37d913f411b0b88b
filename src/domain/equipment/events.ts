import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { durationMs, id, instant, quantity, text, unit } from '../types.ts'

/**
 * What a machine is doing, in the terms of manufacturing operations, whatever its control calls it.
 *
 * RUNNING executes its program · SETUP is operated by hand or in setup mode · STOPPED_INTERNAL is held
 * by a cause inside the machine · WAITING is starved or blocked from outside · IDLE could run and has
 * nothing to do · FAULT cannot run · MAINTENANCE is in the hands of maintenance · OFFLINE was switched
 * off or left the network in an orderly way. Not knowing is no state: that is a data gap.
 */
export const equipmentState = z.enum([
  'RUNNING',
  'SETUP',
  'STOPPED_INTERNAL',
  'WAITING',
  'IDLE',
  'FAULT',
  'MAINTENANCE',
  'OFFLINE',
])
export type EquipmentState = z.output<typeof equipmentState>

/** What a counter counts. CYCLES and the like are not pieces and never enter a yield. */
export const counterKind = z.enum(['TOTAL', 'GOOD', 'SCRAP', 'REWORK', 'OTHER'])
export type CounterKind = z.output<typeof counterKind>

export const alarmSeverity = z.enum(['INFO', 'WARNING', 'FAULT'])
export type AlarmSeverity = z.output<typeof alarmSeverity>

const onEquipment = { equipmentId: id }

/** Facts a machine (or its connector) reports; nobody can refuse them. */
export const equipmentEvents = {
  /** The state from `occurredAt` on, until the next one or a gap. Changes only. */
  stateChanged: event(
    'EquipmentStateChanged',
    z.object({
      ...onEquipment,
      state: equipmentState,
      /** What the source said, in its own words, e.g. `FEED_HOLD` or `17`. */
      nativeState: text.nullable().default(null),
      reason: text.nullable().default(null),
    }),
  ),
  /** Counted since the reading before. Summing deltas survives a reset of the counter. */
  counterAdvanced: event(
    'CounterAdvanced',
    z.object({
      ...onEquipment,
      /** Name of the counter at the source, e.g. `Part_Count`. */
      counter: id,
      kind: counterKind.default('TOTAL'),
      delta: quantity,
      unit,
      /** What the counter showed afterwards; null for a source that counts increments. */
      reading: quantity.nullable().default(null),
      /** The counter had started anew since the reading before. */
      wasReset: z.boolean().default(false),
    }),
  ),
  /** Null: no program is loaded. */
  programChanged: event('ProgramChanged', z.object({ ...onEquipment, program: text.nullable() })),
  /** An alarm is open from being raised until `AlarmCleared` names the same `alarmId`. */
  alarmRaised: event(
    'AlarmRaised',
    z.object({
      ...onEquipment,
      /** Identifies the alarm on its machine, e.g. `logic_cond:1251`. */
      alarmId: id,
      severity: alarmSeverity,
      text: text.default(''),
      nativeCode: text.nullable().default(null),
    }),
  ),
  alarmCleared: event('AlarmCleared', z.object({ ...onEquipment, alarmId: id })),
  /** From here on nobody knows what the machine does: "no data" is never "idle". */
  dataGapStarted: event(
    'DataGapStarted',
    z.object({ ...onEquipment, reason: text.nullable().default(null) }),
  ),
  /** The source talks again; it says its state anew with an EquipmentStateChanged of its own. */
  dataGapEnded: event('DataGapEnded', z.object({ ...onEquipment })),
  /** For sources that report only how long a state lasted within a window, not when. */
  stateTimeObserved: event(
    'StateTimeObserved',
    z
      .object({
        ...onEquipment,
        state: equipmentState,
        nativeState: text.nullable().default(null),
        /** The window: from <= time < to. */
        from: instant,
        to: instant,
        /** How much of the window the state took. */
        durationMs,
      })
      .refine((d) => d.to > d.from, { path: ['to'], error: 'must be after from' })
      .refine((d) => d.durationMs <= Date.parse(d.to) - Date.parse(d.from), {
        path: ['durationMs'],
        error: 'must not be longer than the window',
      }),
  ),
}
export type EquipmentEvent = EventOf<typeof equipmentEvents>

export { cycleTimeEvents, type CycleTimeEvent } from './cycle-time.ts'
export type { RatedCapacityEvent } from './rated-capacity.ts'
export * from './stop-events.ts'
