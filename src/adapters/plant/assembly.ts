import { minutes } from './clock.ts'
import { inspect } from './inspections.ts'
import { createRandom } from './random.ts'
import {
  BEARING,
  COVER,
  GEAR,
  HOUSING,
  PAINT,
  PUMP,
  SCREW,
  SEAL,
  SHAFT,
  VALVE,
  type AssemblyKind,
} from './products.ts'
import {
  allGood,
  consume,
  obtain,
  obtainUnit,
  processed,
  run,
  workOf,
  type Cycle,
  type Task,
} from './task.ts'

/** What goes into a pump besides its housing and valve. */
const PARTS: readonly (readonly [string, number])[] = [
  [SHAFT, 1],
  [GEAR, 2],
  [COVER, 1],
  [SEAL, 2],
  [SCREW, 8],
]
const PAINT_KG = 0.12
const TEST_RISK = 0.07
const REPLACED = 'Failed at the test bench, valve replaced'
/** Which pumps fail for certain: every shift has one to look at. */
const FAILS_EVERY = 30
const FAILS_FIRST = 5
/** Where the components of a pump sit. */
const BODY = 'BODY'
const RELIEF = 'RELIEF'

/** One cycle of each kind of washing, assembly, test and curing. */
export const assembly: Readonly<Record<AssemblyKind, Cycle>> = {
  *WASH(task, pieces) {
    const startedAt = task.plant.now()
    yield* run(task, task.operation.cycleMinutes)
    for (const serial of pieces) if (serial !== null) processed(task, serial, startedAt)
    return allGood(pieces)
  },

  *PRESS(task) {
    const housing = yield* obtainUnit(task, HOUSING)
    const bearings = yield* obtain(task, BEARING, 2)
    const startedAt = task.plant.now()
    yield* run(task, task.operation.cycleMinutes)
    consume(task, bearings, { intoSerial: housing })
    processed(task, housing, startedAt)
    return allGood([housing])
  },

  *ASSEMBLE(task, [housing]) {
    const { plant, operation } = task
    const valve = yield* obtainUnit(task, VALVE)
    const parts = []
    for (const [materialId, quantity] of PARTS)
      parts.push(yield* obtain(task, materialId, quantity))
    const startedAt = plant.now()
    const serial = plant.number('GP')
    const movementId = plant.number('M')
    plant.command('ProduceUnit', { serial, movementId, materialId: PUMP, ...workOf(task) })
    install(task, serial, housing!, BODY)
    yield* run(task, operation.cycleMinutes * 0.6)
    for (const portions of parts) consume(task, portions, { intoSerial: serial })
    install(task, serial, valve, RELIEF)
    plant.valves.set(serial, valve)
    yield* run(task, operation.cycleMinutes * 0.4)
    torque(task, serial)
    processed(task, serial, startedAt)
    return allGood([serial])
  },

  *TEST(task, [serial]) {
    const { plant, operation } = task
    const startedAt = plant.now()
    yield* run(task, operation.cycleMinutes)
    const nth = plant.tested()
    if (!test(task, serial!, nth % FAILS_EVERY === FAILS_FIRST ? 1 : TEST_RISK)) {
      yield* replaceValve(task, serial!)
      yield* run(task, operation.cycleMinutes)
      test(task, serial!, 0)
    }
    processed(task, serial!, startedAt)
    return allGood([serial!])
  },

  *CURE(task, pieces) {
    const paint = yield* obtain(task, PAINT, PAINT_KG * pieces.length)
    const startedAt = task.plant.now()
    yield* run(task, task.operation.cycleMinutes)
    consume(task, paint)
    for (const serial of pieces) processed(task, serial!, startedAt)
    return allGood(pieces)
  },
}

const install = (task: Task, parentSerial: string, serial: string, position: string): void =>
  task.plant.command('InstallComponent', {
    serial,
    parentSerial,
    position,
    movementId: task.plant.number('M'),
    ...workOf(task),
  })

/** Limits of the screws of the cover, N m (NU), and what the driver does. */
const TORQUE = { nominal: 25, lowerLimit: 23, upperLimit: 27, unit: 'NU' }
const SPREAD = 0.5

/** The driver tells the torque of the last screw. By a chance of its own: it moves nothing else. */
const torque = (task: Task, serial: string): void =>
  task.plant.observe({
    type: 'ProcessValueRecorded',
    data: {
      ...{ subjectKind: 'SERIAL', subjectId: serial, ...TORQUE, ...workOf(task) },
      ...{ parameterId: 'TORQUE-COVER', name: 'Cover screws', toolId: 'DRIVER-2' },
      value: round(createRandom(task.plant.now()).normal(TORQUE.nominal, SPREAD)),
      program: task.operation.program,
    },
  })
const round = (value: number): number => Math.round(value * 100) / 100

const test = ({ plant, order, operation, personId }: Task, serial: string, risk: number): boolean =>
  inspect(
    plant,
    'PLAN-PUMP',
    {
      subjectKind: 'SERIAL',
      subjectId: serial,
      personId,
      orderId: order.orderId,
      operationId: operation.operationId,
      instrumentId: 'TEST-1',
    },
    risk,
  )

/** The valve is the one component that is changed at the bench; the old one is thrown away. */
function* replaceValve(task: Task, parentSerial: string): Generator<number, void> {
  const { plant, machine } = task
  machine.to('SETUP', 'MANUAL', 'Component replaced')
  const fresh = yield* obtainUnit(task, VALVE)
  machine.to('SETUP', 'MANUAL', 'Component replaced')
  yield minutes(plant.random.between(4, 9))
  const old = plant.valves.get(parentSerial)!
  const reason = REPLACED
  const onOld = { serial: old, reason, ...workOf(task) }
  plant.command('RemoveComponent', { ...onOld, parentSerial, movementId: plant.number('M') })
  plant.command('ScrapUnit', { ...onOld, movementId: plant.number('M') })
  install(task, parentSerial, fresh, RELIEF)
  plant.valves.set(parentSerial, fresh)
}
