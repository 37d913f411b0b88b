import { setTimeout as delay } from 'node:timers/promises'
import { actively, type ActiveDeps } from './active.ts'
import type { Services } from './api/context.ts'
import type { Execute } from './commands/execute.ts'
import { uuid5 } from './commands/ids.ts'
import type { Checkpoints } from './commands/policy.ts'
import type { Clock } from './commands/ports.ts'
import type { EventStore } from './commands/event-store.ts'
import { isRejection } from './domain/decider.ts'
import { drawn, recallDrill, recallDrillEvents } from './domain/material/recall-drill.ts'
import type { RecallDrillEvent } from './domain/material/events.ts'
import { drillLot } from './projections/material/drill/drill.ts'
import { readLogGraph } from './projections/material/drill/log-graph.ts'
import { genealogyEdges } from './projections/material/genealogy-edges.ts'
import { readModelsThere } from './read-models-there.ts'

/** A read model that is further behind when a drill begins is drilled as far as it has come. */
const WAIT_MS = 30_000
/** How often it is looked whether a new day has begun. */
const LOOK_MS = 60_000
const NAME = 'recall-drill'

export interface DrillDeps {
  readonly store: EventStore
  readonly execute: Execute
  readonly reads: Pick<Services['reads'], 'query' | 'status' | 'waitFor'>
  readonly clock: Clock
}
export interface DrillWish {
  readonly drillId: string
  readonly site: string
  readonly seed: string
  /** Empty: by chance. */
  readonly lotIds: readonly string[]
  readonly sampleSize: number
}
type Outcome = Exclude<RecallDrillEvent, { type: 'RecallDrillRequested' }>['data']

/**
 * Drills the lots, and records what was found. The same wish on the same log draws the same lots.
 * @returns what was found; why it failed is in the fact
 */
export async function drill(
  { drillId, site, seed, lotIds, sampleSize }: DrillWish,
  { store, execute, reads, clock }: DrillDeps,
  causationId?: string,
): Promise<Outcome> {
  await reads.waitFor(await store.head(), WAIT_MS)
  const status = (await reads.status()).find(({ name }) => name === genealogyEdges.name)
  const position = status?.position ?? 0
  const graph = await readLogGraph(store, position)
  const chosen = lotIds.length > 0 ? lotIds : drawn(seed, graph.lots.get(site) ?? [], sampleSize)
  const startedAt = clock.now()
  const lots = []
  for (const lotId of chosen)
    lots.push(
      await drillLot(lotId, position, {
        graph,
        ask: (query) => reads.query(query),
        now: () => performance.now(),
      }),
    )
  const found = { drillId, seed, position, startedAt, lots }
  const outcome = await execute(
    recallDrill,
    { type: 'CompleteRecallDrill', ...found },
    {
      commandId: uuid5(`${NAME}/${drillId}/${startedAt}`),
      ...{ actor: 'system', site, source: 'policy' },
      ...(causationId ? { causationId } : {}),
    },
  )
  if (isRejection(outcome)) throw new Error(outcome.why)
  return found
}

/** When a drill was requested, then do it. Goes on where it stood. */
async function followDrills(
  deps: DrillDeps & { readonly checkpoints: Checkpoints; readonly signal: AbortSignal },
): Promise<void> {
  const { store, checkpoints, signal } = deps
  const after = await checkpoints.load(NAME)
  const types = [recallDrillEvents.requested.type]
  for await (const batch of store.subscribe({ after, types, signal })) {
    for (const fact of batch.facts) {
      const facts = await store.readStream(fact.stream)
      if (facts.some(({ type }) => type !== recallDrillEvents.requested.type)) continue
      const wish = fact.data as Omit<DrillWish, 'site'>
      await drill({ ...wish, site: fact.metadata.site }, deps, fact.id)
    }
    await checkpoints.save(NAME, batch.position)
  }
}

/** Once a day (UTC), and for each site that has lots, a drill is requested; its seed is the day. */
async function requestNightly(deps: DrillDeps & { readonly signal: AbortSignal }): Promise<void> {
  const { signal, clock } = deps
  let done: string | null = null
  while (!signal.aborted) {
    const day = clock.now().slice(0, 10)
    if (day !== done && (await requestFor(day, deps))) done = day
    await delay(LOOK_MS, undefined, { signal, ref: false }).catch(() => {})
  }
}

/** False where there is nothing to drill yet. */
async function requestFor(day: string, { reads, execute }: DrillDeps): Promise<boolean> {
  const sites = await reads.query<{ site: string }>({
    text: 'select distinct site from read.lots order by 1',
    values: [],
  })
  for (const { site } of sites)
    await execute(
      recallDrill,
      { type: 'RequestRecallDrill', drillId: `NIGHTLY-${day}-${site}`, seed: `${day}/${site}` },
      { commandId: uuid5(`${NAME}/${day}/${site}`), actor: 'system', site, source: 'policy' },
    )
  return sites.length > 0
}

/** Drills by night and on demand, in one of all processes; survives outages of the database. */
export function runDrills(
  deps: DrillDeps & { readonly checkpoints: Checkpoints },
  active: ActiveDeps,
): Promise<void>[] {
  const work = [
    ['recall drill', followDrills],
    ['nightly recall drill', requestNightly],
  ] as const
  return work.map(([name, run]) =>
    actively(name, active, async (signal) => {
      await readModelsThere(deps.reads, signal)
      await run({ ...deps, signal })
    }),
  )
}
