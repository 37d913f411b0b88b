import type pg from 'pg'
import type { Logger } from 'pino'
import { createPool, isConnectionError } from './adapters/postgres/pool.ts'
import { createReadModels } from './adapters/postgres/read-models.ts'
import { defaultLimits } from './api/options.ts'
import type { Config } from './config.ts'
import type { ReadModels } from './projections/read-models.ts'
import type { Log } from './system.ts'

/** The API has answered with RequestTimeout by then; nobody wants the result any more. */
export const QUERY_LIMITS = {
  statementTimeoutMs: defaultLimits.requestMs,
  answerTimeoutMs: 2 * defaultLimits.requestMs,
}
/** A replica that cannot be reached is left alone for so long. */
const REST_MS = 5_000
/** SQLSTATE of a query that recovery had to cancel, and of a view that has not arrived there yet. */
const NOT_THERE: ReadonlySet<unknown> = new Set(['40001', '42P01', '42703', '3F000'])

export interface Replica {
  readonly reads: ReadModels
  close(): Promise<void>
}

/**
 * Queries of the API on a streaming replica of the database. It is a moment behind; what it cannot
 * answer, or while it is away, the database itself answers. Null where none is configured.
 */
export function openReplica(
  { databaseReadUrl }: Pick<Config, 'databaseReadUrl'>,
  { pool: primary, store, projections }: Pick<Log, 'pool' | 'store' | 'projections'>,
  logger: Pick<Logger, 'warn'>,
): Replica | null {
  if (!databaseReadUrl) return null
  const onError = (error: Error) => logger.warn(`replica: ${error.message}`)
  const own = createPool(databaseReadUrl, { name: 'taktlog replica', onError, ...QUERY_LIMITS })
  let restUntil = 0
  const query = async (text: string | pg.QueryConfig, values?: unknown[]) => {
    if (performance.now() < restUntil) return primary.query(text, values)
    try {
      return await own.query(text, values)
    } catch (error) {
      const isAway = isConnectionError(error)
      if (!isAway && !NOT_THERE.has((error as { code?: unknown }).code)) throw error
      if (isAway) {
        restUntil = performance.now() + REST_MS
        onError(error as Error)
      }
      return primary.query(text, values)
    }
  }
  const reads = createReadModels({ pool: { query }, locks: primary, store, projections })
  // How far the replica is, only the replica can say.
  const there = createReadModels({ pool: own, store, projections })
  return {
    reads: {
      ...reads,
      has: async (position, timeoutMs) =>
        performance.now() >= restUntil && (await there.has(position, timeoutMs)),
    },
    close: () => own.end(),
  }
}
