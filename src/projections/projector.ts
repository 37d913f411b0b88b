import type { Batch, EventStore } from '../commands/event-store.ts'
import { createCrew, type Crew } from './crew.ts'
import { collect, flush, movesOf, type Move } from './flush.ts'
import { fold, type Group } from './fold.ts'
import { BACKOFF_MS, messageOf, pause, unlessAborted, untilAborted } from './pause.ts'
import type { Projection } from './projection.ts'
import type { Audit, Session, Tables } from './tables.ts'

/** Most facts of one live batch; below that a batch is whatever came in during the one before. */
const LIVE_BATCH = 4_000

/**
 * On a busy plant a batch begins no sooner than this after the one before. It would be a hundred small ones
 * a second otherwise, and beginning and committing them costs more than their rows.
 */
const BETWEEN_BATCHES_MS = 20
/** Facts in a batch by which a plant is busy: more than one command at a time. */
const BUSY = 4

export interface ProjectorLog {
  info(message: string): void
  warn(message: string): void
}

export interface Projector {
  /** Keeps all projections up to date until the signal aborts; survives outages of store and database. */
  run(signal: AbortSignal): Promise<void>
  /** Hears of every flush, with an entry for each projection that moved. Returns how to stop hearing. */
  onMove(listener: (moves: readonly Move[]) => void): () => void
  /** Passes over the event that stopped a projection. @throws Error when it did not stop there */
  skip(projection: string, position: number, audit: Audit): Promise<void>
  /** Tries the event that stopped a projection again. */
  resume(projection: string): Promise<void>
}

export interface ProjectorDeps {
  readonly store: EventStore
  readonly tables: Tables
  readonly projections: readonly Projection[]
  readonly log?: ProjectorLog
  /** A database of the read models that is silent for longer counts as lost. */
  readonly answerMs?: number
  /** Runs the work on one live batch, and may measure it. */
  readonly observe?: Observe
}

/** @param batch what was read; `work` folds, writes and announces it */
export type Observe = <T>(batch: Batch, work: () => Promise<T>) => Promise<T>

/** Runs the projections of which this process gets the lock, and stands by for the others. */
export function createProjector(deps: ProjectorDeps): Projector {
  const { store, tables, log, observe = (_, work) => work() } = deps
  const listeners = new Set<(changes: readonly Move[]) => void>()
  let regroup = (): void => {}
  const announce = (moves: readonly Move[]): void => {
    if (moves.length > 0) for (const listener of listeners) listener(moves)
  }

  const serve = async (signal: AbortSignal): Promise<void> => {
    const session = await tables.connect()
    const until = AbortSignal.any([signal, session.lost])
    const crew = createCrew({ ...deps, log, session, announce, signal: until })
    try {
      while (!until.aborted) {
        const cycle = new AbortController()
        const stop = AbortSignal.any([until, cycle.signal])
        regroup = () => cycle.abort()
        const live = await crew.muster(() => cycle.abort())
        const watching = crew.watch(stop).finally(() => cycle.abort())
        watching.catch(() => {})
        try {
          await follow({ store, session, group: live, signal: stop, announce, crew, observe })
        } finally {
          cycle.abort()
          await watching
        }
      }
    } finally {
      await crew.leave()
      await session.close()
    }
  }

  return {
    async run(signal) {
      for (let wait = BACKOFF_MS.first; !signal.aborted;) {
        const began = performance.now()
        try {
          await serve(signal)
        } catch (error) {
          log?.warn(`projector: ${messageOf(error)}; trying again`)
        }
        if (performance.now() - began > BACKOFF_MS.most) wait = BACKOFF_MS.first
        await pause(wait, signal)
        wait = Math.min(wait * 2, BACKOFF_MS.most)
      }
    },
    onMove(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async skip(projection, position, audit) {
      await tables.skip(projection, position, audit)
      regroup()
    },
    async resume(projection) {
      await tables.resume(projection)
      regroup()
    },
  }
}

interface Follow {
  readonly store: EventStore
  readonly session: Session
  readonly group: Group
  readonly signal: AbortSignal
  readonly announce: (moves: readonly Move[]) => void
  readonly crew: Pick<Crew, 'dismiss'>
  readonly observe: Observe
}

/** Live: each batch is folded, written and announced before the next is asked for. */
async function follow(f: Follow): Promise<void> {
  const { group, signal } = f
  if (group.members.length === 0) return untilAborted(signal)
  const after = Math.min(...group.members.map(({ position }) => position))
  const source = f.store.subscribe({ after, batchSize: LIVE_BATCH, signal })
  for await (const batch of ahead(source, signal)) {
    const sound = await f.observe(batch, () => take(batch, f))
    if (signal.aborted || !sound) return
  }
}

/** @returns false when the group is not the same afterwards */
async function take(batch: Batch, { group, session, announce, crew }: Follow): Promise<boolean> {
  const broken = await fold(group, batch.facts, batch.position, session)
  const sound = group.members.filter((member) => !broken.has(member))
  const { written, refused, moved } = await flush(collect(sound), session)
  announce(movesOf(written))
  crew.dismiss([...broken.keys(), ...refused], moved)
  return broken.size + refused.length + moved.length === 0
}

/**
 * Asks for the next batch while a full one is worked on: only then is more waiting already. After any
 * other it rests, on a busy plant, so that the next has more in it.
 */
async function* ahead(source: AsyncIterable<Batch>, signal: AbortSignal): AsyncGenerator<Batch> {
  const batches = source[Symbol.asyncIterator]()
  let next = batches.next()
  try {
    for (;;) {
      // A log that does not answer keeps nobody who was told to end.
      const result = await unlessAborted(next, signal)
      if (!result || result.done) return
      const { value } = result
      const began = performance.now()
      const full = value.facts.length >= LIVE_BATCH
      if (full) {
        next = batches.next()
        next.catch(() => {})
      }
      yield value
      if (full) continue
      if (value.facts.length >= BUSY)
        await pause(Math.max(0, BETWEEN_BATCHES_MS - (performance.now() - began)), signal)
      next = batches.next()
    }
  } finally {
    next.catch(() => {})
    batches.return?.().catch(() => {})
  }
}
