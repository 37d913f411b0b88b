import { z } from 'zod'
import { event, type EventOf } from '../event.ts'

/**
 * What the system refused, kept for the audit trail: who wished what, and why not. Each day has a
 * stream, so that none grows without end; what a carrier may deliver again has a stream for each
 * delivery, which guards that it is kept once. A refusal changes no other stream.
 */
export const rejectionEvents = {
  commandRejected: event(
    'CommandRejected',
    z.object({
      commandType: z.string(),
      commandId: z.string(),
      /** Stream the command was for. */
      stream: z.string(),
      /** Stable code of the rule, e.g. `OperationNotRunning`; `Forbidden` for a denied call. */
      code: z.string(),
      why: z.string(),
      /** The command as it was sent. */
      command: z.record(z.string(), z.unknown()),
    }),
  ),
  observationQuarantined: event(
    'ObservationQuarantined',
    z.object({
      /** Event type the sender claimed; empty where it could not be told. */
      claimedType: z.string(),
      /** What arrived, byte for byte up to the size limit of a quarantined item. */
      raw: z.string(),
      truncated: z.boolean(),
      why: z.string(),
    }),
  ),
  /** A read, subscription or recording that the scopes or sites of the actor do not allow. */
  accessDenied: event(
    'AccessDenied',
    z.object({
      /** Narrowest scope that would have opened it, e.g. `read:quality`. */
      scope: z.string(),
      site: z.string().nullable(),
      why: z.string(),
    }),
  ),
  /** A message that was not accepted is in the dead-letter topic. Delivered again, it stays there once. */
  messageSetAside: event(
    'MessageSetAside',
    z.object({
      topic: z.string(),
      partition: z.number().int().nonnegative(),
      /** Place in the partition; as text, since brokers count in 64 bits. */
      offset: z.string(),
      /** A code of the dead letters, or that of the rule that refused its command. */
      code: z.string(),
      reason: z.string(),
    }),
  ),
}
export type RejectionEvent = EventOf<typeof rejectionEvents>

/** @param at ISO-8601 UTC */
export const rejectionStream = (at: string): string => `rejection-${at.slice(0, 10)}`
export const deliveryStream = (deliveryId: string): string => `rejection-${deliveryId}`
export const quarantineStream = (source: string): string => `quarantine-${source}`
