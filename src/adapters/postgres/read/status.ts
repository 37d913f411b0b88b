import type { Projection } from '../../../projections/projection.ts'
import type { ProjectionStatus } from '../../../projections/read-models.ts'
import type { Ask } from './ask.ts'
import { TABLE_ROWS, toTable, type TableRow } from './lifecycle.ts'
import { LOCK_CLASS } from './statements.ts'

type Held = ReadonlySet<string>

/** Behind by more than a burst: half a second of a busy plant. */
const CATCHING_UP_LAG = 5_000
const BUILD_LOCK = 'build '

/**
 * What of the database says how the read models are. The schema is looked for until it is there once.
 * @returns takes the position of the last event of the log
 */
export function createStatus(
  { ask, locks }: { readonly ask: Ask; readonly locks: Ask },
  projections: readonly Projection[],
): (head: number) => Promise<readonly ProjectionStatus[]> {
  let isThere = false
  return async (head) => {
    isThere ||= await hasSchema(ask)
    if (!isThere) return projections.map((p) => describe(p, [], new Set(), head))
    const [rows, held] = await Promise.all([
      ask<TableRow>(TABLE_ROWS, [projections.map(({ name }) => name)]),
      heldLocks(locks, projections),
    ])
    return projections.map((p) =>
      describe(
        p,
        rows.filter(({ name }) => name === p.name),
        held,
        head,
      ),
    )
  }
}

const hasSchema = async (ask: Ask): Promise<boolean> =>
  (await ask(`select where to_regclass('read._skipped') is not null`, [])).length === 1

/** Whoever projects holds an advisory lock, so this is the truth across processes. */
async function heldLocks(ask: Ask, projections: readonly Projection[]): Promise<Held> {
  const names = projections.flatMap(({ name }) => [name, BUILD_LOCK + name])
  const rows = await ask<{ name: string }>(
    `select name from unnest($1::text[]) name where exists (
       select from pg_locks l join pg_database d on d.oid = l.database
       where l.locktype = 'advisory' and l.granted and d.datname = current_database()
         and l.classid = $2::bigint::oid and l.objid = (hashtext(name)::bigint & 4294967295)::oid)`,
    [names, LOCK_CLASS],
  )
  return new Set(rows.map(({ name }) => name))
}

function describe(
  p: Projection,
  rows: readonly TableRow[],
  held: Held,
  head: number,
): ProjectionStatus {
  const active = rows.find((row) => row.active)
  const building = rows.find((row) => !row.active)
  const failed = rows.find((row) => row.failed_position !== null)
  const position = active?.position ?? 0
  const lag = Math.max(0, head - position)
  const state = ((): ProjectionStatus['state'] => {
    if (failed) return 'FAILED'
    if (building && held.has(BUILD_LOCK + p.name)) return 'REBUILDING'
    if (!active || !held.has(p.name)) return 'WAITING'
    if (!toTable(active, p).current) return 'REBUILDING'
    return !active.complete || lag > CATCHING_UP_LAG ? 'CATCHING_UP' : 'LIVE'
  })()
  return {
    name: p.name,
    version: active?.version ?? p.version,
    state,
    position,
    lag,
    building: building?.position ?? (active && !active.complete ? active.position : null),
    error: errorOf(failed),
  }
}

const errorOf = (failed: TableRow | undefined): string | null =>
  failed
    ? `${failed.failed_type} ${failed.failed_id} at position ${failed.failed_position} ` +
      `stops ${failed.table_name}: ${failed.error}`
    : null
