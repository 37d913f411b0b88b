import type pg from 'pg'
import type { PersonName, PersonNames } from '../../commands/person-names.ts'

/** Advisory lock of whoever creates the table, drawn once at random. */
const LOCK = 7_402_386_119
/** Found by a part of the name; who looks for more gives more letters. */
const MAX_FOUND = 1_000

const COLUMNS = 'person_id "personId", site, name, badge, email'

/**
 * Names of persons in schema `taktlog`, beside the log and the read models: erased here they are gone,
 * and nothing that is rebuilt brings them back. Creates the table if needed.
 */
export async function createPersonNames(pool: pg.Pool): Promise<PersonNames> {
  // One simple query is one transaction, so the lock is held until the table is there.
  await pool.query(`
    select pg_advisory_xact_lock(${LOCK});
    create schema if not exists taktlog;
    create table if not exists taktlog.person_names (
      person_id text primary key,
      site text not null,
      name text not null,
      badge text,
      email text,
      set_at timestamptz not null,
      set_by text not null
    );
    create index if not exists person_names_badge on taktlog.person_names (badge)`)
  return {
    async put({ personId, site, name, badge, email }, { at, actor }) {
      await pool.query(
        `insert into taktlog.person_names (person_id, site, name, badge, email, set_at, set_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (person_id) do update set (site, name, badge, email, set_at, set_by) =
           (excluded.site, excluded.name, excluded.badge, excluded.email, excluded.set_at, excluded.set_by)`,
        [personId, site, name, badge, email, at, actor],
      )
    },
    async find(personIds) {
      const { rows } = await pool.query<PersonName>({
        name: 'person_names_find',
        text: `select ${COLUMNS} from taktlog.person_names where person_id = any($1)`,
        values: [personIds],
      })
      return new Map(rows.map((row) => [row.personId, row]))
    },
    async search(what, sites) {
      const byBadge = 'badge' in what
      const { rows } = await pool.query<{ personId: string }>(
        `select person_id "personId" from taktlog.person_names
         where ($1::text[] is null or site = any($1))
           and ${byBadge ? 'badge = $2' : 'position(lower($2) in lower(name)) > 0'}
         order by person_id collate "C" limit ${MAX_FOUND}`,
        [sites, byBadge ? what.badge : what.contains],
      )
      return rows.map(({ personId }) => personId)
    },
    async erase(personId) {
      await pool.query('delete from taktlog.person_names where person_id = $1', [personId])
    },
  }
}
