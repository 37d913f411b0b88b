import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Broadcast } from '../../commands/planning/progress.ts'
import { clientConfig, type Database } from './pool.ts'

/** After a lost connection; what was told meanwhile is lost. */
const AGAIN_MS = 1_000
/** A notification holds 8,000 bytes, of which the sender takes 37. */
const MAX_LENGTH = 7_900
const SENDER = randomUUID().length

/** Notifications of PostgreSQL. One connection for all who listen here, as long as anybody does. */
export function createBroadcast(
  { database, pool }: { readonly database: Database; readonly pool: Pick<pg.Pool, 'query'> },
  channel: 'plan_progress',
): Broadcast {
  const self = randomUUID()
  const listeners = new Set<(text: string) => void>()
  let listening = new AbortController()

  const listen = async (ended: AbortSignal): Promise<void> => {
    while (!ended.aborted) {
      const client = new pg.Client(clientConfig(database))
      const lost = new Promise<void>((resolve) => {
        client.on('error', () => resolve())
        client.on('end', () => resolve())
        ended.addEventListener('abort', () => resolve(), { once: true })
      })
      client.on('notification', ({ payload = '' }) => {
        if (payload.startsWith(self)) return
        for (const listener of listeners) listener(payload.slice(SENDER + 1))
      })
      try {
        await client.connect()
        await client.query(`listen ${channel}`)
        await lost
      } catch {
        // The database is away: those who use it tell of it.
      }
      await client.end().catch(() => {})
      await delay(AGAIN_MS, undefined, { signal: ended, ref: false }).catch(() => {})
    }
  }

  return {
    tell(text) {
      if (Buffer.byteLength(text) > MAX_LENGTH) return
      pool.query('select pg_notify($1, $2)', [channel, `${self} ${text}`]).catch(() => {})
    },
    hear(listener) {
      listeners.add(listener)
      if (listeners.size === 1) {
        listening = new AbortController()
        void listen(listening.signal)
      }
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) listening.abort()
      }
    },
  }
}
