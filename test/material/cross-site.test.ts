import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../src/api/authorise.ts'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { logisticUnit } from '../../src/domain/material/logistic-unit.ts'
import { lot } from '../../src/domain/material/lot.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { genealogyEdges } from '../../src/projections/material/genealogy-edges.ts'
import { lotMovements } from '../../src/projections/material/lot-movements.ts'
import { lots } from '../../src/projections/material/lots.ts'
import { units } from '../../src/projections/material/units.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let sent = 0

async function send(site: string, decider: Decider, minute: number, command: object) {
  const envelope = { commandId: `c${++sent}`, actor: 'test', site, source: 'test' }
  const outcome = await plant.execute(decider, command, { ...envelope, occurredAt: after(minute) })
  if (isRejection(outcome)) throw new Error(outcome.why)
}
const KGM = { unit: 'KGM' }
const nobody = { orderId: null, operationId: null, equipmentId: null, personId: null }
const only = (site: string): Principal => ({
  actor: 'P1',
  scopes: new Set(['read:material']),
  sites: [site],
})

/** S1 makes X of R, and ships a part bare and a part on a pallet; S2 receives both. */
beforeAll(async () => {
  plant = await plantWithApi([genealogyEdges, lotMovements, lots, units])
  const bought = { type: 'ReceiveLot', movementId: 'm', materialId: 'resin', ...KGM }
  await send('S1', lot, 0, { ...bought, lotId: 'R', quantity: 40 })
  await send('S1', lot, 0, { ...bought, lotId: 'W', quantity: 5 })
  const made = { type: 'ProduceLot', movementId: 'm', materialId: 'mix', ...KGM, ...nobody }
  await send('S1', lot, 1, { ...made, lotId: 'X', quantity: 100 })
  await send('S1', lot, 2, {
    ...{ type: 'ConsumeLot', lotId: 'R', movementId: 'u', quantity: 20, ...KGM, ...nobody },
    ...{ intoLotId: 'X', intoSerial: null },
  })
  const to = { customerId: 'S2', deliveryId: 'D1' }
  await send('S1', lot, 3, {
    type: 'ShipLot',
    lotId: 'X',
    movementId: 's',
    quantity: 30,
    ...KGM,
    ...to,
  })
  await send('S1', logisticUnit, 3, {
    ...{ type: 'OpenLogisticUnit', logisticUnitId: 'PAL', movementId: 'o', packaging: 'PALLET' },
  })
  await send('S1', lot, 4, {
    ...{ type: 'RepackLot', lotId: 'X', movementId: 'p', quantity: 50, ...KGM, into: 'PAL' },
  })
  await send('S1', logisticUnit, 5, {
    ...{ type: 'ShipLogisticUnit', logisticUnitId: 'PAL', movementId: 's', ...to },
  })
  const came = { ...bought, materialId: 'mix', supplierId: 'S1', deliveryId: 'D1' }
  await send('S2', lot, 10, { ...came, lotId: 'Y', quantity: 30, shippedLotId: 'X' })
  await send('S2', lot, 11, { ...came, lotId: 'Z', quantity: 50, logisticUnitId: 'PAL' })
  await send('S2', lot, 12, { ...made, lotId: 'END', quantity: 10 })
  await send('S2', lot, 13, {
    ...{ type: 'ConsumeLot', lotId: 'Y', movementId: 'u', quantity: 15, ...KGM, ...nobody },
    ...{ intoLotId: 'END', intoSerial: null },
  })
  await sendItems()
  await plant.settled()
})
/** R goes into the pump P1, into which the valve V1 goes; S2 receives P1 bare, and P2 from a pallet. */
async function sendItems() {
  const made = { type: 'ProduceUnit', movementId: 'm', materialId: 'pump', ...nobody }
  for (const serial of ['P1', 'P2', 'V1'])
    await send('S1', unit, 1, { ...made, serial, materialId: serial === 'V1' ? 'valve' : 'pump' })
  await send('S1', lot, 2, {
    ...{ type: 'ConsumeLot', lotId: 'W', movementId: 'v', quantity: 1, ...KGM, ...nobody },
    ...{ intoLotId: null, intoSerial: 'V1' },
  })
  await send('S1', unit, 3, {
    ...{ type: 'InstallComponent', serial: 'V1', movementId: 'i', parentSerial: 'P1', ...nobody },
  })
  await send('S1', logisticUnit, 3, {
    ...{ type: 'OpenLogisticUnit', logisticUnitId: 'BOX', movementId: 'o', packaging: 'CASE' },
  })
  await send('S1', unit, 4, {
    ...{ type: 'RepackUnit', serial: 'P2', movementId: 'p', from: null, into: 'BOX' },
  })
  const to = { movementId: 's', customerId: 'S2', deliveryId: 'D2' }
  await send('S1', unit, 5, { type: 'ShipUnit', serial: 'P1', ...to })
  await send('S1', logisticUnit, 5, { type: 'ShipLogisticUnit', logisticUnitId: 'BOX', ...to })
  const came = { type: 'ReceiveUnit', movementId: 'm', materialId: 'pump', supplierId: 'S1' }
  const sent = { ...came, deliveryId: 'D2' }
  await send('S2', unit, 10, { ...sent, serial: 'B1', shippedSerial: 'P1' })
  await send('S2', unit, 10, { ...sent, serial: 'B2', logisticUnitId: 'BOX' })
  await send('S2', unit, 11, { ...made, serial: 'UNIT', materialId: 'aggregate' })
  await send('S2', unit, 12, {
    ...{ type: 'InstallComponent', serial: 'B1', movementId: 'i', parentSerial: 'UNIT', ...nobody },
  })
}
afterAll(() => plant?.end())

const trace = async (id: string, direction: string, principal?: Principal) => {
  const query = `{ trace(id: "${id}", direction: ${direction}) {
    nodes { id certain continuesAt atLeast { value } atMost { value } lot { lotId } } edges { kind site } } }`
  return (await plant.ask(query, ...(principal ? [principal] : []))).trace
}

describe('a shipment of one site and its receipt at another', () => {
  test('join the graph: from the supplier of one to what the other made', async () => {
    const { nodes } = await trace('R', 'FORWARD')
    const of = (id: string) => nodes.find((n: any) => n.id === id)
    // 20 of 40 in X; 30 of its 100 in Y, so 6; half of that in END.
    expect(of('Y')).toMatchObject({ certain: true, atLeast: { value: 6 }, atMost: { value: 6 } })
    expect(of('END')).toMatchObject({ certain: true, atLeast: { value: 3 } })
    // Only the pallet is known of Z.
    expect(of('Z')).toMatchObject({ certain: false, atLeast: { value: 0 }, atMost: { value: 10 } })
    const back = await trace('END', 'BACKWARD')
    expect(back.nodes.map((n: any) => n.id)).toEqual(['END', 'Y', 'X', 'R'])
  })
  test('show a named border to who may see one site, and nothing of the other', async () => {
    const { nodes, edges } = await trace('END', 'BACKWARD', only('S2'))
    expect(nodes.map((n: any) => [n.id, n.continuesAt, n.lot?.lotId ?? null])).toEqual([
      ['END', [], 'END'],
      ['Y', [], 'Y'],
      ['X', ['S1'], null],
    ])
    expect(new Set(edges.map((e: any) => e.site))).toEqual(new Set(['S2']))
    const sent = await trace('R', 'FORWARD', only('S1'))
    expect(sent.nodes.find((n: any) => n.id === 'X').continuesAt).toEqual(['S2'])
    expect(sent.nodes.some((n: any) => n.id === 'Y' || n.id === 'END')).toBe(false)
  })
  test('count what arrived where it is, once', async () => {
    const query = `{ recall(of: { lots: ["R"] }) {
      stock { id quantity { value } } shipments { id deliveryId quantity { value } } } }`
    const lines = (found: any) => found.map((l: any) => [l.id, l.quantity.value])
    const { recall } = await plant.ask(query)
    expect(lines(recall.stock).sort()).toEqual([
      ...[
        ['END', 10],
        ['R', 20],
        ['X', 20],
        ['Y', 15],
        ['Z', 50],
      ],
    ])
    expect(lines(recall.shipments)).toEqual([['X', 50]])
    const { recall: here } = await plant.ask(query, only('S1'))
    expect(lines(here.stock)).toEqual([
      ['R', 20],
      ['X', 20],
    ])
    expect(lines(here.shipments).sort()).toEqual([
      ['X', 30],
      ['X', 50],
    ])
  })
  test('balance at both ends', async () => {
    const balanced = (lotId: string) =>
      plant.ask(`{ massBalance(lotId: "${lotId}") { balanced } }`).then((a) => a.massBalance)
    for (const lotId of ['X', 'Y', 'Z', 'END'])
      expect(await balanced(lotId)).toEqual({ balanced: true })
  })
})

describe('an item of one site that another receives under a number of its own', () => {
  const ids = (nodes: readonly any[]) => nodes.map((n) => n.id)
  test('has in its record what the other site built it of', async () => {
    const query = '{ unitHistory(serial: "B1") { parts { part { id } certain } } }'
    const parts = (found: any) => found.unitHistory.parts.map((p: any) => [p.part.id, p.certain])
    expect(parts(await plant.ask(query))).toEqual([['V1', true]])
    expect(parts(await plant.ask(query, only('S2')))).toEqual([])
  })
  test('joins the graph both ways', async () => {
    const { nodes } = await trace('W', 'FORWARD')
    expect(ids(nodes)).toEqual(['W', 'V1', 'P1', 'D2', 'B1', 'UNIT'])
    expect(nodes.find((n: any) => n.id === 'UNIT')).toMatchObject({
      ...{ certain: true, atLeast: { value: 1 } },
    })
    expect(ids((await trace('UNIT', 'BACKWARD')).nodes)).toEqual(['UNIT', 'B1', 'P1', 'V1', 'W'])
    const boxed = (await trace('P2', 'FORWARD')).nodes.find((n: any) => n.id === 'B2')
    expect(boxed).toMatchObject({ certain: false, atLeast: { value: 0 }, atMost: { value: 1 } })
  })
  test('shows a named border to who may see one site', async () => {
    const back = (await trace('UNIT', 'BACKWARD', only('S2'))).nodes
    expect(back.map((n: any) => [n.id, n.continuesAt])).toEqual([
      ...[
        ['UNIT', []],
        ['B1', []],
        ['P1', ['S1']],
      ],
    ])
    const sent = (await trace('W', 'FORWARD', only('S1'))).nodes
    expect(ids(sent)).toEqual(['W', 'V1', 'P1', 'D2'])
    expect(sent.find((n: any) => n.id === 'P1').continuesAt).toEqual(['S2'])
  })
  test('is recalled where it is, once; its sender alone knows that it was shipped', async () => {
    const query = `{ recall(of: { lots: ["W"] }) { stock { id } shipments { id deliveryId }
      components { id } } }`
    const { recall } = await plant.ask(query)
    expect([ids(recall.stock), ids(recall.components)]).toEqual([
      ['W', 'UNIT'],
      ['V1', 'B1'],
    ])
    expect(recall.shipments).toEqual([])
    const { recall: here } = await plant.ask(query, only('S1'))
    expect(here.shipments).toEqual([{ id: 'P1', deliveryId: 'D2' }])
    expect(ids(here.components)).toEqual(['V1'])
  })
})
