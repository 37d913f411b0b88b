import { minutes, type Process } from './clock.ts'
import { inspect } from './inspections.ts'
import type { Plant } from './plant.ts'
import {
  HOUSING,
  HOUSING_CASTING,
  OPENING,
  OPENING_HOUSINGS,
  OPENING_VALVES,
  PURCHASED,
  SCREW,
  VALVE,
  type Purchased,
} from './products.ts'
import type { StockLot } from './stock.ts'

const STORE_KEEPER = 'P-140'
const INSPECTOR = 'P-151'
const SISTER_PLANT = 'PLANT-KEMPTEN'
const VALVE_SUPPLIER = 'HYDRO-VALVE'
const CHECK_EVERY_MINUTES = 15
const SAMPLES = 5
/** Every so many deliveries of an inspected material one is not good at first sight. */
const DOUBTFUL_EVERY = 3
const REINSPECTION_MINUTES = 55
const VALVES_PER_BOX = 12

/** What lies there when the simulation begins: bought, or sent by the sister plant. */
export function openStock(plant: Plant): void {
  for (const material of PURCHASED) {
    receive(plant, material)
    receive(plant, material)
  }
  for (const [materialId, delivery] of OPENING)
    receive(plant, { materialId, delivery, unit: 'C62', supplierId: SISTER_PLANT })
  receiveUnits(plant, [HOUSING, 'H', SISTER_PLANT], OPENING_HOUSINGS)
  receiveUnits(plant, [VALVE, 'RV', VALVE_SUPPLIER], OPENING_VALVES)
}

/** Goods come in when stock runs low; castings are inspected before they may be used. */
export function* supply(plant: Plant): Process {
  const deliveries = new Map<string, number>()
  for (;;) {
    yield minutes(CHECK_EVERY_MINUTES)
    for (const material of PURCHASED) {
      if (plant.stock.free(material.materialId) >= material.reorderBelow) continue
      const nth = (deliveries.get(material.materialId) ?? 0) + 1
      deliveries.set(material.materialId, nth)
      const lot = receive(plant, material)
      const risk = nth % DOUBTFUL_EVERY === 1 ? 1 : 0
      if (material.planId === null) continue
      lot.blocked = true
      plant.start(incoming(plant, lot, material.planId, risk))
    }
    if (plant.stock.units(VALVE) < VALVES_PER_BOX)
      receiveUnits(plant, [VALVE, 'RV', VALVE_SUPPLIER], VALVES_PER_BOX)
  }
}

type Delivery = Pick<Purchased, 'materialId' | 'unit' | 'supplierId' | 'delivery'>

function receive(plant: Plant, { materialId, unit, supplierId, delivery }: Delivery): StockLot {
  const lotId = plant.number('L')
  const lot = { lotId, materialId, unit, quantity: delivery, blocked: false }
  plant.command('ReceiveLot', {
    lotId,
    movementId: plant.number('M'),
    materialId,
    quantity: delivery,
    unit,
    supplierId,
    supplierLotId: `${supplierId.slice(0, 3)}-${plant.random.whole(10_000, 99_999)}`,
    locationId: supplierId === SISTER_PLANT ? 'PARTS-STORE' : 'RAW-STORE',
    personId: STORE_KEEPER,
  })
  plant.stock.add(lot)
  return lot
}

function receiveUnits(
  plant: Plant,
  [materialId, kind, supplierId]: readonly [string, string, string],
  count: number,
): void {
  const serials = Array.from({ length: count }, () => plant.number(kind))
  for (const serial of serials)
    plant.command('ReceiveUnit', {
      serial,
      movementId: plant.number('M'),
      materialId,
      supplierId,
      personId: STORE_KEEPER,
    })
  plant.stock.addUnits(materialId, serials)
}

/** A failed sample holds the lot; a larger one, measured anew, releases it. */
function* incoming(plant: Plant, lot: StockLot, planId: string, risk: number): Process {
  yield minutes(plant.random.between(6, 12))
  const { lotId } = lot
  const about = { subjectKind: 'LOT' as const, subjectId: lotId, personId: INSPECTOR }
  const gauge = { ...about, instrumentId: 'CALIPER-07' }
  if (!inspect(plant, planId, { ...gauge, samples: SAMPLES }, risk)) {
    const holdId = plant.number('HOLD')
    plant.command('HoldLot', {
      lotId,
      holdId,
      reason: 'Incoming inspection failed',
      cause: { kind: 'INSPECTION', id: null },
      personId: INSPECTOR,
    })
    const move = (locationId: string) =>
      plant.command('MoveLot', {
        lotId,
        movementId: plant.number('M'),
        locationId,
        personId: STORE_KEEPER,
      })
    move('QUARANTINE')
    yield minutes(REINSPECTION_MINUTES)
    inspect(plant, planId, { ...about, instrumentId: 'CMM-1', samples: 2 * SAMPLES }, 0)
    const reason = 'Larger sample measured, use as is approved'
    plant.command('ReleaseLot', { lotId, holdId, reason, personId: INSPECTOR })
    move('RAW-STORE')
  }
  lot.blocked = false
}

/** Now and then lots are put apart, put together and counted. */
export function* handleLots(plant: Plant): Process {
  for (;;) {
    yield minutes(70)
    split(plant)
    yield minutes(50)
    merge(plant)
    yield minutes(40)
    count(plant)
  }
}

/** Half a lot of castings goes to a cell of its own. */
function split(plant: Plant): void {
  const lot = plant.stock.lots(HOUSING_CASTING).find((l) => l.quantity >= 8)
  if (!lot) return
  const quantity = Math.floor(lot.quantity / 2)
  const intoLotId = plant.number('L')
  const { lotId, materialId, unit } = lot
  plant.command('SplitLot', {
    lotId,
    transferId: plant.number('T'),
    quantity,
    unit,
    intoLotId,
    locationId: 'MILLING',
    personId: STORE_KEEPER,
  })
  lot.quantity -= quantity
  plant.stock.add({ lotId: intoLotId, materialId, unit, quantity, blocked: false })
}

/** The rest of a box of screws is poured into the next. */
function merge(plant: Plant): void {
  const [rest, next] = plant.stock.lots(SCREW)
  if (!rest || !next) return
  plant.command('MergeLot', {
    lotId: rest.lotId,
    transferId: plant.number('T'),
    // Not all the log still has of it: some may be at a machine, taken and not yet booked.
    quantity: rest.quantity,
    unit: rest.unit,
    intoLotId: next.lotId,
    personId: STORE_KEEPER,
  })
  next.quantity += rest.quantity
  rest.quantity = 0
}

function count(plant: Plant): void {
  const lot = plant.stock.lots(SCREW).at(-1)
  if (!lot || lot.quantity < 50) return
  const difference = -plant.random.whole(2, 15)
  const { lotId, unit } = lot
  plant.command('AdjustLot', {
    lotId,
    movementId: plant.number('M'),
    difference,
    unit,
    reason: 'Cycle count',
    personId: STORE_KEEPER,
  })
  lot.quantity += difference
}
