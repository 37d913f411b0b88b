import type pg from 'pg'
import {
  MAX_RUNS_KEPT,
  questionKey,
  type RunResult,
  type ScenarioRuns,
} from '../../projections/planning/scenario-runs.ts'

/** Advisory lock of whoever creates the table, drawn once at random. */
const LOCK = 7_310_945_286

/** Results beside their scenarios, which must be there; they go with them. Creates the table if needed. */
export async function createScenarioRunTable(pool: pg.Pool): Promise<ScenarioRuns> {
  await pool.query(`
    select pg_advisory_xact_lock(${LOCK});
    create table if not exists taktlog.scenario_runs (
      scenario_id text not null references taktlog.scenarios on delete cascade,
      question text not null,
      ran_at timestamptz not null,
      result jsonb not null,
      primary key (scenario_id, question)
    )`)
  return {
    async save({ scenarioId, createdAt }, result) {
      const values = [scenarioId, createdAt, questionKey(result), result.ranAt]
      await pool.query(
        `insert into taktlog.scenario_runs (scenario_id, question, ran_at, result)
         select scenario_id, $3, $4, $5 from taktlog.scenarios
         where scenario_id = $1 and created_at = $2 for key share
         on conflict (scenario_id, question)
         do update set ran_at = excluded.ran_at, result = excluded.result`,
        [...values, JSON.stringify(result)],
      )
      await pool.query(
        `delete from taktlog.scenario_runs where scenario_id = $1 and question in (
           select question from taktlog.scenario_runs where scenario_id = $1
           order by ran_at desc, question offset $2)`,
        [scenarioId, MAX_RUNS_KEPT],
      )
    },
    async list({ scenarioId, createdAt }) {
      const { rows } = await pool.query<{ result: RunResult }>(
        `select result from taktlog.scenario_runs join taktlog.scenarios using (scenario_id)
         where scenario_id = $1 and created_at = $2 order by ran_at desc, question`,
        [scenarioId, createdAt],
      )
      return rows.map(({ result }) => result)
    },
  }
}
