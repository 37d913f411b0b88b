import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { lot } from '../../src/domain/material/lot.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { inspection } from '../../src/domain/quality/inspection.ts'
import { genealogyEdges } from '../../src/projections/material/genealogy-edges.ts'
import { lotMovements } from '../../src/projections/material/lot-movements.ts'
import { unitComponents } from '../../src/projections/material/unit-components.ts'
import { unitOperations } from '../../src/projections/material/unit-operations.ts'
import { stepsOf } from '../../src/projections/material/unit-steps.ts'
import { units } from '../../src/projections/material/units.ts'
import { inspectionResults } from '../../src/projections/quality/inspection-results.ts'
import { inspections } from '../../src/projections/quality/inspections.ts'
import { processValues } from '../../src/projections/quality/process-values.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let sent = 0
let early = 0

async function send(decider: Decider, minute: number, command: object): Promise<number> {
  const envelope = { commandId: `c${++sent}`, actor: 'test', site: 'S1', source: 'test' }
  const outcome = await plant.execute(decider, command, { ...envelope, occurredAt: after(minute) })
  if (isRejection(outcome)) throw new Error(outcome.why)
  return outcome.position
}
const from = { source: 'machine', site: 'S1', actor: 'machine' }
const nobody = { orderId: null, operationId: null, equipmentId: null, personId: null }
const worked = (operationId: string, minute: number, program: string) => ({
  ...{ type: 'UnitProcessed', occurredAt: after(minute + 5) },
  data: {
    ...{ serial: 'A', orderId: 'PO', operationId, equipmentId: 'M1', personId: 'P1', program },
    ...{ startedAt: after(minute), endedAt: after(minute + 5) },
  },
})
const torque = (minute: number, value: number, operationId = '20') => ({
  ...{ type: 'ProcessValueRecorded', occurredAt: after(minute) },
  data: {
    ...{ subjectKind: 'SERIAL', subjectId: 'A', parameterId: 'TORQUE', value, operationId },
    ...{ lowerLimit: 9, upperLimit: 11, unit: 'NU', toolId: 'T7', equipmentId: 'M1' },
  },
})

beforeAll(async () => {
  plant = await plantWithApi([
    ...[genealogyEdges, lotMovements, units, unitOperations, unitComponents, processValues],
    ...[inspections, inspectionResults],
  ])
  const bought = { type: 'ReceiveLot', movementId: 'm', materialId: 'steel', unit: 'KGM' }
  for (const lotId of ['L1', 'L2', 'L3'])
    await send(lot, 0, {
      ...{ ...bought, lotId, quantity: 10, supplierId: 'ACME', supplierLotId: `S-${lotId}` },
    })
  for (const [serial, minute] of [
    ['A', 2],
    ['B', 2],
    ['P', 1],
  ] as const)
    await send(unit, minute, {
      ...{ type: 'ProduceUnit', serial, movementId: 'm', materialId: 'pump', ...nobody },
      orderId: serial === 'P' ? 'PO-P' : 'PO',
    })
  const use = { type: 'ConsumeLot', quantity: 1, unit: 'KGM', intoLotId: null, intoSerial: null }
  await send(lot, 3, { ...use, lotId: 'L1', movementId: 'u1', ...nobody, intoSerial: 'A' })
  await send(lot, 3, { ...use, lotId: 'L2', movementId: 'u2', ...nobody, orderId: 'PO' })
  await send(lot, 3, { ...use, lotId: 'L3', movementId: 'u3', ...nobody, intoSerial: 'P' })
  await send(unit, 4, {
    ...{ type: 'InstallComponent', serial: 'P', movementId: 'i', parentSerial: 'A', ...nobody },
  })
  await plant.record([worked('10', 10, 'O1'), worked('20', 20, 'O2')], from)
  await plant.record([torque(21, 12)], from)
  early = await send(lot, 22, {
    ...{ type: 'HoldLot', lotId: 'L1', holdId: 'h', reason: 'porous', cause: null },
  })
  await send(unit, 23, {
    ...{ type: 'ReworkUnit', serial: 'A', movementId: 'r', reason: 'loose', ...nobody },
    personId: 'P2',
  })
  await plant.record([worked('20', 30, 'O3'), torque(31, 10), torque(40, 10, '99')], from)
  const result = { characteristicId: 'd1', sample: 1, value: 10, instrumentId: 'G1' }
  const limits = { name: 'bore', kind: 'DIAMETER', lowerLimit: 9, upperLimit: 9.5, unit: 'MMT' }
  await send(inspection, 35, {
    ...{ type: 'RecordInspection', inspectionId: 'I1', subjectKind: 'SERIAL', subjectId: 'A' },
    ...{ materialId: null, orderId: null, operationId: '20', planId: null, personId: 'P3' },
    results: [{ ...result, ...limits, passed: null, nominal: null }],
  })
  await plant.settled()
})
afterAll(() => plant?.end())

const HISTORY = `unit { status serial } asKnownAt
  steps { toolIds operation { operationId program equipmentId personId }
    processValues { value lowerLimit upperLimit verdict }
    inspections { inspectionId verdict results { characteristicId upperLimit verdict } } }
  deviations { kind subject reason personId }
  parts { certain part { kind id } edge { quantity { value } }
    origins { certain supplierId supplierLotId received { id } } }`
const history = async (more = '') =>
  (await plant.ask(`{ unitHistory(serial: "A" ${more}) { ${HISTORY} } }`)).unitHistory

describe('the record of one item', () => {
  test('has every run of each operation with what was measured in it', async () => {
    const { steps } = await history()
    expect(
      steps.map((s: any) => [
        s.operation && `${s.operation.operationId} ${s.operation.program}`,
        s.processValues.map((v: any) => `${v.value} ${v.verdict}`),
        s.inspections.map((i: any) => `${i.inspectionId} ${i.verdict}`),
      ]),
    ).toEqual([
      ['10 O1', [], []],
      ['20 O2', ['12 FAIL'], []],
      ['20 O3', ['10 PASS'], ['I1 FAIL']],
      [null, ['10 PASS'], []],
    ])
    expect(steps[1].toolIds).toEqual(['T7'])
    expect(steps[2].inspections[0].results[0].upperLimit).toBe(9.5)
  })
  test('names deviations with who and why', async () => {
    const { deviations } = await history()
    expect(deviations.map((d: any) => [d.kind, d.subject, d.personId])).toEqual([
      ['PROCESS_VALUE', 'TORQUE', null],
      ['HOLD', 'L1 h', null],
      ['REWORK', null, 'P2'],
      ['INSPECTION', 'I1', 'P3'],
    ])
    expect(deviations[2].reason).toBe('loose')
  })
  test('follows each part to its supplier, and keeps candidates apart', async () => {
    const { parts } = await history()
    const seen = parts.map((p: any) => [
      `${p.part.kind} ${p.part.id}`,
      p.certain,
      p.origins.map((o: any) => `${o.supplierId} ${o.supplierLotId} ${o.certain}`),
    ])
    expect(seen.sort()).toEqual([
      ['LOT L1', true, ['ACME S-L1 true']],
      ['LOT L2', false, ['ACME S-L2 false']],
      ['SERIAL P', true, ['ACME S-L3 true']],
    ])
  })
  test('as the log knew it: the rework and all after it are not there', async () => {
    const then = await history(`, asKnownAt: { position: "${early}" }`)
    expect(then.steps.map((s: any) => s.operation.program)).toEqual(['O1', 'O2'])
    expect(then.deviations.map((d: any) => d.kind)).toEqual(['PROCESS_VALUE', 'HOLD'])
    expect((await history(`, at: "${after(4)}"`)).steps).toEqual([])
    expect(await history(`, asKnownAt: { position: "1" }`)).toBeNull()
  })
})

test('whatever was measured is in exactly one step', () => {
  const operationId = fc.constantFrom('10', '20', '30')
  const minute = fc.integer({ min: 0, max: 9 }).map(after)
  const runs = fc.array(fc.record({ operationId, startedAt: minute }), { maxLength: 5 })
  const said = fc.array(fc.record({ operationId: fc.option(operationId), at: minute }))
  fc.assert(
    fc.property(runs, said, said, (unsorted, values, found) => {
      const sorted = unsorted.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
      const steps = stepsOf(sorted, values, found)
      expect(new Set(steps.flatMap((s) => s.values))).toEqual(new Set(values))
      expect(steps.flatMap((s) => s.values)).toHaveLength(values.length)
      expect(steps.flatMap((s) => s.inspections)).toHaveLength(found.length)
      for (const { operation, values: mine } of steps)
        if (operation)
          for (const value of mine) expect(value.operationId).toBe(operation.operationId)
    }),
  )
})
