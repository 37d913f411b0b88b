import { rejectionEvents, rejectionStream } from '../domain/audit/rejection.ts'
import type { Command, CommandEnvelope } from '../domain/command.ts'
import type { Rejection } from '../domain/decider.ts'
import { ANY, type EventStore } from './event-store.ts'
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

/** Keeps a refusal for the audit trail. Each attempt is a fact of its own: who tried again is of interest. */
export async function recordRejection(store: EventStore, r: Refused): Promise<void> {
  const { type, version } = rejectionEvents.commandRejected
  const { commandId } = r.envelope
  const { data } = rejectionEvents.commandRejected({
    commandType: r.command.type,
    commandId,
    stream: r.stream,
    code: r.rejection.rejected,
    why: r.rejection.why,
    command: { ...r.command },
  })
  const metadata = metadataOf(r.envelope, r.at)
  const events = [{ id: r.id, type, schemaVersion: version, data, metadata }]
  await store.append([{ stream: rejectionStream(r.now), expected: ANY, events }])
}
