import type { Recorded } from '../domain/event.ts'
import type { KeyFilter } from './key-filter.ts'
import { apply, isOneRowPerFact, keysOf, type Projection } from './projection.ts'
import { createNewRows, createRowCache, type RowCache } from './row-cache.ts'
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
  rows: isOneRowPerFact(projection)
    ? createNewRows(filter !== null)
    : createRowCache(bound, filter),
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
  const byType = new Map<string, Member[]>()
  for (const member of all)
    for (const type of Object.keys(member.projection.on)) {
      const concerned = byType.get(type)
      if (concerned) concerned.push(member)
      else byType.set(type, [member])
    }
  return { members: all, byType }
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
  const keys = keysOfRun(group, facts, broken)
  await loadUnknown(keys.unknown, session)
  let i = 0
  for (const fact of facts)
    for (const member of group.byType.get(fact.type) ?? []) {
      const own = keys.inOrder[i++]
      if (own === undefined || broken.has(member)) continue
      try {
        apply(member.projection, fact, member.rows, own)
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

interface Keys {
  /** For each fact and each member that its type concerns; undefined where it has seen the fact. */
  readonly inOrder: readonly (string | readonly string[] | undefined)[]
  readonly unknown: ReadonlyMap<Member, ReadonlySet<string>>
}

function keysOfRun(
  group: Group,
  facts: readonly Recorded<any>[],
  broken: Map<Member, unknown>,
): Keys {
  const inOrder: (string | readonly string[] | undefined)[] = []
  const unknown = new Map<Member, Set<string>>()
  for (const fact of facts)
    for (const member of group.byType.get(fact.type) ?? []) {
      const keys = concerns(member, fact.position) ? tryKeys(member, fact, broken) : undefined
      inOrder.push(keys)
      if (keys === undefined) continue
      for (const key of typeof keys === 'string' ? [keys] : keys)
        if (!member.rows.knows(key)) addTo(unknown, member, key)
    }
  return { inOrder, unknown }
}

function tryKeys(
  member: Member,
  fact: Recorded<any>,
  broken: Map<Member, unknown>,
): string | readonly string[] | undefined {
  if (broken.has(member)) return undefined
  try {
    return keysOf(member.projection, fact)
  } catch (error) {
    broken.set(member, error)
    return undefined
  }
}

async function loadUnknown(
  unknown: Keys['unknown'],
  session: Pick<Session, 'load'>,
): Promise<void> {
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
