import { randomUUID } from 'node:crypto'
import { createReadModels } from './adapters/postgres/read-models.ts'
import { lots } from './projections/material/lots.ts'
import { genealogyEdges } from './projections/material/genealogy-edges.ts'
import { drill } from './recall-drills.ts'
import { recallDrill } from './domain/material/recall-drill.ts'
import type { Log } from './system.ts'

export interface DrillOptions {
  readonly site: string
  readonly lots?: string
  readonly sample: number
  readonly seed?: string
}

/**
 * `taktlog drill`: a recall drill now, on the read models as they stand; its result is a fact, as of
 * those by night. The exit code is 1 when it failed.
 */
export async function drillCommand(
  log: Pick<Log, 'pool' | 'store' | 'execute' | 'services'>,
  { site, lots: list, sample, seed }: DrillOptions,
): Promise<void> {
  const { pool, store, execute, services } = log
  const reads = createReadModels({ pool, store, projections: [genealogyEdges, lots] })
  const drillId = `CLI-${randomUUID()}`
  const day = services.clock.now().slice(0, 10)
  const found = await drill(
    {
      ...{ drillId, site, sampleSize: sample, seed: seed ?? `${day}/${site}` },
      lotIds: list ? list.split(',').map((lot) => lot.trim()) : [],
    },
    { store, execute, reads, clock: services.clock },
  )
  for (const lot of found.lots) {
    const { lotId, backward, forward, durationMs, unexplained, problems } = lot
    console.log(
      `${lotId}: ${backward} nodes backward, ${forward} forward, ${durationMs} ms, unexplained ${unexplained}`,
    )
    for (const problem of problems) console.log(`  ${problem}`)
  }
  const recorded = await store.readStream(`${recallDrill.category}-${drillId}`)
  const passed = recorded.some(({ type }) => type === 'RecallDrillPassed')
  console.log(`Drill ${drillId} of ${found.lots.length} lots ${passed ? 'passed' : 'FAILED'}.`)
  if (!passed) process.exitCode = 1
}
