import fc from 'fast-check'
import { policies } from '../src/commands/policies.ts'
import type { Reaction } from '../src/commands/policy.ts'
import type { Observation } from '../src/commands/record.ts'
import {
  isRejection,
  streamOf,
  type Decider,
  type Fold,
  type Rejection,
} from '../src/domain/decider.ts'
import type { Event, Recorded } from '../src/domain/event.ts'
import { deciders, observationDefinitions } from '../src/domain/index.ts'
import { observationStream } from '../src/domain/observation.ts'
import { categories, commandsOf, observing } from './arbitraries.ts'
import { consultedBy, consultedCategories } from './consulted.ts'
import { after } from './spec.ts'

type Step =
  | { readonly decider: Decider; readonly wish: { readonly type: string }; readonly minute: number }
  | { readonly observation: Observation }

const SITE = 'S1'

/** Some minutes after the step before; now and then long before it, as late bookings are. */
const later = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 60 }), weight: 9 },
  { arbitrary: fc.constant(-500), weight: 1 },
)

const decision = (category: string): fc.Arbitrary<Step> =>
  fc.record({
    decider: fc.constant(deciders.find((d) => d.category === category)!),
    wish: commandsOf(category),
    minute: later,
  })
const observed = observing.map((arbitrary) => arbitrary.map((observation) => ({ observation })))

/** A log of what happens when anybody wishes anything of these kinds, and machines say what they like. */
export const factsAbout = (chosen: readonly string[]): fc.Arbitrary<readonly Recorded[]> =>
  fc
    .array<Step>(
      fc.oneof(
        ...chosen.map((category) => ({ arbitrary: decision(category), weight: 15 })),
        ...consultedBeside(chosen).map((category) => ({
          arbitrary: decision(category),
          weight: 5,
        })),
        ...observed.map((arbitrary) => ({ arbitrary, weight: 1 })),
      ),
      { minLength: 40, maxLength: 120, size: 'max' },
    )
    .map(logOf)

/** Each log is about two kinds of things at most: their wishes then meet, and long stories come about. */
export const facts: fc.Arbitrary<readonly Recorded[]> = fc
  .subarray([...categories], { minLength: 1, maxLength: 2 })
  .chain(factsAbout)

/** What the chosen ones look at happens too, or their decisions would never see anything. */
const consultedBeside = (chosen: readonly string[]): readonly string[] => {
  const others = deciders
    .filter(({ category }) => chosen.includes(category))
    .flatMap(consultedCategories)
  // Observations are looked at too, and come about by themselves.
  return [...new Set(others)].filter((c) => !chosen.includes(c) && categories.includes(c))
}

/** The same facts as they might have arrived: each stream in its order, the streams in any. */
export function interleaving(
  log: readonly Recorded[],
  picks: Iterable<number>,
): readonly Recorded[] {
  const streams = [...Map.groupBy(log, (fact) => fact.stream).values()].map((s) => [...s])
  const choice = picks[Symbol.iterator]()
  const mixed: Recorded[] = []
  while (streams.length > 0) {
    const index = choice.next().value! % streams.length
    mixed.push(streams[index]!.shift()!)
    if (streams[index]!.length === 0) streams.splice(index, 1)
  }
  return mixed.map((fact, i) => ({ ...fact, position: i + 1 }))
}

/** Decides and observes step by step, policies included, without a store. */
function logOf(steps: readonly Step[]): readonly Recorded[] {
  const log: Recorded[] = []
  const streams = new Map<string, Recorded[]>()
  const stateOf = (decider: Fold, id: string) =>
    (streams.get(streamOf(decider, id)) ?? []).reduce(
      (state, fact) => decider.evolve(state, fact, fact.metadata.occurredAt),
      decider.initial,
    )
  const append = (stream: string, event: Event, occurredAt: string): void => {
    const past = streams.get(stream) ?? []
    const fact: Recorded = {
      ...event,
      ...envelope(log.length, occurredAt),
      stream,
      revision: past.length,
    }
    streams.set(stream, [...past, fact])
    log.push(fact)
    for (const policy of policies.filter((p) => p.types.includes(event.type)))
      for (const reaction of policy.react(fact)) react(reaction, occurredAt)
  }
  const react = ({ decider, command, otherwise }: Reaction, at: string): void => {
    const refused = decide(decider, command, at)
    if (refused && otherwise) react(otherwise(refused), at)
  }
  const decide = (
    decider: Decider,
    wish: { readonly type: string },
    at: string,
  ): Rejection | null => {
    const command = decider.commands[wish.type]!.parse(wish)
    const id = decider.id(command, SITE)
    const look = () =>
      consultedBy(decider, ({ decider: other, id: idOf }) => {
        const otherId = idOf(command, SITE)
        return otherId === null ? other.initial : stateOf(other, otherId)
      })
    const first = decider.prepare?.(command, stateOf(decider, id), look())
    const refused = first ? decide(first.decider, first.command, at) : null
    if (refused) return refused
    const outcome = decider.decide(command, stateOf(decider, id), { at, consulted: look() })
    if (isRejection(outcome)) return outcome
    for (const event of outcome) append(streamOf(decider, id), event, at)
    return null
  }
  let clock = 0
  for (const step of steps)
    if ('decider' in step) decide(step.decider, step.wish, after((clock += step.minute)))
    else observe(step.observation, append)
  return log
}

function observe(
  o: Observation,
  append: (stream: string, event: Event, occurredAt: string) => void,
): void {
  const definition = observationDefinitions.get(o.type)!
  const data = definition.event.schema.parse(o.data)
  const occurredAt = new Date(o.occurredAt).toISOString()
  append(observationStream(definition, data, occurredAt), { type: o.type, data }, occurredAt)
}

const envelope = (index: number, occurredAt: string) => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  schemaVersion: 1,
  metadata: {
    occurredAt,
    source: 'laws',
    site: SITE,
    actor: 'laws',
    correlationId: 'c',
    causationId: 'c',
  },
  position: index + 1,
  recordedAt: occurredAt,
})
