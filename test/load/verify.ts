import { columnsOf, quoted } from '../../src/adapters/postgres/read/columns.ts'
import { createTables } from '../../src/adapters/postgres/tables.ts'
import { rebuild } from '../../src/projections/rebuild.ts'
import type { Log } from '../../src/system.ts'

/** Rows of one read model, and a hash over all of them in the order of their keys. */
interface Content {
  readonly rows: number
  readonly hash: string
}

export interface Verified {
  readonly readModels: number
  readonly rows: number
  readonly events: number
  readonly rebuildSeconds: number
  /** Read models whose rows a rebuild changed. */
  readonly different: readonly string[]
}

/**
 * Builds every read model anew and compares it, row for row, with what the projector had made of the log.
 * @throws Error when the log grows meanwhile: then the two are of different logs
 */
export async function verifyReadModels(log: Log): Promise<Verified> {
  const { store, projections, database } = log
  const events = await store.head()
  const before = await contents(log)
  const began = performance.now()
  const rebuilt = await rebuild(projections, {
    store,
    tables: createTables(database),
    signal: new AbortController().signal,
  })
  const rebuildSeconds = (performance.now() - began) / 1_000
  const stopped = rebuilt.filter(({ done }) => !done).map(({ projection }) => projection)
  if (stopped.length > 0) throw new Error(`not rebuilt: ${stopped.join(', ')}`)
  const after = await contents(log)
  const grown = (await store.head()) - events
  if (grown > 0) throw new Error(`the log grew by ${grown} events: stop what writes to it`)
  const different = [...before].filter(([name, { hash }]) => after.get(name)?.hash !== hash)
  return {
    ...{ readModels: before.size, events, rebuildSeconds },
    rows: [...before.values()].reduce((sum, { rows }) => sum + rows, 0),
    different: different.map(([name]) => name),
  }
}

async function contents({ pool, projections }: Log): Promise<ReadonlyMap<string, Content>> {
  const found = new Map<string, Content>()
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    for (const p of projections) {
      const columns = columnsOf(p).map(([column]) => quoted(column))
      const { rows } = await client.query<Content>({
        text: `select count(*)::int as rows,
            coalesce(md5(string_agg(md5(row(${columns.join(', ')})::text), '' order by key)), '') as hash
          from read.${quoted(p.name)}`,
      })
      found.set(p.name, rows[0]!)
    }
  } finally {
    client.release(true)
  }
  return found
}
