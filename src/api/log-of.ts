import type { EventStore } from '../commands/event-store.ts'
import type { Scenarios } from '../commands/whatif/scenarios.ts'
import type { Recorded } from '../domain/event.ts'
import type { Principal } from './authorise.ts'
import { apiError } from './errors.ts'
import type { Moment } from './reader.ts'

/** Streams to fold, and those that only a scenario has facts in. */
export interface Log {
  readonly store: Pick<EventStore, 'readStream'>
  readonly touched: ReadonlySet<string>
}

const NOTHING: ReadonlySet<string> = new Set()

/** The log that a moment is about: the real one, or that of a scenario whose site may be seen. */
export const createLogOf =
  (deps: {
    readonly store: EventStore
    readonly principal: Principal
    readonly scenarios?: Pick<Scenarios, 'find' | 'open'> | undefined
    /** @throws GraphQLError `Forbidden` unless scenarios may be read */
    readonly demand: () => Promise<void>
  }) =>
  async (moment: Moment | null): Promise<Log> => {
    const id = moment?.scenario
    if (id === undefined) return { store: deps.store, touched: NOTHING }
    await deps.demand()
    const { sites } = deps.principal
    const scenario = await deps.scenarios?.find(id)
    if (!scenario || (sites !== null && !sites.includes(scenario.site)))
      throw apiError('InvalidInput', `asKnownAt.scenario ${id}: no such scenario.`)
    const overlay = await deps.scenarios!.open(scenario)
    return { store: overlay, touched: overlay.touched }
  }

/** Facts of these streams that a moment knows, in the order of the log. */
export async function factsUntil(
  { store, maxFacts }: Pick<Log, 'store'> & { readonly maxFacts: number },
  streams: readonly string[],
  { at, recordedAt, position }: Moment,
): Promise<readonly Recorded[]> {
  const limit = maxFacts === Infinity ? {} : { limit: maxFacts + 1 }
  const all = await Promise.all(streams.map((stream) => store.readStream(stream, limit)))
  const facts = all.flat()
  if (facts.length > maxFacts)
    throw apiError('InvalidInput', `more than ${maxFacts} facts; too many to fold here.`)
  return facts
    .filter(
      (fact) =>
        (at === undefined || fact.metadata.occurredAt <= at) &&
        (recordedAt === undefined || fact.recordedAt <= recordedAt) &&
        (position === undefined || fact.position <= position),
    )
    .sort((a, b) => a.position - b.position)
}
