import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { inspectionPlan } from '../../src/domain/quality/inspection-plan.ts'
import { inspection } from '../../src/domain/quality/inspection.ts'
import { units } from '../../src/projections/material/units.ts'
import { characteristics } from '../../src/projections/quality/characteristics.ts'
import { inspectionResults } from '../../src/projections/quality/inspection-results.ts'
import { inspections } from '../../src/projections/quality/inspections.ts'
import { plantWithApi } from '../support/api.ts'
import { after } from '../spec.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let commands = 0
async function wish(decider: Decider, command: object, minute = 0): Promise<void> {
  const outcome = await plant.execute(decider, command, {
    ...{ commandId: `c${commands++}`, actor: 'spec', site: 'S1', source: 'spec' },
    occurredAt: after(minute),
  })
  if (isRejection(outcome)) throw new Error(outcome.why)
}
const inspect = (inspectionId: string, minute: number, more: object) =>
  wish(
    inspection,
    {
      ...{
        type: 'RecordInspection',
        inspectionId,
        subjectKind: 'SERIAL',
        planId: 'IP',
        personId: 'P1',
      },
      ...{ orderId: 'PO-1', ...more },
    },
    minute,
  )
const bore = (value: number, instrumentId = 'CMM') => ({
  characteristicId: 'bore',
  value,
  instrumentId,
})
const burr = (passed: boolean | null) => ({ characteristicId: 'burr', passed, instrumentId: 'EYE' })

beforeAll(async () => {
  plant = await plantWithApi([characteristics, inspectionResults, inspections, units])
  await wish(inspectionPlan, {
    ...{ type: 'DefineInspectionPlan', planId: 'IP', materialId: 'gear' },
    characteristics: [
      { characteristicId: 'bore', name: 'Bore', kind: 'DIAMETER', upperLimit: 10.1, unit: 'MMT' },
      { characteristicId: 'burr', name: 'Free of burr', kind: 'ATTRIBUTE' },
    ],
  })
  await wish(unit, {
    ...{ type: 'ReceiveUnit', serial: 'G-1', movementId: 'm1', materialId: 'gear' },
  })
  await inspect('I-1', 10, { subjectId: 'G-1', results: [bore(10), burr(true)] })
  await inspect('I-2', 20, { subjectId: 'G-2', results: [bore(10.2, 'OTHER'), burr(true)] })
  await inspect('I-3', 30, { subjectId: 'G-1', results: [bore(10.05), burr(null)] })
  await wish(
    inspection,
    {
      ...{ type: 'CorrectInspectionResult', inspectionId: 'I-2', correctionId: 'k' },
      ...{ characteristicId: 'bore', personId: 'P2', reason: 'typing error', value: 10.02 },
    },
    60,
  )
  await plant.settled()
})
afterAll(() => plant.end())

const list = async (where: string) =>
  (
    await plant.ask(
      `{ inspections(where: { ${where} }) {
         totalCount nodes { inspectionId verdict } totals { passed failed notJudged } } }`,
    )
  ).inspections
const ids = (page: any) => page.nodes.map((n: any) => n.inspectionId)

describe('inspections', () => {
  test('come with totals over results', async () => {
    const all = await list('')
    expect(all).toEqual({
      totalCount: 3,
      nodes: [
        { inspectionId: 'I-3', verdict: null },
        { inspectionId: 'I-2', verdict: 'PASS' },
        { inspectionId: 'I-1', verdict: 'PASS' },
      ],
      totals: { passed: 5, failed: 0, notJudged: 1 },
    })
  })
  test.each([
    ['subjectId: "G-1", subjectKind: SERIAL', ['I-3', 'I-1'], 3, 1],
    ['materialId: "gear", orderId: "PO-1", personId: "P1"', ['I-3', 'I-2', 'I-1'], 5, 1],
    ['characteristicId: "bore"', ['I-3', 'I-2', 'I-1'], 3, 0],
    ['instrumentId: "OTHER"', ['I-2'], 1, 0],
    ['verdict: PASS', ['I-2', 'I-1'], 4, 0],
    ['notJudged: true, characteristicId: "burr"', ['I-3'], 0, 1],
    ['planId: "IP", verdict: FAIL', [], 0, 0],
    [`from: "${after(10)}", to: "${after(30)}"`, ['I-2', 'I-1'], 4, 0],
  ])('%s', async (where, expected, passed, notJudged) => {
    const page = await list(where)
    expect(ids(page)).toEqual(expected)
    expect(page.totals).toEqual({ passed, failed: 0, notJudged })
  })
  test('page by page', async () => {
    const query = (args: string) =>
      plant.ask(`{ inspections(first: 2, oldestFirst: true ${args}) {
        nodes { inspectionId } pageInfo { hasNextPage endCursor } } }`)
    const { inspections: first } = await query('')
    expect(ids(first)).toEqual(['I-1', 'I-2'])
    const { inspections: rest } = await query(`after: "${first.pageInfo.endCursor}"`)
    expect([ids(rest), rest.pageInfo.hasNextPage]).toEqual([['I-3'], false])
  })
  test('only sites that are open to the principal count', async () => {
    const principal = { actor: 'x', scopes: new Set(['*']), sites: ['S2'] }
    const query = '{ inspections { nodes { inspectionId } totals { passed } } }'
    expect(await plant.ask(query, principal)).toEqual({
      inspections: { nodes: [], totals: { passed: 0 } },
    })
  })
  test('one of them, corrected, and as it was before', async () => {
    const fields =
      'verdict results { name value verdict upperLimit corrections { before { value } } }'
    const { now, then } = await plant.ask(
      `{ now: inspection(inspectionId: "I-2") { ${fields} }
         then: inspection(inspectionId: "I-2", at: "${after(40)}") { ${fields} } }`,
    )
    expect(now.results[0]).toMatchObject({
      ...{ name: 'Bore', value: 10.02, verdict: 'PASS', upperLimit: 10.1 },
      corrections: [{ before: { value: 10.2 } }],
    })
    expect(then).toMatchObject({ verdict: 'FAIL', results: [{ value: 10.2 }, {}] })
  })
})

test('a unit shows everything that was measured on it', async () => {
  const query = (args: string) =>
    plant.ask(`{ unit(serial: "G-1" ${args}) { measurements { inspectionId name value passed } } }`)
  const { unit: now } = await query('')
  expect(now.measurements).toEqual([
    { inspectionId: 'I-1', name: 'Bore', value: 10, passed: null },
    { inspectionId: 'I-1', name: 'Free of burr', value: null, passed: true },
    { inspectionId: 'I-3', name: 'Bore', value: 10.05, passed: null },
    { inspectionId: 'I-3', name: 'Free of burr', value: null, passed: null },
  ])
  const { unit: then } = await query(`at: "${after(15)}"`)
  expect(then.measurements).toHaveLength(2)
})

test('characteristics and single results are lists of their own', async () => {
  const answer = await plant.ask(`{
    characteristics(where: { planId: "IP" }) { nodes { characteristicId upperLimit version } }
    inspectionResults(where: { characteristicId: "bore" }, orderBy: { field: value, direction: DESC })
      { nodes { value subjectId } } }`)
  expect(answer).toEqual({
    characteristics: {
      nodes: [
        { characteristicId: 'bore', upperLimit: 10.1, version: 1 },
        { characteristicId: 'burr', upperLimit: null, version: 1 },
      ],
    },
    inspectionResults: {
      nodes: [
        { value: 10.05, subjectId: 'G-1' },
        { value: 10.02, subjectId: 'G-2' },
        { value: 10, subjectId: 'G-1' },
      ],
    },
  })
})
