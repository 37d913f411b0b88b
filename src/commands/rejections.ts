import { deliveryStream, rejectionEvents, rejectionStream } from '../domain/audit/rejection.ts'
import type { Command, CommandEnvelope } from '../domain/command.ts'
import type { Rejection } from '../domain/decider.ts'
import { ANY, NO_STREAM, type EventStore } from './event-store.ts'
import { metadataOf } from './metadata.ts'

/** A command that was refused, and when: `at` at the source, `now` here. */
export interface Refused {
  readonly rejection: Rejection
  readonly command: Command
  readonly stream: string
  readonly envelope: CommandEnvelope
  readonly at: string
  readonly now: string
  /** Of this very attempt: two of one command may well fall into one millisecond. */
  readonly id: string
}

/**
 * Keeps a refusal for the audit trail. Each attempt is a fact of its own: who tried again is of interest.
 * A delivery that comes again by itself is no attempt, and leaves nothing new.
 */
export async function recordRejection(
  store: Pick<EventStore, 'append'>,
  r: Refused,
): Promise<void> {
  const { type, version } = rejectionEvents.commandRejected
  const { commandId, deliveryId } = r.envelope
  const { data } = rejectionEvents.commandRejected({
    commandType: r.command.type,
    commandId,
    stream: r.stream,
    code: r.rejection.rejected,
    why: r.rejection.why,
    command: { ...r.command },
  })
  const metadata = metadataOf(r.envelope, r.at)
  const id = deliveryId ?? r.id
  const events = [{ id, type, schemaVersion: version, data, metadata }]
  const place =
    deliveryId === undefined
      ? { stream: rejectionStream(r.now), expected: ANY }
      : { stream: deliveryStream(deliveryId), expected: NO_STREAM }
  // A conflict says that this delivery was refused before.
  await store.append([{ ...place, events }])
}
