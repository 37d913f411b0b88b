import { createExecute, type Execute } from '../src/commands/execute.ts'
import { uuid5 } from '../src/commands/ids.ts'
import { systemClock } from '../src/commands/ports.ts'
import { isRejection } from '../src/domain/decider.ts'
import { order } from '../src/domain/production/order.ts'
import { createRawAppend, type RawGroup } from './raw-append.ts'
import { median, row, seconds, type Benchmark } from './row.ts'
import { concurrently, envelope, inTurns, releaseOrder, withLog } from './support.ts'

const COMMANDS = 20_000
const IN_FLIGHT = 256
const ROUNDS = 5
/** The store keeps two groups in flight, so each has half of what is in flight. */
const GROUP = IN_FLIGHT / 2

/** Single-event commands on streams of their own: what a busy plant's operators and machines send. */
export const executeBench: Benchmark = {
  name: 'execute',
  about: 'single-event commands, 256 in flight, distinct streams, fsync on',
  run: () =>
    withLog(async ({ store, pool }) => {
      const execute = createExecute({ store, clock: systemClock })
      await send(execute, 'first', 1)
      const append = await createRawAppend(pool, 'order')
      const { a, b } = await inTurns(
        ROUNDS,
        async (round) => COMMANDS / (await seconds(() => send(execute, `x${round}`, COMMANDS))),
        async (round) => {
          const groups = rawGroups(`r${round}`)
          const work = (i: number) => append(groups[i]!)
          return COMMANDS / (await seconds(() => concurrently(groups.length, 2, work)))
        },
      )
      return [
        row(
          'commands through execute',
          { value: median(a), unit: 'commands/s' },
          { reference: 'raw es.append_batch in equal groups', value: median(b) },
          { atLeast: 12_000, ratio: 0.6 },
        ),
      ]
    }),
}

async function send(execute: Execute, round: string, count: number): Promise<void> {
  await concurrently(count, IN_FLIGHT, async (i) => {
    const outcome = await execute(order, releaseOrder(`${round}-${i}`), envelope(`${round}/${i}`))
    if (isRejection(outcome)) throw new Error(outcome.why)
  })
}

function rawGroups(round: string): RawGroup[] {
  return Array.from({ length: Math.ceil(COMMANDS / GROUP) }, (_, g) => {
    const size = Math.min(GROUP, COMMANDS - g * GROUP)
    const streams = Array.from({ length: size }, (__, i) => `order-${round}-${g * GROUP + i}`)
    return {
      streams,
      appends: streams.map((stream, i) => ({ stream: i, events: [released(stream)] })),
    }
  })
}

function released(stream: string) {
  const commandId = `raw/${stream}`
  const { type: _, ...data } = order.commands['ReleaseOrder']!.parse(releaseOrder(stream))
  const { actor, site, source } = envelope(commandId)
  const occurredAt = systemClock.now()
  return {
    id: uuid5(commandId),
    type: 'OrderReleased',
    schemaVersion: 1,
    data,
    metadata: {
      occurredAt,
      source,
      site,
      actor,
      commandId,
      correlationId: commandId,
      causationId: commandId,
    },
  }
}
