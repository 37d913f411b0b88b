import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Leases } from '../../commands/leases.ts'
import { clientConfig, type Database } from './pool.ts'
import { createLane } from './read/queues.ts'
import { LOCK_CLASS } from './read/statements.ts'

/** How often free leases are looked for, and whether the connection that holds ours still lives. */
const LOOK_MS = 500
/** A database that does not answer by then may have given our leases to another process. */
const ANSWER_MS = 2_000
/** Advisory locks of projections have names of another form, so none is taken for a lease. */
const nameOfLock = (name: string): string => `active ${name}`

export interface PostgresLeases extends Leases {
  close(): Promise<void>
}

/**
 * Leases as advisory locks of one connection: they are free again the moment its process dies, without
 * a clock of any machine being asked. The connection is made again after it was lost.
 */
export function createLeases(database: Database): PostgresLeases {
  const waiting = new Map<string, (session: Session) => void>()
  const closing = new AbortController()
  let running: Promise<void> | undefined

  const serve = async (session: Session): Promise<void> => {
    while (!closing.signal.aborted && waiting.size + session.held.size > 0) {
      for (const name of await session.take([...waiting.keys()])) {
        const resolve = waiting.get(name)
        waiting.delete(name)
        // Nobody may wait for it any more.
        if (resolve) resolve(session)
        else await session.release(name)
      }
      await pause(LOOK_MS, closing.signal)
    }
  }
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted && waiting.size > 0) {
      const session = await connect(database).catch(() => null)
      // Whoever waits goes on waiting; what they work with tells of an outage.
      await (session && serve(session).catch(() => {}))
      await session?.end()
      if (waiting.size > 0) await pause(LOOK_MS, closing.signal)
    }
    running = undefined
  }
  const lease = (name: string, signal: AbortSignal): Promise<Session | null> =>
    new Promise((resolve) => {
      const give = (session: Session | null): void => {
        waiting.delete(name)
        signal.removeEventListener('abort', giveUp)
        resolve(session)
      }
      const giveUp = (): void => give(null)
      if (signal.aborted || closing.signal.aborted) return resolve(null)
      if (waiting.has(name)) throw new Error(`lease ${name} is waited for twice in one process`)
      signal.addEventListener('abort', giveUp)
      waiting.set(name, give)
      running ??= run()
    })

  return {
    async hold(name, signal, work) {
      const session = await lease(name, signal)
      if (!session) return
      try {
        await work(AbortSignal.any([signal, session.lost]))
      } finally {
        await session.release(name).catch(() => {})
      }
    },
    async close() {
      closing.abort()
      await running
    },
  }
}

/** A connection and what it holds. */
interface Session {
  /** Aborts when the connection ends or does not answer. */
  readonly lost: AbortSignal
  readonly held: ReadonlySet<string>
  /** Tries to take these; answers with those it got. Never waits for another process. */
  take(names: readonly string[]): Promise<readonly string[]>
  release(name: string): Promise<void>
  end(): Promise<void>
}

async function connect(database: Database): Promise<Session> {
  const client = new pg.Client({
    ...clientConfig(database),
    application_name: 'taktlog leases',
    query_timeout: ANSWER_MS,
  })
  const lost = new AbortController()
  const lose = (): void => lost.abort(new Error('the connection that holds the leases was lost'))
  client.on('error', lose)
  client.on('end', lose)
  await client.connect()
  const held = new Set<string>()
  const alone = createLane()
  const ask = async (call: string, names: readonly string[]): Promise<readonly string[]> => {
    try {
      const { rows } = await alone(() =>
        client.query<{ name: string }>(
          `select name from unnest($1::text[], $2::text[]) as wanted (name, lock)
         where ${call}($3, hashtext(lock))`,
          [names, names.map(nameOfLock), LOCK_CLASS],
        ),
      )
      return rows.map(({ name }) => name)
    } catch (error) {
      lose()
      throw error
    }
  }
  return {
    lost: lost.signal,
    held,
    async take(names) {
      const taken = await ask('pg_try_advisory_lock', names)
      for (const name of taken) held.add(name)
      return taken
    },
    async release(name) {
      held.delete(name)
      await ask('pg_advisory_unlock', [name])
    },
    async end() {
      lose()
      await client.end().catch(() => {})
    },
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal, ref: false }).catch(() => {})
