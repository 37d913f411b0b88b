import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { event, type EventOf } from '../event.ts'
import { id, instant } from '../types.ts'

/**
 * Warnings that a machine is about to become the bottleneck of its site. One stream a site guards that a machine is
 * warned of once at a time, and that a warning which no longer holds is withdrawn. What is likely comes from
 * simulations of the hours to come.
 */
const probability = z.number().min(0).max(1)
/** What the chances come from: with these the simulation can be played again. */
const simulation = {
  /** Facts up to here were known. */
  position: z.number().int().nonnegative(),
  /** The plan in force; null where there was none. */
  planId: id.nullable(),
  simulationVersion: z.number().int().positive(),
  replications: z.number().int().positive(),
  seed: z.number().int(),
}
const onWarning = { warningId: id, equipmentId: id }

export const bottleneckEvents = {
  warned: event(
    'BottleneckWarned',
    z.object({
      ...onWarning,
      /** The hour in which it becomes the bottleneck begins. */
      startsAt: instant,
      probability,
      /** From the simulated present to that hour. */
      leadTimeMs: z.number().int().positive(),
      /** End of the hours that were simulated. */
      horizonEndsAt: instant,
      ...simulation,
    }),
  ),
  withdrawn: event(
    'BottleneckWarningWithdrawn',
    z.object({
      ...onWarning,
      /** PASSED: the hour has come. UNLIKELY: it is no longer expected. */
      cause: z.enum(['PASSED', 'UNLIKELY']),
      /** The most likely of the hours to come, now. */
      probability,
      ...simulation,
    }),
  ),
}
export type BottleneckEvent = EventOf<typeof bottleneckEvents>

const chance = z.object({
  equipmentId: id,
  /** The hour in which it becomes the bottleneck and was not before; null: it does not. */
  startsAt: instant.nullable(),
  /** Of that hour; without one, of the most likely hour. */
  probability,
})
export type BottleneckChance = z.output<typeof chance>
const MAX_MACHINES = 10_000

export const bottleneckCommands = {
  AssessBottlenecks: z
    .object({
      type: z.literal('AssessBottlenecks'),
      assessmentId: id,
      at: instant.describe('The simulated present.'),
      horizonEndsAt: instant,
      chances: z.array(chance).max(MAX_MACHINES),
      ...simulation,
    })
    .describe('Compare what a simulation expects with what was warned of.'),
}
export type BottleneckCommand = CommandOf<typeof bottleneckCommands>

/** By machine, what is warned of. */
type Warnings = ReadonlyMap<string, { readonly warningId: string; readonly startsAt: string }>

/** Below this an open warning is withdrawn; well below what is warned of, so that chance alone does not flip it. */
const HELD = 0.4

export const bottleneckWatch: Decider<BottleneckCommand, Warnings, BottleneckEvent> = {
  context: 'planning',
  category: 'bottlenecks',
  commands: bottleneckCommands,
  internal: ['AssessBottlenecks'],
  events: bottleneckEvents,
  id: (_, site) => site,
  initial: new Map(),

  decide({ at, assessmentId, horizonEndsAt, chances, ...command }, open) {
    const { position, planId, simulationVersion, replications, seed } = command
    const behind = { position, planId, simulationVersion, replications, seed }
    const now = new Map(chances.map((one) => [one.equipmentId, one]))
    const over = [...open].flatMap(([equipmentId, { warningId, startsAt }]) => {
      const likely = now.get(equipmentId)?.probability ?? 0
      const cause = startsAt <= at ? 'PASSED' : likely < HELD ? 'UNLIKELY' : null
      return cause
        ? [{ warningId, equipmentId, cause, probability: likely, ...behind } as const]
        : []
    })
    const closed = new Set(over.map(({ equipmentId }) => equipmentId))
    const raised = [...now.values()].flatMap((one, number) => {
      const { equipmentId, startsAt, probability: likely } = one
      if (startsAt === null || startsAt <= at || likely < HELD) return []
      if (open.has(equipmentId) && !closed.has(equipmentId)) return []
      const warningId = `${assessmentId}-${number}`
      const leadTimeMs = Date.parse(startsAt) - Date.parse(at)
      return [
        {
          ...{ warningId, equipmentId, startsAt, probability: likely, leadTimeMs, horizonEndsAt },
          ...behind,
        },
      ]
    })
    return [
      ...over.map((one) => bottleneckEvents.withdrawn(one)),
      ...raised.map((one) => bottleneckEvents.warned(one)),
    ]
  },

  evolve(open, { type, data }) {
    const next = new Map(open)
    if (type === 'BottleneckWarned')
      next.set(data.equipmentId, { warningId: data.warningId, startsAt: data.startsAt })
    else next.delete(data.equipmentId)
    return next
  },
}
