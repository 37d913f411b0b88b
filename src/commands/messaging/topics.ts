import type { Decider } from '../../domain/decider.ts'
import { rejectionEvents } from '../../domain/audit/rejection.ts'
import { projectionSkip } from '../../domain/audit/projection-skip.ts'
import type { EventDefinition } from '../../domain/event.ts'
import { deciders, observationDefinitions } from '../../domain/index.ts'

/** How messages are arranged on the broker. */
export interface Messaging {
  /** Begins the name of each topic that Taktlog writes to. */
  readonly prefix: string
  /** Categories of streams whose events are published; null for all there are. */
  readonly categories: readonly string[] | null
  /** Topics with commands and observations for Taktlog. */
  readonly incoming: readonly string[]
  /** Name of this log: `source` of its events. */
  readonly origin: string
}

/** Where no setting says otherwise. */
export const defaultMessaging: Messaging = {
  prefix: 'taktlog.',
  categories: null,
  incoming: [],
  origin: 'taktlog',
}

const { observationQuarantined, ...rejections } = rejectionEvents

/** Which event types the streams of each category hold. */
export const eventsByCategory: ReadonlyMap<string, readonly EventDefinition<string, any>[]> =
  collect([
    ...[...deciders, projectionSkip].map(
      ({ category, events }) => [category, Object.values(events)] as const,
    ),
    ...[...observationDefinitions.values()].map(
      ({ category, event }) => [category, [event]] as const,
    ),
    ['rejection', Object.values(rejections)],
    ['quarantine', [observationQuarantined]],
  ])

function collect(
  pairs: readonly (readonly [string, readonly EventDefinition<string, any>[]])[],
): Map<string, EventDefinition<string, any>[]> {
  const found = new Map<string, EventDefinition<string, any>[]>()
  for (const [category, events] of pairs)
    found.set(category, [...new Set([...(found.get(category) ?? []), ...events])])
  return found
}

/** Deciders by the commands that others may send them. */
export const deciderOf: ReadonlyMap<string, Decider> = new Map(
  deciders.flatMap((decider) =>
    Object.keys(decider.commands)
      .filter((type) => !decider.internal?.includes(type))
      .map((type) => [type, decider] as const),
  ),
)

/** Kafka allows no others in the name of a topic. */
const ILLEGAL = /[^\w.-]/g

/** All events of a stream go to one topic, that of its category. */
export const topicOf = ({ prefix }: Pick<Messaging, 'prefix'>, category: string): string =>
  prefix + category.replaceAll(ILLEGAL, '_')

/** Where messages go that were not accepted; no category is named so. */
export const deadLetterTopic = ({ prefix }: Pick<Messaging, 'prefix'>): string =>
  `${prefix}dead-letter`

export const categoriesOf = ({ categories }: Pick<Messaging, 'categories'>): readonly string[] =>
  categories ?? [...eventsByCategory.keys()].sort()

export const categoryOf = (stream: string): string => {
  const dash = stream.indexOf('-')
  return dash < 0 ? stream : stream.slice(0, dash)
}
