import { Kafka, logLevel } from 'kafkajs'
import { createKafkaMessageBus } from '../src/adapters/kafka/message-bus.ts'
import type { Message, Received } from '../src/commands/messaging/bus.ts'
import { factMessage } from '../src/commands/messaging/cloud-events.ts'
import { publishFacts } from '../src/commands/messaging/publish.ts'
import { topicOf, type Messaging } from '../src/commands/messaging/topics.ts'
import { createBroker, removeBroker, startBroker } from '../test/support/kafka-broker.ts'
import { median, percentile, row, seconds, type Benchmark, type Row } from './row.ts'
import { inTurns, SITE, stateChange, withLog, withSystem } from './support.ts'

const RATE = 2_000
const TICK_MS = 5
const WARM_UP_S = 2
const MEASURED_S = 8
const MACHINES = 200
/** The backlog of a broker that was away for half a minute at that rate. */
const BACKLOG = 60_000
const CALL = 2_000
const BATCH = 1_000
const ROUNDS = 3
const CATEGORY = 'equipment'
const BY = { source: 'connector', site: SITE, actor: 'bench' }

/** Facts on their way to an Apache Kafka on this machine, which shares its cores. */
export const kafkaBench: Benchmark = {
  name: 'kafka',
  about: 'events to records of an Apache Kafka on this machine',
  run: async () => {
    const given = process.env['KAFKA_BROKERS']
    if (given) return rows(given.split(','))
    const broker = await createBroker()
    if ('missing' in broker) return [absent(broker.missing)]
    try {
      await startBroker(broker)
      return await rows([`127.0.0.1:${broker.port}`])
    } finally {
      await removeBroker(broker)
    }
  },
}

const rows = async (brokers: readonly string[]): Promise<readonly Row[]> => [
  ...(await latency(brokers)),
  ...(await throughput(brokers)),
]

const absent = (missing: string): Row => ({
  ...{ name: `event to Kafka record: no broker, ${missing}`, value: 0, unit: '' },
  ...{ reference: null, ratio: null, bar: null, reached: null },
})

const observation = (n: number) => stateChange(n, n % MACHINES)
const EPOCH = Date.parse(observation(0).occurredAt)
/** Which observation a record is of: they are a second apart at their source. */
const nthOf = ({ value }: Received): number =>
  (Date.parse((JSON.parse(String(value)) as { time: string }).time) - EPOCH) / 1_000

/** From the call that records an event to its record in the hands of a consumer. */
const latency = (brokers: readonly string[]): Promise<readonly Row[]> => {
  const messaging = { prefix: `latency-${Date.now()}.` }
  const topics = [topicOf(messaging, CATEGORY)]
  return withSystem(
    ['connector'],
    async ({ services }) => {
      const bus = await createKafkaMessageBus({ brokers, clientId: 'b', tls: null, sasl: null })
      const [warm, total] = [WARM_UP_S * RATE, (WARM_UP_S + MEASURED_S) * RATE]
      const sentAt: number[] = []
      const latencies: number[] = []
      const seen = new Set<number>()
      const stop = new AbortController()
      const handle = async (batch: readonly Received[]): Promise<void> => {
        const now = performance.now()
        for (const nth of batch.map(nthOf)) {
          if (!seen.has(nth) && nth >= warm) latencies.push(now - sentAt[nth]!)
          seen.add(nth)
        }
        if (seen.size === total) stop.abort()
      }
      await bus.ensureTopics(topics)
      const consuming = bus.consume({ topics, group: topics[0]!, handle, signal: stop.signal })
      // The clock runs when everybody is there.
      await services.record([observation(total)], BY)
      while (!seen.delete(total)) await new Promise((resolve) => setTimeout(resolve, TICK_MS))
      const rate = await pace(
        total,
        (n) => {
          sentAt[n] = performance.now()
          return observation(n)
        },
        (due) => services.record(due, BY),
      )
      await consuming
      await bus.close()
      const at = (share: number) => ({ value: percentile(latencies, share), unit: 'ms' })
      return [
        row(`event to Kafka record, p50 at ${Math.round(rate)} events/s`, at(0.5), null),
        row('event to Kafka record, p99', at(0.99), null, { atMost: 200 }),
      ]
    },
    {
      KAFKA_BROKERS: brokers.join(','),
      TAKTLOG_KAFKA_PREFIX: messaging.prefix,
      TAKTLOG_KAFKA_CATEGORIES: CATEGORY,
    },
  )
}

type Due = ReturnType<typeof observation>

/** @returns events per second that were really sent */
async function pace(
  total: number,
  make: (n: number) => Due,
  send: (due: readonly Due[]) => Promise<unknown>,
): Promise<number> {
  const calls: Promise<unknown>[] = []
  const began = performance.now()
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1_000) * RATE)) - sent
    const first = sent
    sent += due
    if (due > 0) calls.push(send(Array.from({ length: due }, (_, i) => make(first + i))))
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  const took = (performance.now() - began) / 1_000
  await Promise.all(calls)
  return total / took
}

/** A backlog published, read from the log and put into words, against the bare client that has the words. */
const throughput = (brokers: readonly string[]): Promise<readonly Row[]> =>
  withLog(async ({ services, store, checkpoints }) => {
    for (let n = 0; n < BACKLOG; n += CALL)
      await services.record(
        Array.from({ length: CALL }, (_, i) => observation(n + i)),
        BY,
      )
    const head = await store.head()
    const messages = (await store.readAll({ from: 0, limit: BACKLOG })).map((fact) =>
      factMessage(fact, 'bare', 'bench'),
    )
    const bus = await createKafkaMessageBus({ brokers, clientId: 'b', tls: null, sasl: null })
    const bare = await bareProducer(brokers)
    const [ours, theirs] = [meter(), meter()]
    const { a, b } = await inTurns(
      ROUNDS,
      async (round) => {
        const messaging: Messaging = {
          ...{ prefix: `round-${round}-${Date.now()}.`, categories: [CATEGORY] },
          ...{ incoming: [], origin: 'bench' },
        }
        await bus.ensureTopics([topicOf(messaging, CATEGORY)])
        const stop = new AbortController()
        const saving = {
          ...checkpoints,
          save: async (name: string, position: number) => {
            await checkpoints.save(name, position)
            if (position >= head) stop.abort()
          },
        }
        const deps = { store, bus, checkpoints: saving, signal: stop.signal }
        return ours.rate(() => publishFacts(messaging, deps))
      },
      () => theirs.rate(() => bare.send(messages)),
    )
    await Promise.all([bus.close(), bare.close()])
    const reference = 'the bare client with the same batches'
    return [
      row(
        'backlog to Kafka, sustained',
        { value: median(a), unit: 'events/s' },
        { reference, value: median(b) },
        { atLeast: 20_000 },
      ),
      row(
        'processor time of an event, from log to Kafka',
        { value: median(ours.times), unit: 'us' },
        { reference, value: median(theirs.times) },
        { atMost: 1e6 / 20_000 },
      ),
    ]
  })

/** Events a second of a backlog; and, whatever else this machine does, what an event takes of it. */
function meter() {
  const times: number[] = []
  return {
    times,
    async rate(work: () => Promise<void>): Promise<number> {
      const before = process.cpuUsage()
      const took = await seconds(work)
      const { user, system } = process.cpuUsage(before)
      times.push((user + system) / BACKLOG)
      return BACKLOG / took
    },
  }
}

async function bareProducer(brokers: readonly string[]) {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const [admin, producer] = [kafka.admin(), kafka.producer({ idempotent: true })]
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic: 'bare' }] })
  await admin.disconnect()
  return {
    async send(messages: readonly Message[]): Promise<void> {
      for (let n = 0; n < messages.length; n += BATCH)
        await producer.send({
          topic: 'bare',
          acks: -1,
          messages: messages
            .slice(n, n + BATCH)
            .map(({ key, value, headers }) => ({ key, value, headers })),
        })
    },
    close: () => producer.disconnect(),
  }
}
