import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { event, type EventOf } from '../event.ts'
import { id, instant, text } from '../types.ts'

/**
 * How long one unit takes on a machine when nothing is in the way (ISO 22400 PRI, the ideal cycle
 * time), by material, operation or program, and from when on that holds. One stream a machine: the
 * most specific entry that fits counts, and what was valid before keeps its validity.
 */
const MAX_CYCLE_MS = 30 * 86_400_000
const cycleMs = z.number().positive().max(MAX_CYCLE_MS)

const onCycle = {
  equipmentId: id,
  /** Null: for whatever material, operation or program has no entry of its own. */
  materialId: id.nullable().default(null),
  operationId: id.nullable().default(null),
  program: text.nullable().default(null),
  validFrom: instant,
}

export const cycleTimeEvents = {
  defined: event(
    'CycleTimeDefined',
    z.object({
      ...onCycle,
      /** Milliseconds of running for one counted unit. */
      idealMs: cycleMs,
      /** A cycle longer than `idealMs` by more than this share is reduced speed. */
      tolerance: z.number().nonnegative().max(10),
    }),
  ),
  withdrawn: event('CycleTimeWithdrawn', z.object(onCycle)),
}
export type CycleTimeEvent = EventOf<typeof cycleTimeEvents>

/** A tenth slower is what operators notice and what counters of a slow cycle can still tell. */
const TOLERANCE = 0.1

export const cycleTimeCommands = {
  DefineCycleTime: z
    .object({
      type: z.literal('DefineCycleTime'),
      ...onCycle,
      idealMs: cycleMs.describe('Milliseconds of running for one counted unit.'),
      tolerance: z
        .number()
        .nonnegative()
        .max(10)
        .default(TOLERANCE)
        .describe('A cycle longer by more than this share is reduced speed.'),
    })
    .describe('Say how long one unit takes on a machine at best, from a date on.'),
  WithdrawCycleTime: z
    .object({ type: z.literal('WithdrawCycleTime'), ...onCycle })
    .describe('From a date on nothing is known of the cycle time any more.'),
}
export type CycleTimeCommand = CommandOf<typeof cycleTimeCommands>

/** What holds from a date on, by criteria and date; null where it was withdrawn. */
type CycleTimes = ReadonlyMap<
  string,
  { readonly idealMs: number; readonly tolerance: number } | null
>

type OnCycle = Pick<
  CycleTimeCommand,
  'materialId' | 'operationId' | 'program' | 'validFrom' | 'equipmentId'
>
const keyOf = ({ materialId, operationId, program, validFrom }: OnCycle): string =>
  JSON.stringify([materialId, operationId, program, validFrom])

export const cycleTime: Decider<CycleTimeCommand, CycleTimes, CycleTimeEvent> = {
  context: 'equipment',
  category: 'cycleTimes',
  commands: cycleTimeCommands,
  events: cycleTimeEvents,
  id: (command) => command.equipmentId,
  initial: new Map(),

  decide(command, state) {
    const known = state.get(keyOf(command))
    if (command.type === 'WithdrawCycleTime')
      return known === null ? [] : [cycleTimeEvents.withdrawn(command)]
    return known?.idealMs === command.idealMs && known.tolerance === command.tolerance
      ? []
      : [cycleTimeEvents.defined(command)]
  },

  evolve(state, { type, data }) {
    const { idealMs, tolerance } = type === 'CycleTimeDefined' ? data : { idealMs: 0, tolerance: 0 }
    return new Map(state).set(
      keyOf(data),
      type === 'CycleTimeWithdrawn' ? null : { idealMs, tolerance },
    )
  },
}
