import type { ReadModelsDeps } from '../read-models.ts'

/** How often the checkpoints are looked at while somebody waits and no flush of this process tells. */
const POLL_MS = 25
/** With a projector in this process polling is only the fallback, for what another process projects. */
const POLL_BESIDE_PROJECTOR_MS = 250

/** Waits until every projection that works has folded a position. */
export function createPositions({ pool, projections, projector }: ReadModelsDeps) {
  const names = projections.map(({ name }) => name)
  const reached = new Map<string, number>()
  const failed = new Set<string>()
  const waiting = new Set<() => void>()
  const interval = projector ? POLL_BESIDE_PROJECTOR_MS : POLL_MS
  let polling: Promise<void> | null = null

  const isReached = (position: number): boolean =>
    names.every((name) => failed.has(name) || (reached.get(name) ?? -1) >= position)
  const wake = (): void => {
    for (const check of [...waiting]) check()
  }
  /** Never back: an answer of the database may be older than what a flush has told meanwhile. */
  const advance = (name: string, position: number): void =>
    void reached.set(name, Math.max(position, reached.get(name) ?? 0))
  projector?.onChange((changes) => {
    for (const { projection, position } of changes) advance(projection, position)
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
  const poll = async (): Promise<void> => {
    while (waiting.size > 0) {
      // An outage ends in false when the time is over; there is nobody else to tell here.
      await look().catch(() => {})
      wake()
      if (waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, interval).unref())
    }
    polling = null
  }

  return {
    waitFor: (position: number, timeoutMs: number): Promise<boolean> =>
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
        waiting.add(check)
        polling ??= poll()
      }),
  }
}
