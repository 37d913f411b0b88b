import { minutes, type Process } from './clock.ts'
import type { Plant } from './plant.ts'
import { PRODUCTS, PUMP, type Product } from './products.ts'

const PLAN_EVERY_MINUTES = 20
/** Longest lead time promised; short ones are the urgent ones. */
const DUE_HOURS = [10, 34] as const
/** Finished pumps are shipped: what counts for them is what is still open. */
const URGENT_CHANCE = 0.15

/** Keeps the shop supplied with orders: as many as stock and open work fall short of the target. */
export function* planOrders(plant: Plant): Process {
  for (;;) {
    for (const product of PRODUCTS)
      while (covered(plant, product) < product.target) release(plant, product)
    yield minutes(PLAN_EVERY_MINUTES)
  }
}

function covered({ orders, stock }: Plant, { materialId }: Product): number {
  const open = [...orders.values()].filter((order) => order.product.materialId === materialId)
  const inStock = materialId === PUMP ? 0 : stock.free(materialId) + stock.units(materialId)
  return open.reduce((sum, order) => sum + order.quantity, inStock)
}

function release(plant: Plant, product: Product): void {
  const { random } = plant
  const orderId = plant.number('PO')
  const quantity = random.whole(...product.quantity)
  const priority = random.chance(URGENT_CHANCE) ? 100 : random.pick([300, 400, 500])
  const bySerial = product.operations.some((o) => o.kind === 'PRESS' || o.kind === 'MILL_HOUSING')
  const order = {
    orderId,
    product,
    quantity,
    priority,
    lotId: bySerial ? null : plant.number('L'),
    pieces: Array.from({ length: quantity }, () => null),
    held: false,
  }
  plant.orders.set(orderId, order)
  plant.command('ReleaseOrder', {
    orderId,
    materialId: product.materialId,
    quantity,
    unit: 'C62',
    priority,
    dueAt: new Date(plant.now() + minutes(60 * random.between(...DUE_HOURS))).toISOString(),
    operations: product.operations.map((o, i) => ({
      operationId: o.operationId,
      sequence: (i + 1) * 10,
      name: o.name,
      workCentreId: o.workCentreId,
      setupTimeMs: minutes(o.setupMinutes),
      runTimeMsPerUnit: Math.round(minutes(o.cycleMinutes) / o.perCycle),
    })),
  })
  const first = product.operations[0]!
  plant.queues.get(first.workCentreId)!.push({ order, operation: first })
}
