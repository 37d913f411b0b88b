import type { Execute } from '../src/commands/execute.ts'
import type { Observation, Record } from '../src/commands/record.ts'
import { isRejection, type Decider } from '../src/domain/decider.ts'
import { lot } from '../src/domain/material/lot.ts'
import { unit } from '../src/domain/material/unit.ts'
import { order } from '../src/domain/production/order.ts'
import { inspection } from '../src/domain/quality/inspection.ts'
import { concurrently, envelope, releaseOrder, SITE } from './support.ts'

/**
 * What a plant of 200 machines and 50 meters says, in blocks of 100 facts: 80 observations, and 20
 * facts of people who release, start, book, complete, move and inspect. Block by block the same for ever.
 */
interface Block {
  readonly observations: readonly Observation[]
  readonly wishes: readonly Wish[]
}

export interface Wish {
  readonly decider: Decider
  readonly command: { readonly type: string; readonly [field: string]: unknown }
  readonly commandId: string
  readonly occurredAt: string
}

export const BLOCK = 100
/** Facts of one block that are observations. */
const OBSERVED = 80
const MACHINES = 200
const METERS = 50
const PEOPLE = 40
const EPOCH = Date.UTC(2026, 0, 1)
/** A machine then changes its state every quarter of an hour, and a million facts are two weeks. */
const BLOCK_MS = 120_000
/** Blocks between two steps of one order: a hundred orders are open at any time. */
const STEP_BLOCKS = 6
const STATES = ['RUNNING', 'IDLE', 'RUNNING', 'SETUP', 'RUNNING', 'WAITING'] as const

const moment = (block: number, share: number): string =>
  new Date(EPOCH + block * BLOCK_MS + Math.floor(share * BLOCK_MS)).toISOString()

export function blockOf(block: number): Block {
  const observations = Array.from({ length: OBSERVED }, (_, i) => observation(block, i))
  const wishes = JOB.flatMap((step, i) => {
    const job = block - i * STEP_BLOCKS
    return job < 0 ? [] : [wish(step, job, i, moment(block, i / JOB.length))]
  })
  return { observations, wishes }
}

function observation(block: number, i: number): Observation {
  const n = block * OBSERVED + i
  const occurredAt = moment(block, i / OBSERVED)
  const common = { occurredAt, sourceSequence: n }
  const equipmentId = `M${n % MACHINES}`
  if (i < 32) {
    const state = STATES[(n >> 3) % STATES.length]!
    const data = { equipmentId, state, nativeState: `S${n % 7}`, reason: null }
    return { type: 'EquipmentStateChanged', data, ...common }
  }
  if (i < 60) {
    const data = { equipmentId, counter: 'Part_Count', delta: 1 + (n % 5), unit: 'C62', reading: n }
    return { type: 'CounterAdvanced', data, ...common }
  }
  if (i < 64)
    return { type: 'ProgramChanged', data: { equipmentId, program: `O${n % 90}` }, ...common }
  if (i < 68) {
    const alarm = { equipmentId, alarmId: `logic:${n % 25}` }
    return i % 2 === 0
      ? { type: 'AlarmRaised', data: { ...alarm, severity: 'WARNING', text: 'Coolant' }, ...common }
      : { type: 'AlarmCleared', data: alarm, ...common }
  }
  const meterId = `E${n % METERS}`
  if (i >= 78) return { type: 'MeterRead', data: { meterId, reading: n, unit: 'MTQ' }, ...common }
  const from = new Date(Date.parse(occurredAt) - 900_000).toISOString()
  const data = { meterId, from, to: occurredAt, energyKwh: (n % 900) / 8, demandKw: n % 60 }
  return { type: 'EnergyMeasured', data, ...common }
}

type Step = readonly [Decider, (job: number, nth: number) => Wish['command']]

const onOrder = (job: number) => ({ orderId: `PO-${job}`, personId: `P${job % PEOPLE}` })
const at = (job: number, operation: string) => ({ ...onOrder(job), operationId: operation })
const machineOf = (job: number) => `M${(job * 7) % MACHINES}`

const operationSteps = (operationId: string): readonly Step[] => [
  [
    order,
    (job) => ({
      type: 'StartOperation',
      ...at(job, operationId),
      equipmentId: machineOf(job),
      activity: 'PRODUCTION',
    }),
  ],
  ...['first', 'second'].map((which): Step => [
    order,
    (job) => ({
      type: 'ReportQuantity',
      ...at(job, operationId),
      bookingId: `${operationId}-${which}`,
      equipmentId: machineOf(job),
      good: 48,
      scrap: job % 3,
      scrapReason: job % 3 === 0 ? null : 'scratch',
    }),
  ]),
  [order, (job) => ({ type: 'CompleteOperation', ...at(job, operationId) })],
]

const inspect = (operationId: string): Step => [
  inspection,
  (job) => ({
    type: 'RecordInspection',
    inspectionId: `I-${job}-${operationId}`,
    subjectKind: 'SERIAL',
    subjectId: `S-${job}`,
    materialId: 'gear',
    ...at(job, operationId),
    results: Array.from({ length: 5 }, (_, c) => ({
      characteristicId: `D${c}`,
      name: `Diameter ${c}`,
      kind: 'DIAMETER',
      nominal: 12,
      lowerLimit: 11.9,
      upperLimit: 12.1,
      unit: 'MMT',
      value: 11.9 + ((job + c) % 40) / 190,
      instrumentId: 'CMM1',
    })),
  }),
]

const steel = (job: number) => ({ lotId: `STEEL-${job}`, unit: 'KGM' })

/** One order from release to its last inspection; completing the last operation completes it too. */
const JOB: readonly Step[] = [
  [order, (job) => releaseOrder(`PO-${job}`)],
  [
    lot,
    (job) => ({
      type: 'ReceiveLot',
      ...steel(job),
      movementId: 'in',
      materialId: 'steel',
      quantity: 500,
      supplierId: 'ACME',
      locationId: 'WH1',
    }),
  ],
  ...operationSteps('10'),
  [
    lot,
    (job) => ({
      type: 'ConsumeLot',
      ...steel(job),
      movementId: 'out',
      quantity: 120.5,
      ...at(job, '10'),
    }),
  ],
  ...operationSteps('20'),
  [
    unit,
    (job) => ({
      type: 'ProduceUnit',
      serial: `S-${job}`,
      movementId: 'made',
      materialId: 'gear',
      ...at(job, '20'),
      equipmentId: machineOf(job),
    }),
  ],
  inspect('20'),
  ...operationSteps('30'),
  [
    lot,
    (job) => ({
      type: 'ProduceLot',
      lotId: `GEARS-${job}`,
      movementId: 'made',
      materialId: 'gear',
      quantity: 96,
      unit: 'C62',
      ...at(job, '30'),
    }),
  ],
  inspect('30'),
]

const wish = ([decider, make]: Step, job: number, nth: number, occurredAt: string): Wish => ({
  decider,
  command: make(job, nth),
  commandId: `job-${job}/${nth}`,
  occurredAt,
})

interface Plant {
  readonly execute: Execute
  readonly services: { readonly record: Record }
}

/** @returns position of the last fact. @throws Error when it is refused */
export async function send({ execute }: Plant, w: Wish): Promise<number> {
  const how = { ...envelope(w.commandId), occurredAt: w.occurredAt }
  const outcome = await execute(w.decider, w.command, how)
  if (isRejection(outcome)) throw new Error(`${w.command.type}: ${outcome.why}`)
  return outcome.position
}

/** @returns position of the last fact. @throws Error when one is put aside */
export async function report(plant: Plant, observations: readonly Observation[]): Promise<number> {
  const context = { source: 'connector', site: SITE, actor: 'bench' }
  const { quarantined, position } = await plant.services.record(observations, context)
  if (quarantined.length > 0) throw new Error(quarantined[0]!.why)
  return position
}

const IN_FLIGHT = 256
/** Blocks whose observations travel in one call. */
const CALL = 25

/** Lets the plant say blocks `from` to `until` (exclusive) as fast as the log takes them. */
export async function play(plant: Plant, from: number, until: number): Promise<void> {
  for (let first = from; first < until; first += 4 * CALL) {
    const size = Math.min(4 * CALL, until - first)
    const blocks = Array.from({ length: size }, (_, i) => blockOf(first + i))
    const wishes = blocks.flatMap((block) => block.wishes)
    const calls = Array.from({ length: Math.ceil(size / CALL) }, (_, i) =>
      blocks.slice(i * CALL, (i + 1) * CALL).flatMap((block) => block.observations),
    )
    await Promise.all([
      concurrently(calls.length, calls.length, (i) => report(plant, calls[i]!)),
      concurrently(wishes.length, IN_FLIGHT, (i) => send(plant, wishes[i]!)),
    ])
  }
}
