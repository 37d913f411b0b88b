import { catchUp, openMember } from './catch-up.ts'
import { movesOf, type Move } from './flush.ts'
import { createMember, groupOf, type Group, type Member } from './fold.ts'
import { BACKOFF_MS, messageOf, pause, within } from './pause.ts'
import type { Projection } from './projection.ts'
import type { ProjectorDeps, ProjectorLog } from './projector.ts'
import { buildLock, type Session, type Table } from './tables.ts'

/** A projection this near to the head joins the others, who pass over what they have seen. */
const JOIN_DISTANCE = 5_000
/** Rows that each projection remembers: hot rows of a plant, a few tens of megabytes for all. */
const LIVE_ROWS = 4_000
/** How soon a standby takes over, or a resumed projection goes on when another process resumed it. */
const WATCH_MS = 1_000
/**
 * A network that swallows what is sent breaks no connection for a quarter of an hour. A flush, behind
 * which a look may have to wait, takes tenths of a second; a busy disk may hold up a commit for seconds.
 */
const ANSWER_MS = 10_000
/** Tables are made behind other processes that make theirs, and views change behind their readers. */
const PREPARE_ANSWERS = 6

/** Who runs with whom: the live group, and those that catch up or are built apart from it. */
export interface Crew {
  /** Takes what locks there are and answers with the projections that can follow the log together. */
  muster(regroup: () => void): Promise<Group>
  /** Aborts the cycle, by ending, when locks, tables or failures changed. */
  watch(signal: AbortSignal): Promise<void>
  /** Forgets what these members remember; the suspects run alone next, to find the event to blame. */
  dismiss(suspects: readonly Member[], moved: readonly Member[]): void
  /** Ends all runs apart from the group. */
  leave(): Promise<void>
}

export interface CrewDeps extends Omit<ProjectorDeps, 'log'> {
  readonly log: ProjectorLog | undefined
  readonly session: Session
  readonly announce: (moves: readonly Move[]) => void
  readonly signal: AbortSignal
}

export function createCrew(d: CrewDeps): Crew {
  const { session, projections } = d
  const names = projections.map(({ name }) => name)
  const byName = new Map(projections.map((p) => [p.name, p]))
  const remembered = new Map<string, Member>()
  const apart = new Map<string, Promise<void>>()
  const suspects = new Set<string>()
  /** Arrived at the end of the log just now; the log may have grown since by more than the distance. */
  const arrived = new Set<string>()
  const ending = new AbortController()
  const signal = AbortSignal.any([d.signal, ending.signal])
  const answer = <T>(work: Promise<T>, times = 1): Promise<T> =>
    within(
      times * (d.answerMs ?? ANSWER_MS),
      work,
      'the database of the read models does not answer',
    )
  let regroup = (): void => {}
  let seen = ''

  const look = async (): Promise<readonly Table[]> => {
    const held = await session.hold(names)
    const tables = await session.tables(projections.filter(({ name }) => held.has(name)))
    seen = signature(tables)
    return tables
  }
  const recall = (table: Table): Member => {
    const known = remembered.get(table.name)
    const valid =
      known?.written === table.position &&
      known.rows.dirty === 0 &&
      known.table.skipped.length === table.skipped.length
    const member = valid ? known : createMember(byName.get(table.projection)!, table, LIVE_ROWS)
    remembered.set(table.name, member)
    return member
  }
  const runApart = (tables: readonly Table[], describe: string): void => {
    if (tables.length === 0) return
    const run = bringUp(tables, { ...d, signal, byName }).then(
      async (done) => {
        for (const table of done) arrived.add(table)
        for (const table of tables) suspects.delete(table.name)
        if (done.size > 0) d.log?.info(`projections ${describe}: ${[...done].join(', ')}`)
        // Another process builds them, or an event stopped them all: no reason to look at once.
        else await pause(WATCH_MS, signal)
      },
      async (error: unknown) => {
        if (!signal.aborted) d.log?.warn(`projections: ${messageOf(error)}; trying again`)
        await pause(BACKOFF_MS.first * 5, signal)
      },
    )
    const ended = run.finally(() => {
      for (const { name } of tables) apart.delete(name)
      regroup()
    })
    for (const { name } of tables) apart.set(name, ended)
  }

  return {
    async muster(onChange) {
      regroup = onChange
      const held = await answer(session.hold(names))
      await answer(
        session.prepare(projections.filter(({ name }) => held.has(name))),
        PREPARE_ANSWERS,
      )
      const head = await d.store.head()
      const idle = (await answer(look())).filter(
        ({ name, current, failure }) => current && !failure && !apart.has(name),
      )
      const isNear = ({ name, position }: Table): boolean =>
        !suspects.has(name) && (arrived.has(name) || head - position <= JOIN_DISTANCE)
      const served = idle.filter(({ active, complete }) => active && complete)
      runApart(
        idle.filter(({ active, complete }) => !(active && complete)),
        'built',
      )
      runApart(
        served.filter((table) => !isNear(table)),
        'caught up',
      )
      const group = groupOf(served.filter(isNear).map(recall))
      arrived.clear()
      return group
    },
    async watch(stop) {
      while (!stop.aborted) {
        await pause(WATCH_MS, stop)
        if (stop.aborted) return
        const before = seen
        await answer(look()).catch(async (error: unknown) => {
          // Whatever else waits for an answer there ends with it.
          await session.close()
          throw error
        })
        if (seen !== before) return
      }
    },
    dismiss(broken, moved) {
      for (const { table } of broken) suspects.add(table.name)
      for (const { table } of [...broken, ...moved]) remembered.delete(table.name)
    },
    async leave() {
      ending.abort()
      await Promise.all(apart.values())
    },
  }
}

/** Changes whenever the group would have to be another one. */
const signature = (tables: readonly Table[]): string =>
  JSON.stringify(
    tables.map(({ name, active, complete, current, failure, skipped }) => [
      ...[name, active, complete, current],
      ...[failure?.position, skipped.length],
    ]),
  )

/** One pass over the log for these tables, on a connection of its own. @returns names of tables that arrived */
async function bringUp(
  tables: readonly Table[],
  d: CrewDeps & { readonly byName: ReadonlyMap<string, Projection> },
): Promise<ReadonlySet<string>> {
  const session = await d.tables.connect()
  // Whoever waits for the end of this run is not kept by a statement that takes long, or never ends.
  const end = (): void => void session.close()
  d.signal.addEventListener('abort', end)
  try {
    d.signal.throwIfAborted()
    const signal = AbortSignal.any([d.signal, session.lost])
    const locks = await session.hold(
      tables.filter(({ active }) => !active).map(({ projection }) => buildLock(projection)),
    )
    const mine = tables.filter((table) => table.active || locks.has(buildLock(table.projection)))
    if (mine.length === 0) return new Set()
    const members: Member[] = []
    for (const table of mine)
      members.push(await openMember(session, d.byName.get(table.projection)!, table))
    const done = await catchUp(members, {
      store: d.store,
      session,
      signal,
      onFlush: (writes) => d.announce(movesOf(writes.filter(({ table }) => table.active))),
    })
    return new Set(done.map(({ table }) => table.name))
  } finally {
    d.signal.removeEventListener('abort', end)
    await session.close()
  }
}
