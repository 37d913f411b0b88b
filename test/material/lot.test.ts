import { describe, expect, test } from 'vitest'
import { lotEvents as e, type LotEvent } from '../../src/domain/material/events.ts'
import type { LotCommand } from '../../src/domain/material/lot-commands.ts'
import { lot } from '../../src/domain/material/lot.ts'
import { transfer, transferPolicy } from '../../src/domain/material/transfer.ts'
import { lotMovements } from '../../src/projections/material/lot-movements.ts'
import { lots } from '../../src/projections/material/lots.ts'
import { T0, after, at, given, projecting, recorded } from '../spec.ts'

const nobody = { orderId: null, operationId: null, equipmentId: null, personId: null }
const work = { orderId: 'PO-1', operationId: '10', equipmentId: 'M1', personId: 'P1' }
const steel = { materialId: 'steel', unit: 'KGM' }
const receipt = {
  lotId: 'L1',
  movementId: 'm1',
  ...steel,
  quantity: 10,
  supplierId: 'ACME',
  supplierLotId: 'A-77',
  locationId: 'WH1',
  personId: 'P1',
  ...{ deliveryId: null, shippedLotId: null, logisticUnitId: null },
}
const received = e.received(receipt)
const use = { lotId: 'L1', movementId: 'm2', quantity: 4, unit: 'KGM', ...work }
const consume: LotCommand = { type: 'ConsumeLot', ...use, intoLotId: 'L9', intoSerial: null }
const consumed = e.consumed({ ...use, ...steel, intoLotId: 'L9', intoSerial: null })
const cause = { kind: 'INSPECTION' as const, id: 'I1' }
const hold = { lotId: 'L1', holdId: 'h1', reason: 'hardness', cause, personId: 'P2' }
const held = e.held(hold)
const release = { lotId: 'L1', holdId: 'h1', reason: 'measured again', personId: 'P2' }
const released = e.released(release)
const split: LotCommand = {
  type: 'SplitLot',
  lotId: 'L1',
  transferId: 't1',
  quantity: 3,
  unit: 'KGM',
  intoLotId: 'L2',
  locationId: null,
  ...nobody,
}
const parting = { lotId: 'L1', transferId: 't1', ...steel, quantity: 3, intoLotId: 'L2' }
const left = e.split({ ...parting, locationId: 'WH1', ...nobody })
const scrap: LotCommand = {
  type: 'ScrapLot',
  lotId: 'L1',
  movementId: 'm3',
  quantity: null,
  unit: 'KGM',
  reason: 'rust',
  ...nobody,
}
const scrapped = e.scrapped({
  lotId: 'L1',
  movementId: 'm3',
  ...steel,
  quantity: 10,
  reason: 'rust',
  ...nobody,
})
const with_ = (command: LotCommand, change: object) => ({ ...command, ...change })

describe('receipt and production', () => {
  test('make a lot known', () =>
    given(lot)
      .when({ type: 'ReceiveLot', ...receipt })
      .then(received))
  test('add to a lot of the same material', () => {
    const more = { ...receipt, movementId: 'm7', quantity: 5 }
    given(lot, received)
      .when({ type: 'ReceiveLot', ...more })
      .then(e.received(more))
  })
  test('refuse another material, another unit, a scrapped lot', () => {
    const more = { type: 'ReceiveLot' as const, ...receipt, movementId: 'm7' }
    given(lot, received)
      .when({ ...more, materialId: 'brass' })
      .thenRejected('MaterialDiffers')
    given(lot, received)
      .when({ ...more, unit: 'C62' })
      .thenRejected('UnitDiffers')
    given(lot, received, scrapped).when(more).thenRejected('LotScrapped')
  })
  test('refuse a quantity that would be kept as zero', () =>
    given(lot)
      .when({ type: 'ReceiveLot', ...receipt, quantity: 1e-8 })
      .thenRejected('QuantityTooSmall'))
})

describe('consumption', () => {
  test('takes from the lot and says where to', () =>
    given(lot, received).when(consume).then(consumed))
  test('may be known per order only', () =>
    given(lot, received)
      .when(with_(consume, { intoLotId: null }))
      .then(e.consumed({ ...use, ...steel, intoLotId: null, intoSerial: null })))
  test('needs a purpose, and one only, and not the lot itself', () => {
    const when = (change: object) => given(lot, received).when(with_(consume, change))
    when({ intoLotId: null, orderId: null }).thenRejected('TargetMissing')
    when({ intoSerial: 'S1' }).thenRejected('TwoTargets')
    when({ intoLotId: 'L1' }).thenRejected('IntoItself')
  })
  test('is refused for a lot that is unknown, held, too small, or kept in another unit', () => {
    given(lot).when(consume).thenRejected('LotUnknown')
    given(lot, received, held).when(consume).thenRejected('LotHeld')
    given(lot, received, held, released).when(consume).then(consumed)
    given(lot, received)
      .when(with_(consume, { quantity: 10.1 }))
      .thenRejected('QuantityExceeded')
    given(lot, received)
      .when(with_(consume, { unit: 'C62' }))
      .thenRejected('UnitDiffers')
  })
  test('in tenths leaves exactly nothing', () => {
    const part = (movementId: string, quantity: number) =>
      e.consumed({ ...use, ...steel, movementId, quantity, intoLotId: 'L9', intoSerial: null })
    given(lot, received, part('a', 0.1), part('b', 0.2), part('c', 9.6))
      .when(with_(consume, { quantity: 0.1 }))
      .then(part('m2', 0.1))
  })
  test('under the id of another booking is refused, not swallowed', () =>
    given(lot, received, consumed)
      .when(with_(consume, { quantity: 5 }))
      .thenRejected('MovementDiffers'))
})

describe('holds', () => {
  test('carry their cause', () =>
    given(lot, received)
      .when({ type: 'HoldLot', ...hold })
      .then(held))
  test('two of them need two releases', () => {
    const second = e.held({ ...hold, holdId: 'h2' })
    given(lot, received, held, second, released).when(consume).thenRejected('LotHeld')
  })
  test('that were released cannot be believed to be in force', () =>
    given(lot, received, held, released)
      .when({ type: 'HoldLot', ...hold })
      .thenRejected('HoldReleased'))
  test('cannot be released where there are none', () =>
    given(lot, received)
      .when({ type: 'ReleaseLot', ...release })
      .thenRejected('HoldUnknown'))
  test('do not keep a lot from being scrapped', () =>
    given(lot, received, held).when(scrap).then(scrapped))
})

describe('moves and counts', () => {
  const move: LotCommand = {
    type: 'MoveLot',
    lotId: 'L1',
    movementId: 'm4',
    locationId: 'WH2',
    personId: null,
  }
  const moved = e.moved({ lotId: 'L1', movementId: 'm4', from: 'WH1', to: 'WH2', personId: null })
  const count = { lotId: 'L1', movementId: 'm5', unit: 'KGM', reason: 'count', personId: 'P1' }
  test('move', () => given(lot, received).when(move).then(moved))
  test('move to where it is: nothing', () =>
    given(lot, received)
      .when(with_(move, { locationId: 'WH1' }))
      .thenNothing())
  test('count up and down, never below nothing', () => {
    const adjust = (difference: number): LotCommand => ({ type: 'AdjustLot', ...count, difference })
    const adjusted = (difference: number) =>
      e.adjusted({ ...count, materialId: 'steel', difference })
    given(lot, received).when(adjust(2)).then(adjusted(2))
    given(lot, received).when(adjust(-2)).then(adjusted(-2))
    given(lot, received).when(adjust(-11)).thenRejected('QuantityExceeded')
    given(lot, received, scrapped).when(adjust(1)).then(adjusted(1))
  })
})

describe('split and merge', () => {
  const arrival = { lotId: 'L2', transferId: 't1', fromLotId: 'L1', ...steel, quantity: 3 }
  const accept = {
    type: 'AcceptTransfer' as const,
    ...arrival,
    kind: 'SPLIT' as const,
    locationId: 'WH1',
    ...nobody,
  }
  const { type: _, ...arrived } = accept
  const declined = (why: string, kind: 'SPLIT' | 'MERGE' = 'SPLIT') =>
    e.transferDeclined({ ...arrival, kind, why })
  const elsewhere = (change: object) => e.received({ ...receipt, lotId: 'L2', ...change })

  test('leave the source, with its location where no other is named', () =>
    given(lot, received).when(split).then(left))
  test('of all that is left', () => {
    const all = { ...parting, quantity: 10, locationId: 'WH1', ...nobody }
    given(lot, received)
      .when({ ...split, type: 'MergeLot', quantity: null })
      .then(e.merged(all))
  })
  test('are refused for a held lot, too much, or into itself', () => {
    given(lot, received, held).when(split).thenRejected('LotHeld')
    given(lot, received)
      .when(with_(split, { quantity: 11 }))
      .thenRejected('QuantityExceeded')
    given(lot, received)
      .when(with_(split, { intoLotId: 'L1' }))
      .thenRejected('IntoItself')
  })
  test('the target is made by a split', () =>
    given(transfer).when(accept).then(e.transferReceived(arrived)))
  test('the target declines what it cannot take, for good', () => {
    given(transfer, elsewhere({ materialId: 'brass' }))
      .when(accept)
      .then(declined('materialId steel: lot L2 is of brass.'))
    given(transfer, elsewhere({ unit: 'C62' }))
      .when(accept)
      .then(declined('unit KGM: lot L2 is kept in C62.'))
    given(transfer, elsewhere({}), e.scrapped({ ...scrapped.data, lotId: 'L2' }))
      .when(accept)
      .then(declined('lot L2 is scrapped.'))
    given(transfer)
      .when({ ...accept, kind: 'MERGE' })
      .then(declined('lot L2 was never received or produced.', 'MERGE'))
    given(transfer, declined('not then'), elsewhere({})).when(accept).thenNothing()
  })
  test('what was declined comes back once, even to a lot scrapped meanwhile', () => {
    const back = { lotId: 'L1', transferId: 't1', why: 'lot L2 is scrapped.' }
    const returned = e.transferReturned({ ...back, ...steel, quantity: 3, intoLotId: 'L2' })
    const rest = e.scrapped({ ...scrapped.data, quantity: 7 })
    given(transfer, received, left, rest)
      .when({ type: 'ReturnTransfer', ...back })
      .then(returned)
    given(transfer, received)
      .when({ type: 'ReturnTransfer', ...back })
      .thenRejected('TransferUnknown')
  })
  test('when a lot was split then the target is credited, and a declined credit is returned', () => {
    const [fact] = recorded([left])
    const [reaction] = transferPolicy.react(fact as never)
    expect(reaction).toMatchObject({ command: accept })
    const [refusal] = recorded([declined('no')])
    expect(transferPolicy.react(refusal as never)).toMatchObject([
      { command: { type: 'ReturnTransfer', lotId: 'L1', transferId: 't1', why: 'no' } },
    ])
  })
})

describe('read models', () => {
  const row = (...facts: readonly LotEvent[]) => projecting(lots, ...facts)['L1']
  test('lots: what is left, its state and where it came from', () => {
    expect(row(received, consumed, held)).toMatchObject({
      quantity: 6,
      status: 'HELD',
      holds: [{ holdId: 'h1', reason: 'hardness', cause, personId: 'P2', at: T0 }],
      origin: 'RECEIVED',
      supplierId: 'ACME',
      locationId: 'WH1',
    })
    expect(row(received, held, released)).toMatchObject({ status: 'ON_HAND', holds: [] })
    expect(row(received, scrapped)).toMatchObject({ quantity: 0, status: 'SCRAPPED' })
    expect(row(received, e.consumed({ ...consumed.data, quantity: 10 }))).toMatchObject({
      quantity: 0,
      status: 'CONSUMED',
    })
  })
  test('lots: a move reported late does not bring the lot back', () => {
    const move = (to: string, minute: number) =>
      at(after(minute), e.moved({ lotId: 'L1', movementId: to, from: null, to, personId: null }))
    const rows = projecting(lots, received, move('WH3', 60), move('WH2', 30))
    expect(rows['L1']).toMatchObject({ locationId: 'WH3', locatedAt: after(60) })
  })
  test('movements: a row per fact with its ends, which add up to what the lot has', () => {
    const rows = Object.values(projecting(lotMovements, received, consumed, left, held))
    expect(rows.map((r) => [r.kind, r.quantity, r.counterpartLotId, r.orderId])).toEqual([
      ['RECEIVED', 10, null, null],
      ['CONSUMED', -4, 'L9', 'PO-1'],
      ['SPLIT_OUT', -3, 'L2', null],
      ['HELD', 0, null, null],
    ])
    expect(rows.reduce((sum, r) => sum + r.quantity, 0)).toBe(3)
  })
})
