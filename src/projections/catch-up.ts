import { setImmediate } from 'node:timers/promises'
import type { EventStore } from '../commands/event-store.ts'
import type { Recorded } from '../domain/event.ts'
import { collect, flush, type Flushed } from './flush.ts'
import { createMember, fold, groupOf, memberWith, type Member } from './fold.ts'
import { createKeyFilter } from './key-filter.ts'
import { isOneRowPerFact, type Projection } from './projection.ts'
import { unlessAborted } from './pause.ts'
import { createPackedRows, createRowCache, filterOf } from './row-cache.ts'
import type { Session, Table, Write } from './tables.ts'

/** Facts in one page. A store reads the next one meanwhile; decoded ahead, they would outlive V8's young generation. */
const PAGE = 3_000
/** How old the end of the log may be that progress is told with. */
const HEAD_MS = 500
/**
 * Facts folded at a stretch. A socket holds some 200 KB: between two stretches the next page comes in
 * and rows go out, so that the database works on both meanwhile. Folding whole pages, it waited for
 * Node and Node for it: a third of a rebuild.
 */
const STRETCH = 250
/**
 * Unwritten rows of all members at which they are flushed. Rows that wait longer end up in V8's old
 * generation: at 40,000 a rebuild of a million events took 760 MB.
 */
const FLUSH_ROWS = 10_000
/** Rows at which folding waits for the flush under way, which otherwise goes on beside it. */
const MAX_ROWS = 30_000
/**
 * A member with fewer waits for the next flush of all: each COPY is two round trips, and each waits
 * until Node has folded what it is at.
 */
const WORTH_COPYING = 2_000
/** Readers of a table that catches up see it move at least this often. */
const FLUSH_MS = 1_000
/** Rows each member remembers while catching up; see row-cache for what that means in memory. */
const BUILD_ROWS = 2_500
/** Up to so many event types are asked for by name; more are cheaper to read unfiltered. */
const MAX_FILTER_TYPES = 8

export interface Progress {
  readonly projections: readonly string[]
  readonly position: number
  readonly head: number
  readonly eventsPerSecond: number
}

export interface CatchUp {
  readonly store: Pick<EventStore, 'readAll' | 'head'>
  readonly session: Session
  readonly signal: AbortSignal
  readonly onFlush?: (writes: readonly Write[]) => void
  readonly onProgress?: (progress: Progress) => void
}

/** A member that starts from its checkpoint; a table being filled knows the keys it already has. */
export async function openMember(
  session: Session,
  projection: Projection,
  table: Table,
): Promise<Member> {
  if (table.complete) return createMember(projection, table, BUILD_ROWS)
  if (isOneRowPerFact(projection))
    return memberWith(projection, table, createPackedRows(session.packer(projection)))
  const filter = table.position === 0 ? createKeyFilter() : await filterOf(session.keys(table))
  return memberWith(projection, table, createRowCache(BUILD_ROWS, filter))
}

/**
 * Folds the log into all these tables in one pass, up to its end; completes and activates those that
 * are being built. A member stopped by an event is marked FAILED, and the others go on.
 * @returns the members that arrived; a failed or displaced one, or an aborted run, is missing
 */
export async function catchUp(members: readonly Member[], c: CatchUp): Promise<readonly Member[]> {
  let open = members
  const switched: Member[] = []
  for (;;) {
    const { arrived, suspects } = await pass(open, c)
    if (c.signal.aborted) return []
    const cleared: Member[] = []
    for (const member of suspects) {
      const again = await isolate(member, c)
      if (again) cleared.push(again)
    }
    open = [...arrived, ...cleared]
    const building = new Set(open.filter(({ table }) => !table.active))
    const settled = await establish(open, c)
    if (settled && cleared.length === 0) return [...switched, ...open]
    // From now on it is the projector who moves these checkpoints.
    switched.push(...open.filter((member) => building.has(member) && member.table.active))
    open = open.filter((member) => !switched.includes(member))
  }
}

/** Makes filled tables the ones that are read; false when there is something left to fold first. */
async function establish(members: readonly Member[], { session }: CatchUp): Promise<boolean> {
  const filled = members.filter(({ table }) => !table.complete)
  const waiting = members.filter(({ table }) => table.complete && !table.active)
  await Promise.all([
    session.complete(new Map(filled.map(({ table, projection }) => [table, projection]))),
    ...waiting.map(async (member) => {
      const active = await session.activate(member.table, member.projection)
      member.table = { ...member.table, active }
    }),
  ])
  for (const member of filled) member.table = { ...member.table, complete: true }
  return filled.length === 0 && waiting.every(({ table }) => table.active)
}

interface Pass {
  readonly arrived: readonly Member[]
  /** One of the events they folded stopped them. */
  readonly suspects: readonly Member[]
}

/** Once through the log. A flush runs while the next pages are folded. */
async function pass(members: readonly Member[], c: CatchUp): Promise<Pass> {
  const open = new Set(members)
  const suspects = new Set<Member>()
  let writing: Promise<void> = Promise.resolve()
  let busy = false
  let flushedAt = performance.now()
  const note = ({ written, refused, moved }: Flushed): void => {
    for (const member of [...refused, ...moved]) open.delete(member)
    for (const member of refused) suspects.add(member)
    c.onFlush?.(written)
  }
  const startFlush = async (only?: readonly Member[]): Promise<void> => {
    await writing
    if (!only) flushedAt = performance.now()
    const due = only?.filter((member) => open.has(member)) ?? open
    busy = true
    writing = flush(collect(due), c.session)
      .then(note)
      .finally(() => void (busy = false))
    writing.catch(() => {})
  }
  const report = progressOf(members, c)
  let group = groupOf(open)
  try {
    for await (const { facts, position, head } of pages(members, c)) {
      for (let from = 0; from === 0 || from < facts.length; from += STRETCH) {
        const stretch = facts.slice(from, from + STRETCH)
        const isLast = from + STRETCH >= facts.length
        const upTo = isLast ? position : stretch.at(-1)!.position
        const broken = await fold(group, stretch, upTo, c.session)
        for (const member of broken.keys()) if (open.delete(member)) suspects.add(member)
        if (group.members.length !== open.size) group = groupOf(open)
        await setImmediate()
      }
      const large = group.members.filter(({ rows }) => rows.dirty >= WORTH_COPYING)
      const dirty = large.reduce((sum, { rows }) => sum + rows.dirty, 0)
      if (performance.now() - flushedAt >= FLUSH_MS) await startFlush()
      else if (dirty >= (busy ? MAX_ROWS : FLUSH_ROWS)) await startFlush(large)
      report(facts.length, position, head)
    }
    await startFlush()
  } finally {
    await writing.catch(() => {})
  }
  await writing
  return { arrived: [...open], suspects: [...suspects] }
}

interface LogPage {
  readonly facts: readonly Recorded[]
  /** Up to here everything that concerns the members was read. */
  readonly position: number
  readonly head: number
}

async function* pages(members: readonly Member[], c: CatchUp): AsyncGenerator<LogPage> {
  const types = [...groupOf(members).byType.keys()]
  const filter = types.length <= MAX_FILTER_TYPES ? { types } : {}
  let position = Math.min(...members.map((member) => member.position))
  let head = position
  let asked = Number.NEGATIVE_INFINITY
  const read = async (): Promise<readonly Recorded[]> => {
    if (performance.now() - asked >= HEAD_MS) {
      asked = performance.now()
      head = await c.store.head()
    }
    return c.store.readAll({ from: position, limit: PAGE, ...filter })
  }
  while (!c.signal.aborted) {
    const reading = read()
    // Nobody waits for it when the run was aborted meanwhile.
    reading.catch(() => {})
    // A log that does not answer keeps nobody who was told to end.
    const facts = await unlessAborted(reading, c.signal)
    if (!facts) return
    const more = facts.length === PAGE
    position = facts.at(-1)?.position ?? position
    // The head is older than the page: up to there, a short one holds all there is.
    if (!more) position = Math.max(position, head)
    yield { facts, position, head }
    if (!more) return
  }
}

function progressOf(members: readonly Member[], { onProgress }: CatchUp) {
  const projections = members.map(({ projection }) => projection.name)
  const began = performance.now()
  let events = 0
  return (count: number, position: number, head: number): void => {
    events += count
    const seconds = (performance.now() - began) / 1_000
    onProgress?.({ projections, position, head, eventsPerSecond: events / seconds })
  }
}

/**
 * Finds the event that stops a member: batches from its checkpoint on, halved at every error, until
 * one event alone fails. The checkpoint then stands right before that event.
 * @returns the member afresh when nothing stops it any more, null once it is marked FAILED
 */
async function isolate(suspect: Member, c: CatchUp): Promise<Member | null> {
  const { projection } = suspect
  let table: Table = { ...suspect.table, position: suspect.written }
  const until = Math.max(suspect.position, await c.store.head())
  for (let limit = PAGE; !c.signal.aborted;) {
    const facts = await c.store.readAll({
      from: table.position,
      limit,
      types: Object.keys(projection.on),
    })
    if (facts.length === 0) break
    const member = createMember(projection, table, limit)
    const error = await tryRun(member, facts, c)
    if (error === undefined) {
      table = { ...table, position: member.written }
      if (table.position >= until) break
      limit = Math.min(limit * 2, PAGE)
    } else if (facts.length > 1) limit = Math.ceil(facts.length / 2)
    else return fail(member, facts[0]!, error, c)
  }
  return c.signal.aborted ? null : openMember(c.session, projection, table)
}

/** Folds and writes one run of facts; answers with the error of the fold or of the database. */
async function tryRun(member: Member, facts: readonly Recorded[], c: CatchUp): Promise<unknown> {
  const group = groupOf([member])
  const broken = await fold(group, facts, facts.at(-1)!.position, c.session)
  if (broken.has(member)) return broken.get(member) ?? new Error('threw nothing')
  let refusal: unknown
  const { refused, moved, written } = await flush(collect([member]), {
    write: (writes) =>
      c.session.write(writes).catch((error: unknown) => {
        refusal = error
        throw error
      }),
  })
  if (moved.length > 0) throw refusal
  c.onFlush?.(written)
  return refused.length > 0 ? refusal : undefined
}

async function fail(
  { table }: Member,
  fact: Recorded,
  error: unknown,
  { session }: CatchUp,
): Promise<null> {
  const { position, id, type } = fact
  const message = error instanceof Error ? error.message : String(error)
  await session.fail(table, { position, id, type, error: message })
  return null
}
