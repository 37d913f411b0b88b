import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { event, type EventOf } from '../event.ts'
import { id, reason } from '../types.ts'

/**
 * An event that a projection cannot fold stops that projection. Passing over it leaves a hole in a read
 * model that people rely on, so who decided it, and why, is a fact like any other.
 */
export const projectionSkipEvents = {
  eventSkipped: event(
    'ProjectionEventSkipped',
    z.object({ projection: id, position: z.number().int().positive(), reason }),
  ),
}
type ProjectionSkipEvent = EventOf<typeof projectionSkipEvents>

const projectionSkipCommands = {
  SkipProjectionEvent: z
    .object({
      type: z.literal('SkipProjectionEvent'),
      projection: id,
      position: z.number().int().positive(),
      reason,
    })
    .describe('Let a projection pass over the event that stopped it.'),
}

/** Positions that each projection was told to pass over. Not part of the API: a tool of who runs it. */
export const projectionSkip: Decider<
  CommandOf<typeof projectionSkipCommands>,
  ReadonlySet<number>,
  ProjectionSkipEvent,
  never
> = {
  context: 'audit',
  category: 'projectionSkip',
  commands: projectionSkipCommands,
  events: projectionSkipEvents,
  id: ({ projection }) => projection,
  initial: new Set(),
  decide: (command, skipped) =>
    skipped.has(command.position) ? [] : [projectionSkipEvents.eventSkipped(command)],
  evolve: (skipped, { data }) => new Set(skipped).add(data.position),
}
