import { isRejection, reject, type Rejection } from '../../domain/decider.ts'
import { invalid } from '../execute.ts'
import type { EventStore } from '../event-store.ts'
import type { Clock } from '../ports.ts'
import { openScenario, type AssumeDeps } from './assume.ts'
import type { Overlay } from './overlay.ts'
import { scenarioSchema, type Scenario, type ScenarioStore } from './scenario.ts'

/** Scenarios of one site; the oldest that nobody keeps makes room for a new one. */
const MAX_SCENARIOS = 100
/** Opened scenarios that stay in memory: each holds its own facts only. */
const MAX_OPEN = 20

export interface Scenarios {
  create(wish: {
    readonly input: unknown
    readonly site: string
    readonly actor: string
    /** Position to fork at; null: now. */
    readonly position: number | null
  }): Promise<Scenario | Rejection>
  find(scenarioId: string): Promise<Scenario | null>
  list(sites: readonly string[] | null): Promise<readonly Scenario[]>
  /** History and assumptions as one log. @throws Error where it cannot be opened any more */
  open(scenario: Scenario): Promise<Overlay>
  keep(scenarioId: string, kept: boolean): Promise<void>
  drop(scenarioId: string): Promise<void>
}

export function createScenarios(
  deps: Omit<AssumeDeps, 'store'> & {
    readonly store: Pick<EventStore, 'readStream' | 'readAll' | 'head'>
    readonly scenarios: ScenarioStore
    readonly clock: Clock
  },
): Scenarios {
  const { store, scenarios, clock } = deps
  const opened = new Map<string, Promise<Overlay>>()

  const opening = async (scenario: Scenario): Promise<Overlay> => {
    const overlay = await openScenario(scenario, deps)
    if (isRejection(overlay)) throw new Error(`${scenario.scenarioId}: ${overlay.why}`)
    return overlay
  }
  const makeRoom = async (site: string): Promise<Rejection | null> => {
    const known = await scenarios.list([site])
    if (known.length < MAX_SCENARIOS) return null
    const oldest = known.findLast(({ kept }) => !kept)
    if (!oldest)
      return reject('TooManyScenarios', `site ${site} keeps ${MAX_SCENARIOS} scenarios; drop one.`)
    await scenarios.drop(oldest.scenarioId)
    return null
  }

  return {
    async create({ input, site, actor, position }) {
      const parsed = scenarioSchema.safeParse(input)
      if (!parsed.success) return invalid(parsed.error, input)
      const head = await store.head()
      if (position !== null && (position < 1 || position > head))
        return reject('InvalidInput', `position ${position} is not between 1 and ${head}.`)
      const fork = position ?? head
      const at = fork === head ? clock.now() : await recordedAt(store, fork)
      const scenario: Scenario = {
        ...{ ...parsed.data, site, position: fork, at, createdBy: actor },
        ...{ createdAt: clock.now(), kept: false },
      }
      const overlay = await openScenario(scenario, deps)
      if (isRejection(overlay)) return overlay
      const full = await makeRoom(site)
      if (full) return full
      if (await scenarios.add(scenario)) return scenario
      return reject('ScenarioExists', `scenarioId ${scenario.scenarioId} is another one already.`)
    },
    find: (scenarioId) => scenarios.find(scenarioId),
    list: (sites) => scenarios.list(sites),
    open(scenario) {
      const key = `${scenario.scenarioId} ${scenario.createdAt}`
      const known = opened.get(key)
      if (known) return known
      const overlay = opening(scenario)
      overlay.catch(() => opened.delete(key))
      opened.set(key, overlay)
      if (opened.size > MAX_OPEN) opened.delete(opened.keys().next().value!)
      return overlay
    },
    keep: (scenarioId, kept) => scenarios.keep(scenarioId, kept),
    drop: (scenarioId) => scenarios.drop(scenarioId),
  }
}

async function recordedAt(store: Pick<EventStore, 'readAll'>, position: number): Promise<string> {
  const [fact] = await store.readAll({ from: position + 1, direction: 'backward', limit: 1 })
  return fact!.recordedAt
}
