import { minutes, type Process } from './clock.ts'
import type { Job, Plant } from './plant.ts'
import { crewOf } from './operations.ts'
import { SCREW } from './products.ts'

/** What keeps a plant from running by itself: doubts, mistakes, lost lines. Each comes back. */
const SHIFT_LEAD = 'P-150'

export const incidents = (plant: Plant): readonly Process[] => [
  orderHold(plant),
  lostLine(plant),
  coldStart(plant),
  wornChiller(plant),
  mistakes(plant),
]

/** An order is held for a question; somebody tries to start it all the same, and is refused. */
function* orderHold(plant: Plant): Process {
  for (;;) {
    yield minutes(plant.random.between(60, 110))
    const job = waiting(plant)
    if (!job) continue
    const { order, operation } = job
    const { orderId } = order
    order.held = true
    const reason = plant.random.pick(['Drawing revision in question', 'Fixture being repaired'])
    plant.command('HoldOrder', { orderId, reason })
    yield minutes(4)
    const machine = plant.machines.find((m) => m.workCentreId === operation.workCentreId)!
    const personId = crewOf(plant, machine)
    const { operationId } = operation
    plant.command('StartOperation', { orderId, operationId, personId }, 'OrderHeld')
    yield minutes(plant.random.between(20, 60))
    plant.command('LiftOrderHold', { orderId, reason: 'Cleared by engineering' })
    order.held = false
  }
}

/** An order that no machine has begun with. */
function waiting({ queues }: Plant): Job | undefined {
  const jobs = [...queues.values()].flat()
  return jobs.findLast((j) => !j.order.held && j.operation === j.order.product.operations[0])
}

/** The network to one machine is down: what it did is not known, and not guessed. */
function* lostLine(plant: Plant): Process {
  for (;;) {
    yield minutes(plant.random.between(80, 170))
    const machine = plant.machines.find((m) => m.equipmentId === 'MILL-3')!
    machine.silence('Connection lost')
    yield minutes(plant.random.between(8, 22))
    machine.talk()
  }
}

function* coldStart(plant: Plant): Process {
  for (;;) {
    yield minutes(plant.random.between(130, 210))
    plant.machines.find((m) => m.equipmentId === 'LATHE-2')!.resetCounter()
  }
}

/** Every shift has breakdowns, and the same machine is to blame for most of them. */
function* wornChiller(plant: Plant): Process {
  for (;;) {
    yield minutes(plant.random.between(60, 140))
    plant.machines.find((m) => m.equipmentId === 'MILL-1')!.wearOut()
  }
}

/** Wrong numbers typed in and put right, and wishes nobody can grant. */
function* mistakes(plant: Plant): Process {
  for (;;) {
    yield minutes(plant.random.between(50, 80))
    const bookingId = plant.number('B')
    const order = [...plant.orders.values()].find((o) => o.pieces.length === o.quantity)
    const personId = SHIFT_LEAD
    if (order) {
      const { orderId } = order
      const { operationId } = order.product.operations[0]!
      const on = { orderId, bookingId, personId }
      plant.command('ReportQuantity', { ...on, operationId, rework: 4 })
      yield minutes(7)
      const correctionId = plant.number('K')
      const reason = 'Typed on the wrong order'
      plant.command('CorrectBooking', { ...on, correctionId, reason })
    }
    yield minutes(20)
    const orderId = plant.number('PO-UNKNOWN')
    plant.command('CompleteOrder', { orderId }, 'OrderUnknown')
    const [pump, valve] = [...plant.valves].at(-1) ?? []
    if (!pump || !valve) continue
    const again = { serial: valve, parentSerial: pump, movementId: plant.number('M'), personId }
    plant.command('InstallComponent', again, 'UnitInstalled')
    const lot = plant.stock.lots(SCREW)[0]
    if (!lot) continue
    const { lotId, unit } = lot
    const movementId = plant.number('M')
    const tooMuch = { lotId, movementId, quantity: 100_000, unit, intoSerial: pump, personId }
    plant.command('ConsumeLot', tooMuch, 'QuantityExceeded')
  }
}
