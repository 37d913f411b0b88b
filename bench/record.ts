import type { NewEvent } from '../src/commands/event-store.ts'
import { uuid5 } from '../src/commands/ids.ts'
import { createRawAppend, type RawGroup } from './raw-append.ts'
import { median, row, seconds, type Benchmark } from './row.ts'
import { concurrently, inTurns, SITE, stateChange, withLog } from './support.ts'

const OBSERVATIONS = 100_000
/** Observations of one call, as a connector or the importer batches them. */
const CALL = 2_000
/** Each serves machines of its own and waits for its call before it sends the next. */
const CONNECTORS = 4
const ROUNDS = 4
const MACHINES = 50

/** Observations in bulk: connectors that catch up, imports. */
export const recordBench: Benchmark = {
  name: 'record',
  about: 'bulk observations of 200 machines, fsync on',
  run: () =>
    withLog(async ({ services, pool }) => {
      const calls = OBSERVATIONS / CALL
      const context = (connector: number) => ({
        source: `plc-${connector}`,
        site: SITE,
        actor: 'bench',
      })
      await services.record([stateChange(0, 0)], context(-1))
      const append = await createRawAppend(pool, 'equipment')
      const { a, b } = await inTurns(
        ROUNDS,
        async (round) => {
          const batches = batchesOf(round)
          const work = (i: number) => services.record(batches[i]!, context(i % CONNECTORS))
          return OBSERVATIONS / (await seconds(() => concurrently(calls, CONNECTORS, work)))
        },
        async (round) => {
          const groups = batchesOf(round).map(rawGroup)
          const work = (i: number) => append(groups[i]!)
          return OBSERVATIONS / (await seconds(() => concurrently(groups.length, 2, work)))
        },
      )
      return [
        row(
          'bulk observations through record',
          { value: median(a), unit: 'events/s' },
          { reference: 'raw es.append_batch in equal groups', value: median(b) },
          { atLeast: 40_000, ratio: 0.7 },
        ),
      ]
    }),
}

/** Call c is of connector c % 4, whose machines no other one has; each round has days of its own. */
const batchesOf = (round: number) =>
  Array.from({ length: OBSERVATIONS / CALL }, (_, c) =>
    Array.from({ length: CALL }, (__, i) => {
      const n = round * OBSERVATIONS + c * CALL + i
      return stateChange(n, (c % CONNECTORS) * MACHINES + (i % MACHINES))
    }),
  )

/** The same facts as one call of `record` appends: one append per machine and day. */
function rawGroup(batch: ReturnType<typeof batchesOf>[number]): RawGroup {
  const byStream = new Map<string, NewEvent[]>()
  for (const o of batch) {
    const stream = `equipment-raw-${o.data.equipmentId}-${o.occurredAt.slice(0, 10)}`
    byStream.set(stream, [...(byStream.get(stream) ?? []), fact(o)])
  }
  const streams = [...byStream.keys()]
  return {
    streams,
    appends: streams.map((name, stream) => ({ stream, events: byStream.get(name)! })),
  }
}

function fact({
  type,
  data,
  occurredAt,
  sourceSequence,
}: ReturnType<typeof stateChange>): NewEvent {
  const id = uuid5(`raw#${sourceSequence}`)
  return {
    id,
    type,
    schemaVersion: 1,
    data,
    metadata: {
      occurredAt,
      source: 'raw',
      sourceSequence,
      site: SITE,
      actor: 'bench',
      correlationId: id,
      causationId: id,
    },
  }
}
