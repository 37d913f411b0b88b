import { StoreUnavailable, type Batch, type EventStore } from '../../src/commands/event-store.ts'
import type { Random } from '../../src/adapters/plant/random.ts'

/** How often each call goes wrong; high, so that faults meet. */
const FAULT = 0.12
/** Most turns of the event loop's microtasks that a call takes each way. */
const MOST_TURNS = 6
const MOST_FACTS_IN_A_BATCH = 5

/** What the network and the machines do to everybody. */
export interface Weather {
  readonly random: Random
  /** No more faults: what was begun can be finished. */
  calm: boolean
}

export const strikes = ({ calm, random }: Weather): boolean => !calm && random.chance(FAULT)

/** Lets the others go first, sometimes; drawn from the seed, so every run interleaves the same way. */
export async function turns({ random }: Weather): Promise<void> {
  for (let n = random.whole(0, MOST_TURNS); n > 0; n--) await Promise.resolve()
}

/**
 * The log as one process sees it over a network that fails: calls that never arrive, appends that took
 * effect although their answer is lost, batches delivered twice, subscriptions that end.
 */
export function faulty(store: EventStore, weather: Weather): EventStore {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    await turns(weather)
    if (strikes(weather)) throw new StoreUnavailable(new Error('the call never arrived'))
    const result = await work()
    await turns(weather)
    if (strikes(weather)) throw new StoreUnavailable(new Error('the answer was lost'))
    return result
  }
  return {
    append: (appends) => call(() => store.append(appends)),
    readStream: (stream, options) => call(() => store.readStream(stream, options)),
    readAll: (options) => call(() => store.readAll(options)),
    head: () => call(() => store.head()),
    async *subscribe(options): AsyncGenerator<Batch> {
      const batchSize = weather.random.whole(1, MOST_FACTS_IN_A_BATCH)
      for await (const batch of store.subscribe({ ...options, batchSize })) {
        await turns(weather)
        if (strikes(weather)) throw new StoreUnavailable(new Error('the subscription was cut'))
        yield batch
        if (strikes(weather)) yield batch
      }
    },
  }
}
