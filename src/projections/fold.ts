import type { Recorded } from '../domain/event.ts'
import type { KeyFilter } from './key-filter.ts'
import { apply, keysOf, type Projection, type Rows } from './projection.ts'
import { createRowCache, type RowCache } from './row-cache.ts'
import type { Session, Table } from './tables.ts'

/** One projection at work: its table, how far it folded, and the rows it remembers. */
export interface Member {
  readonly projection: Projection
  table: Table
  readonly rows: RowCache
  /** Folded up to here. */
  position: number
  /** What the database has: the checkpoint. */
  written: number
}

/** @param bound rows it may remember between batches */
export const createMember = (
  projection: Projection,
  table: Table,
  bound: number,
  filter: KeyFilter | null = null,
): Member => ({
  projection,
  table,
  rows: createRowCache(bound, filter),
  position: table.position,
  written: table.position,
})

/** Members that fold the same run of the log, and which of them each event type concerns. */
export interface Group {
  readonly members: readonly Member[]
  readonly byType: ReadonlyMap<string, readonly Member[]>
}

export function groupOf(members: Iterable<Member>): Group {
  const all = [...members]
  const types = new Set(all.flatMap(({ projection }) => Object.keys(projection.on)))
  return {
    members: all,
    byType: new Map(
      [...types].map((type) => [type, all.filter(({ projection }) => projection.on[type])]),
    ),
  }
}

const concerns = (member: Member, position: number): boolean =>
  position > member.position && !member.table.skipped.includes(position)

/**
 * Folds a run of facts into the rows of all members, loading what they do not remember with one query
 * a table. A member that throws is left out from there on and answered with its error: what it folded
 * of this run is void.
 * @param position up to which the log was read; the members stand there afterwards
 */
export async function fold(
  group: Group,
  facts: readonly Recorded<any>[],
  position: number,
  session: Pick<Session, 'load'>,
): Promise<ReadonlyMap<Member, unknown>> {
  const broken = new Map<Member, unknown>()
  await loadUnknown(group, facts, session, broken)
  for (const fact of facts)
    for (const member of group.byType.get(fact.type) ?? []) {
      if (!concerns(member, fact.position) || broken.has(member)) continue
      try {
        apply(member.projection, fact, member.rows as unknown as Rows)
      } catch (error) {
        broken.set(member, error)
      }
    }
  for (const member of group.members) {
    if (broken.has(member)) continue
    member.position = Math.max(member.position, position)
    member.rows.trim()
  }
  return broken
}

async function loadUnknown(
  group: Group,
  facts: readonly Recorded<any>[],
  session: Pick<Session, 'load'>,
  broken: Map<Member, unknown>,
): Promise<void> {
  const unknown = new Map<Member, Set<string>>()
  for (const fact of facts)
    for (const member of group.byType.get(fact.type) ?? []) {
      if (!concerns(member, fact.position) || broken.has(member)) continue
      try {
        for (const key of keysOf(member.projection, fact))
          if (!member.rows.knows(key)) addTo(unknown, member, key)
      } catch (error) {
        broken.set(member, error)
      }
    }
  await Promise.all(
    [...unknown].map(async ([member, keys]) => {
      const rows = await session.load(member.table, member.projection, [...keys])
      for (const key of keys) member.rows.learn(key, rows.get(key) ?? null)
    }),
  )
}

function addTo(unknown: Map<Member, Set<string>>, member: Member, key: string): void {
  const keys = unknown.get(member)
  if (keys) keys.add(key)
  else unknown.set(member, new Set([key]))
}
