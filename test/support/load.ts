import type { Recorded } from '../../src/domain/event.ts'
import { createRandom } from '../../src/adapters/plant/random.ts'
import type { RetryingClient } from './retrying-client.ts'

const SITE = 'S1'
const LOTS = ['LOT-1', 'LOT-2', 'LOT-3', 'LOT-4']
const ORDER_CLIENTS = 3
const LOT_CLIENTS = 3
const MACHINES = 2
/** Bookings of one order before it is completed. */
const BOOKINGS = 4

interface Acknowledged {
  readonly stream: string
  readonly position: number
  readonly events: readonly string[]
}

/** Clients at work from outside, and what was promised to them. */
export interface Load {
  /** What each acknowledged command was told, by commandId. */
  readonly acks: ReadonlyMap<string, Acknowledged>
  /** Codes of the refusals that were answered. */
  readonly refusals: ReadonlySet<string>
  /** Highest sequence number acknowledged, by source; all below it are too. */
  readonly observed: ReadonlyMap<string, number>
  /** Every client finishes what it is at, however long that takes, and ends. */
  stop(): Promise<void>
}

const mutation = (name: string, type: string): string => `
  mutation ($commandId: ID!, $input: ${type}Input!) {
    ${name}(commandId: $commandId, site: "${SITE}", input: $input) {
      __typename
      ... on Ack { stream position events { id } }
      ... on Rejected { code message } ... on InvalidInput { code message } ... on Denied { code message }
    }
  }`
const OBSERVE = `
  mutation ($source: ID!, $observations: [EquipmentStateChangedObservation!]!) {
    recordEquipmentStateChanged(source: $source, site: "${SITE}", observations: $observations) {
      __typename ... on Recording { recorded duplicates quarantined { message } }
    }
  }`

/**
 * Clients that work until told to stop: orders from release to completion, shared lots that run out and
 * go into one another, machines that report in batches.
 */
export function startLoad(client: RetryingClient, seed: number): Load {
  const acks = new Map<string, Acknowledged>()
  const refusals = new Set<string>()
  const observed = new Map<string, number>()
  const stopped = new AbortController()

  const command = async (type: string, commandId: string, input: object): Promise<void> => {
    const name = type[0]!.toLowerCase() + type.slice(1)
    const answer = (await client.send(mutation(name, type), { commandId, input }))[name]
    if (answer.__typename === 'Ack') {
      const { stream, position, events } = answer
      const ids = events.map(({ id }: { id: string }) => id)
      acks.set(commandId, { stream, position: Number(position), events: ids })
    } else refusals.add(answer.code)
  }
  const stocked = Promise.all(
    LOTS.map((lotId) => command('ReceiveLot', `stock ${lotId}`, receipt(lotId, 'stock', 500))),
  )
  const work = async (turn: (n: number) => Promise<void>): Promise<void> => {
    await stocked
    for (let n = 1; !stopped.signal.aborted; n++) await turn(n)
  }
  const clients = [
    ...Array.from({ length: ORDER_CLIENTS }, (_, c) =>
      work((n) => wholeOrder(`${c}-${n}`, command)),
    ),
    ...Array.from({ length: LOT_CLIENTS }, (_, c) => {
      const random = createRandom(seed * LOT_CLIENTS + c)
      return work((n) => {
        const [type, input] = lotWish(`${c}-${n}`, random)
        return command(type, `lot ${c}-${n}`, input)
      })
    }),
    ...Array.from({ length: MACHINES }, (_, c) => {
      const random = createRandom(seed * MACHINES + c)
      const source = `machine-${c}`
      return work(async () => {
        const from = (observed.get(source) ?? 0) + 1
        const to = from + random.whole(0, 40)
        const observations = Array.from({ length: to - from + 1 }, (_, i) => seen(source, from + i))
        const { recordEquipmentStateChanged: r } = await client.send(OBSERVE, {
          source,
          observations,
        })
        if (r.__typename !== 'Recording' || r.recorded + r.duplicates !== observations.length)
          throw new Error(`${source} ${from}..${to}: ${JSON.stringify(r)}`)
        observed.set(source, to)
      })
    }),
  ]
  // Whatever fails is told by `stop`.
  for (const working of clients) working.catch(() => stopped.abort())
  return {
    ...{ acks, refusals, observed },
    async stop() {
      stopped.abort()
      await Promise.all(clients)
    },
  }
}

type Send = (type: string, commandId: string, input: object) => Promise<void>

async function wholeOrder(id: string, command: Send): Promise<void> {
  const orderId = `PO-${id}`
  const operation = { orderId, operationId: '10' }
  const step = (type: string, name: string, input: object) =>
    command(type, `${type} ${name}`, input)
  await step('ReleaseOrder', id, {
    ...{ orderId, materialId: 'gear', quantity: BOOKINGS, unit: 'C62' },
    operations: [{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'MILLS' }],
  })
  await step('StartOperation', id, { ...operation, personId: 'P1' })
  for (let n = 1; n <= BOOKINGS; n++)
    await step('ReportQuantity', `${id}/${n}`, { ...operation, bookingId: `b${n}`, good: 1 })
  await step('CompleteOperation', id, { ...operation, personId: 'P1' })
}

const receipt = (lotId: string, movementId: string, quantity: number) => ({
  ...{ lotId, movementId, materialId: 'steel', quantity, unit: 'KGM' },
})

/** Uses more than comes in, so that lots run out while several want the last of them. */
function lotWish(id: string, random: ReturnType<typeof createRandom>): [string, object] {
  const lotId = random.pick(LOTS)
  const quantity = random.whole(1, 30) / 10
  if (random.chance(0.1)) return ['ReceiveLot', receipt(lotId, id, 20)]
  const amount = { lotId, quantity, unit: 'KGM' }
  if (random.chance(0.6)) return ['ConsumeLot', { ...amount, movementId: id, orderId: 'PO-1' }]
  const intoLotId = random.pick(LOTS.filter((other) => other !== lotId))
  const type = random.chance(0.5) ? 'SplitLot' : 'MergeLot'
  return [type, { ...amount, transferId: id, intoLotId }]
}

const STATES = ['RUNNING', 'IDLE', 'FAULT', 'SETUP']
const FIRST = Date.UTC(2025, 0, 6)

const seen = (source: string, sequence: number) => ({
  occurredAt: new Date(FIRST + sequence * 1_000).toISOString(),
  sourceSequence: sequence,
  data: { equipmentId: source, state: STATES[sequence % STATES.length] },
})

/** What was promised and is not there as it was promised, in sentences. */
export function broken(load: Load, facts: readonly Recorded[]): readonly string[] {
  const byCommand = Map.groupBy(
    facts.filter(({ type }) => type !== 'CommandRejected'),
    ({ metadata }) => metadata.commandId,
  )
  const lost = [...load.acks].flatMap(([commandId, ack]) => {
    const found = byCommand.get(commandId) ?? []
    const same =
      found.map(({ id }) => id).join() === ack.events.join() &&
      found.every(({ stream }) => stream === ack.stream) &&
      found.at(-1)?.position === ack.position
    return same ? [] : [`${commandId} was promised as ${JSON.stringify(ack)}, not ${found.length}`]
  })
  const missing = [...load.observed].flatMap(([source, last]) => {
    const sequences = facts.flatMap(({ metadata: m }) =>
      m.source === source ? [m.sourceSequence] : [],
    )
    return sequences.length === last && new Set(sequences).size === last
      ? []
      : [`${source}: ${sequences.length} facts of ${last} observations`]
  })
  return [...lost, ...missing]
}
