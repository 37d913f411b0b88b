import type { Recorded } from '../domain/event.ts'
import { apply, isOneRowPerFact, keyed, keysOf, type Projection } from './projection.ts'
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
export const createMember = (projection: Projection, table: Table, bound: number): Member =>
  memberWith(
    projection,
    table,
    isOneRowPerFact(projection) ? createNewRows() : createRowCache(bound, null),
  )

/** A member whose rows are kept in this way. */
export const memberWith = (projection: Projection, table: Table, rows: RowCache): Member => ({
  projection,
  table,
  rows,
  position: table.position,
  written: table.position,
})

/** Members that fold the same run of the log, and which of them each event type concerns. */
export interface Group {
  readonly members: readonly Member[]
  /** Places in `members`. */
  readonly byType: ReadonlyMap<string, readonly number[]>
}

export function groupOf(members: Iterable<Member>): Group {
  const all = [...members]
  const byType = new Map<string, number[]>()
  for (const [place, member] of all.entries())
    for (const type of Object.keys(member.projection.on)) {
      const concerned = byType.get(type)
      if (concerned) concerned.push(place)
      else byType.set(type, [place])
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
  const rests: Rest[] = []
  const shares = sharesOf(group, facts)
  for (const [place, own] of shares.entries()) {
    if (own.length === 0) continue
    const member = group.members[place]!
    try {
      const folded = foldKnown(member, own)
      if (folded < own.length) rests.push({ member, facts: own.slice(folded) })
    } catch (error) {
      broken.set(member, error)
    }
  }
  await Promise.all(rests.map((rest) => foldRest(rest, session, broken)))
  for (const [place, member] of group.members.entries()) {
    if (broken.has(member)) continue
    member.position = Math.max(member.position, position)
    if (shares[place]!.length > 0) member.rows.trim()
  }
  return broken
}

/** What each member has to fold of a run, in the order of the members. */
function sharesOf(
  { members, byType }: Group,
  facts: readonly Recorded<any>[],
): readonly (readonly Recorded<any>[])[] {
  const shares = members.map((): Recorded<any>[] => [])
  for (const fact of facts)
    for (const place of byType.get(fact.type) ?? [])
      if (concerns(members[place]!, fact.position)) shares[place]!.push(fact)
  return shares
}

/**
 * One member after the other, so that its code and rows are at hand in the processor's caches.
 * @returns how many facts were folded before the first that touches a row which is not known
 */
function foldKnown({ projection, rows }: Member, facts: readonly Recorded<any>[]): number {
  for (let i = 0; i < facts.length; i++) {
    const fact = facts[i]!
    const handler = projection.on[fact.type]!
    const keys = handler.key(fact.data, fact)
    if (typeof keys === 'string') {
      const own = handler.change && rows.own(keys)
      if (own) {
        handler.change(own, fact, keys, 0)
        continue
      }
      const before = rows.get(keys)
      if (before === undefined) return i
      const after = handler.evolve(before, fact, keys, 0)
      if (after !== before) rows.set(keys, keyed(after, before, keys, fact))
    } else if (keys.some((key) => rows.get(key) === undefined)) return i
    else apply(projection, fact, rows, keys)
  }
  return facts.length
}

/** What a member could not fold without asking the database. */
interface Rest {
  readonly member: Member
  readonly facts: readonly Recorded<any>[]
}

async function foldRest(
  { member, facts }: Rest,
  session: Pick<Session, 'load'>,
  broken: Map<Member, unknown>,
): Promise<void> {
  const { projection, rows, table } = member
  const unknown = new Set<string>()
  try {
    for (const fact of facts)
      for (const key of [keysOf(projection, fact)].flat())
        if (rows.get(key) === undefined) unknown.add(key)
  } catch (error) {
    broken.set(member, error)
    return
  }
  const found = await session.load(table, projection, [...unknown])
  for (const key of unknown) rows.learn(key, found.get(key) ?? null)
  try {
    foldKnown(member, facts)
  } catch (error) {
    broken.set(member, error)
  }
}
