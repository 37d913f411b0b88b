import type { Recorded } from '../../domain/event.ts'
import { START, type EventStore } from '../event-store.ts'
import type { Checkpoints } from '../policy.ts'
import type { Clock } from '../ports.ts'
import type { MessageBus } from './bus.ts'
import { factMessage } from './cloud-events.ts'
import { categoriesOf, categoryOf, topicOf, type Messaging } from './topics.ts'

/** Events on their way to the broker at once: half a megabyte, and all that is sent again after a failure. */
const MAX_BATCH = 1_000

/** Begins the types of what clients of the EventStoreDB protocol note about streams. */
const PROTOCOL = '$'

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
  const name = publicationOf(messaging)
  const topics = createTopics(messaging)
  const checkpoint = createSaver((position) => checkpoints.save(name, position))
  await topics.ensure(bus, categoriesOf(messaging))
  const after = await checkpoints.load(name)
  const filter = categories ? { categories } : {}
  for await (const { facts, position } of store.subscribe({
    ...{ after, batchSize: MAX_BATCH, signal },
    ...filter,
  })) {
    const told = facts.filter(({ type }) => !type.startsWith(PROTOCOL))
    const messages = told.map((fact) => factMessage(fact, topics.of(fact), origin))
    await topics.ensure(bus, new Set(told.map(({ stream }) => categoryOf(stream))))
    if (messages.length > 0) await bus.publish(messages)
    await checkpoint.save(position)
  }
  await checkpoint.done()
}

/**
 * Name of the checkpoint of a publication. Other topics or categories are another one, which begins at
 * the start of the log.
 */
const publicationOf = ({ prefix, categories }: Messaging): string =>
  `kafka ${prefix}${categories ? `[${[...categories].sort().join(',')}]` : '*'}`

/** How far the publication is behind: positions of the log, and the age of what waits longest in seconds. */
export async function publishingLag(
  messaging: Messaging,
  deps: {
    readonly store: Pick<EventStore, 'head' | 'readAll'>
    readonly checkpoints: Pick<Checkpoints, 'load'>
    readonly clock: Clock
  },
): Promise<{ readonly events: number; readonly seconds: number }> {
  const { store, checkpoints, clock } = deps
  const { categories } = messaging
  const from = await checkpoints.load(publicationOf(messaging))
  const head = await store.head()
  const [next] = await store.readAll({ from, limit: 1, ...(categories ? { categories } : {}) })
  if (!next) return { events: 0, seconds: 0 }
  const ms = Date.parse(clock.now()) - Date.parse(next.recordedAt)
  return { events: Math.max(1, head - from), seconds: Math.max(0, ms) / 1_000 }
}

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
  const wanted = { position: START, saved: START }
  let busy = false
  let last: Promise<void> = Promise.resolve()
  const drain = async (): Promise<void> => {
    while (wanted.saved !== wanted.position) {
      const { position } = wanted
      await save(position)
      wanted.saved = position
    }
  }
  return {
    /** @throws what an earlier save failed with */
    async save(position: number): Promise<void> {
      wanted.position = position
      if (busy) return
      await last
      busy = true
      last = drain().finally(() => (busy = false))
      // The next call tells.
      last.catch(() => {})
    },
    done: (): Promise<void> => last,
  }
}
