import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { ofAllocation } from '../energy/read-models.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

/**
 * One machine, four hours of 10 kWh each: an hour of piece C, one of piece P into which C goes, one of
 * an order that is kept by pieces, and one of waiting.
 */
let plant: Awaited<ReturnType<typeof plantWithApi>>
let commands = 0
async function wish(type: string, content: object, occurredAt?: string): Promise<number> {
  const decider = deciders.find((d) => type in d.commands)!
  const envelope = {
    ...{ commandId: `c${commands++}`, actor: 'spec', site: 'S1', source: 'spec' },
    ...(occurredAt === undefined ? {} : { occurredAt }),
  }
  const outcome = await plant.execute(decider, { type, ...content }, envelope)
  if (isRejection(outcome)) throw new Error(`${type}: ${outcome.why}`)
  return outcome.position
}
const say = (type: string, occurredAt: string, data: object) =>
  plant.record([{ type, data, occurredAt }], { source: 'spec', site: 'S1', actor: 'spec' })
const processed = (serial: string, from: number, to: number) =>
  say('UnitProcessed', after(to), {
    ...{
      serial,
      orderId: 'PO',
      operationId: '10',
      equipmentId: 'M1',
      program: null,
      personId: null,
    },
    ...{ startedAt: after(from), endedAt: after(to) },
  })

const WINDOW = `from: "${after(0)}", to: "${after(240)}"`
const ask = async (groupBy: string, fields: string, more = '') => {
  await plant.settled()
  const query = `{ energyAllocation(meterIds: ["E"], ${WINDOW}, groupBy: ${groupBy} ${more}) { ${fields} } }`
  return (await plant.ask(query)).energyAllocation
}

beforeAll(async () => {
  plant = await plantWithApi(ofAllocation)
  const scope = (scopeId: string, level: string, parentId: string | null) =>
    wish('DefineHierarchyScope', {
      ...{ scopeId, level, parentId, name: scopeId, timeZone: level === 'SITE' ? 'UTC' : null },
    })
  await scope('S1', 'SITE', null)
  await scope('LINE', 'WORK_CENTRE', 'S1')
  await scope('M1', 'WORK_UNIT', 'LINE')
  await scope('M2', 'WORK_UNIT', 'LINE')
  const meter = { meterId: 'E', name: 'mill', scopeId: 'M1', medium: 'ELECTRICITY' }
  await wish('RegisterMeter', meter)
  await wish('SetEnergyFactor', {
    ...{ factorId: 'grid', kind: 'EMISSION', medium: 'ELECTRICITY', value: 0.5 },
    ...{ source: 'supplier contract 2026', validFrom: after(0) },
  })
  await wish(
    'ReleaseOrder',
    {
      ...{ orderId: 'PO', materialId: 'gear', quantity: 10, unit: 'C62' },
      operations: [{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'LINE' }],
    },
    after(0),
  )
  await say('EquipmentStateChanged', after(0), { equipmentId: 'M1', state: 'RUNNING' })
  for (const hour of [0, 1, 2, 3]) {
    const [from, to] = [after(hour * 60), after(hour * 60 + 60)]
    await say('EnergyMeasured', to, { meterId: 'E', from, to, energyKwh: 10 })
  }
  await processed('C', 0, 60)
  await processed('P', 60, 120)
  await wish('ProduceUnit', {
    ...{ serial: 'C', movementId: 'm1', materialId: 'valve', orderId: 'PO', operationId: '10' },
  })
  await wish('ProduceUnit', {
    ...{ serial: 'P', movementId: 'm2', materialId: 'pump', orderId: 'PO', operationId: '10' },
  })
  await wish('InstallComponent', { serial: 'C', movementId: 'm3', parentSerial: 'P' })
  await wish(
    'BookWork',
    {
      ...{ orderId: 'PO', operationId: '10', bookingId: 'b1', personId: 'W', equipmentId: 'M1' },
      ...{ activity: 'PRODUCTION', startedAt: after(120), endedAt: after(180), good: 4 },
    },
    after(180),
  )
  await say('EquipmentStateChanged', after(180), { equipmentId: 'M1', state: 'WAITING' })
})
afterAll(() => plant.end())

describe('energy of a machine', () => {
  test('goes to what was worked on at the time; the rest is unallocated, and all of it adds up', async () => {
    const fields = `total { value } allocated { value } unallocated { value } error standbyShare
      unknownStateShare rules { version basis } shares { serial quantity { value } co2eKg }`
    expect(await ask('SERIAL', fields)).toEqual({
      ...{ total: { value: 40 }, allocated: { value: 30 }, unallocated: { value: 10 } },
      ...{ error: expect.closeTo(0, 9), standbyShare: 0.25, unknownStateShare: 0 },
      rules: [{ version: 0, basis: 'TIME' }],
      shares: [
        { serial: 'C', quantity: { value: 10 }, co2eKg: 5 },
        { serial: 'P', quantity: { value: 10 }, co2eKg: 5 },
      ],
    })
  })
  test.each([
    [
      'STATE',
      'state',
      [
        ['RUNNING', 30],
        ['WAITING', 10],
      ],
    ],
    ['ORDER', 'orderId', [['PO', 30]]],
    ['OPERATION', 'operationId', [['10', 30]]],
    ['EQUIPMENT', 'equipmentId', [['M1', 40]]],
    ['METER', 'meterId', [['E', 40]]],
  ])('by %s', async (groupBy, field, expected) => {
    const { shares } = await ask(groupBy, `shares { ${field} quantity { value } }`)
    expect(shares.map((s: any) => [s[field], s.quantity.value])).toEqual(expected)
  })
  test('is divided by the good units that were made with it', async () => {
    const { shares } = await ask(
      'ORDER',
      'shares { goodUnits quantityPerGoodUnit co2eKgPerGoodUnit }',
    )
    expect(shares).toEqual([{ goodUnits: 4, quantityPerGoodUnit: 7.5, co2eKgPerGoodUnit: 3.75 }])
  })
})

test('good units and lots are those known then', async () => {
  const put = (lotId: string, quantity: number) =>
    wish('ProduceLot', {
      ...{ lotId, movementId: 'p1', materialId: 'gear', orderId: 'PO', operationId: '10' },
      ...{ quantity, unit: 'C62' },
    })
  await put('L1', 3)
  const corrected = await put('L2', 1)
  await wish('CorrectBooking', {
    ...{ orderId: 'PO', bookingId: 'b1', correctionId: 'k1', personId: 'W', reason: 'miscounted' },
    ...{ good: 5, scrap: 0 },
  })
  await put('L3', 4)
  await say('CounterAdvanced', after(180), {
    ...{ equipmentId: 'M1', counter: 'parts', kind: 'GOOD', delta: 8, unit: 'C62' },
  })
  const then = `, asKnownAt: { position: "${corrected}" }`
  const shares = 'shares { goodUnits quantityPerGoodUnit }'
  const each = (goodUnits: number, quantityPerGoodUnit: number) => ({
    shares: [{ goodUnits, quantityPerGoodUnit }],
  })
  for (const [groupBy, before, now] of [
    ['ORDER', each(4, 7.5), each(5, 6)],
    ['OPERATION', each(4, 7.5), each(5, 6)],
    ['EQUIPMENT', each(4, 10), each(8, 5)],
  ] as const) {
    expect(await ask(groupBy, shares, then)).toEqual(before)
    expect(await ask(groupBy, shares)).toEqual(now)
  }
  const lots = 'shares { lotId goodUnits quantity { value } }'
  const lot = (lotId: string, goodUnits: number, value: number) => ({
    ...{ lotId, goodUnits, quantity: { value } },
  })
  // Ten of the order's energy are of no single piece.
  expect((await ask('LOT', lots, then)).shares).toEqual([lot('L1', 3, 7.5), lot('L2', 1, 2.5)])
  const now = (await ask('LOT', lots)).shares
  expect(now).toEqual([lot('L3', 4, 5), lot('L1', 3, 3.75), lot('L2', 1, 1.25)])
})

test('a piece carries what was used for all that is built into it', async () => {
  await plant.settled()
  const { unitEnergy } = await plant.ask(`{ unitEnergy(serial: "P") {
    kwh co2eKg parts { serial depth kwh } rules { meterId version } } }`)
  expect(unitEnergy).toEqual({
    ...{ kwh: 20, co2eKg: 10, rules: [{ meterId: 'E', version: 0 }] },
    parts: [
      { serial: 'P', depth: 0, kwh: 10 },
      { serial: 'C', depth: 1, kwh: 10 },
    ],
  })
  expect((await plant.ask('{ unitEnergy(serial: "GHOST") { kwh } }')).unitEnergy).toBeNull()
})

test('a piece carries gas in kWh, and what was known of it before', async () => {
  const before = await wish('RegisterMeter', {
    ...{ meterId: 'G', name: 'burner', scopeId: 'M1', medium: 'GAS', unit: 'MTQ' },
  })
  const span = { from: after(0), to: after(120) }
  await say('MediumMeasured', after(120), { meterId: 'G', ...span, quantity: 4, unit: 'MTQ' })
  const fields = 'kwh co2eKg withoutKwh { value unit } parts { serial kwh }'
  const ofUnit = async (more = '') => {
    await plant.settled()
    return (await plant.ask(`{ unitEnergy(serial: "P" ${more}) { ${fields} } }`)).unitEnergy
  }
  expect(await ofUnit()).toMatchObject({
    ...{ kwh: 20, co2eKg: null, withoutKwh: [{ value: 4, unit: 'MTQ' }] },
  })
  const factor = { medium: 'GAS', unit: 'MTQ', source: 'supplier contract 2026' }
  await wish('SetEnergyFactor', {
    ...{ ...factor, factorId: 'gas', kind: 'CONVERSION', value: 10, validFrom: after(60) },
  })
  await wish('SetEnergyFactor', {
    ...{ ...factor, factorId: 'gas-co2', kind: 'EMISSION', value: 2, validFrom: after(0) },
  })
  // C was worked on in the first hour, before the factor was valid, P in the second: 2 m3 each.
  expect(await ofUnit()).toEqual({
    ...{ kwh: 40, co2eKg: 18, withoutKwh: [{ value: 2, unit: 'MTQ' }] },
    parts: [
      { serial: 'P', kwh: 30 },
      { serial: 'C', kwh: 10 },
    ],
  })
  const known = await ofUnit(`, asKnownAt: { position: "${before - 1}" }`)
  expect(known).toMatchObject({ kwh: 20, co2eKg: 10, withoutKwh: [] })

  await wish('ChangeMeter', { meterId: 'G', name: 'burner', scopeId: 'M2', parentMeterId: null })
  const removed = await wish('RemoveComponent', {
    ...{ serial: 'C', movementId: 'm4', parentSerial: 'P', reason: 'leaks' },
  })
  expect(await ofUnit()).toMatchObject({ kwh: 10, parts: [{ serial: 'P' }] })
  const then = await ofUnit(`, asKnownAt: { position: "${removed - 2}" }`)
  expect(then).toMatchObject({ kwh: 40, co2eKg: 18, parts: [{ serial: 'P' }, { serial: 'C' }] })
  expect(await ofUnit(', asKnownAt: { position: "1" }')).toBeNull()
  await wish('InstallComponent', { serial: 'C', movementId: 'm5', parentSerial: 'P' })
  await plant.settled()
})

test('another rule restates the past; as known before, it was computed by the old one', async () => {
  const rule = { meterId: 'E', reason: 'the press is on the same cable' }
  const position = await wish('DefineAllocationRule', {
    ...{ ...rule, basis: 'CYCLE', periodMinutes: 1_440 },
    equipment: [
      { equipmentId: 'M1', weight: 3 },
      { equipmentId: 'M2', weight: 1 },
    ],
  })
  const fields =
    'rules { version basis } unallocated { value } shares { serial quantity { value } }'
  const now = await ask('SERIAL', fields)
  expect(now.rules).toEqual([{ version: 1, basis: 'CYCLE' }])
  // A quarter is the press's, which made nothing; the rest goes to the two pieces by their time.
  expect(now.unallocated.value).toBe(10)
  expect(now.shares.map((s: any) => s.quantity.value)).toEqual([15, 15])
  const before = await ask('SERIAL', fields, `, asKnownAt: { position: "${position - 1}" }`)
  expect(before.rules).toEqual([{ version: 0, basis: 'TIME' }])
  expect(before.shares.map((s: any) => s.quantity.value)).toEqual([10, 10])
  await wish('DefineAllocationRule', {
    ...{
      ...rule,
      basis: 'COUNT',
      periodMinutes: 60,
      equipment: [{ equipmentId: 'M1', weight: 1 }],
    },
  })
  const counted = await ask('ORDER', 'rules { version } shares { quantity { value } }')
  expect(counted).toEqual({ rules: [{ version: 2 }], shares: [{ quantity: { value: 30 } }] })
  const { allocationRules } = await plant.ask('{ allocationRules { nodes { version } } }')
  expect(allocationRules.nodes).toHaveLength(2)
  expect((await plant.ask('{ unitEnergy(serial: "P") { kwh } }')).unitEnergy.kwh).toBe(20)
})

test('work that goes on counts up to now, or up to then', async () => {
  // The clock of the plant stands at the first moment of 2030.
  const before = (minutes: number) =>
    new Date(Date.UTC(2030, 0, 1) - minutes * 60_000).toISOString()
  await wish('RegisterMeter', {
    ...{ meterId: 'R', name: 'saw', scopeId: 'M3', medium: 'ELECTRICITY' },
  })
  await wish(
    'StartOperation',
    {
      ...{ orderId: 'PO', operationId: '10', personId: 'W', equipmentId: 'M3' },
    },
    before(30),
  )
  const span = { from: before(60), to: before(-60) }
  await say('EnergyMeasured', before(0), { meterId: 'R', ...span, to: before(0), energyKwh: 6 })
  await plant.settled()
  const used = async (more = '') =>
    (
      await plant.ask(`{ energyAllocation(meterIds: ["R"], groupBy: ORDER, from: "${span.from}",
        to: "${span.to}" ${more}) { allocated { value } unallocated { value } } }`)
    ).energyAllocation
  expect(await used()).toEqual({ allocated: { value: 3 }, unallocated: { value: 3 } })
  const known = await used(`, asKnownAt: { recordedAt: "2030-01-01T00:00:00Z" }`)
  expect(known).toEqual(await used())
})
