import type { AuditFilter, AuditPage, AuditTrail } from '../commands/audit-trail.ts'
import type { EventStore } from '../commands/event-store.ts'
import type { Decider } from '../domain/decider.ts'
import type { Recorded } from '../domain/event.ts'
import { deciders } from '../domain/index.ts'
import { stateChanges, type Reached, type StateChange } from '../projections/audit/state-changes.ts'

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

/** How far streams were folded by the pages before: of one that goes forward none is folded twice. */
export type Folded = Map<string, Reached>
/** Streams whose state is kept from page to page, the last ones; any other is folded again. */
const MAX_KEPT = 1_000
/** Reading a shorter stream again takes no longer than a page does anyway. */
const MIN_KEPT = 100

/**
 * One page of the trail. Streams are read once a page, and only when changes are asked for.
 * @param folded of the pages before, one after the other forward; kept up to date
 */
export async function auditPage(
  { trail, store }: { readonly trail: AuditTrail; readonly store: Pick<EventStore, 'readStream'> },
  filter: AuditFilter,
  page: AuditPage,
  sites: readonly string[] | null,
  folded: Folded = new Map(),
): Promise<{ readonly lines: readonly AuditLine[]; readonly more: boolean }> {
  const { facts, more } = await trail.page(filter, page, sites)
  const known = new Map<string, Promise<Changes | null>>()
  const changesIn = (stream: string, decider: Decider) => {
    const before = known.get(stream)
    if (before) return before
    const revisions = facts.filter((f) => f.stream === stream).map(({ revision }) => revision)
    const found = fold(store, { stream, decider, revisions }, folded)
    known.set(stream, found)
    return found
  }
  return { lines: facts.map((fact) => lineOf(fact, changesIn)), more }
}

type Changes = ReadonlyMap<number, readonly StateChange[]>

async function fold(
  store: Pick<EventStore, 'readStream'>,
  of: { readonly stream: string; readonly decider: Decider; readonly revisions: readonly number[] },
  folded: Folded,
): Promise<Changes | null> {
  const { stream, decider, revisions } = of
  const end = Math.max(...revisions) + 1
  if (end > MAX_FOLDED) return null
  const from = folded.get(stream) ?? { state: decider.initial, next: 0 }
  const facts = await store.readStream(stream, { from: from.next, limit: end - from.next })
  const { changes, reached } = stateChanges(decider, facts, new Set(revisions), from)
  folded.delete(stream)
  if (reached.next >= MIN_KEPT) folded.set(stream, reached)
  if (folded.size > MAX_KEPT) folded.delete(folded.keys().next().value!)
  return changes
}

function lineOf(
  fact: Recorded,
  changesIn: (stream: string, decider: Decider) => Promise<Changes | null>,
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
