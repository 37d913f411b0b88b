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

/** A view switch that readers keep waiting gives up after this, so that it never queues others. */
const SWITCH_LOCK_MS = 300
const LOCK_NOT_AVAILABLE = '55P03'
/** Longest identifier is 63 bytes; this leaves room for version, generation and index number. */
const MAX_NAME = 45
const NAME = /^[a-z][a-z0-9_]*$/

/** How tables come, are switched to and go. Runs on the session's one connection. */
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
  const tablesOf = async (p: Projection): Promise<readonly Table[]> => {
    const { rows } = await client.query<TableRow>(TABLE_ROWS, [[p.name]])
    return rows.map((row) => toTable(row, p))
  }
  const create = async (p: Projection, active: boolean): Promise<Table> => {
    const name = await freeName(client, p)
    await client.query(sql.createTable(name, p))
    const { rows } = await client.query<TableRow>(
      `insert into read._tables (table_name, name, version, shape, active)
       values ($1, $2, $3, $4, $5) returning *, '{}'::float8[] skipped`,
      [name, p.name, p.version, sql.shapeOf(p), active],
    )
    return toTable(rows[0]!, p)
  }
  const drop = async (table: Table): Promise<void> => {
    await client.query('delete from read._tables where table_name = $1', [table.name])
    await client.query(sql.dropTable(table.name))
  }
  const replaceView = async (p: Projection, createView: string): Promise<void> => {
    await client.query(sql.dropView(p))
    await client.query(createView)
  }
  const prepareOne = async (p: Projection): Promise<void> => {
    assertName(p)
    const all = await tablesOf(p)
    for (const table of all) if (!table.active && !table.current) await drop(table)
    const active = all.find((table) => table.active)
    if (!active) {
      const table = await create(p, true)
      await replaceView(p, sql.createView(table.name, p))
    } else if (!active.current && !all.some((table) => !table.active && table.current)) {
      await create(p, false)
      const old = await columnTypes(client, active)
      await replaceView(p, sql.createBridge(active.name, p, old))
    }
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
        for (const p of projections) await prepareOne(p)
      })
    },
    startBuild: (p: Projection): Promise<Table> =>
      exclusively(async () => {
        const unfinished = (await tablesOf(p)).find((table) => !table.active && table.current)
        if (!unfinished) return create(p, false)
        // Asked for again after it had stopped at an event: the code may have been mended.
        await client.query(
          'update read._tables set failed_position = null, error = null where table_name = $1',
          [unfinished.name],
        )
        return { ...unfinished, failure: null }
      }),
    async complete(table: Table, p: Projection): Promise<void> {
      await transaction(async () => {
        const found = await client.query(
          'select from pg_index where indrelid = to_regclass($1) and indisprimary',
          [`read.${table.name}`],
        )
        if (found.rowCount === 0) await client.query(sql.addPrimaryKey(table.name))
        for (const statement of sql.createIndexes(table.name, p)) await client.query(statement)
        await client.query(sql.allowVacuum(table.name))
        await client.query('update read._tables set complete = true where table_name = $1', [
          table.name,
        ])
      })
      await client.query(`analyze read.${table.name}`)
    },
    async activate(table: Table, p: Projection): Promise<boolean> {
      try {
        return await transaction(async () => {
          await client.query(`set local lock_timeout = ${SWITCH_LOCK_MS}`)
          await client.query('select from read._tables where name = $1 for update', [p.name])
          const all = await tablesOf(p)
          const self = all.find(({ name }) => name === table.name)
          if (!self) throw new Error(`${table.name} is gone: another process dropped it`)
          const active = all.find((other) => other.active)
          if (active?.name === table.name) return true
          if (active?.current && active.position > self.position) return false
          await replaceView(p, sql.createView(table.name, p))
          if (active) await drop(active)
          await client.query('update read._tables set active = true where table_name = $1', [
            table.name,
          ])
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

/** `orders_v1`, or with the first generation number that no table has. */
async function freeName(client: pg.Client, p: Projection): Promise<string> {
  for (let generation = 1; ; generation++) {
    const name = `${p.name}_v${p.version}${generation === 1 ? '' : `_g${generation}`}`
    const { rows } = await client.query<{ free: boolean }>('select to_regclass($1) is null free', [
      `read.${name}`,
    ])
    if (rows[0]!.free) return name
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
