import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { lot } from '../../src/domain/material/lot.ts'
import { transfer } from '../../src/domain/material/transfer.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { lotMovements } from '../../src/projections/material/lot-movements.ts'
import { lots } from '../../src/projections/material/lots.ts'
import { unitComponents } from '../../src/projections/material/unit-components.ts'
import { unitOperations } from '../../src/projections/material/unit-operations.ts'
import { units } from '../../src/projections/material/units.ts'
import { T0, after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let sent = 0

/** Sends a command that has to be granted; answers with its position in the log. */
async function send(decider: Decider, minute: number, command: { type: string }): Promise<number> {
  const outcome = await plant.execute(decider, command, {
    commandId: `c${++sent}`,
    actor: 'test',
    site: 'S1',
    source: 'test',
    occurredAt: after(minute),
  })
  if (isRejection(outcome)) throw new Error(outcome.why)
  return outcome.position
}

const steel = { materialId: 'steel', unit: 'KGM' }
const work = { orderId: 'PO-1', operationId: '10', equipmentId: 'M1', personId: 'P1' }
let beforeSecondHalf = 0

beforeAll(async () => {
  plant = await plantWithApi([lots, lotMovements, units, unitOperations, unitComponents])
  const receipt = { type: 'ReceiveLot', lotId: 'L1', movementId: 'm1', quantity: 10, ...steel }
  await send(lot, 0, { ...receipt, supplierId: 'ACME', supplierLotId: 'A-77' } as never)
  for (const [serial, materialId] of [
    ['S1', 'frame'],
    ['S2', 'pump'],
    ['S3', 'pump'],
  ])
    await send(unit, 1, {
      type: 'ProduceUnit',
      serial,
      movementId: 'm',
      materialId,
      ...work,
    } as never)
  const into = { type: 'InstallComponent', movementId: 'i1', parentSerial: 'S1', position: 'P-1' }
  await send(unit, 2, { ...into, serial: 'S2', ...work } as never)
  const use = {
    type: 'ConsumeLot',
    lotId: 'L1',
    quantity: 4,
    unit: 'KGM',
    intoSerial: 'S1',
    ...work,
  }
  beforeSecondHalf = await send(lot, 3, { ...use, movementId: 'm2' } as never)
  const out = { type: 'RemoveComponent', serial: 'S2', movementId: 'r1', parentSerial: 'S1' }
  await send(unit, 4, { ...out, reason: 'leaks', ...work } as never)
  await send(unit, 5, { ...into, serial: 'S3', ...work } as never)
  await send(lot, 6, { ...use, movementId: 'm3', quantity: 1 } as never)
  const parting = { lotId: 'L1', transferId: 't1', quantity: 2, unit: 'KGM', intoLotId: 'L2' }
  await send(lot, 7, { type: 'SplitLot', ...parting })
  const { intoLotId: lotId, ...rest } = parting
  const arrival = { ...rest, lotId, fromLotId: 'L1', kind: 'SPLIT', materialId: 'steel' }
  const nobody = { orderId: null, operationId: null, equipmentId: null, personId: null }
  await send(transfer, 7, {
    type: 'AcceptTransfer',
    ...arrival,
    ...nobody,
    locationId: null,
  } as never)
  const cause = { kind: 'INSPECTION', id: 'I1' }
  await send(lot, 8, { type: 'HoldLot', lotId: 'L2', holdId: 'h1', reason: 'rust', cause } as never)
  const milled = (operationId: string, minute: number, program: string) => ({
    type: 'UnitProcessed',
    occurredAt: after(minute + 5),
    data: {
      ...{ serial: 'S1', orderId: 'PO-1', operationId, operationName: 'Mill', personId: null },
      ...{ equipmentId: 'M1', program, startedAt: after(minute), endedAt: after(minute + 5) },
    },
  })
  const from = { source: 'machine', site: 'S1', actor: 'machine' }
  await plant.record([milled('20', 20, 'O2'), milled('10', 10, 'O1')], from)
  await plant.settled()
})
afterAll(() => plant.end())

describe('lots', () => {
  const LOT = `lotId status quantity { value unit } supplierLotId
    movements { kind quantity { value } counterpartLotId counterpartSerial orderId personId }`
  test('one with all that happened to it', async () => {
    const { lot: found } = await plant.ask(`{ lot(lotId: "L1") { ${LOT} } }`)
    expect(found).toMatchObject({
      status: 'ON_HAND',
      quantity: { value: 3, unit: 'KGM' },
      supplierLotId: 'A-77',
    })
    expect(
      found.movements.map((m: any) => [m.kind, m.quantity.value, m.counterpartSerial]),
    ).toEqual([
      ['RECEIVED', 10, null],
      ['CONSUMED', -4, 'S1'],
      ['CONSUMED', -1, 'S1'],
      ['SPLIT_OUT', -2, null],
    ])
  })
  test('as the log knew it: the movements too', async () => {
    const { lot: found } = await plant.ask(
      `{ lot(lotId: "L1", asKnownAt: { position: "${beforeSecondHalf}" }) { ${LOT} } }`,
    )
    expect(found.quantity.value).toBe(6)
    expect(found.movements).toHaveLength(2)
  })
  test('by what a user looks for', async () => {
    const ids = async (where: string) =>
      (await plant.ask(`{ lots(where: ${where}) { nodes { lotId } } }`)).lots.nodes.map(
        (n: any) => n.lotId,
      )
    expect(await ids('{ held: true }')).toEqual(['L2'])
    expect(await ids('{ held: false }')).toEqual(['L1'])
    expect(await ids('{ fromLotId: "L1", origin: [SPLIT] }')).toEqual(['L2'])
    expect(await ids('{ supplierLotId: "A-77", quantityAbove: 2.5 }')).toEqual(['L1'])
    expect(await ids(`{ createdFrom: "${after(1)}", site: "S1" }`)).toEqual(['L2'])
    const { lots: held } = await plant.ask(
      '{ lots(where: { status: [HELD] }) { nodes { holds { causeKind causeId reason } } } }',
    )
    expect(held.nodes[0].holds).toEqual([
      { causeKind: 'INSPECTION', causeId: 'I1', reason: 'rust' },
    ])
  })
  test('movements of an order', async () => {
    const { lotMovements: found } = await plant.ask(
      `{ lotMovements(where: { orderId: "PO-1", kind: [CONSUMED] }) {
           totalCount nodes { lot { lotId } quantity { value } } } }`,
    )
    expect(found.nodes).toEqual([
      { lot: { lotId: 'L1' }, quantity: { value: -1 } },
      { lot: { lotId: 'L1' }, quantity: { value: -4 } },
    ])
  })
})

describe('units', () => {
  const UNIT = `status operations { operationId program equipmentId startedAt endedAt }
    components { serial position component { status } } materials { lotId quantity { value } }`
  test('one with operations, components and materials', async () => {
    const { unit: found } = await plant.ask(`{ unit(serial: "S1") { ${UNIT} } }`)
    expect(found).toEqual({
      status: 'ON_HAND',
      operations: [
        ['10', 'O1', 10],
        ['20', 'O2', 20],
      ].map(([operationId, program, minute]) => ({
        ...{ operationId, program, equipmentId: 'M1' },
        ...{ startedAt: after(minute as number), endedAt: after((minute as number) + 5) },
      })),
      components: [{ serial: 'S3', position: 'P-1', component: { status: 'INSTALLED' } }],
      materials: [-4, -1].map((value) => ({ lotId: 'L1', quantity: { value } })),
    })
  })
  test('as the log knew it: what was in it then', async () => {
    const { unit: found } = await plant.ask(
      `{ unit(serial: "S1", asKnownAt: { position: "${beforeSecondHalf}" }) { ${UNIT} } }`,
    )
    expect(found).toEqual({
      status: 'ON_HAND',
      operations: [],
      components: [{ serial: 'S2', position: 'P-1', component: { status: 'INSTALLED' } }],
      materials: [{ lotId: 'L1', quantity: { value: -4 } }],
    })
  })
  test('where one is, and where it has been', async () => {
    const { unit: found } = await plant.ask(
      `{ unit(serial: "S2") { parentSerial installations { parentSerial removedAt removalReason } }
         }`,
    )
    expect(found).toEqual({
      parentSerial: null,
      installations: [{ parentSerial: 'S1', removedAt: after(4), removalReason: 'leaks' }],
    })
    const { unit: inIt } = await plant.ask('{ unit(serial: "S3") { parent { serial } } }')
    expect(inIt.parent.serial).toBe('S1')
    const { unit: parent } = await plant.ask(
      '{ unit(serial: "S1") { components(includeRemoved: true) { serial } } }',
    )
    expect(parent.components.map((c: any) => c.serial)).toEqual(['S2', 'S3'])
  })
  test('by what a user looks for', async () => {
    const { units: found } = await plant.ask(
      `{ units(where: { orderId: "PO-1", status: [ON_HAND], createdFrom: "${T0}" },
           orderBy: { field: key, direction: ASC }) { totalCount nodes { serial } } }`,
    )
    expect(found).toEqual({ totalCount: 2, nodes: [{ serial: 'S1' }, { serial: 'S2' }] })
  })
})
