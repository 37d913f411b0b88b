import fc from 'fast-check'
import type { LogisticUnitCommand } from '../../src/domain/material/logistic-unit.ts'
import type { LotCommand } from '../../src/domain/material/lot-commands.ts'
import type { UnitCommand } from '../../src/domain/material/unit-commands.ts'

const lotId = fc.constantFrom('L1', 'L2', 'L3')
const movementId = fc.integer({ min: 1, max: 12 }).map((n) => `m${n}`)
const transferId = fc.integer({ min: 1, max: 6 }).map((n) => `t${n}`)
const holdId = fc.constantFrom('h1', 'h2')
/** Now and then the wrong one. */
const mostly = <T>(usual: T, other: T) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 9 }, fc.constant(other))
const materialId = mostly('steel', 'brass')
const unit = mostly('KGM', 'C62')
/** Tenths do not add up in binary; what is kept must all the same. */
const quantity = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(0.1, 0.2, 0.7))
const locationId = fc.constantFrom(null, 'WH1', 'WH2')
const personId = fc.constantFrom(null, 'P1')
const reason = fc.constant('because')
const work = {
  orderId: fc.constantFrom(null, 'PO-1'),
  operationId: fc.constantFrom(null, '10'),
  equipmentId: fc.constantFrom(null, 'M1'),
  personId,
}
const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })
const leaving = { lotId, transferId, unit, intoLotId: lotId, locationId, ...work }

const transformationId = fc.constantFrom('T1', 'T2')
const shipmentId = fc.constantFrom('s1', 's2')
const consumptionId = fc.constantFrom('c1', 'c2', 'c3')
const bindingId = fc.constantFrom('b1', 'b2', 'b3')
const box = fc.constantFrom(null, 'BOX-1', 'PAL-1')
const packing = { from: box, into: box, personId }
const delivery = {
  deliveryId: fc.constantFrom('D1', 'D2'),
  customerId: fc.constantFrom('C1', 'C2'),
  personId,
}

/** What was used for an order alone, and what is said of it later. */
const bindingCommand: fc.Arbitrary<LotCommand> = fc.oneof(
  fc.record({
    ...type('ConsumeLot'),
    lotId: fc.constant('L1'),
    movementId: consumptionId,
    quantity: fc.constantFrom(1, 3),
    unit: fc.constant('KGM'),
    intoLotId: fc.constant(null),
    intoSerial: fc.constant(null),
    ...work,
    orderId: fc.constant('PO-1'),
  }),
  fc.record({
    ...type('BindConsumption'),
    lotId: fc.constant('L1'),
    bindingId,
    consumptionId,
    serial: fc.constantFrom('S1', 'S2'),
    quantity: fc.constantFrom(0.1, 1, 2),
    unit: fc.constant('KGM'),
  }),
  fc.record({
    ...type('CancelBinding'),
    lotId: fc.constant('L1'),
    bindingId,
    reason,
    cancelledBy: fc.constant('P1'),
  }),
)

const sent = {
  deliveryId: fc.constantFrom(null, 'D1'),
  logisticUnitId: fc.constantFrom(null, 'PAL-1'),
}
/** Wishes about three lots of mostly one material, so that they meet. */
export const lotCommand: fc.Arbitrary<LotCommand> = fc.oneof(
  fc.record({
    ...type('ReceiveLot'),
    lotId,
    movementId,
    materialId,
    quantity,
    unit,
    supplierId: fc.constantFrom(null, 'ACME'),
    supplierLotId: fc.constantFrom(null, 'A-77'),
    locationId,
    personId,
    ...{ ...sent, shippedLotId: fc.constantFrom(null, 'L1') },
  }),
  fc.record({
    ...type('ProduceLot'),
    lotId,
    movementId,
    materialId,
    quantity,
    unit,
    locationId,
    ...work,
  }),
  fc.record({
    ...type('ConsumeLot'),
    lotId,
    movementId: fc.oneof(movementId, consumptionId),
    quantity,
    unit,
    intoLotId: fc.oneof(fc.constant(null), lotId),
    intoSerial: fc.constantFrom(null, null, 'S1'),
    ...work,
  }),
  fc.record({ ...type('SplitLot'), ...leaving, quantity }),
  fc.record({ ...type('MergeLot'), ...leaving, quantity: fc.oneof(fc.constant(null), quantity) }),
  fc.record({
    ...type('MoveLot'),
    lotId,
    movementId,
    locationId: fc.constantFrom('WH1', 'WH2'),
    personId,
  }),
  fc.record({
    ...type('AdjustLot'),
    lotId,
    movementId,
    difference: fc.integer({ min: -3, max: 3 }),
    unit,
    reason,
    personId: fc.constant('P1'),
  }),
  fc.record({
    ...type('ScrapLot'),
    lotId,
    movementId,
    quantity: fc.oneof(fc.constant(null), quantity),
    unit,
    reason,
    ...work,
  }),
  fc.record({
    ...type('HoldLot'),
    lotId,
    holdId,
    reason,
    cause: fc.constantFrom(null, { kind: 'INSPECTION' as const, id: 'I1' }),
    personId,
  }),
  fc.record({ ...type('ReleaseLot'), lotId, holdId, reason, personId }),
  fc.record({
    ...type('TransformLot'),
    lotId,
    movementId,
    quantity,
    unit,
    transformationId,
    ...work,
  }),
  fc.record({
    ...type('YieldLot'),
    lotId,
    movementId,
    materialId,
    quantity,
    unit,
    transformationId,
    role: fc.constantFrom('PRODUCT' as const, 'CO_PRODUCT' as const, 'BY_PRODUCT' as const),
    locationId,
    ...work,
  }),
  { arbitrary: bindingCommand, weight: 4 },
  fc.record({
    ...{ ...type('CancelConsumption'), lotId, consumptionId },
    ...{ reason, cancelledBy: fc.constant('P1') },
  }),
  {
    arbitrary: fc.record({
      ...type('RepackLot'),
      lotId,
      movementId,
      quantity,
      unit,
      ...packing,
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      ...type('ShipLot'),
      lotId,
      movementId: shipmentId,
      quantity,
      unit,
      ...delivery,
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      ...type('ReturnLot'),
      lotId,
      movementId,
      quantity: fc.constantFrom(0.1, 1),
      unit,
      shipmentId,
      reason,
      personId,
    }),
    weight: 3,
  },
)

const serial = fc.constantFrom('S1', 'S2', 'S3')
const onUnit = { serial, movementId }

/** Wishes about three serials that go into one another. */
export const unitCommand: fc.Arbitrary<UnitCommand> = fc.oneof(
  fc.record({
    ...type('ReceiveUnit'),
    ...onUnit,
    materialId,
    supplierId: fc.constantFrom(null, 'ACME'),
    supplierLotId: fc.constantFrom(null, 'A-77'),
    personId,
    ...{ ...sent, shippedSerial: fc.constantFrom(null, 'S1') },
  }),
  fc.record({
    ...type('ProduceUnit'),
    ...onUnit,
    materialId,
    lotId: fc.oneof(fc.constant(null), lotId),
    ...work,
  }),
  {
    arbitrary: fc
      .record({
        ...type('InstallComponent'),
        movementId,
        // Mostly the same way round, so that components of components come about.
        among: fc.oneof(
          { arbitrary: fc.constantFrom(['S1', 'S2'] as const, ['S2', 'S3'] as const), weight: 3 },
          fc.tuple(serial, serial),
        ),
        position: fc.constantFrom(null, 'R1', 'R2'),
        ...work,
      })
      .map(({ among: [component, parentSerial], ...wish }) => ({
        ...wish,
        serial: component,
        parentSerial,
      })),
    weight: 4,
  },
  fc.record({ ...type('RemoveComponent'), ...onUnit, parentSerial: serial, reason, ...work }),
  fc.record({ ...type('ScrapUnit'), ...onUnit, reason, ...work }),
  {
    arbitrary: fc
      .record({
        ...type('ReplaceComponent'),
        movementId: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
        among: fc.shuffledSubarray(['S1', 'S2', 'S3'] as const, { minLength: 3 }),
        reason,
        ...work,
      })
      .map(({ among: [serial, parentSerial, replacementSerial], ...wish }) => ({
        ...wish,
        serial: serial!,
        parentSerial: parentSerial!,
        replacementSerial: replacementSerial!,
      })),
    weight: 4,
  },
  fc.record({ ...type('ReworkUnit'), ...onUnit, reason, ...work }),
  fc.record({ ...type('RepackUnit'), ...onUnit, ...packing }),
  fc.record({ ...type('ShipUnit'), serial, movementId: shipmentId, ...delivery }),
  fc.record({ ...type('ReturnUnit'), ...onUnit, shipmentId, reason, personId }),
)

const logisticUnitId = fc.constantFrom('BOX-1', 'PAL-1', 'CON-1')
const onLogisticUnit = { logisticUnitId, movementId }

/** Wishes about three packages that go into one another. */
export const logisticUnitCommand: fc.Arbitrary<LogisticUnitCommand> = fc.oneof(
  fc.record({
    ...type('OpenLogisticUnit'),
    ...onLogisticUnit,
    packaging: fc.constantFrom('BOX' as const, 'PALLET' as const, 'CONTAINER' as const),
    personId,
  }),
  fc.record({
    ...type('RepackLogisticUnit'),
    ...onLogisticUnit,
    from: fc.oneof(fc.constant(null), logisticUnitId),
    into: fc.oneof(fc.constant(null), logisticUnitId),
    personId,
  }),
  fc.record({ ...type('ShipLogisticUnit'), ...onLogisticUnit, ...delivery }),
  fc.record({
    ...{ ...type('ReturnLogisticUnit'), ...onLogisticUnit },
    ...{ shipmentId: movementId, reason, personId },
  }),
)
