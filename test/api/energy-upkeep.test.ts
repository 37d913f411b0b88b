import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { ofEnergy } from '../energy/read-models.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

/** Meters whose data is corrected, completed, combined and converted, as a client sees it. */
let plant: Awaited<ReturnType<typeof plantWithApi>>
let commands = 0
async function wish(type: string, content: object): Promise<{ position: number } | string> {
  const decider = deciders.find((d) => type in d.commands)!
  const envelope = { commandId: `c${commands++}`, actor: 'spec', site: 'S1', source: 'spec' }
  const outcome = await plant.execute(decider, { type, ...content }, envelope)
  return isRejection(outcome) ? outcome.rejected : outcome
}
const register = (meterId: string, more: object = {}) =>
  wish('RegisterMeter', { meterId, name: meterId, scopeId: null, medium: 'ELECTRICITY', ...more })
const say = (type: string, data: { to: string }) =>
  plant.record([{ type, data, occurredAt: data.to }], { source: 'spec', site: 'S1', actor: 'spec' })
const quarter = (meterId: string, n: number, energyKwh: number) =>
  say('EnergyMeasured', {
    ...{ meterId, from: after(n * 15), to: after(n * 15 + 15), energyKwh },
  })

const HOUR = `from: "${after(0)}", to: "${after(60)}"`
const ask = async (root: string, fields: string) => {
  await plant.settled()
  return (await plant.ask(`{ answer: ${root} { ${fields} } }`)).answer
}
const kwh = async (meterId: string, more = '') =>
  await ask(
    `energy(meterIds: ["${meterId}"], ${HOUR} ${more})`,
    'total { value } estimated coverage',
  )

beforeAll(async () => {
  plant = await plantWithApi(ofEnergy)
  await wish('DefineHierarchyScope', {
    ...{ scopeId: 'S1', level: 'SITE', parentId: null, name: 'S1', timeZone: 'UTC' },
  })
  for (const meterId of ['MAIN', 'A', 'B']) await register(meterId)
  for (const n of [0, 1, 2, 3]) {
    await quarter('MAIN', n, 10)
    await quarter('A', n, n + 1)
    if (n !== 2) await quarter('B', n, 2)
  }
})
afterAll(() => plant.end())

test('an hour reported beside its quarters is not added to them', async () => {
  await register('TWICE')
  await say('EnergyMeasured', {
    ...{ meterId: 'TWICE', from: after(0), to: after(60), energyKwh: 9 },
  })
  for (const n of [0, 1]) await quarter('TWICE', n, 3)
  // The hour was said last, at its end.
  expect(await kwh('TWICE')).toMatchObject({ total: { value: 9 }, coverage: 1 })
})

describe('corrections', () => {
  const fix = (correctionId: string, quantity: number | null) => ({
    ...{ meterId: 'FIX', correctionId, personId: 'P1', reason: 'wrong transformer ratio' },
    ...{ from: after(0), to: after(30), quantity, unit: 'KWH' },
  })
  test('count before what was reported; as known before, they do not', async () => {
    await register('FIX')
    for (const n of [0, 1, 2, 3]) await quarter('FIX', n, 10)
    const ack = await wish('CorrectMeterInterval', fix('c1', 5))
    const before = (ack as { position: number }).position - 1
    expect((await kwh('FIX')).total).toEqual({ value: 25 })
    const known = await kwh('FIX', `, asKnownAt: { position: "${before}" }`)
    expect(known.total).toEqual({ value: 40 })
    await wish('CorrectMeterInterval', fix('c2', null))
    expect(await kwh('FIX')).toMatchObject({ total: { value: 20 }, coverage: 0.5 })
    const { nodes } = await ask('meterCorrections(where: { meterId: "FIX" })', 'nodes { reason }')
    expect(nodes).toHaveLength(2)
  })
  test('of a register put it right on both sides', async () => {
    await register('REG', { kind: 'COUNTER', digits: 4 })
    for (const [minute, reading] of [
      [0, 9_990],
      [30, 950],
      [60, 30],
    ] as const)
      await plant.record(
        [
          {
            type: 'MeterRead',
            data: { meterId: 'REG', reading, unit: 'KWH' },
            occurredAt: after(minute),
          },
        ],
        { source: 'spec', site: 'S1', actor: 'spec' },
      )
    await wish('CorrectMeterReading', {
      ...{ meterId: 'REG', correctionId: 'r1', personId: 'P1', reason: 'a digit too many' },
      ...{ at: after(30), reading: 9_995, unit: 'KWH' },
    })
    expect(await kwh('REG')).toMatchObject({ total: { value: 40 }, coverage: 1 })
  })
  test('need a meter, and an id of their own', async () => {
    expect(await wish('CorrectMeterInterval', { ...fix('c1', 5), meterId: 'GHOST' })).toBe(
      'MeterUnknown',
    )
    expect(await wish('CorrectMeterInterval', fix('c1', 6))).toBe('CorrectionDiffers')
  })
})

test('gaps are estimated when somebody said how, until the data arrives', async () => {
  await register('GAP')
  for (const n of [0, 3]) await quarter('GAP', n, 4)
  expect(await kwh('GAP')).toMatchObject({ total: { value: 8 }, estimated: 0, coverage: 0.5 })
  await wish('SetGapEstimation', { meterId: 'GAP', method: 'INTERPOLATE', longestGapMinutes: 60 })
  expect(await kwh('GAP')).toEqual({ total: { value: 16 }, estimated: 8, coverage: 1 })
  for (const n of [1, 2]) await quarter('GAP', n, 1)
  expect(await kwh('GAP')).toEqual({ total: { value: 10 }, estimated: 0, coverage: 1 })
})

describe('virtual meters', () => {
  const define = (meterId: string, terms: object[]) =>
    wish('DefineVirtualMeter', {
      ...{ meterId, name: meterId, medium: 'ELECTRICITY', terms },
    })
  test('are computed where all their parts have data, also from each other', async () => {
    await define('REST', [
      { meterId: 'MAIN', factor: 1 },
      { meterId: 'A', factor: -1 },
    ])
    expect((await kwh('REST')).total).toEqual({ value: 30 })
    await define('HALF', [
      { meterId: 'REST', factor: 0.5 },
      { meterId: 'B', factor: 1 },
    ])
    expect(await kwh('HALF')).toMatchObject({ total: { value: 17.5 }, coverage: 0.75 })
  })
  test('are never computed from themselves', async () => {
    expect(await define('REST', [{ meterId: 'HALF', factor: 1 }])).toBe('VirtualMeterCircle')
    expect(await define('A', [{ meterId: 'B', factor: 1 }])).toBe('MeterDiffers')
    expect(await wish('RemoveVirtualMeter', { meterId: 'REST', reason: 'unused' })).toBe(
      'VirtualMeterInUse',
    )
  })
})

test('no meter stands below itself, however many are between', async () => {
  const under = (meterId: string, parentMeterId: string | null) =>
    wish('ChangeMeter', { meterId, name: meterId, scopeId: null, parentMeterId })
  await register('P1')
  await register('P2', { parentMeterId: 'P1' })
  await register('P3', { parentMeterId: 'P2' })
  await register('P4', { parentMeterId: 'P3' })
  expect(await under('P1', 'P4')).toBe('ParentCircle')
  expect(await under('P1', 'P2')).toBe('ParentCircle')
  expect(await under('P2', 'GHOST')).toBe('ParentUnknown')
  // Out of the chain at its middle, and the other way round.
  expect(await under('P3', null)).toMatchObject({ stream: 'meter-P3' })
  expect(await under('P1', 'P4')).toMatchObject({ stream: 'meter-P1' })
  expect(await under('P3', 'P2')).toBe('ParentCircle')
  expect(await ask('meter(meterId: "P1")', 'parent { meterId parent { meterId } }')).toEqual({
    parent: { meterId: 'P4', parent: { meterId: 'P3' } },
  })
})

test('of two that would close a circle at the same time one is refused', async () => {
  for (const meterId of ['Q1', 'Q2', 'Q3']) await register(meterId)
  const under = (meterId: string, parentMeterId: string) =>
    wish('ChangeMeter', { meterId, name: meterId, scopeId: null, parentMeterId })
  const outcomes = await Promise.all([under('Q1', 'Q2'), under('Q2', 'Q3'), under('Q3', 'Q1')])
  expect(outcomes.filter((o) => o === 'ParentCircle')).toHaveLength(1)
})

test('the load curve tells peaks, mean and base load, in windows of the site', async () => {
  const curve = `loadCurve(meterIds: ["A"], ${HOUR})`
  const fields =
    'windowMinutes windows { kw coverage } peaks(first: 2) { kw at } meanKw baseLoad(quantile: 0) { kw windows }'
  expect(await ask(curve, fields)).toEqual({
    windowMinutes: 15,
    windows: [4, 8, 12, 16].map((kw) => ({ kw, coverage: 1 })),
    peaks: [
      { kw: 16, at: after(60) },
      { kw: 12, at: after(45) },
    ],
    ...{ meanKw: 10, baseLoad: { kw: 4, windows: 4 } },
  })
  await wish('SetDemandWindow', { windowMinutes: 30 })
  expect((await ask(curve, fields)).peaks[0]).toEqual({ kw: 14, at: after(60) })
  const five = `loadCurve(meterIds: ["A"], ${HOUR}, windowMinutes: 5)`
  expect((await ask(five, 'windows { kw }')).windows).toEqual([])
})

test('factors make emissions and kilowatt hours, each for the time it is valid', async () => {
  const factor = (factorId: string, more: object) =>
    wish('SetEnergyFactor', {
      ...{ factorId, kind: 'EMISSION', medium: 'ELECTRICITY', source: 'Ember 2025' },
      ...{ unit: 'MWH', value: 400, validFrom: after(-60), validTo: null, ...more },
    })
  await factor('grid', {})
  await factor('grid-2', { validFrom: after(30), value: 200 })
  const energy = `energy(meterIds: ["MAIN"], ${HOUR})`
  expect((await ask(energy, 'co2e { value uncovered factors { factorId source } }')).co2e).toEqual({
    ...{ value: 12, uncovered: 0 },
    factors: ['grid', 'grid-2'].map((factorId) => ({ factorId, source: 'Ember 2025' })),
  })
  expect(await factor('grid', { value: 500 })).toBe('ReasonMissing')
  expect(await factor('grid-3', {})).toBe('ValidityOverlaps')

  await register('GAS', { medium: 'GAS', unit: 'MTQ' })
  await say('MediumMeasured', {
    ...{ meterId: 'GAS', from: after(0), to: after(60), quantity: 2_000, unit: 'LTR' },
  })
  const gas = `energy(meterIds: ["GAS"], ${HOUR})`
  expect((await ask(gas, 'energyKwh { value uncovered }')).energyKwh).toEqual({
    value: 0,
    uncovered: 2,
  })
  await factor('gas', {
    kind: 'CONVERSION',
    medium: 'GAS',
    unit: 'MTQ',
    value: 10.5,
    validFrom: after(30),
  })
  expect((await ask(gas, 'energyKwh { value uncovered }')).energyKwh).toEqual({
    value: 10.5,
    uncovered: 1,
  })
})

test('warnings about demand are facts, and the running window has its limit', async () => {
  await register('HOT')
  await wish('SetDemandLimit', { meterId: 'HOT', limitKw: 100 })
  await say('EnergyMeasured', {
    ...{ meterId: 'HOT', from: after(0), to: after(5), energyKwh: 10 },
  })
  await wish('AssessDemand', { meterId: 'HOT', at: after(5) })
  const alarms = await ask(
    'demandAlarms(where: { meterId: "HOT" })',
    'nodes { kind forecastKw windowTo }',
  )
  expect(alarms.nodes).toEqual([{ kind: 'THREATENED', forecastKw: 120, windowTo: after(15) }])
  const running = await ask(
    'demandWindow(meterId: "HOT")',
    'limitKw usedKwh forecastKw headroomKw from',
  )
  expect(running).toMatchObject({ limitKw: 100, usedKwh: 0, forecastKw: null, headroomKw: 100 })
  expect(await ask('demandWindow(meterId: "GHOST")', 'from')).toBeNull()
})

test('a meter is looked up as the log knew it', async () => {
  const ack = await register('MOVED')
  await wish('ChangeMeter', {
    meterId: 'MOVED',
    name: 'elsewhere',
    scopeId: null,
    parentMeterId: null,
  })
  const { position } = ack as { position: number }
  expect(await ask('meter(meterId: "MOVED")', 'name')).toEqual({ name: 'elsewhere' })
  const known = `meter(meterId: "MOVED", asKnownAt: { position: "${position}" })`
  expect(await ask(known, 'name')).toEqual({ name: 'MOVED' })
})
