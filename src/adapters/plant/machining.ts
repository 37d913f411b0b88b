import { inspect } from './inspections.ts'
import { BILL, HOUSING, type WorkKind } from './products.ts'
import {
  allGood,
  consume,
  obtain,
  processed,
  run,
  workOf,
  type Cycle,
  type Outcome,
  type Task,
} from './task.ts'

const SCRAP_CHANCE = 0.018
const SCRAP_REASONS = ['Chatter marks', 'Undersize', 'Burr not removable', 'Wrong clamping']
/** Beyond the spread of the process: a chip under the part, a worn insert. */
const SPOILED_CHANCE = 0.04

/** One cycle of each kind of machining. */
export const machining: Readonly<Record<WorkKind, Cycle>> = {
  TURN: fromRaw,
  MILL_CASTING: fromRaw,
  *CUT(task, pieces) {
    yield* run(task, task.operation.cycleMinutes)
    return perhapsScrap(task, pieces)
  },

  /** The serial number is engraved in the first clamping: from here on each housing has a name. */
  *MILL_HOUSING(task) {
    const { plant, operation } = task
    const castings = yield* obtain(task, ...rawOf(task))
    const startedAt = plant.now()
    yield* run(task, operation.cycleMinutes)
    const serial = plant.number('H')
    consume(task, castings, { intoSerial: serial })
    plant.command('ProduceUnit', {
      serial,
      movementId: plant.number('M'),
      materialId: HOUSING,
      ...workOf(task),
    })
    processed(task, serial, startedAt)
    return allGood([serial])
  },

  *FINISH_HOUSING(task, [serial]) {
    const { plant, operation, order, personId } = task
    const startedAt = plant.now()
    yield* run(task, operation.cycleMinutes)
    processed(task, serial!, startedAt)
    const about = {
      subjectKind: 'SERIAL' as const,
      subjectId: serial!,
      personId,
      orderId: order.orderId,
      operationId: operation.operationId,
      instrumentId: 'CMM-1',
    }
    if (inspect(plant, 'PLAN-HOUSING', about, SPOILED_CHANCE)) return allGood([serial!])
    const reason = 'Dimension out of limits'
    plant.command('ScrapUnit', {
      serial: serial!,
      movementId: plant.number('M'),
      reason,
      ...workOf(task),
    })
    return { good: [], scrap: 1, scrapReason: reason }
  },
}

/** Bar or casting becomes a piece of the order's lot. */
function* fromRaw(task: Task, pieces: readonly (string | null)[]): Generator<number, Outcome> {
  const [materialId, each] = rawOf(task)
  const portions = yield* obtain(task, materialId, each * pieces.length)
  yield* run(task, task.operation.cycleMinutes)
  consume(task, portions, { intoLotId: task.order.lotId! })
  return perhapsScrap(task, pieces)
}

const rawOf = ({ order }: Task): readonly [string, number] => BILL[order.product.materialId]!

function perhapsScrap({ plant }: Task, pieces: readonly (string | null)[]): Outcome {
  return plant.random.chance(SCRAP_CHANCE)
    ? { good: pieces.slice(1), scrap: 1, scrapReason: plant.random.pick(SCRAP_REASONS) }
    : allGood(pieces)
}
