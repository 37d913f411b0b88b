import type pg from 'pg'
import type { Keyed, Projection } from '../../../projections/projection.ts'
import {
  CheckpointMoved,
  type Session,
  type Table,
  type Write,
} from '../../../projections/tables.ts'
import { arrayTexts, cleanText } from './columns.ts'
import { copyAll, copyMessages, CopyFailed, createPacker, type PackedMessages } from './copy.ts'
import { createLifecycle, TABLE_ROWS, toTable, type Lifecycle, type TableRow } from './lifecycle.ts'
import { coalesced, createLane, shared } from './queues.ts'
import { codeOf, translate } from './refusals.ts'
import * as sql from './statements.ts'

/** Rows in one statement: bounds its parameters to some megabytes. */
const CHUNK_ROWS = 5_000
const KEYS_PAGE = 20_000
/** A server that has not taken leave by then, or is at a long statement still, is left without it. */
const GOODBYE_MS = 1_000
/** SQLSTATE of a second primary key: another session was faster. */
const ADDED_MEANWHILE = '42P16'
/** Look-ups that may scan a table without its primary key: rare maybes of the key filter. */
const MAX_SCANS = 8
/**
 * A crash loses rows together with the checkpoint that moved with them; they are folded again. The
 * first statistics of a filled table come from 9,000 of its rows instead of 30,000: a third of what
 * completing it cost the server. Autovacuum takes its own, larger sample as the table changes.
 */
const SETTINGS = `set synchronous_commit = off; set jit = off; set maintenance_work_mem = '128MB';
  set max_parallel_maintenance_workers = 0; set default_statistics_target = 30`

/**
 * @param client connected; writes, and holds the locks. The session owns both.
 * @param swift connected in pipeline mode: takes many small statements in one round trip, and looks rows
 *   up while the other copies a flush (whose rows are all remembered, so nothing is missed)
 * @param process is told with every write to those who listen
 */
export async function createSession(
  client: pg.Client,
  swift: pg.Client,
  process: string,
): Promise<Session> {
  const lost = new AbortController()
  for (const connection of [client, swift]) {
    for (const event of ['error', 'end'] as const)
      connection.on(event, () =>
        lost.abort(new Error('the connection to the read models was lost')),
      )
    await connection.query(SETTINGS)
  }
  const held = new Set<string>()
  const scans = new Map<string, number>()
  const keyed = new Set<string>()
  const alone = createLane()
  const lifecycle = createLifecycle(client)
  const beside = createLifecycle(swift)
  // After the commit and beside the next write, which does not wait for it; several become one.
  const tell = coalesced(() =>
    alone(() => client.query(`select pg_notify('read_moved', $1)`, [process])),
  )
  // Making indexes keeps a core busy, so both connections do it: whichever is free takes the next table.
  const both = shared<(own: Lifecycle) => Promise<void>>([
    (run) => alone(() => run(lifecycle)),
    (run) => run(beside),
  ])
  const ensureKey = async (table: Table): Promise<void> => {
    if (table.complete || keyed.has(table.name)) return
    try {
      await client.query(sql.addPrimaryKey(table.name))
    } catch (error) {
      if (codeOf(error) !== ADDED_MEANWHILE) throw translate(error, table)
    }
    keyed.add(table.name)
  }

  return {
    lost: lost.signal,
    hold: (locks) =>
      alone(async () => {
        const missing = locks.filter((lock) => !held.has(lock))
        if (missing.length === 0) return new Set(held)
        const { rows } = await client.query<{ name: string }>(
          'select name from unnest($1::text[]) name where pg_try_advisory_lock($2, hashtext(name))',
          [missing, sql.LOCK_CLASS],
        )
        for (const { name } of rows) held.add(name)
        return new Set(held)
      }),
    prepare: (projections) => alone(() => lifecycle.prepare(projections)),
    startBuild: (projections) => alone(() => lifecycle.startBuild(projections)),
    tables: (projections) =>
      alone(async () => {
        const values = [projections.map(({ name }) => name)]
        const { rows } = await client.query<TableRow>(TABLE_ROWS, values)
        return rows.map((row) =>
          toTable(
            row,
            projections.find(({ name }) => name === row.name)!,
          ),
        )
      }),
    async load(table, p, keys) {
      const scanned = (scans.get(table.name) ?? 0) + 1
      scans.set(table.name, scanned)
      if (scanned === MAX_SCANS) await alone(() => ensureKey(table))
      return load(swift, table, p, keys)
    },
    async *keys(table) {
      // Most tables are small, and one question is enough.
      const some = await swift.query<{ key: string }>(sql.someKeys(table.name, KEYS_PAGE))
      if (some.rows.length < KEYS_PAGE) return yield some.rows.map(({ key }) => key)
      await swift.query('begin')
      try {
        await swift.query(sql.keysCursor(table.name))
        for (;;) {
          const { rows } = await swift.query<{ key: string }>(`fetch ${KEYS_PAGE} from keys`)
          if (rows.length === 0) return
          yield rows.map(({ key }) => key)
        }
      } finally {
        await swift.query('rollback')
      }
    },
    packer: createPacker,
    async write(writes) {
      for (const { table, changed, gone } of writes)
        // Before the transaction, so that a rollback does not take the key away again.
        if (changed.length > 0 || gone.length > 0) await alone(() => ensureKey(table))
      if (writes.some(isCopied)) await alone(() => write(client, writes))
      else await writeAtOnce(swift, writes)
      tell()
    },
    fail: (table, failure) =>
      alone(async () => {
        await client.query(
          `update read._tables
           set failed_position = $2, failed_id = $3, failed_type = $4, error = $5
           where table_name = $1`,
          [table.name, failure.position, failure.id, failure.type, cleanText(failure.error)],
        )
      }),
    async complete(filled) {
      if (filled.size === 0) return
      const ordered = await alone(() => lifecycle.largestFirst(filled))
      await Promise.all(ordered.map((one) => both((own) => own.complete(one))))
    },
    async activate(table, p) {
      let active = false
      await both(async (own) => void (active = await own.activate(table, p)))
      return active
    },
    async close() {
      lost.abort(new Error('closed'))
      await Promise.all([client, swift].map(end))
    },
  }
}

/** Statements under way fail. */
async function end(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), GOODBYE_MS)
  await client.end().catch(() => {})
  clearTimeout(timer)
}

async function load(
  client: pg.Client,
  table: Table,
  p: Projection,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Keyed<object>>> {
  const clean = keys.map(cleanText)
  const { rows } = await client
    .query<Keyed<object>>({
      name: `load ${table.name}`,
      text: sql.selectByKeys(table.name, p),
      values: [clean],
    })
    .catch((error: unknown) => {
      throw translate(error, table)
    })
  const byKey = new Map(rows.map((row) => [row.key, row]))
  return new Map(
    keys.flatMap((key, i) => {
      const row = byKey.get(clean[i]!)
      return row ? [[key, row] as const] : []
    }),
  )
}

/** COPY needs a connection for itself, so what else there is follows one by one. */
async function write(client: pg.Client, writes: readonly Write[]): Promise<void> {
  await client.query('begin')
  try {
    // First, because the row lock also keeps a view switch out until this transaction is over.
    assertMoved(writes, await client.query(advance(writes)))
    await copyFresh(client, writes.filter(isCopied))
    for (const w of writes)
      try {
        for (const statement of statementsOf(w)) await client.query(statement)
      } catch (error) {
        throw translate(error, w.table)
      }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

/**
 * All statements in one round trip and the commit in another: a live batch of twenty tables waits
 * twice for the server instead of twenty times.
 */
async function writeAtOnce(client: pg.Client, writes: readonly Write[]): Promise<void> {
  const changes = writes.flatMap((w) => {
    try {
      return statementsOf(w).map((statement) => ({ table: w.table, statement }))
    } catch (error) {
      throw translate(error, w.table)
    }
  })
  const begun = client.query('begin')
  const advanced = client.query<Advanced>(advance(writes))
  const written = changes.map(({ table, statement }) =>
    client.query(statement).catch((error: unknown) => {
      throw translate(error, table)
    }),
  )
  try {
    const results = await Promise.allSettled([begun, advanced, ...written])
    // In the order sent: what comes after the first error only says that the transaction is over.
    const failed = results.find(({ status }) => status === 'rejected')
    if (failed) throw (failed as PromiseRejectedResult).reason
    assertMoved(writes, await advanced)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

interface Advanced {
  readonly table_name: string
}

const advance = (writes: readonly Write[]): pg.QueryConfig => ({
  name: 'advance',
  text: `update read._tables t set position = w.until
         from unnest($1::text[], $2::bigint[], $3::bigint[]) w (table_name, since, until)
         where t.table_name = w.table_name and t.position = w.since and t.failed_position is null
         returning t.table_name`,
  values: [writes.map((w) => w.table.name), writes.map((w) => w.from), writes.map((w) => w.to)],
})

function assertMoved(writes: readonly Write[], { rows }: { rows: readonly Advanced[] }): void {
  if (rows.length === writes.length) return
  const moved = new Set(rows.map((row) => row.table_name))
  throw new CheckpointMoved(writes.map((w) => w.table.name).filter((name) => !moved.has(name)))
}

/** Deletes and upserts of one table. */
function statementsOf({ table, projection, gone, changed }: Write): pg.QueryConfig[] {
  return [
    ...chunks(gone).map((keys) => ({
      name: `delete ${table.name}`,
      text: sql.deleteKeys(table.name),
      values: [keys.map(cleanText)],
    })),
    ...chunks(changed).map((rows) => ({
      name: `upsert ${table.name}`,
      text: sql.upsert(table.name, projection),
      values: arrayTexts(projection, rows),
    })),
  ]
}

const chunks = <T>(list: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(list.length / CHUNK_ROWS) }, (_, i) =>
    list.slice(i * CHUNK_ROWS, (i + 1) * CHUNK_ROWS),
  )

const isCopied = ({ fresh, packed }: Write): boolean =>
  fresh.length > 0 || (packed !== null && packed.rows > 0)

async function copyFresh(client: pg.Client, writes: readonly Write[]): Promise<void> {
  const copies = writes.map(({ table, projection, fresh, packed }) => ({
    statement: sql.copyInto(table.name, projection),
    // Packed by the packer of this session, which makes messages.
    messages: () => (packed as PackedMessages | null)?.messages ?? copyMessages(projection, fresh),
  }))
  try {
    await copyAll(client, copies)
  } catch (error) {
    if (!(error instanceof CopyFailed)) throw error
    throw translate(error.cause, writes[error.index]!.table)
  }
}
