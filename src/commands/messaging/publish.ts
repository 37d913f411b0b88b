import type { Recorded } from '../../domain/event.ts'
import type { EventStore } from '../event-store.ts'
import type { Checkpoints } from '../policy.ts'
import type { MessageBus } from './bus.ts'
import { factMessage } from './cloud-events.ts'
import { categoriesOf, categoryOf, topicOf, type Messaging } from './topics.ts'

/** Events on their way to the broker at once: half a megabyte, and all that is sent again after a failure. */
const MAX_BATCH = 1_000

/**
 * Publishes the log from where it stopped last: every event at least once, in the order of its stream.
 * The next batch is read when the broker has the last one, so a slow broker slows nothing but this.
 * Resolves when the signal aborts; rejects when log or broker fail, to be begun again.
 */
export async function publishFacts(
  messaging: Messaging,
  deps: {
    readonly store: EventStore
    readonly bus: Pick<MessageBus, 'publish' | 'ensureTopics'>
    readonly checkpoints: Checkpoints
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { store, bus, checkpoints, signal } = deps
  const { categories, origin } = messaging
  const name = checkpointOf(messaging)
  const topics = createTopics(messaging)
  const checkpoint = createSaver((position) => checkpoints.save(name, position))
  await topics.ensure(bus, categoriesOf(messaging))
  const after = await checkpoints.load(name)
  const filter = categories ? { categories } : {}
  for await (const { facts, position } of store.subscribe({
    ...{ after, batchSize: MAX_BATCH, signal },
    ...filter,
  })) {
    const messages = facts.map((fact) => factMessage(fact, topics.of(fact), origin))
    await topics.ensure(bus, new Set(facts.map(({ stream }) => categoryOf(stream))))
    if (messages.length > 0) await bus.publish(messages)
    await checkpoint.save(position)
  }
  await checkpoint.done()
}

/** Other topics or categories are another publication, which begins at the start of the log. */
const checkpointOf = ({ prefix, categories }: Messaging): string =>
  `kafka ${prefix}${categories ? `[${[...categories].sort().join(',')}]` : '*'}`

/** Topics by category; each is created before its first message. */
function createTopics(messaging: Messaging) {
  const byCategory = new Map<string, string>()
  const ensured = new Set<string>()
  return {
    of({ stream }: Recorded): string {
      const category = categoryOf(stream)
      const known = byCategory.get(category)
      if (known !== undefined) return known
      const topic = topicOf(messaging, category)
      byCategory.set(category, topic)
      return topic
    },
    async ensure(bus: Pick<MessageBus, 'ensureTopics'>, categories: Iterable<string>) {
      const missing = [...categories].filter((category) => !ensured.has(category))
      if (missing.length === 0) return
      await bus.ensureTopics(missing.map((category) => topicOf(messaging, category)))
      for (const category of missing) ensured.add(category)
    },
  }
}

/** Saves behind the back of the next batch, one at a time: what came meanwhile is passed over. */
function createSaver(save: (position: number) => Promise<void>) {
  let under: Promise<void> | undefined
  let latest: number | undefined
  let failure: unknown
  const drain = async (): Promise<void> => {
    while (latest !== undefined && failure === undefined) {
      const position = latest
      latest = undefined
      await save(position).catch((error: unknown) => (failure = error))
    }
    under = undefined
  }
  const check = (): void => {
    if (failure !== undefined) throw failure
  }
  return {
    /** @throws what an earlier save failed with */
    async save(position: number): Promise<void> {
      check()
      latest = position
      under ??= drain()
    },
    async done(): Promise<void> {
      await under
      check()
    },
  }
}
