import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../src/api/authorise.ts'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { logisticUnit } from '../../src/domain/material/logistic-unit.ts'
import { lot } from '../../src/domain/material/lot.ts'
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
  await plant.settled()
})
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
