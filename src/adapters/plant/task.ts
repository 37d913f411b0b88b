import { minutes, type Process } from './clock.ts'
import type { Machine } from './machines.ts'
import type { OpenOrder, Piece, Plant } from './plant.ts'
import type { PlannedOperation } from './products.ts'
import type { Portion } from './stock.ts'
import { explain } from './stops.ts'

/** One operation of one order at one machine, in the hands of one person. */
export interface Task {
  readonly plant: Plant
  readonly machine: Machine
  readonly order: OpenOrder
  readonly operation: PlannedOperation
  readonly personId: string
}

/** What came of one cycle. */
export interface Outcome {
  readonly good: readonly Piece[]
  readonly scrap: number
  readonly scrapReason: string | null
}
export type Cycle = (task: Task, pieces: readonly Piece[]) => Generator<number, Outcome>

export const allGood = (good: readonly Piece[]): Outcome => ({ good, scrap: 0, scrapReason: null })

/** Who, where and for what: goes with every movement of material. */
export const workOf = ({ machine, order, operation, personId }: Task) => ({
  orderId: order.orderId,
  operationId: operation.operationId,
  equipmentId: machine.equipmentId,
  personId,
})

const WAIT_MINUTES = 3
/** Cycles differ by some percent: feed override, clamping, the person. */
const CYCLE_NOISE = 0.05
const REPAIR_MINUTES = [4, 26] as const
const WARNING_CHANCE = 0.012

/** Runs one machine cycle of this length; now and then the machine fails in the middle of it. */
export function* run({ plant, machine, personId }: Task, cycleMinutes: number): Process {
  const { random } = plant
  machine.to('RUNNING', 'ACTIVE')
  const ms = minutes(cycleMinutes * Math.max(0.8, random.normal(1, CYCLE_NOISE)))
  if (random.chance(WARNING_CHANCE)) plant.start(warning(plant, machine))
  if (!machine.failsNow(cycleMinutes)) return yield ms
  const part = ms * random.between(0.1, 0.9)
  yield part
  const [code, text] = machine.fault
  const from = plant.now()
  machine.raise(code, 'FAULT', text)
  machine.to('FAULT', 'INTERRUPTED', text)
  yield minutes(random.between(...REPAIR_MINUTES))
  machine.clear(code)
  machine.to('SETUP', 'MANUAL', 'Restart after fault')
  yield minutes(random.between(1, 3))
  machine.to('RUNNING', 'ACTIVE')
  plant.start(explain(plant, machine, { from, personId }))
  yield ms - part
}

function* warning(plant: Plant, machine: Machine): Process {
  const [code, text] = plant.random.pick([
    ['W110', 'Coolant level low'],
    ['W204', 'Filter change due'],
    ['W317', 'Lubrication: refill soon'],
  ])
  machine.raise(code, 'WARNING', text)
  yield minutes(plant.random.between(6, 25))
  machine.clear(code)
}

/** Takes material for this task; the machine waits for it as long as there is not enough. */
export function* obtain(
  { plant, machine }: Task,
  materialId: string,
  quantity: number,
): Generator<number, readonly Portion[]> {
  for (;;) {
    const portions = plant.stock.take(materialId, quantity)
    if (portions) return portions
    machine.to('WAITING', 'STARVED', `Waiting for ${materialId}`)
    yield minutes(WAIT_MINUTES)
  }
}

/** The same for an item with a serial number. */
export function* obtainUnit(
  { plant, machine }: Task,
  materialId: string,
): Generator<number, string> {
  for (;;) {
    const serial = plant.stock.takeUnit(materialId)
    if (serial !== undefined) return serial
    machine.to('WAITING', 'STARVED', `Waiting for ${materialId}`)
    yield minutes(WAIT_MINUTES)
  }
}

/** Books what was taken: into a serial, a lot, or for the order alone. */
export function consume(
  task: Task,
  portions: readonly Portion[],
  into: { readonly intoLotId?: string; readonly intoSerial?: string } = {},
): void {
  for (const portion of portions) {
    const movementId = task.plant.number('M')
    task.plant.command('ConsumeLot', { movementId, ...portion, ...workOf(task), ...into })
  }
}

/** A machine or station tells what it did to an item, from `startedAt` (epoch ms) until now. */
export function processed(task: Task, serial: string, startedAt: number): void {
  const { plant, operation, order } = task
  plant.observe({
    type: 'UnitProcessed',
    data: {
      serial,
      materialId: null,
      operationName: operation.name,
      program: operation.program,
      startedAt: new Date(startedAt).toISOString(),
      endedAt: new Date(plant.now()).toISOString(),
      ...workOf(task),
      orderId: order.orderId,
    },
  })
}
