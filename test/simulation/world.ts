import fc from 'fast-check'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createRandom, type Random } from '../../src/adapters/plant/random.ts'
import { StoreUnavailable, type EventStore } from '../../src/commands/event-store.ts'
import { createExecute, type Ack, type Execute } from '../../src/commands/execute.ts'
import { policies } from '../../src/commands/policies.ts'
import { runPolicy, type Checkpoints } from '../../src/commands/policy.ts'
import { createRecord, type Observation, type Record } from '../../src/commands/record.ts'
import { isRejection, type Decider, type Rejection } from '../../src/domain/decider.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { catalogue, deciders, observationDefinitions } from '../../src/domain/index.ts'
import { categories, commandsOf, observing } from '../arbitraries.ts'
import { after } from '../spec.ts'
import { faulty, strikes, turns, type Weather } from './faulty-store.ts'
import { createDatabase, type Database } from './read-side.ts'

const WISHES = 40
const CLIENTS = 5
const OBSERVATIONS = 24
const SOURCES = 3
const PROCESSES = 2
/** Everything that happens, happens before; the clocks of the processes are ahead of all sources. */
const NOW_MINUTES = 10_000
/** Turns after which a world that has still not come to rest never will. */
const PATIENCE = 200_000

interface Wish {
  readonly decider: Decider
  readonly command: { readonly type: string }
  readonly site: string
  readonly minute: number
}
/** A wish, where the log stood when it was first sent, and every answer that reached its sender. */
export interface Sent {
  readonly commandId: string
  readonly sentAt: number
  readonly answers: readonly (Ack | Rejection)[]
}
/** What a source was told about one of its observations. */
export interface Reported {
  readonly source: string
  readonly observation: Observation
  readonly quarantined: boolean
}
/** A world that has come to rest. */
export interface Outcome {
  readonly facts: readonly Recorded<any>[]
  readonly sent: readonly Sent[]
  readonly reported: readonly Reported[]
  readonly database: Database
}

/**
 * A whole Taktlog for one seed: two processes on one log, clients that send again what nobody answered
 * and sometimes what somebody did, sources that report late and twice, policies and two projectors that
 * crash. Time, chance and the order of everything come from the seed.
 * @param plant breaks something on purpose, to see that it is found
 */
export async function simulate(
  seed: number,
  plant: (store: EventStore) => EventStore = (store) => store,
): Promise<Outcome> {
  const weather: Weather = { random: createRandom(seed), calm: false }
  const { random } = weather
  let ms = Date.parse(after(NOW_MINUTES))
  const clock = { now: () => new Date((ms += random.whole(0, 5_000))).toISOString() }
  let ids = 0
  const newId = () => `00000000-0000-4000-a000-${String(ids++).padStart(12, '0')}`
  const log = createMemoryEventStore(clock, catalogue)
  const store = faulty(plant(log), weather)
  const start = () => ({
    execute: createExecute({ store, clock, newId }),
    record: createRecord({ store, clock, observations: observationDefinitions }),
  })
  const processes = Array.from({ length: PROCESSES }, start)
  /** One of the processes; now and then it has just been started and remembers nothing. */
  const some = () => {
    const index = random.whole(0, PROCESSES - 1)
    if (strikes(weather)) processes[index] = start()
    return processes[index]!
  }
  const execute: Execute = (...args) => some().execute(...args)
  const record: Record = (...args) => some().record(...args)

  const stop = new AbortController()
  const database = createDatabase()
  const checkpoints = unreliable(weather)
  const background = Promise.all([
    ...policies.map((policy) =>
      persistently(weather, stop.signal, () =>
        runPolicy(policy, { store, execute, checkpoints, signal: stop.signal }),
      ),
    ),
    ...[1, 2].map(() => database.project(store, weather, stop.signal)),
  ])
  background.catch(() => {})
  const [sent, reported] = await Promise.all([
    sendAll(seed, { weather, execute, log }),
    reportAll(seed, weather, record),
  ])
  weather.calm = true
  await Promise.race([background, rest(log, checkpoints, database)])
  stop.abort()
  await background
  return { facts: await log.readAll({ from: 0, limit: Infinity }), sent, reported, database }
}

/** Comes to rest when everybody who follows the log stands at its end. */
async function rest(log: EventStore, checkpoints: Checkpoints, database: Database): Promise<void> {
  for (let n = 0; n < PATIENCE; n++) {
    const head = await log.head()
    const positions = await Promise.all(policies.map(({ name }) => checkpoints.load(name)))
    if (Math.min(database.position(), ...positions) === head) return
  }
  throw new Error('the world does not come to rest')
}

/** Runs it anew after each outage. */
async function persistently(
  weather: Weather,
  signal: AbortSignal,
  run: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await run()
    } catch (error) {
      if (!isOutage(error)) throw error
    }
    await turns(weather)
  }
}

/** Checkpoints whose owner may crash before or after saving. */
function unreliable(weather: Weather): Checkpoints {
  const positions = new Map<string, number>()
  return {
    load: async (name) => positions.get(name) ?? 0,
    async save(name, position) {
      if (strikes(weather)) throw new StoreUnavailable(new Error('crashed before saving'))
      positions.set(name, Math.max(position, positions.get(name) ?? 0))
      if (strikes(weather)) throw new StoreUnavailable(new Error('crashed after saving'))
    },
  }
}

interface Sending {
  readonly weather: Weather
  readonly execute: Execute
  readonly log: EventStore
}

async function sendAll(seed: number, s: Sending): Promise<readonly Sent[]> {
  const wishes = fc.sample(wish, { seed, numRuns: WISHES })
  const sent: Sent[] = []
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let n = client; n < wishes.length; n += CLIENTS)
      sent.push(await sendOne(wishes[n]!, `c${n}`, s))
  })
  await Promise.all(clients)
  return sent
}

/** Until it is answered; the impatient send it twice at once, the forgetful once more afterwards. */
async function sendOne(
  w: Wish,
  commandId: string,
  { weather, execute, log }: Sending,
): Promise<Sent> {
  const { decider, command, site, minute } = w
  const occurredAt = after(minute)
  const envelope = { commandId, actor: 'P1', site, source: 'client', occurredAt }
  const once = () => untilAnswered(weather, () => execute(decider, command, envelope))
  const sentAt = await log.head()
  const answers = await Promise.all(strikes(weather) ? [once(), once()] : [once()])
  if (strikes(weather)) answers.push(await once())
  return { commandId, sentAt, answers }
}

const wish: fc.Arbitrary<Wish> = fc.constantFrom(...categories).chain((category) =>
  fc.record({
    decider: fc.constant(deciders.find((d) => d.category === category)!),
    command: commandsOf(category),
    // A lot of another site cannot take what leaves this one: it has to come back.
    site: fc.oneof(
      { arbitrary: fc.constant('S1'), weight: 9 },
      fc.constant(OTHER_SITE[category] ?? 'S1'),
    ),
    minute: fc.integer({ min: 0, max: 3_000 }),
  }),
)
const OTHER_SITE: Readonly<{ [category: string]: string }> = { lot: 'S2' }

/** Each source sends what it saw in batches: late ones last, some twice, each until it is answered. */
async function reportAll(
  seed: number,
  weather: Weather,
  record: Record,
): Promise<readonly Reported[]> {
  const { random } = weather
  const seen = fc.sample(fc.oneof(...observing), { seed, numRuns: OBSERVATIONS })
  const reported: Reported[] = []
  const sources = Array.from({ length: SOURCES }, async (_, s) => {
    const source = `source-${s}`
    const own = seen.filter((_, n) => n % SOURCES === s).map((o, n) => numbered(o, n + 1, random))
    for (const batch of batches(own, random)) {
      const context = { source, site: 'S1', actor: source }
      const { quarantined } = await untilAnswered(weather, () => record(batch, context))
      const aside = new Set(quarantined.map(({ index }) => index))
      for (const [i, observation] of batch.entries())
        reported.push({ source, observation, quarantined: aside.has(i) })
    }
  })
  await Promise.all(sources)
  return reported
}

/** Sources that count and those that do not; a few observations are nonsense. */
function numbered(o: Observation, sequence: number, random: Random): Observation {
  const { sourceSequence: _, ...rest } = o
  if (random.chance(0.05)) return { ...rest, data: { nonsense: sequence } }
  return random.chance(0.7) ? { ...rest, sourceSequence: sequence } : rest
}

function batches(own: readonly Observation[], random: Random): readonly Observation[][] {
  const list: Observation[][] = []
  for (let i = 0; i < own.length;) list.push(own.slice(i, (i += random.whole(1, 4))))
  const late = list.filter(() => random.chance(0.2))
  const again = list.filter(() => random.chance(0.3))
  return [...list.filter((batch) => !late.includes(batch)), ...late, ...again]
}

async function untilAnswered<T>(weather: Weather, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isOutage(error)) throw error
    }
    await turns(weather)
  }
}

/** What its documentation tells a caller to send again. */
const isOutage = (error: unknown): boolean =>
  error instanceof StoreUnavailable || /races in a row/.test((error as Error).message)

export const isAck = (answer: Ack | Rejection): answer is Ack => !isRejection(answer)
