import type pg from 'pg'
import type { Scenario, ScenarioStore } from '../../commands/whatif/scenario.ts'

/** Advisory lock of whoever creates the table, drawn once at random. */
const LOCK = 5_180_263_947

/**
 * Scenarios in schema `taktlog`, beside the log and the read models: nothing of them is ever a fact. Creates
 * the table if needed.
 */
export async function createScenarioTable(pool: pg.Pool): Promise<ScenarioStore> {
  await pool.query(`
    select pg_advisory_xact_lock(${LOCK});
    create schema if not exists taktlog;
    create table if not exists taktlog.scenarios (
      scenario_id text primary key,
      site text not null,
      created_at timestamptz not null,
      kept boolean not null,
      content jsonb not null
    );
    create index if not exists scenarios_site on taktlog.scenarios (site, created_at)`)
  const read = (row: { content: Omit<Scenario, 'kept'>; kept: boolean }): Scenario => ({
    ...row.content,
    kept: row.kept,
  })
  return {
    async add({ kept, ...content }) {
      const { scenarioId, site, createdAt } = content
      const { rowCount } = await pool.query(
        `insert into taktlog.scenarios (scenario_id, site, created_at, kept, content)
         values ($1, $2, $3, $4, $5) on conflict do nothing`,
        [scenarioId, site, createdAt, kept, JSON.stringify(content)],
      )
      return rowCount === 1
    },
    async find(scenarioId) {
      const { rows } = await pool.query(
        'select content, kept from taktlog.scenarios where scenario_id = $1',
        [scenarioId],
      )
      return rows[0] ? read(rows[0]) : null
    },
    async list(sites) {
      const { rows } = await pool.query(
        `select content, kept from taktlog.scenarios where ($1::text[] is null or site = any($1))
         order by created_at desc, scenario_id collate "C"`,
        [sites],
      )
      return rows.map(read)
    },
    async keep(scenarioId, kept) {
      await pool.query('update taktlog.scenarios set kept = $2 where scenario_id = $1', [
        scenarioId,
        kept,
      ])
    },
    async drop(scenarioId) {
      await pool.query('delete from taktlog.scenarios where scenario_id = $1', [scenarioId])
    },
  }
}
