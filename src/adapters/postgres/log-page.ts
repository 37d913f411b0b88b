import type pg from 'pg'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import { SEPARATOR } from './log-append.sql.ts'
import { isoInstant } from './pool.ts'
import type { Names } from './log-names.ts'

/** Payload bytes in one answer of the database, well below the longest string of V8 (512 MB). */
const MAX_PAGE_BYTES = 64 * 1024 * 1024

/** One page as the database sends it: one row, each column holding the values of all events. */
export type Columns = readonly [
  rows: number,
  tooBig: boolean,
  positions: string | null,
  revisions: string,
  types: string,
  versions: string,
  recordedAt: string,
  ids: string,
  streams: string,
  data: string | null,
  metadata: string | null,
]

/**
 * Wraps a query over `es.events` that yields a page in its order. Joined columns cost Node half of
 * what a row per event costs it (420 ms against 880 ms of CPU for 200,000 events), and Node is the
 * busier of the two. Of an event with more than its share of `MAX_PAGE_BYTES` the payload is left out, and the
 * page is too big: so the size is bounded without going through the events twice (2.1 against 2.6 us an event).
 * @param limit SQL of how many events there are at most
 */
export const pageOf = (events: string, limit: string): string => {
  const share = `(octet_length(data) + octet_length(metadata))::bigint * ${limit}`
  const fits = `(${share} <= ${MAX_PAGE_BYTES} or ${limit} = 1)`
  const payloads = (column: string): string =>
    `'[' || string_agg(${column}, ',') filter (where ${fits}) || ']'`
  return `
select count(*)::integer, coalesce(not bool_and(${fits}), false),
  string_agg(position::text, ','), string_agg(revision::text, ','), string_agg(type::text, ','),
  string_agg(schema_version::text, ','), string_agg(recorded_at::text, ','),
  string_agg(id::text, ','), string_agg(stream, E'\\x1e'), ${payloads('data')}, ${payloads('metadata')}
from (${events}) as page`
}

/** Position of the last event of a page, before any of it is decoded. */
export const lastPosition = ([, , positions]: Columns): number | null =>
  positions === null ? null : Number(positions.slice(positions.lastIndexOf(',') + 1))

/** Payloads are missing: fewer events have to be asked for. */
export const tooBig = ([, isTooBig]: Columns): boolean => isTooBig

/** Asks for one page. The name must be as unique as the text: it is prepared under it. */
export async function askPage(
  pool: pg.Pool,
  name: string,
  text: string,
  values: unknown[],
): Promise<Columns> {
  const { rows } = await pool.query<Columns & any[]>({ name, text, values, rowMode: 'array' })
  return rows[0]!
}

/** The facts of a page that is not too big, payloads in the schema of today. */
export async function decodePage(
  columns: Columns,
  names: Names,
  catalogue: Catalogue,
): Promise<Recorded[]> {
  const [, , joined, revisions, types, versions, recordedAt, ids, streams, data, metadata] = columns
  if (joined === null) return []
  const positions = numbers(joined)
  const revision = numbers(revisions)
  const type = numbers(types)
  const version = numbers(versions)
  const recorded = recordedAt.split(',')
  const id = ids.split(',')
  const stream = streams.split(SEPARATOR)
  const payloads = JSON.parse(data!) as unknown[]
  const metas = JSON.parse(metadata!) as Recorded['metadata'][]
  const typeOf = await names.typeNames(new Set(type))
  // All events of a group share their moment.
  let moment = ''
  let instant = ''
  return positions.map((position, i) => {
    if (recorded[i] !== moment) instant = isoInstant((moment = recorded[i]!))
    const name = typeOf.get(type[i]!)!
    const definition = catalogue.get(name)
    return {
      type: name,
      data: definition ? definition.upcast(payloads[i], version[i]!) : payloads[i],
      id: id[i]!,
      schemaVersion: version[i]!,
      metadata: metas[i]!,
      stream: stream[i]!,
      revision: revision[i]!,
      position,
      recordedAt: metas[i]!.recordedAt ?? instant,
    }
  })
}

const numbers = (joined: string): number[] => JSON.parse(`[${joined}]`) as number[]
