import fc from 'fast-check'
import type { Observation } from '../../src/commands/record.ts'
import type { LotCommand } from '../../src/domain/material/lot-commands.ts'
import type { UnitCommand } from '../../src/domain/material/unit-commands.ts'
import { after } from '../spec.ts'

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
    movementId,
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
  }),
  fc.record({
    ...type('ProduceUnit'),
    ...onUnit,
    materialId,
    lotId: fc.oneof(fc.constant(null), lotId),
    ...work,
  }),
  fc.record({
    ...type('InstallComponent'),
    ...onUnit,
    parentSerial: serial,
    position: fc.constantFrom(null, 'R1', 'R2'),
    ...work,
  }),
  fc.record({ ...type('RemoveComponent'), ...onUnit, parentSerial: serial, reason, ...work }),
  fc.record({ ...type('ScrapUnit'), ...onUnit, reason, ...work }),
)

/** A machine says what it did to one of the serials. */
export const unitObservation: fc.Arbitrary<Observation> = fc
  .record({
    serial,
    materialId: fc.constantFrom(null, 'steel'),
    orderId: fc.constantFrom(null, 'PO-1'),
    operationId: fc.constantFrom('10', '20'),
    operationName: fc.constantFrom(null, 'Mill'),
    equipmentId: fc.constantFrom('M1', 'M2'),
    program: fc.constantFrom(null, 'O1234'),
    start: fc.integer({ min: 0, max: 500 }),
    minutes: fc.integer({ min: 0, max: 90 }),
    personId,
  })
  .map(({ start, minutes, ...data }) => ({
    type: 'UnitProcessed',
    occurredAt: after(start + minutes),
    data: { ...data, startedAt: after(start), endedAt: after(start + minutes) },
  }))
