import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { clientConfig, type Database } from './pool.ts'

/** Between two looks at a log that does not grow. */
const LOOK_MS = 250
/** While others append, a follower rests this many times as long as it worked: they come first. */
const REST = 15

/** Something that is kept up to date with the log by statements of the database alone. */
export interface Follower {
  readonly name: string
  /** Events of one transaction. */
  readonly batch: number
  /** Position up to which it has taken the log. */
  readonly position: (client: pg.Client) => Promise<number>
  /**
   * Takes the events after `from` up to `to` and notes so, within a transaction.
   * @throws Error when it has not come to `from`, or is beyond: another process follows too
   */
  readonly take: (client: pg.Client, from: number, to: number) => Promise<void>
  /** After each look at the log, outside of a transaction. */
  readonly settled?: (client: pg.Client, position: number) => Promise<void>
}

/**
 * Follows the log until the signal aborts. Each batch is one transaction with its position, so it may be
 * killed at any point. It is for one process at a time; a second one fails and changes nothing.
 * @throws Error when the database is lost or a batch fails
 */
export async function follow(
  database: Database,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  const client = new pg.Client({
    ...clientConfig(database),
    application_name: `taktlog ${follower.name}`,
  })
  let lost: Error | undefined
  client.on('error', (error) => (lost = error))
  await client.connect()
  try {
    let position = await follower.position(client)
    let seen = -1
    while (!signal.aborted) {
      if (lost) throw lost
      const head = await headOf(client)
      const began = performance.now()
      const to = Math.min(head, position + follower.batch)
      if (to > position) await inTransaction(client, () => follower.take(client, position, to))
      position = Math.max(position, to)
      const worked = performance.now() - began
      await follower.settled?.(client, position)
      const busy = head !== seen
      seen = head
      if (position === head) await pause(Math.max(LOOK_MS, worked * REST), signal)
      else if (busy) await pause(worked * REST, signal)
    }
  } finally {
    await client.end().catch(() => {})
  }
}

async function headOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ position: number }>('select position from es.head')
  return rows[0]!.position
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/** Ends early on abort. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => {})
