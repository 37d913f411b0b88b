import type { AuditFilter, AuditPage, AuditTrail } from '../commands/audit-trail.ts'
import type { EventStore } from '../commands/event-store.ts'
import type { Decider } from '../domain/decider.ts'
import type { Recorded } from '../domain/event.ts'
import { deciders } from '../domain/index.ts'
import { stateChanges, type StateChange } from '../projections/audit/state-changes.ts'

/** Streams longer than this are not folded for one answer; their changes are told as unknown. */
const MAX_FOLDED = 20_000

export type AuditKind = 'FACT' | 'REJECTED_COMMAND' | 'DENIED_ACCESS' | 'QUARANTINED'

/** A line of the audit trail. */
export interface AuditLine {
  readonly fact: Recorded
  readonly kind: AuditKind
  readonly person: string | null
  /** As it was given with the command; the rule for a refusal. */
  readonly reason: string | null
  /** Stream it is about: of a refused command the one it was for. */
  readonly object: string
  /** Null where the fact is no decision, so nothing was there before. */
  changes(): Promise<readonly StateChange[] | null>
}

const KINDS: Readonly<Record<string, AuditKind>> = {
  CommandRejected: 'REJECTED_COMMAND',
  AccessDenied: 'DENIED_ACCESS',
  ObservationQuarantined: 'QUARANTINED',
}
const byEvent: ReadonlyMap<string, Decider> = new Map(
  deciders.flatMap((decider) =>
    Object.values(decider.events).map(({ type }) => [`${decider.category}/${type}`, decider]),
  ),
)

/** One page of the trail. Streams are read once a page, and only when changes are asked for. */
export async function auditPage(
  { trail, store }: { readonly trail: AuditTrail; readonly store: Pick<EventStore, 'readStream'> },
  filter: AuditFilter,
  page: AuditPage,
  sites: readonly string[] | null,
): Promise<{ readonly lines: readonly AuditLine[]; readonly more: boolean }> {
  const { facts, more } = await trail.page(filter, page, sites)
  const known = new Map<string, Promise<ReturnType<typeof stateChanges> | null>>()
  const changesIn = (stream: string, decider: Decider) => {
    const before = known.get(stream)
    if (before) return before
    const revisions = facts.filter((f) => f.stream === stream).map(({ revision }) => revision)
    const found = fold(store, { stream, decider, revisions })
    known.set(stream, found)
    return found
  }
  return { lines: facts.map((fact) => lineOf(fact, changesIn)), more }
}

async function fold(
  store: Pick<EventStore, 'readStream'>,
  of: { readonly stream: string; readonly decider: Decider; readonly revisions: readonly number[] },
) {
  const limit = Math.max(...of.revisions) + 1
  if (limit > MAX_FOLDED) return null
  const facts = await store.readStream(of.stream, { limit })
  return stateChanges(of.decider, facts, new Set(of.revisions))
}

function lineOf(
  fact: Recorded,
  changesIn: (
    stream: string,
    decider: Decider,
  ) => Promise<ReadonlyMap<number, readonly StateChange[]> | null>,
): AuditLine {
  const data = (typeof fact.data === 'object' ? fact.data : null) as Record<string, unknown> | null
  const kind = KINDS[fact.type] ?? 'FACT'
  const text = (name: string): string | null => {
    const value = data?.[name]
    return typeof value === 'string' ? value : null
  }
  return {
    fact,
    kind,
    person: text('personId'),
    reason: kind === 'FACT' ? text('reason') : text('why'),
    object: (kind === 'REJECTED_COMMAND' ? text('stream') : null) ?? fact.stream,
    async changes() {
      const category = fact.stream.slice(0, fact.stream.indexOf('-'))
      const decider = byEvent.get(`${category}/${fact.type}`)
      if (!decider) return null
      return (await changesIn(fact.stream, decider))?.get(fact.revision) ?? null
    },
  }
}
