import { setTimeout as delay } from 'node:timers/promises'
import type { Moves } from '../../../projections/change-feed.ts'
import type { ReadModelsDeps } from '../read-models.ts'

/** How often the checkpoints are looked at while somebody waits and nobody tells that they moved. */
const POLL_MS = 25
/** With a projector in this process polling is only the fallback, for what another process projects. */
const POLL_BESIDE_PROJECTOR_MS = 250

export interface Positions extends Moves {
  /** Whether every projection has come there, without waiting for it. Rejects during an outage. */
  has(position: number): Promise<boolean>
  /** False when the time ran out first. */
  waitFor(position: number, timeoutMs: number): Promise<boolean>
}

/** Knows how far every projection is, from the flushes of this process, of others, and by looking. */
export function createPositions({
  pool,
  projections,
  projector,
  moved,
}: ReadModelsDeps): Positions {
  const names = projections.map(({ name }) => name)
  const reached = new Map<string, number>()
  const failed = new Set<string>()
  const waiting = new Set<() => void>()
  const hearing = new Set<() => void>()
  const interval = projector ? POLL_BESIDE_PROJECTOR_MS : POLL_MS
  let watching: Promise<void> | null = null
  let stir = new AbortController()

  const isReached = (position: number): boolean =>
    names.every((name) => failed.has(name) || (reached.get(name) ?? -1) >= position)
  /** Never back: an answer of the database may be older than what a flush has told meanwhile. */
  const advance = (name: string, position: number): void =>
    void reached.set(name, Math.max(position, reached.get(name) ?? 0))
  const wake = (): void => {
    for (const check of [...waiting, ...hearing]) check()
  }
  projector?.onMove((moves) => {
    for (const { projection, position } of moves) advance(projection, position)
    wake()
  })

  /** A failed projection would hold up every reader of the others; its status tells of it. */
  const look = async (): Promise<void> => {
    const { rows } = await pool.query<{ name: string; position: number; failed: boolean }>({
      name: 'read positions',
      text: `select name, position, failed_position is not null failed
             from read._tables where active and name = any($1)`,
      values: [names],
    })
    failed.clear()
    for (const row of rows) {
      advance(row.name, row.position)
      if (row.failed) failed.add(row.name)
    }
  }
  const isIdle = (): boolean => waiting.size + hearing.size === 0
  const watch = async (): Promise<void> => {
    while (!isIdle()) {
      stir = new AbortController()
      const next = await nextLook()
      // An outage ends in false when the time is over; there is nobody else to tell here.
      await look().catch(() => {})
      wake()
      if (!isIdle()) await next(stir.signal)
    }
    watching = null
  }
  /** Begins to listen before the look, so that nothing moves unheard in between. */
  const nextLook = async (): Promise<(signal: AbortSignal) => Promise<void>> => {
    const listener = await moved?.listen().catch(() => null)
    const heard = listener?.heard ?? 0
    return async (signal) => {
      await (listener?.changed(heard, signal) ?? soon(interval, signal)).catch(() =>
        soon(interval, signal),
      )
    }
  }
  const attend = <T>(set: Set<T>, one: T): void => {
    set.add(one)
    stir.abort()
    watching ??= watch()
  }

  let asked: Promise<void> | null = null

  return {
    look,
    reached: (name) => reached.get(name) ?? 0,
    onMove(listener) {
      attend(hearing, listener)
      return () => void hearing.delete(listener)
    },
    async has(position) {
      if (isReached(position)) return true
      asked ??= look().finally(() => (asked = null))
      await asked
      return isReached(position)
    },
    waitFor: (position, timeoutMs) =>
      new Promise((resolve) => {
        if (isReached(position)) return resolve(true)
        const end = (answer: boolean): void => {
          clearTimeout(timer)
          waiting.delete(check)
          resolve(answer)
        }
        const check = (): void => {
          if (isReached(position)) end(true)
        }
        const timer = setTimeout(() => end(false), timeoutMs)
        attend(waiting, check)
      }),
  }
}

const soon = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal, ref: false }).catch(() => {})
