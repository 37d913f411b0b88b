import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { logisticUnit } from '../../src/domain/material/logistic-unit.ts'
import { lot } from '../../src/domain/material/lot.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { genealogyEdges } from '../../src/projections/material/genealogy-edges.ts'
import { lotMovements } from '../../src/projections/material/lot-movements.ts'
import { lots } from '../../src/projections/material/lots.ts'
import { unitComponents } from '../../src/projections/material/unit-components.ts'
import { units } from '../../src/projections/material/units.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let sent = 0
let minute = 0

/** Sends a command that has to be granted, a minute after the one before; answers with its position. */
async function send(decider: Decider, command: { type: string } & Record<string, unknown>) {
  const outcome = await plant.execute(decider, command, {
    commandId: `c${++sent}`,
    actor: 'test',
    site: 'S1',
    source: 'test',
    occurredAt: after(++minute),
  })
  if (isRejection(outcome)) throw new Error(outcome.why)
  return outcome.position
}
const kg = { unit: 'KGM' }
const receive = (lotId: string, quantity: number, more = {}) =>
  send(lot, {
    ...{ type: 'ReceiveLot', lotId, movementId: 'r', materialId: `of ${lotId}`, quantity, ...kg },
    ...more,
  })
const consume = (lotId: string, movementId: string, quantity: number, into: object) =>
  send(lot, { type: 'ConsumeLot', lotId, movementId, quantity, ...kg, ...into })
const produce = (serial: string, more = {}) =>
  send(unit, { type: 'ProduceUnit', serial, movementId: 'p', materialId: 'pump', ...more })

const trace = async (id: string, direction: string, more = '') => {
  await plant.settled()
  const { trace: found } = await plant.ask(`{
    trace(id: "${id}", direction: ${direction}, first: 500 ${more}) {
      nodes {
        kind id level direction certain
        atLeast { value unit } atMost { value unit } lot { quantity { value } }
      }
      edges {
        kind from { kind id } to { kind id } quantity { value unit } perOrderOnly
        orderId operationId equipmentId personId partyId occurredAt recordedAt endedAt endReason
      }
      truncated hasNextPage
      balance { balanced unexplained { value } entries { name quantity { value } } }
    }
  }`)
  return found
}
const idsOf = (found: any): string[] => found.nodes.map((n: any) => n.id).sort()
const nodeIn = (found: any, id: string) => found.nodes.find((n: any) => n.id === id)
const balance = async (lotId: string, more = '') => {
  await plant.settled()
  const { massBalance } = await plant.ask(`{
    massBalance(lotId: "${lotId}" ${more}) {
      balanced in { value } out { value } stock { value } scrap { value } loss { value }
      unexplained { value } entries { name quantity { value } }
    }
  }`)
  return massBalance
}

beforeAll(async () => {
  plant = await plantWithApi([lots, lotMovements, units, unitComponents, genealogyEdges])
})
afterAll(() => plant?.end())

describe('one order, several units', () => {
  test('what was booked for a serial is in that serial alone (odoo 23552, 234971; ERPNext 55430)', async () => {
    await receive('GREASE', 10)
    await receive('SEALS', 10)
    await Promise.all([produce('U1', { orderId: 'PO-1' }), produce('U2', { orderId: 'PO-1' })])
    // Two operators at once, on one order, turn about.
    await Promise.all([
      consume('SEALS', 'a1', 1, { intoSerial: 'U1', orderId: 'PO-1', personId: 'P1' }),
      consume('SEALS', 'b1', 2, { intoSerial: 'U2', orderId: 'PO-1', personId: 'P2' }),
      consume('SEALS', 'a2', 1, { intoSerial: 'U1', orderId: 'PO-1', personId: 'P1' }),
    ])
    const found = await trace('SEALS', 'FORWARD')
    expect(idsOf(found)).toEqual(['SEALS', 'U1', 'U2'])
    expect(nodeIn(found, 'U1').atLeast).toEqual({ value: 2, unit: 'KGM' })
    expect(found.edges.map((e: any) => [e.to.id, e.personId]).sort()).toEqual([
      ['U1', 'P1'],
      ['U1', 'P1'],
      ['U2', 'P2'],
    ])
  })

  test('what is known for the order only says so, until it is bound', async () => {
    await consume('GREASE', 'g1', 3, { orderId: 'PO-1' })
    const before = await trace('GREASE', 'FORWARD')
    expect(idsOf(before)).toEqual(['GREASE', 'PO-1', 'U1', 'U2'])
    expect(nodeIn(before, 'U1')).toMatchObject({
      certain: false,
      atLeast: { value: 0 },
      atMost: { value: 3 },
    })
    const bind = { type: 'BindConsumption', lotId: 'GREASE', consumptionId: 'g1', ...kg }
    await send(lot, { ...bind, bindingId: 'b1', serial: 'U1', quantity: 1 })
    await send(lot, { ...bind, bindingId: 'b2', serial: 'U2', quantity: 2 })
    const later = await trace('GREASE', 'FORWARD')
    expect(idsOf(later)).toEqual(['GREASE', 'U1', 'U2'])
    expect(nodeIn(later, 'U2')).toMatchObject({ certain: true, atLeast: { value: 2 } })
    const more = send(lot, { ...bind, bindingId: 'b3', serial: 'U1', quantity: 0.1 })
    await expect(more).rejects.toThrow('are not bound yet')
    const cancel = { type: 'CancelBinding', lotId: 'GREASE', bindingId: 'b2' }
    await send(lot, { ...cancel, reason: 'wrong unit', cancelledBy: 'P1' })
    expect(idsOf(await trace('GREASE', 'FORWARD'))).toEqual(['GREASE', 'PO-1', 'U1', 'U2'])
    expect((await balance('GREASE')).balanced).toBe(true)
  })
})

describe('a report of March', () => {
  test('asked for in November is the same to the byte, late facts and corrections or not', async () => {
    await receive('STEEL', 100, { supplierId: 'ACME', supplierLotId: 'A-1' })
    await consume('STEEL', 's1', 10, { intoLotId: 'RINGS', orderId: 'PO-2' })
    const rings = { lotId: 'RINGS', materialId: 'ring', quantity: 50, unit: 'C62' }
    await send(lot, { type: 'ProduceLot', movementId: 'p', ...rings, orderId: 'PO-2' })
    await consume('STEEL', 's2', 20, { orderId: 'PO-2' })
    await produce('V1')
    await produce('V2')
    const joint = { type: 'InstallComponent', serial: 'V1', parentSerial: 'V2', movementId: 'i' }
    await send(unit, joint)
    const use = { type: 'ConsumeLot', lotId: 'RINGS', quantity: 5, unit: 'C62' }
    const march = await send(lot, { ...use, movementId: 'x', intoSerial: 'V1' })
    const reports = async () => {
      const known = `, asKnownAt: { position: "${march}" }`
      return JSON.stringify([
        await trace('STEEL', 'FORWARD', known),
        await trace('V2', 'BACKWARD', known),
        await trace('RINGS', 'BOTH', `${known}, at: "${after(minute)}"`),
        await balance('STEEL', known),
      ])
    }
    const first = await reports()
    const now = JSON.stringify(await trace('V2', 'BACKWARD'))
    minute -= 20
    await send(lot, { ...use, movementId: 'late', intoSerial: 'V2' })
    minute += 40
    const out = { type: 'RemoveComponent', serial: 'V1', parentSerial: 'V2', movementId: 'o' }
    await send(unit, { ...out, reason: 'leaks' })
    const wrong = { type: 'CancelConsumption', lotId: 'STEEL', consumptionId: 's1' }
    await send(lot, { ...wrong, reason: 'other lot', cancelledBy: 'P1' })
    const bind = { type: 'BindConsumption', lotId: 'STEEL', consumptionId: 's2', bindingId: 'b' }
    await send(lot, { ...bind, serial: 'V2', quantity: 20, ...kg })
    expect(await reports()).toBe(first)
    expect(JSON.stringify(await trace('V2', 'BACKWARD'))).not.toBe(now)
    expect(idsOf(await trace('V2', 'BACKWARD', ', kinds: [REMOVED]'))).toEqual(['V1', 'V2'])
  })
})

describe('n lots into m, packed and shipped', () => {
  test('are one graph, with co-products, pallets and customers', async () => {
    await receive('MILK-1', 60)
    await receive('MILK-2', 40)
    const to = { type: 'TransformLot', movementId: 't', transformationId: 'CHURN-1', ...kg }
    await send(lot, { ...to, lotId: 'MILK-1', quantity: 60 })
    await send(lot, { ...to, lotId: 'MILK-2', quantity: 40 })
    const from = { type: 'YieldLot', movementId: 'y', transformationId: 'CHURN-1', ...kg }
    await send(lot, { ...from, lotId: 'BUTTER', materialId: 'butter', quantity: 5 })
    const whey = { lotId: 'WHEY', materialId: 'whey', quantity: 90, role: 'BY_PRODUCT' }
    await send(lot, { ...from, ...whey })
    for (const [id, packaging] of [
      ['BOX-1', 'BOX'],
      ['PAL-1', 'PALLET'],
    ])
      await send(logisticUnit, {
        ...{ type: 'OpenLogisticUnit', movementId: 'o', logisticUnitId: id, packaging },
      })
    const pack = { type: 'RepackLot', lotId: 'BUTTER', quantity: 2, ...kg }
    await send(lot, { ...pack, movementId: 'k1', into: 'BOX-1' })
    await send(lot, { ...pack, movementId: 'k2', quantity: 1, from: 'BOX-1' })
    const box = { logisticUnitId: 'BOX-1', movementId: 'k' }
    await send(logisticUnit, { type: 'RepackLogisticUnit', ...box, into: 'PAL-1' })
    const ship = { type: 'ShipLogisticUnit', logisticUnitId: 'PAL-1', movementId: 's' }
    await send(logisticUnit, { ...ship, deliveryId: 'D-1', customerId: 'C-1' })
    const found = await trace('MILK-2', 'FORWARD')
    expect(idsOf(found)).toEqual(
      ['BOX-1', 'BUTTER', 'CHURN-1', 'D-1', 'MILK-2', 'PAL-1', 'WHEY'].sort(),
    )
    expect(found.edges.find((e: any) => e.kind === 'SHIPPED').partyId).toBe('C-1')
    const back = await trace('D-1', 'BACKWARD')
    expect(idsOf(back)).toEqual(['BOX-1', 'BUTTER', 'CHURN-1', 'D-1', 'MILK-1', 'MILK-2', 'PAL-1'])
    expect(nodeIn(back, 'BUTTER').atLeast).toEqual({ value: 1, unit: 'KGM' })
    const { entries, balanced } = await balance('BUTTER')
    expect(balanced).toBe(true)
    expect(entries.map((e: any) => [e.name, e.quantity.value])).toEqual([
      ['TRANSFORMED_IN', 5],
      ['PACKED', 1],
      ['STOCK', 4],
    ])
  })

  test('pages go on where the last one ended', async () => {
    const page = async (after: string | null) =>
      (
        await plant.ask(`{ trace(id: "MILK-1", direction: FORWARD, first: 2,
          after: ${JSON.stringify(after)}) { nodes { id } edges { from { id } } hasNextPage endCursor } }`)
      ).trace
    const seen: string[] = []
    for (let next: any = { hasNextPage: true, endCursor: null }; next.hasNextPage;) {
      next = await page(next.endCursor)
      seen.push(...next.nodes.map((n: any) => n.id))
    }
    expect(seen).toHaveLength(7)
    expect(new Set(seen).size).toBe(7)
  })
})

test('a consumption that was dropped from the read model is found by the balance', async () => {
  expect(await balance('STEEL')).toMatchObject({ balanced: true })
  const { rows } = await plant.pool.query(`select table_name from information_schema.tables
    where table_schema = 'read' and table_name like 'genealogy_edges_v%'`)
  await plant.pool.query(`delete from read."${rows[0].table_name}"
    where "fromNode" = 'lot-STEEL' and "toNode" = 'unit-V2'`)
  expect(await balance('STEEL')).toMatchObject({ balanced: false, unexplained: { value: 20 } })
})

test('what nobody knows has no trace and no balance', async () => {
  expect(await trace('NOBODY', 'BOTH')).toBeNull()
  expect(await balance('NOBODY')).toBeNull()
})
