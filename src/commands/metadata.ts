import type { CommandEnvelope } from '../domain/command.ts'
import type { Metadata } from '../domain/event.ts'
import { traceOf } from './tracing.ts'

/** What every fact of one command carries. @param occurredAt ISO-8601 UTC with milliseconds */
export function metadataOf(envelope: CommandEnvelope, occurredAt: string): Metadata {
  const { commandId, actor, site, source, correlationId, causationId } = envelope
  return {
    occurredAt,
    source,
    site,
    actor,
    commandId,
    correlationId: correlationId ?? commandId,
    causationId: causationId ?? commandId,
    ...traceOf(envelope),
  }
}
