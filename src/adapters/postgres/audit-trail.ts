import type pg from 'pg'
import type { AuditFilter, AuditPage, AuditTrail } from '../../commands/audit-trail.ts'
import type { EventStore } from '../../commands/event-store.ts'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import { INDEX_EVENTS } from './audit-schema.ts'
import { follow } from './follow.ts'
import { createNames } from './log-names.ts'
import { askPage, decodePage, pageOf, tooBig } from './log-page.ts'
import type { Database } from './pool.ts'
import { createParameters, type Parameters } from './read/conditions.ts'

/** Events of one transaction: some hundredths of a second of the database. */
const BATCH = 1_000

/** Keeps the index up to date with the log, until the signal aborts. @throws Error as `follow` does */
export const runAuditIndex = (database: Database, signal: AbortSignal): Promise<void> =>
  follow(
    database,
    {
      name: 'audit index',
      batch: BATCH,
      position: upTo,
      async take(client, from, to) {
        const moved = await client.query(
          'update audit.progress set position = $2 where position = $1',
          [from, to],
        )
        if (moved.rowCount !== 1) throw new Error('another process fills the audit index')
        await client.query({ ...INDEX_EVENTS, values: [from, to] })
      },
    },
    signal,
  )

export async function upTo(database: Pick<pg.Pool, 'query'>): Promise<number> {
  const { rows } = await database.query<{ position: number }>('select position from audit.progress')
  return rows[0]!.position
}

const FACTS = pageOf(
  'select * from es.events where position = any($1::bigint[]) order by position * $2::integer',
  'cardinality($1::bigint[])',
)

/** Facts at these positions, in this order. */
type FactsAt = (
  positions: readonly number[],
  direction: AuditPage['direction'],
) => Promise<readonly Recorded[]>

/** Facts of the log in this database, with one statement; with more where they are large. */
export function factsHere(pool: pg.Pool, catalogue: Catalogue): FactsAt {
  const names = createNames(pool)
  const factsAt: FactsAt = async (positions, direction) => {
    const order = direction === 'forward' ? 1 : -1
    const columns = await askPage(pool, 'audit-facts', FACTS, [positions, order])
    if (!tooBig(columns)) return decodePage(columns, names, catalogue)
    const half = positions.length >> 1
    const first = await factsAt(positions.slice(0, half), direction)
    return [...first, ...(await factsAt(positions.slice(half), direction))]
  }
  return factsAt
}

/** Facts of any log, with one read each. */
export const factsOf =
  (store: Pick<EventStore, 'readAll'>): FactsAt =>
  async (positions) => {
    const facts = positions.map((position) => store.readAll({ from: position - 1, limit: 1 }))
    return (await Promise.all(facts)).flat()
  }

/** The audit trail of a log whose index is kept in this database. */
export function createAuditTrail(pool: pg.Pool, factsAt: FactsAt): AuditTrail {
  return {
    async page(filter, page, sites) {
      // As numbers, so that the planner knows how rare they are.
      const types = filter.types ? await typeIds(pool, filter.types) : undefined
      const { text, values } = positionsSql({ ...filter, types }, page, sites)
      const { rows } = await pool.query<{ position: number }>(text, values)
      const positions = rows.slice(0, page.limit).map(({ position }) => position)
      return {
        facts: await factsAt(positions, page.direction),
        more: rows.length > page.limit,
      }
    },
    async find(wanted, sites) {
      const [column, value] = 'id' in wanted ? ['id', wanted.id] : ['position', wanted.position]
      const { rows } = await pool.query<{ position: number }>(
        `select position from audit.entries
         where ${column} = $1 and ($2::text[] is null or site = any($2)) limit 1`,
        [value, sites],
      )
      return rows[0]?.position ?? null
    },
    upTo: () => upTo(pool),
  }
}

async function typeIds(pool: pg.Pool, names: readonly string[]): Promise<readonly number[]> {
  const { rows } = await pool.query<{ id: number }>(
    'select id from es.types where name = any($1)',
    [names],
  )
  return rows.map(({ id }) => id)
}

type Filter = Omit<AuditFilter, 'types'> & { readonly types: readonly number[] | undefined }

/**
 * Positions of one page, and one more if there is more. A time of recording is looked up as a position,
 * because both grow together; all indexes end with the position, so a page is read, not sorted.
 */
function positionsSql(
  filter: Filter,
  { limit, direction, after }: AuditPage,
  sites: readonly string[] | null,
) {
  const parameters = createParameters()
  const where = conditionsOf(filter, parameters, direction)
  if (sites) where.push(`site = any(${parameters.add(sites, 'text[]')})`)
  const forward = direction === 'forward'
  if (after !== undefined)
    where.push(`position ${forward ? '>' : '<'} ${parameters.add(after, 'bigint')}`)
  const most = parameters.add(limit + 1, 'bigint')
  const order = `order by position ${forward ? 'asc' : 'desc'} limit ${most}`
  const branch = (condition: string): string =>
    `(select position from audit.entries where ${[...where, condition].join(' and ')} ${order})`
  if (filter.person === undefined) return { text: branch('true'), values: parameters.values }
  const person = parameters.add(filter.person, 'text')
  const both = `${branch(`person = ${person}`)} union ${branch(`actor = ${person}`)}`
  return { text: `select position from (${both}) as both_ways ${order}`, values: parameters.values }
}

function conditionsOf(
  filter: Filter,
  parameters: Parameters,
  direction: AuditPage['direction'],
): string[] {
  const { stream, actor, types, source, site } = filter
  const { occurredFrom, occurredBefore, recordedFrom, recordedBefore } = filter
  const where: string[] = []
  const add = (value: unknown, type: string, condition: (parameter: string) => string): void => {
    if (value !== undefined) where.push(condition(parameters.add(value, type)))
  }
  const firstRecorded = (from: string): string =>
    `coalesce((select position from audit.entries where recorded_at >= ${from}
      order by recorded_at, position limit 1), 9223372036854775807)`
  add(stream, 'text', (p) => `object = ${p}`)
  add(actor, 'text', (p) => `actor = ${p}`)
  add(types, 'integer[]', (p) => `type = any(${p})`)
  add(source, 'text', (p) => `source = ${p}`)
  add(site, 'text', (p) => `site = ${p}`)
  if (occurredFrom !== undefined && occurredBefore !== undefined)
    where.push(startOf(occurredFrom, occurredBefore, parameters, direction))
  add(occurredFrom, 'timestamptz', (p) => `occurred_at >= ${p}`)
  add(occurredBefore, 'timestamptz', (p) => `occurred_at < ${p}`)
  add(recordedFrom, 'timestamptz', (p) => `position >= ${firstRecorded(p)}`)
  add(recordedBefore, 'timestamptz', (p) => `position < ${firstRecorded(p)}`)
  return where
}

/**
 * Where a stretch of time begins in the log. Without it, a page about last month would go through all
 * that came since. "+ 0" keeps the planner from finding the extreme in that very way.
 */
function startOf(
  from: string,
  before: string,
  parameters: Parameters,
  direction: AuditPage['direction'],
): string {
  const [extreme, beyond] = direction === 'forward' ? ['min', '>='] : ['max', '<=']
  return `position ${beyond} (select ${extreme}(position + 0) from audit.entries
    where occurred_at >= ${parameters.add(from, 'timestamptz')}
      and occurred_at < ${parameters.add(before, 'timestamptz')})`
}
