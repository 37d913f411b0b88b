import type pg from 'pg'
import type { Checkpoints } from '../../commands/policy.ts'
import { START } from '../../commands/event-store.ts'

/** Advisory lock of whoever creates the table, drawn once at random. */
const LOCK = 3_914_027_755

/**
 * Where each policy stands, in schema `taktlog`, apart from the log and from the read models: a
 * rebuild must never send a policy's commands again.
 */
export async function createCheckpoints(pool: pg.Pool): Promise<Checkpoints> {
  // One simple query is one transaction, so the lock is held until the table is there.
  await pool.query(`
    select pg_advisory_xact_lock(${LOCK});
    create schema if not exists taktlog;
    create table if not exists taktlog.checkpoints (
      name text primary key,
      position bigint not null,
      saved_at timestamptz not null default now()
    ) with (fillfactor = 50)`)
  return {
    async load(name) {
      const { rows } = await pool.query<{ position: number }>(
        'select position from taktlog.checkpoints where name = $1',
        [name],
      )
      return rows[0]?.position ?? START
    },
    async save(name, position) {
      await pool.query(
        `insert into taktlog.checkpoints as c (name, position) values ($1, $2)
         on conflict (name) do update set position = excluded.position, saved_at = now()
         where c.position < excluded.position`,
        [name, position],
      )
    },
  }
}
