import { setTimeout as delay } from 'node:timers/promises'
import {
  StoreUnavailable,
  type Batch,
  type EventStore,
  type ReadAll,
  type Subscribe,
} from '../../commands/event-store.ts'
import { noTelemetry, type Telemetry } from '../../commands/telemetry.ts'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import { createListening, type Listener } from './log-listener.ts'
import { createNames } from './log-names.ts'
import { createReadAll, type Matching } from './log-read-all.ts'
import { createReadStream } from './log-read-stream.ts'
import { ensureLog } from './log-schema.ts'
import { createTail, matches, type Tail } from './log-tail.ts'
import { createWriter } from './log-writer.ts'
import { createPool, isConnectionError, usageOf, type Database, type PoolUsage } from './pool.ts'

/** Two groups of appends, two of stream reads, and a few pages of the log. */
const MAX_CLIENTS = 8
/** A whole page or a full group takes tenths of a second; a busy disk may hold up a commit for seconds. */
const ANSWER_TIMEOUT_MS = 15_000
/** A subscription's batch unless it says otherwise. */
const DEFAULT_BATCH = 2_000

/**
 * A filtered subscription that found nothing looks again no sooner: under load there are hundreds of
 * notifications a second, and a dozen policies would wake up for each.
 */
const PAUSE_AFTER_NOTHING_MS = 50
/** Log passed without a match that is worth an empty batch, and so a write of the checkpoint. */
const WORTH_REPORTING = 10_000

/**
 * Every query of the log is a scan of one index in order. Whatever the statistics say of a young or
 * fast growing table, no other plan is right.
 */
const PLANNER = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_sort: 'off',
  max_parallel_workers_per_gather: '0',
}

export interface PostgresEventStore extends EventStore {
  /** Ends its connections. Calls under way may fail. */
  close(): Promise<void>
  readonly usage: () => PoolUsage
}

/** The log in schema `es` of a PostgreSQL database; creates the schema on first use. */
export async function createPostgresEventStore(options: {
  readonly database: Database
  readonly catalogue: Catalogue
  /** Positions in one partition of a new log. */
  readonly partitionSize?: number
  /** A database that is silent for longer counts as unreachable. */
  readonly answerTimeoutMs?: number
  /** Hears of connections lost while idle. */
  readonly onError?: (error: Error) => void
  readonly telemetry?: Telemetry
}): Promise<PostgresEventStore> {
  const { database, catalogue, onError, telemetry = noTelemetry } = options
  const pool = createPool(database, {
    max: MAX_CLIENTS,
    name: 'taktlog log',
    settings: PLANNER,
    answerTimeoutMs: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    ...(onError ? { onError } : {}),
  })
  try {
    await reachable(() => ensureLog(pool, options.partitionSize))
  } catch (error) {
    await pool.end()
    throw error
  }
  const names = createNames(pool)
  const append = createWriter(pool, names, telemetry)
  const readStream = createReadStream(pool, names, catalogue)
  const all = createReadAll(pool, names, catalogue)
  const listening = createListening(database, 'es_appended')
  const readers: Readers = {
    matching: (o) => reachable(() => all.matching(o)),
    readAll: (o) => reachable(() => all.readAll(o)),
  }
  let following: Following | undefined
  /** The tail counts the notifications of its listener, so another listener has another tail. */
  const follow = async (): Promise<Following> => {
    const listener = await listening.listen()
    if (following?.listener !== listener) {
      const read = (from: number, limit: number) => readers.readAll({ from, limit })
      following = { listener, tail: createTail(read, () => listener.heard) }
    }
    return following
  }
  const readAll = async (o: ReadAll): Promise<readonly Recorded[]> => {
    const { from, to, direction, asStored } = o
    const known =
      to === undefined || direction === 'backward' || asStored
        ? null
        : following?.tail.between(from, to)
    return known ? known.filter(matches(o)).slice(0, o.limit) : readers.readAll(o)
  }

  return {
    append: (appends) => reachable(() => append(appends)),
    readStream: (stream, o) => reachable(() => readStream(stream, o)),
    readAll,
    head: () => reachable(() => head(pool)),
    subscribe: (o) => subscribe(follow, readers, o),
    usage: () => usageOf(pool),
    async close() {
      await listening.close()
      await pool.end()
    },
  }
}

type Readers = Pick<ReturnType<typeof createReadAll>, 'matching' | 'readAll'>

interface Following {
  readonly listener: Listener
  readonly tail: Tail
}

/** Catches up page by page, then shares what others read of the end, and waits to be woken. */
async function* subscribe(
  follow: () => Promise<Following>,
  readers: Readers,
  { after, batchSize: limit = DEFAULT_BATCH, signal, ...filter }: Subscribe,
): AsyncGenerator<Batch> {
  const { listener, tail } = await follow()
  const filtered = Boolean(filter.types ?? filter.categories)
  const keep = matches(filter)
  let position = after
  let reported = after
  while (!signal.aborted) {
    const { heard } = listener
    const seen = filtered && tail.rushing ? null : await tail.after(position, heard)
    const batch = seen
      ? shared(filtered ? seen.facts.filter(keep) : seen.facts, seen.upTo, limit)
      : filtered
        ? await readers.matching({ from: position, limit, ...filter })
        : await everything(readers, position, limit)
    if (signal.aborted) return
    position = batch.upTo
    if (batch.facts.length > 0 || position >= reported + WORTH_REPORTING) {
      reported = position
      yield { facts: batch.facts, position }
    }
    if (filtered && batch.facts.length === 0) await pause(signal)
    if (batch.facts.length < limit) await listener.changed(heard, signal)
  }
}

/** As much of it as one batch takes. */
const shared = (facts: readonly Recorded[], upTo: number, limit: number): Matching =>
  facts.length > limit
    ? { facts: facts.slice(0, limit), upTo: facts[limit - 1]!.position }
    : { facts, upTo }

/** Ends early on abort. */
const pause = (signal: AbortSignal): Promise<void> =>
  delay(PAUSE_AFTER_NOTHING_MS, undefined, { signal }).catch(() => {})

async function everything(readers: Readers, from: number, limit: number) {
  const facts = await readers.readAll({ from, limit })
  return { facts, upTo: facts.at(-1)?.position ?? from }
}

async function head(pool: Parameters<typeof ensureLog>[0]): Promise<number> {
  const { rows } = await pool.query<{ position: number }>('select position from es.head')
  return rows[0]!.position
}

async function reachable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isConnectionError(error) ? new StoreUnavailable(error) : error
  }
}
