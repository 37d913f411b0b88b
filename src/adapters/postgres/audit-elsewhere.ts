import type pg from 'pg'
import type { EventStore } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'
import { upTo } from './audit-trail.ts'
import { categoryOf, createNames } from './log-names.ts'
import { cleanText } from './read/columns.ts'

/** Facts of one transaction. */
const BATCH = 1_000

/** Moves on from $1 to $2, or nothing is written; then one row a fact. */
const ADD = {
  name: 'audit-add',
  text: `
with moved as (
  update audit.progress set position = $2 where position = $1 returning one
), added as (
  insert into audit.entries (type, position, recorded_at, occurred_at, id, object, actor, person,
                             source, site)
  select f.* from moved, unnest($3::integer[], $4::bigint[], $5::timestamptz[], $6::timestamptz[],
    $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]) as f
)
select count(*) as moved from moved`,
}

/**
 * Keeps the audit index of a log that is not in this database: it is read from the log, in its order,
 * and each batch is written together with its position. Until the signal aborts; in one process.
 * @throws Error when log or database are lost, or another process does the same
 */
export async function runAuditIndexOf(
  store: Pick<EventStore, 'subscribe'>,
  pool: pg.Pool,
  signal: AbortSignal,
): Promise<void> {
  const names = createNames(pool)
  let position = await upTo(pool)
  for await (const batch of store.subscribe({ after: position, batchSize: BATCH, signal })) {
    await names.register(
      batch.facts.map(({ stream, type }) => ({ category: categoryOf(stream), type })),
    )
    const facts = batch.facts as readonly Fact[]
    const types = facts.map(({ stream, type }) => names.type(categoryOf(stream), type))
    const columns = COLUMNS.map((column) => facts.map(column))
    const { rows } = await pool.query<{ moved: number }>({
      ...ADD,
      values: [position, batch.position, types, ...columns],
    })
    if (rows[0]!.moved !== 1) throw new Error('another process fills the audit index')
    position = batch.position
  }
}

type Fact = Recorded<{
  type: string
  data: { readonly stream?: unknown; readonly personId?: unknown }
}>
const textOr = <T>(value: unknown, otherwise: T): string | T =>
  typeof value === 'string' ? cleanText(value) : otherwise

/** In the order of the statement. A refused command is about the stream it was for. */
const COLUMNS: readonly ((fact: Fact) => unknown)[] = [
  ({ position }) => position,
  ({ recordedAt }) => recordedAt,
  ({ metadata }) => metadata.occurredAt,
  ({ id }) => id,
  ({ type, stream, data }) =>
    type === 'CommandRejected' ? textOr(data.stream, cleanText(stream)) : cleanText(stream),
  ({ metadata }) => cleanText(metadata.actor),
  ({ data }) => textOr(data.personId, null),
  ({ metadata }) => cleanText(metadata.source),
  ({ metadata }) => cleanText(metadata.site),
]
