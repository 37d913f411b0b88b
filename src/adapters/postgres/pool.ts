import pg from 'pg'
import type { Connection } from './server.ts'

export type { Connection } from './server.ts'

/** Where the database is: the embedded server's socket, or a `postgres://` connection string. */
export type Database = Connection | string

/** Connections of one pool; the embedded server has 60 for all pools together. */
const MAX_CLIENTS = 10
/** A server that does not answer by then counts as unreachable. */
const CONNECT_TIMEOUT_MS = 5_000
/**
 * A machine that lost its power or its network says no goodbye: four seconds later the server ends its
 * sessions, and what they held goes to others. (No part of a socket on the same machine.)
 */
const NO_LONGER_THERE = {
  tcp_keepalives_idle: '2',
  tcp_keepalives_interval: '1',
  tcp_keepalives_count: '2',
  tcp_user_timeout: '4000',
}
/** A transaction forgotten open would hold the log's head row: nobody could append any more. */
const IDLE_IN_TRANSACTION_MS = 60_000

export interface PoolOptions {
  readonly max?: number
  /** Longest run of one statement; none where absent. */
  readonly statementTimeoutMs?: number
  /**
   * Longest wait for an answer; none where absent. A network that swallows what is sent breaks no
   * connection for a quarter of an hour. The connection is given up, the call rejects.
   */
  readonly answerTimeoutMs?: number
  /** Server settings of its sessions. */
  readonly settings?: Readonly<Record<string, string>>
  /** Shown in pg_stat_activity. */
  readonly name?: string
  /** Hears of connections lost while idle; the pool replaces them by itself. */
  readonly onError?: (error: Error) => void
}

/**
 * A pool whose sessions run in UTC and whose results are plain: int8, float8 and numeric as numbers,
 * timestamptz as ISO-8601 UTC with milliseconds, json and jsonb parsed.
 */
export function createPool(database: Database, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(database, options.settings),
    max: options.max ?? MAX_CLIENTS,
    application_name: options.name ?? 'taktlog',
    ...(options.statementTimeoutMs ? { statement_timeout: options.statementTimeoutMs } : {}),
    ...(options.answerTimeoutMs ? { query_timeout: options.answerTimeoutMs } : {}),
  })
  // Without a listener a connection lost while idle would end the process.
  pool.on('error', (error) => options.onError?.(error))
  // The same between two statements of a connection that was checked out; the next one says so.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Connections of a pool at this moment, and calls that wait for one. */
export interface PoolUsage {
  readonly busy: number
  readonly idle: number
  readonly waiting: number
}

export const usageOf = (pool: pg.Pool): PoolUsage => ({
  busy: pool.totalCount - pool.idleCount,
  idle: pool.idleCount,
  waiting: pool.waitingCount,
})

/** The same for a connection of one's own, such as the one that listens. */
export const clientConfig = (
  database: Database,
  settings: Readonly<Record<string, string>> = {},
): pg.ClientConfig => ({
  ...(typeof database === 'string' ? { connectionString: database } : database),
  options: Object.entries({ timezone: 'UTC', datestyle: 'ISO', ...NO_LONGER_THERE, ...settings })
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' '),
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  keepAlive: true,
  types: { getTypeParser },
})

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<
  number,
  (text: string) => unknown
>([
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.NUMERIC, Number],
  [pg.types.builtins.TIMESTAMPTZ, isoInstant],
])

/** Ours where we have one (text format only), else pg's own, which already suits the others. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): any {
  const own = format === 'binary' ? undefined : PARSERS.get(oid)
  return own ?? pg.types.getTypeParser(oid, format)
}

const FRACTION = 19
/** `2026-03-02 06:00:00.1234+00` to `2026-03-02T06:00:00.123Z`, cut, not rounded; 10x faster than Date. */
export function isoInstant(text: string): string {
  if (!text.endsWith('+00') || text[10] !== ' ') return isoThroughDate(text)
  const fraction = text[FRACTION] === '.' ? text.slice(FRACTION + 1, -3) : ''
  return `${text.slice(0, 10)}T${text.slice(11, FRACTION)}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
}

/** Another session time zone, or a year beyond 9999; `infinity` stays what it is. */
function isoThroughDate(text: string): string {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? text : date.toISOString()
}

const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // SQLSTATE: ended by an administrator, crashed, starting up or shutting down, all slots taken.
  '57P01',
  '57P02',
  '57P03',
  '53300',
])
/** What pg says without a code; see pg's client.js and pg-pool's index.js. */
const CONNECTION_MESSAGE =
  /^Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Query read timeout/

/** Whether an error means that the database could not be reached, rather than that it refused. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  return typeof code === 'string'
    ? CONNECTION_CODES.has(code) || code.startsWith('08')
    : CONNECTION_MESSAGE.test(error.message)
}
