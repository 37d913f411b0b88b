import type pg from 'pg'
import type { Projection } from '../../../projections/projection.ts'
import type { Table } from '../../../projections/tables.ts'
import * as sql from './statements.ts'

export interface TableRow {
  readonly table_name: string
  readonly name: string
  readonly version: number
  readonly shape: string
  readonly position: number
  readonly active: boolean
  readonly complete: boolean
  readonly failed_position: number | null
  readonly failed_id: string
  readonly failed_type: string
  readonly error: string
  readonly skipped: readonly number[]
}

/** Tables of the projections named in $1, the active one first. */
export const TABLE_ROWS = `
select t.*, array(
  select s.position::float8 from read._skipped s
  where s.name = t.name and s.version = t.version order by 1) skipped
from read._tables t where t.name = any($1) order by t.name, t.active desc, t.table_name`

export const toTable = (row: TableRow, p: Projection): Table => ({
  name: row.table_name,
  projection: row.name,
  position: row.position,
  active: row.active,
  complete: row.complete,
  current: row.version === p.version && row.shape === sql.shapeOf(p),
  failure:
    row.failed_position === null
      ? null
      : {
          position: row.failed_position,
          id: row.failed_id,
          type: row.failed_type,
          error: row.error,
        },
  skipped: row.skipped,
})

/** A table that is being filled, and whose. */
type Filled = readonly [Table, Projection]
/** One connection's. */
export type Lifecycle = ReturnType<typeof createLifecycle>

/** A view switch that readers keep waiting gives up after this, so that it never queues others. */
const SWITCH_LOCK_MS = 300
const LOCK_NOT_AVAILABLE = '55P03'
/** Longest identifier is 63 bytes; this leaves room for version, generation and index number. */
const MAX_NAME = 45
const NAME = /^[a-z][a-z0-9_]*$/

/** A table that is to be made, and what is to become of its view then. */
interface Wanted {
  readonly p: Projection
  readonly active: boolean
  readonly view: (table: string) => readonly string[]
}

/**
 * How tables come, are switched to and go. Runs on the session's one connection. All that a new
 * database needs goes there in a few round trips: each of them waits until Node, which serves others
 * meanwhile, comes back to it, and a connection that breaks before the end begins again.
 */
export function createLifecycle(client: pg.Client) {
  const transaction = async <T>(run: () => Promise<T>): Promise<T> => {
    await client.query('begin')
    try {
      const result = await run()
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    }
  }
  /** Two processes that start together must not both make the same table. */
  const exclusively = <T>(run: () => Promise<T>): Promise<T> =>
    transaction(async () => {
      await client.query('select pg_advisory_xact_lock($1, 0)', [sql.LOCK_CLASS])
      return run()
    })
  const tablesOf = async (projections: readonly Projection[]): Promise<readonly Table[]> => {
    const byName = new Map(projections.map((p) => [p.name, p]))
    const { rows } = await client.query<TableRow>(TABLE_ROWS, [[...byName.keys()]])
    return rows.map((row) => toTable(row, byName.get(row.name)!))
  }
  /** @param taken names in the schema */
  const create = async (
    wanted: readonly Wanted[],
    taken: Set<string>,
  ): Promise<readonly Table[]> => {
    if (wanted.length === 0) return []
    const named = wanted.map((w) => ({ ...w, name: freeName(taken, w.p) }))
    await client.query(
      named.flatMap(({ name, p, view }) => [sql.createTable(name, p), ...view(name)]).join(';'),
    )
    const { rows } = await client.query<TableRow>(
      `insert into read._tables (table_name, name, version, shape, active)
       select * from unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::boolean[])
       returning *, '{}'::float8[] skipped`,
      [
        named.map(({ name }) => name),
        named.map(({ p }) => p.name),
        named.map(({ p }) => p.version),
        named.map(({ p }) => sql.shapeOf(p)),
        named.map(({ active }) => active),
      ],
    )
    const made = new Map(named.map(({ name, p }) => [name, p]))
    return rows.map((row) => toTable(row, made.get(row.table_name)!))
  }
  /** What this projection lacks: its first table, or one of today's version beside another one's. */
  const lacking = async (p: Projection, own: readonly Table[]): Promise<readonly Wanted[]> => {
    const active = own.find((table) => table.active)
    if (!active)
      return [{ p, active: true, view: (name) => [sql.dropView(p), sql.createView(name, p)] }]
    if (active.current || own.some((table) => !table.active && table.current)) return []
    const bridge = sql.createBridge(active.name, p, await columnTypes(client, active))
    return [{ p, active: false, view: () => [sql.dropView(p), bridge] }]
  }

  return {
    async prepare(projections: readonly Projection[]): Promise<void> {
      await exclusively(async () => {
        // Looked for first: even a needless `create index` would wait for the projector's writes.
        const found = await client.query(
          `select from to_regclass('read._skipped') t where t is not null`,
        )
        if (found.rowCount === 0) await client.query(sql.SCHEMA)
        await dropOrphans(client)
        for (const p of projections) assertName(p)
        const all = await tablesOf(projections)
        for (const table of all)
          if (!table.active && !table.current) await client.query(sql.dropTable(table.name))
        const wanted: Wanted[] = []
        for (const p of projections)
          wanted.push(
            ...(await lacking(
              p,
              all.filter(({ projection }) => projection === p.name),
            )),
          )
        await create(wanted, await namesTaken(client))
      })
    },
    startBuild: (projections: readonly Projection[]): Promise<ReadonlyMap<Projection, Table>> =>
      exclusively(async () => {
        const all = await tablesOf(projections)
        const unfinished = all.filter((table) => !table.active && table.current)
        // Asked for again after it had stopped at an event: the code may have been mended.
        await client.query(
          'update read._tables set failed_position = null, error = null where table_name = any($1)',
          [unfinished.map(({ name }) => name)],
        )
        const started = new Set(unfinished.map(({ projection }) => projection))
        const wanted = projections
          .filter(({ name }) => !started.has(name))
          .map((p) => ({ p, active: false, view: () => [] }))
        const made = await create(wanted, await namesTaken(client))
        const tables = [...unfinished.map((table) => ({ ...table, failure: null })), ...made]
        const byName = new Map(tables.map((table) => [table.projection, table]))
        return new Map(projections.map((p) => [p, byName.get(p.name)!]))
      }),
    async largestFirst(filled: ReadonlyMap<Table, Projection>): Promise<readonly Filled[]> {
      const byName = new Map([...filled].map((entry) => [entry[0].name, entry]))
      const { rows } = await client.query<{ name: string }>(
        `select name from unnest($1::text[]) name
         order by pg_relation_size(to_regclass('read.' || quote_ident(name))) desc nulls last`,
        [[...byName.keys()]],
      )
      return rows.map(({ name }) => byName.get(name)!)
    },
    async complete([table, p]: Filled): Promise<void> {
      await client.query(sql.complete(table.name, p))
    },
    async activate(table: Table, p: Projection): Promise<boolean> {
      try {
        return await transaction(async () => {
          await client.query(`set local lock_timeout = ${SWITCH_LOCK_MS};${sql.lockTables(p)}`)
          const all = await tablesOf([p])
          const self = all.find(({ name }) => name === table.name)
          if (!self) throw new Error(`${table.name} is gone: another process dropped it`)
          const active = all.find((other) => other.active)
          if (active?.name === table.name) return true
          if (active?.current && active.position > self.position) return false
          await client.query(sql.activate(table.name, p, active?.name ?? null))
          return true
        })
      } catch (error) {
        if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return false
        throw error
      }
    },
  }
}

function assertName({ name }: Projection): void {
  if (!NAME.test(name) || name.length > MAX_NAME)
    throw new Error(`projection name ${name} must be snake_case of at most ${MAX_NAME} letters`)
}

/** Of all that lives in the schema: a table may not be called like a view or an index either. */
async function namesTaken(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    `select relname::text name from pg_class where relnamespace = to_regnamespace('read')`,
  )
  return new Set(rows.map(({ name }) => name))
}

/** `orders_v1`, or with the first generation number that no table has; taken from now on. */
function freeName(taken: Set<string>, p: Projection): string {
  for (let generation = 1; ; generation++) {
    const name = `${p.name}_v${p.version}${generation === 1 ? '' : `_g${generation}`}`
    if (taken.has(name)) continue
    taken.add(name)
    return name
  }
}

/** A table somebody dropped by hand is built again. */
async function dropOrphans(client: pg.Client): Promise<void> {
  await client.query(
    `delete from read._tables where to_regclass('read.' || quote_ident(table_name)) is null`,
  )
}

async function columnTypes(client: pg.Client, table: Table): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname::text name, format_type(atttypid, atttypmod) type from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [`read.${table.name}`],
  )
  return new Map(
    rows.map(({ name, type }) => [
      name,
      type === 'timestamp with time zone' ? 'timestamptz' : type,
    ]),
  )
}
