import { assembly } from './assembly.ts'
import { minutes, type Process } from './clock.ts'
import type { Machine } from './machines.ts'
import { machining } from './machining.ts'
import { shiftAt } from './people.ts'
import type { Job, OpenOrder, Piece, Plant } from './plant.ts'
import { PUMP } from './products.ts'
import { allGood, type Cycle, type Outcome, type Task } from './task.ts'

const cycles: Readonly<Record<string, Cycle>> = { ...machining, ...assembly }

const IDLE_MINUTES = 2
const REPORT_EVERY_MINUTES = 10
const BREAK_EVERY_MINUTES = 130
const LOADING_MINUTES = 0.4
const CUSTOMER = 'TRACTORS-LECH'
const STORE_KEEPER = 'P-140'

/** A machine takes the most urgent work of its work centre, again and again. */
export function* work(plant: Plant, machine: Machine): Process {
  let nextBreak = plant.now() + minutes(plant.random.between(60, BREAK_EVERY_MINUTES))
  for (;;) {
    const job = nextJob(plant, machine)
    if (!job) {
      machine.to('IDLE', 'READY', 'No order')
      yield minutes(IDLE_MINUTES)
      continue
    }
    const personId = crewOf(plant, machine)
    nextBreak = yield* operate({ plant, machine, personId, ...job }, nextBreak)
  }
}

function nextJob({ queues }: Plant, { workCentreId }: Machine): Job | undefined {
  const queue = queues.get(workCentreId)!
  const ready = queue.filter((job) => !job.order.held)
  const best = ready.toSorted((a, b) => a.order.priority - b.order.priority)[0]
  if (best) queue.splice(queue.indexOf(best), 1)
  return best
}

/** Who is on shift at the machine. */
export const crewOf = (plant: Plant, { crew }: Machine): string => crew[shiftAt(plant.now()).index]!

/** From setup to completion; answers when the person's next break is due, epoch milliseconds. */
function* operate(task: Task, breakAt: number): Generator<number, number> {
  const { plant, machine, order, operation, personId } = task
  const byPerson = { orderId: order.orderId, operationId: operation.operationId, personId }
  machine.to('SETUP', 'MANUAL', `Setup ${operation.program}`)
  plant.command('StartOperation', {
    ...byPerson,
    equipmentId: machine.equipmentId,
    activity: 'SETUP',
  })
  yield minutes(operation.setupMinutes * plant.random.between(0.7, 1.5))
  machine.load(operation.program)
  plant.command('ChangeActivity', { ...byPerson, activity: 'PRODUCTION' })

  const report = reporter(task)
  const good: Piece[] = []
  let nextBreak = breakAt
  for (let i = 0; i < order.pieces.length; i += operation.perCycle) {
    if (plant.now() >= nextBreak) {
      yield* pause(task, byPerson)
      nextBreak = plant.now() + minutes(BREAK_EVERY_MINUTES * plant.random.between(0.9, 1.1))
    }
    const outcome = yield* cycles[operation.kind]!(
      task,
      order.pieces.slice(i, i + operation.perCycle),
    )
    good.push(...outcome.good)
    machine.count(outcome.good.length + outcome.scrap)
    report.add(outcome)
    machine.to('IDLE', 'READY')
    yield minutes(LOADING_MINUTES * plant.random.between(0.5, 1.6))
  }
  report.send()
  order.pieces = good
  plant.command('CompleteOperation', byPerson)
  handOver(task)
  return nextBreak
}

function* pause(
  { plant, machine }: Task,
  byPerson: { orderId: string; operationId: string; personId: string },
): Process {
  plant.command('PauseOperation', { ...byPerson, reason: 'Break' })
  machine.to('IDLE', 'FEED_HOLD', 'Break')
  yield minutes(plant.random.pick([15, 15, 30]))
  plant.command('ResumeOperation', { ...byPerson, activity: 'PRODUCTION' })
}

/** Collects what cycles yield into a booking every ten minutes. */
function reporter(task: Task) {
  const { plant, order, operation, machine, personId } = task
  let sum: Outcome = allGood([])
  let since = plant.now()
  const send = (): void => {
    const good = sum.good.length
    const { scrap, scrapReason } = sum
    sum = allGood([])
    since = plant.now()
    if (good + scrap === 0) return
    const { orderId, lotId, product } = order
    const { operationId } = operation
    const work = { orderId, operationId, equipmentId: machine.equipmentId, personId }
    const bookingId = plant.number('B')
    plant.command('ReportQuantity', { ...work, bookingId, good, scrap, scrapReason })
    if (lotId === null || good === 0 || operation !== product.operations.at(-1)) return
    const movementId = plant.number('M')
    const { materialId } = product
    const amount = { materialId, quantity: good, unit: 'C62', locationId: 'PARTS-STORE' }
    plant.command('ProduceLot', { lotId, movementId, ...amount, ...work })
  }
  const add = (outcome: Outcome): void => {
    sum = {
      good: [...sum.good, ...outcome.good],
      scrap: sum.scrap + outcome.scrap,
      scrapReason: outcome.scrapReason ?? sum.scrapReason,
    }
    if (plant.now() - since >= minutes(REPORT_EVERY_MINUTES)) send()
  }
  return { add, send }
}

/** To the next work centre, or into stock: the last completion closed the order. */
function handOver({ plant, order, operation }: Task): void {
  const { operations, materialId } = order.product
  const next = operations[operations.indexOf(operation) + 1]
  if (next) {
    plant.queues.get(next.workCentreId)!.push({ order, operation: next })
    return
  }
  plant.orders.delete(order.orderId)
  if (materialId === PUMP) ship(plant, order)
  else store(plant, order, materialId)
}

/** Finished pumps leave on the day, those of an order together. */
function ship(plant: Plant, { pieces }: OpenOrder): void {
  const to = { deliveryId: plant.number('D'), customerId: CUSTOMER, personId: STORE_KEEPER }
  for (const serial of pieces)
    plant.command('ShipUnit', { serial: serial!, movementId: plant.number('M'), ...to })
}

function store({ stock }: Plant, { lotId, pieces }: OpenOrder, materialId: string): void {
  const quantity = pieces.length
  if (lotId === null) stock.addUnits(materialId, pieces as readonly string[])
  else if (quantity > 0) stock.add({ lotId, materialId, unit: 'C62', quantity, blocked: false })
}
