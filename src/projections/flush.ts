import type { Member } from './fold.ts'
import { CheckpointMoved, WriteRefused, type Session, type Write } from './tables.ts'

/** What became of a flush. Only `written` members may go on with what they remember. */
export interface Flushed {
  readonly written: readonly Write[]
  /** The database cannot hold their rows: one of the events they folded is to blame. */
  readonly refused: readonly Member[]
  /** Another process moved their checkpoint. */
  readonly moved: readonly Member[]
}

type Pending = ReadonlyMap<Member, Write>

/** What these members have to write; those that stand where the database has them are left out. */
export const collect = (members: Iterable<Member>): Pending =>
  new Map(
    [...members]
      .filter((member) => member.position !== member.written)
      .map((member) => [member, takeFrom(member)]),
  )

const takeFrom = (member: Member): Write => ({
  table: member.table,
  projection: member.projection,
  from: member.written,
  to: member.position,
  ...member.rows.take(),
})

/**
 * Writes rows and checkpoints of all members in one transaction. A member whose rows are refused, or
 * whose checkpoint moved, is left out, and the others are written without it.
 * @throws Error during an outage, having changed nothing
 */
export async function flush(pending: Pending, session: Pick<Session, 'write'>): Promise<Flushed> {
  const open = new Map(pending)
  const refused: Member[] = []
  const moved: Member[] = []
  const leaveOut = (tables: readonly string[], to: Member[]): void => {
    for (const member of [...open.keys()])
      if (tables.includes(member.table.name)) {
        open.delete(member)
        to.push(member)
      }
  }
  while (open.size > 0) {
    const before = open.size
    try {
      await session.write([...open.values()])
      break
    } catch (error) {
      if (error instanceof CheckpointMoved) leaveOut(error.tables, moved)
      else if (error instanceof WriteRefused) leaveOut([error.table], refused)
      if (open.size === before) throw error
    }
  }
  for (const [member, write] of open) {
    member.rows.settle()
    member.written = write.to
  }
  return { written: [...open.values()], refused, moved }
}

/** How far a projection is now. */
export interface Move {
  readonly projection: string
  readonly position: number
}

/** For those who wait for a position: how far each projection is after a flush. */
export const movesOf = (writes: readonly Write[]): readonly Move[] =>
  writes.map(({ projection, to }) => ({ projection: projection.name, position: to }))
