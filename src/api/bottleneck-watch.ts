import { setTimeout as delay } from 'node:timers/promises'
import { GraphQLError } from 'graphql'
import type { EventStore } from '../commands/event-store.ts'
import type { Execute } from '../commands/execute.ts'
import { uuid5 } from '../commands/ids.ts'
import type { Clock } from '../commands/ports.ts'
import { isRejection } from '../domain/decider.ts'
import { bottleneckWatch } from '../domain/planning/bottleneck-watch.ts'
import { SIMULATION_VERSION, type Simulate } from '../domain/planning/simulation/simulated.ts'
import { chancesOf } from '../projections/planning/bottleneck-chances.ts'
import { bottleneckWarnings } from '../projections/planning/bottleneck-forecast.ts'
import { schedules } from '../projections/planning/schedules.ts'
import type { ReadModels } from '../projections/read-models.ts'
import { forkAt } from './fork-at.ts'
import { CONCERNS, createRelevance } from './replanning-facts.ts'

/** A forecast is of hours; after so long the present is another. */
const EVERY_MS = 15 * 60_000
/** Facts come in bursts, and a new plan often follows them. */
const QUIET_MS = 30_000
const LOOK_MS = 1_000
/** Enough to tell 60 % from 40 %: the half width of a 95 % interval is below 10 %. */
const REPLICATIONS = 100
const SEED = 1
const HOUR_SECONDS = 3_600
const HOUR_MS = 3_600_000
const NAME = 'bottleneck-watch'

export interface BottleneckWatchDeps {
  readonly store: EventStore
  readonly reads: ReadModels
  /** In the name of Taktlog itself. */
  readonly execute: Execute
  readonly clock: Clock
  readonly simulate: Simulate
  /** Is told why a site cannot be looked at: its history is too long to be folded in memory. */
  readonly log?: { readonly warn: (message: string) => void }
  readonly signal: AbortSignal
  readonly everyMs?: number
  readonly quietMs?: number
  readonly lookMs?: number
}

interface Site {
  readonly site: string
  /** 0: not watched any more, and something is still warned of. */
  readonly hours: number
}

/** Sites that want to be watched, and those with open warnings. */
const WATCHED = `
  select coalesce(r.key, w.site) site, coalesce((r.rules ->> 'bottleneckHours')::int, 0) hours
  from read.planning_rules r
  full join (select distinct site from read.bottleneck_warnings where status = 'OPEN') w on w.site = r.key
  where (r.rules ->> 'bottleneckHours')::int > 0 or w.site is not null`

/**
 * When a plan is put in force, or shifts, absences, stops, orders or material change, and every quarter of an hour,
 * then simulate the hours to come, warn of a machine that becomes the bottleneck, and withdraw what no longer holds.
 * What was warned of is in the log, so a restart looks again and repeats nothing.
 */
export async function runBottleneckWatch(deps: BottleneckWatchDeps): Promise<void> {
  const { store, reads, signal, everyMs = EVERY_MS, quietMs = QUIET_MS, lookMs = LOOK_MS } = deps
  const ending = new AbortController()
  const until = AbortSignal.any([signal, ending.signal])
  /** By site, when a fact came that may change the forecast, and when it was looked at last. */
  const changed = new Map<string, number>()
  const looked = new Map<string, { readonly at: number; readonly hours: number }>()
  /** Where nobody wants to be warned, no fact is read. */
  const { promise: wanted, resolve: want } = Promise.withResolvers<void>()
  until.addEventListener('abort', () => want(), { once: true })
  const follow = async (): Promise<void> => {
    await wanted
    if (until.aborted) return
    const after = await store.head()
    const { relevant } = createRelevance(reads)
    const types = [...CONCERNS, 'PlanAccepted']
    for await (const { facts } of store.subscribe({ after, types, signal: until }))
      for (const { metadata } of await relevant(facts))
        changed.set(metadata.site, performance.now())
  }
  const isDue = ({ site, hours }: Site): boolean => {
    const now = performance.now()
    const last = looked.get(site)
    if (!last || last.hours !== hours || now - last.at >= everyMs) return true
    return now - (changed.get(site) ?? Infinity) >= quietMs
  }
  const look = async (): Promise<void> => {
    while (!until.aborted) {
      const sites = await reads.query<Site>({ text: WATCHED, values: [] })
      if (sites.length > 0) want()
      for (const one of sites.filter(isDue)) {
        changed.delete(one.site)
        looked.set(one.site, { at: performance.now(), hours: one.hours })
        await assess(one, deps, until).catch((error: unknown) => {
          if (!(error instanceof GraphQLError)) throw error
          deps.log?.warn(`bottlenecks of site ${one.site}: ${error.message}`)
        })
      }
      await delay(lookMs, undefined, { signal: until, ref: false }).catch(() => {})
    }
  }
  try {
    await Promise.all([follow(), look()])
  } finally {
    ending.abort()
  }
}

async function assess(
  { site, hours }: Site,
  { store, reads, execute, clock, simulate }: BottleneckWatchDeps,
  signal: AbortSignal,
): Promise<void> {
  const at = clock.now()
  const position = await store.head()
  const [row] = await reads.byKey(schedules, [site], [site])
  const forecast = async () => {
    const fork = await forkAt({ log: store }, { site, at, position })
    const { problem, variation } = fork
    const stretches = { count: hours, seconds: HOUR_SECONDS }
    const found = await simulate(
      { problem, variation, policy: { kind: 'keep' }, seed: SEED },
      {
        ...{ replications: REPLICATIONS, horizonSeconds: hours * HOUR_SECONDS, signal },
        bottlenecks: stretches,
      },
    )
    return found && chancesOf(bottleneckWarnings(fork, found, stretches))
  }
  const chances = hours > 0 ? await forecast() : []
  if (!chances) return
  const assessmentId = uuid5(`${NAME}/${site}/${position}/${at}`)
  const outcome = await execute(
    bottleneckWatch,
    {
      ...{ type: 'AssessBottlenecks', assessmentId, at, chances, position },
      horizonEndsAt: new Date(Date.parse(at) + hours * HOUR_MS).toISOString(),
      ...{ planId: row?.planId ?? null, simulationVersion: SIMULATION_VERSION },
      ...{ replications: REPLICATIONS, seed: SEED },
    },
    {
      commandId: uuid5(`${assessmentId}/assess`),
      ...{ actor: 'system', site, source: 'policy', occurredAt: at },
    },
  )
  if (isRejection(outcome)) throw new Error(outcome.why)
}
