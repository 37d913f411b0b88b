import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApi } from '../../src/api/server.ts'
import { defaultLimits } from '../../src/api/options.ts'
import { schema } from '../../src/api/schema.ts'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { logisticUnit } from '../../src/domain/material/logistic-unit.ts'
import { lot } from '../../src/domain/material/lot.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { deniedAccess } from '../../src/projections/audit/denied-access.ts'
import { genealogyEdges } from '../../src/projections/material/genealogy-edges.ts'
import { lotMovements } from '../../src/projections/material/lot-movements.ts'
import { lots } from '../../src/projections/material/lots.ts'
import { unitOperations } from '../../src/projections/material/unit-operations.ts'
import { units } from '../../src/projections/material/units.ts'
import { processValues } from '../../src/projections/quality/process-values.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

/**
 * What other systems get wrong in a recall: they list every component under every unit of an order,
 * forget lots that were consumed, stop at a few levels, show today's quantities for a report of March.
 */
let plant: Awaited<ReturnType<typeof plantWithApi>>
let server: Awaited<ReturnType<typeof startApi>>
let sent = 0
let beforeShipping = 0

async function send(decider: Decider, minute: number, command: object): Promise<number> {
  const envelope = { commandId: `c${++sent}`, actor: 'test', site: 'S1', source: 'test' }
  const outcome = await plant.execute(decider, command, { ...envelope, occurredAt: after(minute) })
  if (isRejection(outcome)) throw new Error(outcome.why)
  return outcome.position
}
const KGM = { unit: 'KGM' }
const nobody = { orderId: null, operationId: null, equipmentId: null, personId: null }
const use = (lotId: string, movementId: string, quantity: number, into: object) => ({
  ...{ type: 'ConsumeLot', lotId, movementId, quantity, ...KGM, intoLotId: null, intoSerial: null },
  ...{ ...nobody, ...into },
})

beforeAll(async () => {
  plant = await plantWithApi([
    ...[genealogyEdges, lotMovements, lots, units, unitOperations, processValues, deniedAccess],
  ])
  const bought = { type: 'ReceiveLot', movementId: 'm', materialId: 'resin', ...KGM }
  await send(lot, 0, { ...bought, lotId: 'R1', quantity: 100, locationId: 'WH1' })
  await send(lot, 1, { ...bought, lotId: 'R2', quantity: 50 })
  // A quarter of R1 goes into a mix of 100 kg; half of that is boxed, a tenth goes out by itself.
  const mixed = { type: 'ProduceLot', movementId: 'm', materialId: 'mix', ...KGM }
  await send(lot, 2, { ...mixed, lotId: 'X1', quantity: 100, locationId: 'WH2', ...nobody })
  await send(lot, 3, use('R1', 'u1', 25, { intoLotId: 'X1', equipmentId: 'MIXER', personId: 'P1' }))
  for (const [logisticUnitId, packaging] of [
    ['BOX', 'BOX'],
    ['PAL', 'PALLET'],
  ])
    await send(logisticUnit, 4, {
      ...{ type: 'OpenLogisticUnit', logisticUnitId, movementId: 'o', packaging },
    })
  await send(lot, 5, {
    ...{ type: 'RepackLot', lotId: 'X1', movementId: 'p1', quantity: 50, ...KGM, into: 'BOX' },
  })
  await send(logisticUnit, 6, {
    ...{ type: 'RepackLogisticUnit', logisticUnitId: 'BOX', movementId: 'p', into: 'PAL' },
  })
  beforeShipping = await send(lot, 7, {
    ...{ type: 'HoldLot', lotId: 'R2', holdId: 'h', reason: 'smells', cause: null },
  })
  await send(logisticUnit, 8, {
    ...{ type: 'ShipLogisticUnit', logisticUnitId: 'PAL', movementId: 's', deliveryId: 'D1' },
    customerId: 'ACME',
  })
  const ship = { type: 'ShipLot', lotId: 'X1', quantity: 10, ...KGM, customerId: 'BETA' }
  await send(lot, 9, { ...ship, movementId: 's1', deliveryId: 'D2' })
  await send(lot, 10, {
    ...{ type: 'ReturnLot', lotId: 'X1', movementId: 'b1', quantity: 4, ...KGM },
    ...{ shipmentId: 's1', reason: 'too much' },
  })
  // R2 is booked on an order that makes two items, and bound for one of them.
  for (const serial of ['A', 'B'])
    await send(unit, 11, {
      ...{ type: 'ProduceUnit', serial, movementId: 'm', materialId: 'pump', ...nobody },
      orderId: 'PO',
    })
  await send(lot, 1, { ...bought, lotId: 'R3', quantity: 9 })
  await send(lot, 12, use('R3', 'u2', 2, { orderId: 'PO' }))
  await send(lot, 12, use('R3', 'u3', 1, { intoSerial: 'A' }))
  const said = (subjectId: string, value: number) => ({
    ...{ type: 'ProcessValueRecorded', occurredAt: after(13) },
    data: {
      ...{ subjectKind: 'SERIAL', subjectId, parameterId: 'TORQUE', value, lowerLimit: 9 },
      ...{ upperLimit: 11, unit: 'NU', equipmentId: 'M1' },
    },
  })
  const worked = {
    ...{ type: 'UnitProcessed', occurredAt: after(20) },
    data: {
      ...{ serial: 'C', materialId: 'pump', orderId: 'PO-2', operationId: '10', equipmentId: 'M1' },
      ...{ program: 'O1', personId: 'P2', startedAt: after(15), endedAt: after(20) },
    },
  }
  const from = { source: 'machine', site: 'S1', actor: 'machine' }
  await plant.record([said('A', 10), said('B', 12), worked], from)
  await plant.settled()
  server = await startApi({
    schema,
    services: plant.services,
    options: {
      ...{ host: '127.0.0.1', port: 0, auth: { mode: 'none' }, graphiql: false },
      ...{ introspection: true, origins: [], persisted: null, trustProxy: [] },
      limits: defaultLimits,
    },
  })
})
afterAll(async () => {
  await server?.close()
  await plant?.end()
})

const LINE = `disposition kind id certain quantity { value unit } locationId logisticUnitIds
  customerId deliveryId contains { atLeast { value } atMost { value } }`
const RECALL = `roots { id } truncated asKnownAt stock { ${LINE} } inProcess { ${LINE} }
  shipments { ${LINE} } components { id } scrapped { id }
  totals { disposition customerId palletId quantity { value } certainQuantity { value } }`
const recall = async (of: string, more = '', fields = RECALL) =>
  (await plant.ask(`{ recall(of: ${of} ${more}) { ${fields} } }`)).recall
const short = (lines: any[]) =>
  lines.map((l) => [l.disposition, l.id, l.quantity?.value ?? null, l.contains[0]?.atLeast.value])

describe('a recall of a lot', () => {
  test('finds stock, pallets and customers, what came back left out, weighted', async () => {
    const found = await recall('{ lots: ["R1"] }')
    expect(short(found.stock)).toEqual([
      ['ON_HAND', 'R1', 75, 75],
      ['ON_HAND', 'X1', 44, 11],
    ])
    expect(found.stock.map((l: any) => l.locationId)).toEqual(['WH1', 'WH2'])
    expect(short(found.shipments)).toEqual([
      ['SHIPPED', 'X1', 50, 12.5],
      ['SHIPPED', 'X1', 6, 1.5],
    ])
    expect(found.shipments.find((l: any) => l.customerId === 'ACME')).toMatchObject({
      logisticUnitIds: ['BOX', 'PAL'],
      deliveryId: 'D1',
      certain: true,
    })
    expect(found.totals).toContainEqual({
      ...{ disposition: 'SHIPPED', customerId: 'ACME', palletId: 'PAL' },
      ...{ quantity: { value: 50 }, certainQuantity: { value: 50 } },
    })
    // What was shipped, what is here and what came back: nothing is lost, nothing counted twice.
    const all = [...found.stock, ...found.shipments].filter((l: any) => l.id === 'X1')
    expect(all.reduce((sum: number, l: any) => sum + l.quantity.value, 0)).toBe(100)
    expect(found.truncated).toBe(false)
  })
  test('asked for later as it was known then, is the same to the byte', async () => {
    const then = await recall('{ lots: ["R1"] }', `, asKnownAt: { position: "${beforeShipping}" }`)
    expect(then.shipments).toEqual([])
    expect(short(then.stock)).toEqual([
      ['ON_HAND', 'R1', 75, 75],
      ['ON_HAND', 'X1', 50, 12.5],
      ['PACKED', 'X1', 50, 12.5],
    ])
    const at = await recall('{ lots: ["R1"] }', `, at: "${after(7)}"`)
    expect(at.stock).toEqual(then.stock)
  })
  test('tells what is known for an order only from what is certain', async () => {
    const found = await recall('{ lots: ["R3"] }')
    const of = (id: string) => found.stock.find((l: any) => l.id === id)
    expect(of('A')).toMatchObject({ certain: true, contains: [{ atLeast: { value: 1 } }] })
    expect(of('B')).toMatchObject({ certain: false, contains: [{ atLeast: { value: 0 } }] })
    expect(of('B').contains[0].atMost.value).toBe(2)
    expect(found.inProcess.map((l: any) => [l.disposition, l.id])).toEqual([['IN_ORDER', 'PO']])
  })
})

describe('a recall of', () => {
  const window = `from: "${after(0)}", to: "${after(30)}"`
  const roots = async (of: string, more = '') =>
    (await recall(of, more, 'roots { id } stock { id }')).roots.map((r: any) => r.id)
  test('a material within a window', async () => {
    expect(await roots(`{ material: { materialId: "resin", ${window} } }`)).toEqual([
      ...['R1', 'R2', 'R3'],
    ])
    const early = `from: "${after(0)}", to: "${after(1)}"`
    expect(await roots(`{ material: { materialId: "resin", ${early} } }`)).toEqual(['R1'])
  })
  test('a machine, by bookings and by what it reported', async () => {
    expect(await roots(`{ equipment: { equipmentId: "MIXER", ${window} } }`)).toEqual(['X1'])
    expect(await roots(`{ equipment: { equipmentId: "M1", ${window} } }`)).toEqual(['C'])
    const of = `{ equipment: { equipmentId: "M1", ${window} } }`
    expect(await roots(of, `, asKnownAt: { position: "${beforeShipping}" }`)).toEqual([])
    const { inProcess } = await recall(of)
    expect(inProcess.map((l: any) => [l.disposition, l.id])).toEqual([['IN_PROCESS', 'C']])
  })
  test('a person', async () => {
    expect(await roots(`{ person: { personId: "P1", ${window} } }`)).toEqual(['X1'])
    expect(await roots(`{ person: { personId: "P2", ${window} } }`)).toEqual(['C'])
  })
  test('process values out of their limits', async () => {
    const of = `{ processValue: { parameterId: "TORQUE", ${window} } }`
    expect(await roots(of)).toEqual(['B'])
    expect(await roots(of, `, at: "${after(5)}"`)).toEqual([])
    expect(
      await roots(`{ processValue: { parameterId: "TORQUE", equipmentId: "M2", ${window} } }`),
    ).toEqual([])
  })
  test('several lots with one in the other counts nothing twice', async () => {
    const found = await recall('{ lots: ["R1", "X1"] }')
    expect(short(found.stock)).toEqual([
      ['ON_HAND', 'R1', 75, 75],
      ['ON_HAND', 'X1', 44, 44],
    ])
  })
  test('nothing that exists is empty, and a window the wrong way round is refused', async () => {
    expect((await recall('{ lots: ["NONE"] }')).stock).toEqual([])
    const wrong = `from: "${after(3)}", to: "${after(1)}"`
    await expect(roots(`{ person: { personId: "P1", ${wrong} } }`)).rejects.toThrow('not before')
  })
})

describe('as a file', () => {
  test('CSV', async () => {
    const answer = await fetch(`${server.url}/recall.csv?lots=R1,R2&asKnownAt=${beforeShipping}`)
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const [head, ...lines] = (await answer.text()).trim().split('\r\n')
    expect(head).toContain('disposition,kind,id,site')
    expect(lines.map((l) => l.split(',').slice(0, 3).join(' '))).toEqual([
      ...['ON_HAND LOT R1', 'HELD LOT R2', 'ON_HAND LOT X1', 'PACKED LOT X1'],
    ])
  })
  test('HTML to be printed', async () => {
    const query = new URLSearchParams({ materialId: 'resin', from: after(0), to: after(30) })
    const text = await (await fetch(`${server.url}/recall.html?${query}`)).text()
    expect(text).toContain('<h1>Recall report</h1>')
    expect(text).toContain('<td>ACME</td><td>D1</td><td>PAL</td>')
    expect(text).toContain('candidate')
    expect(text).toContain(`Asked for: what was made of material resin from ${after(0)} to`)
  })
  test('what nobody knows is told, so that a slip of the pen is no all-clear', async () => {
    const get = async (path: string) => (await fetch(`${server.url}${path}`)).text()
    expect(await get('/recall.csv?lots=R1,R9')).toContain('\r\nUNKNOWN: LOT R9\r\n')
    expect(await get('/recall.html?lots=R9&serials=S9')).toContain(
      'Recalled: nothing that is known.</p><p>UNKNOWN: LOT R9, SERIAL S9.',
    )
    const { recall: found } = await plant.ask(
      '{ recall(of: { lots: ["R1", "R9"] }) { unknown { kind id } } }',
    )
    expect(found.unknown).toEqual([{ kind: 'LOT', id: 'R9' }])
  })
  test('what names nothing is refused', async () => {
    expect((await fetch(`${server.url}/recall.csv?materialId=resin`)).status).toBe(400)
    expect((await fetch(`${server.url}/recall.csv?lots=R1&at=noon`)).status).toBe(400)
  })
})
