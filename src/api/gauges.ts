import type { EventStore } from '../commands/event-store.ts'
import type { Metrics, Readings } from '../commands/metrics.ts'
import type { Clock } from '../commands/ports.ts'
import { recallDrills } from '../projections/material/recall-drills.ts'
import type { ProjectionStatus, ReadModels } from '../projections/read-models.ts'

interface Shown {
  readonly reads: Pick<ReadModels, 'status' | 'query'>
  readonly store: Pick<EventStore, 'head' | 'readAll'>
  readonly clock: Clock
}

/** Has the log and the read models shown at each scrape, as they are in the database: for all processes. */
export function showReadModels(metrics: Metrics, shown: Shown): void {
  metrics.gauges(async () => {
    const [status, head] = await Promise.all([shown.reads.status(), shown.store.head()])
    const each = (value: (p: ProjectionStatus) => number | null): Readings =>
      status.flatMap((p) => {
        const found = value(p)
        return found === null ? [] : [[{ projection: p.name }, found] as const]
      })
    const seconds = await lagSeconds(status, shown)
    return {
      taktlog_log_position: [[{}, head]],
      taktlog_projection_lag_events: each(({ lag }) => lag),
      taktlog_projection_lag_seconds: each((p) => (p.lag === 0 ? 0 : seconds.get(p.position)!)),
      taktlog_projection_failed: each(({ state }) => (state === 'FAILED' ? 1 : 0)),
      taktlog_rebuild_progress_ratio: each(({ building }) =>
        building === null ? null : Math.min(1, building / Math.max(1, head)),
      ),
    }
  })
  metrics.gauges(async () => ({ taktlog_recall_drill_failed: await failedDrills(shown) }))
}

/** Age of the oldest event after each position. Read models that run together share theirs. */
async function lagSeconds(
  status: readonly ProjectionStatus[],
  { store, clock }: Shown,
): Promise<ReadonlyMap<number, number>> {
  const behind = new Set(status.filter(({ lag }) => lag > 0).map(({ position }) => position))
  const now = Date.parse(clock.now())
  const ages = [...behind].map(async (from) => {
    const [next] = await store.readAll({ from, limit: 1 })
    const ms = next ? Math.max(0, now - Date.parse(next.recordedAt)) : 0
    return [from, ms / 1_000] as const
  })
  return new Map(await Promise.all(ages))
}

/** The newest drill of each site. Nothing where the read model is not kept. */
async function failedDrills({ reads }: Shown): Promise<Readings> {
  const status = await reads.status()
  if (!status.some(({ name }) => name === recallDrills.name)) return []
  const drills = await reads.query<{ site: string; failed: number }>({
    text: `select distinct on (site) site, (status = 'FAILED')::int as failed
      from read.recall_drills where status <> 'REQUESTED' order by site, at desc, key`,
    values: [],
  })
  return drills.map(({ site, failed }) => [{ site }, failed])
}
