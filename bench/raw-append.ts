import type pg from 'pg'
import type { NewEvent } from '../src/commands/event-store.ts'

/** What one call of `es.append_batch` gets: every event an append of its own, or all of one stream. */
export interface RawGroup {
  readonly streams: readonly string[]
  /** Index into `streams` of each append, and its events. */
  readonly appends: readonly { readonly stream: number; readonly events: readonly NewEvent[] }[]
}

const SEPARATOR = '\u001e'
const list = (items: readonly unknown[]): string => `{${items.join(',')}}`

/**
 * The database's function called as anybody with a SQL client would: arguments made from events, one
 * call a group, and nothing of Taktlog around it.
 */
export async function createRawAppend(pool: pg.Pool, category: string) {
  const { rows: categories } = await pool.query('select id from es.categories where name = $1', [
    category,
  ])
  const { rows: types } = await pool.query('select id, name from es.types')
  const typeIds = new Map(types.map((t) => [t.name as string, t.id as number]))
  const categoryId = categories[0]!.id as number

  return ({ streams, appends }: RawGroup): Promise<unknown> => {
    const events = appends.flatMap((append) => append.events)
    const values = [
      streams.join(SEPARATOR),
      list(streams.map(() => categoryId)),
      list(appends.map(({ stream }) => stream + 1)),
      list(appends.map(() => -2)),
      list(appends.map((append) => append.events.length)),
      list(appends.flatMap((append, i) => append.events.map(() => i + 1))),
      list(events.map(({ id }) => id)),
      list(events.map(({ type }) => typeIds.get(type)!)),
      list(events.map(({ schemaVersion }) => schemaVersion)),
      events.map(({ data }) => JSON.stringify(data)).join(SEPARATOR),
      events.map(({ metadata }) => JSON.stringify(metadata)).join(SEPARATOR),
    ]
    const text = 'select * from es.append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)'
    return pool.query({ name: 'raw-append', text, values })
  }
}
