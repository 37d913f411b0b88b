import pg from 'pg'
import { StoreUnavailable } from '../../commands/event-store.ts'
import { clientConfig, type Database } from './pool.ts'

/** A fallback only: a notification may be lost with a proxy in between. */
const POLL_MS = 1_000

/** Who appended to the log, or wrote read models, tells so here. */
export type Channel = 'es_appended' | 'read_moved'

/** Hears of what any process on this database did. */
export interface Listener {
  /** Grows with each notification; remember it before a read, pass it to `changed` after. */
  readonly heard: number
  /**
   * Resolves when something was told since, when it is time to look anyway, or on abort.
   * @throws StoreUnavailable when the connection is lost
   */
  changed(since: number, signal: AbortSignal): Promise<void>
}

export interface Listening {
  /** @throws StoreUnavailable */
  listen(): Promise<Listener>
  close(): Promise<void>
}

/**
 * One connection for all who listen, opened with the first and again after it was lost.
 * @param own what this process tells of itself is not heard
 */
export function createListening(database: Database, channel: Channel, own?: string): Listening {
  let current: Promise<Open> | undefined

  return {
    async listen() {
      current ??= open(database, { channel, own }, () => {
        current = undefined
      })
      return (await current).listener
    },
    async close() {
      const closing = await current?.catch(() => undefined)
      await closing?.close()
    },
  }
}

interface Open {
  readonly listener: Listener
  close(): Promise<void>
}

async function open(
  database: Database,
  { channel, own }: { readonly channel: Channel; readonly own: string | undefined },
  forget: () => void,
): Promise<Open> {
  const client = new pg.Client(clientConfig(database))
  const waiting = new Set<() => void>()
  let heard = 0
  let lost: StoreUnavailable | undefined
  const wake = (): void => {
    for (const resolve of [...waiting]) resolve()
  }
  const lose = (cause: unknown): void => {
    lost ??= new StoreUnavailable(cause)
    forget()
    wake()
  }
  client.on('error', lose)
  client.on('end', () => lose(new Error('the listening connection was closed')))
  client.on('notification', ({ payload }) => {
    if (payload !== undefined && payload === own) return
    heard++
    wake()
  })
  try {
    await client.connect()
    await client.query(`listen ${channel}`)
  } catch (error) {
    lose(error)
    await client.end().catch(() => {})
    throw lost
  }

  return {
    listener: {
      get heard() {
        return heard
      },
      async changed(since, signal) {
        if (!lost && heard === since && !signal.aborted)
          await new Promise<void>((resolve) => {
            const done = (): void => {
              clearTimeout(timer)
              waiting.delete(done)
              signal.removeEventListener('abort', done)
              resolve()
            }
            const timer = setTimeout(done, POLL_MS)
            waiting.add(done)
            signal.addEventListener('abort', done)
          })
        if (lost && !signal.aborted) throw lost
      },
    },
    close: () => client.end().catch(() => {}),
  }
}
