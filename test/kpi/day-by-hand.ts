import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let commands = 0
export const at = (time: string): string => `2026-03-03T${time}:00.000Z`
export const BEFORE = '2026-03-01T00:00:00.000Z'

export async function wish(type: string, content: object, occurredAt: string): Promise<void> {
  const decider = deciders.find((d) => type in d.commands)!
  const envelope = { commandId: `c${commands++}`, actor: 'spec', site: 'S1', source: 'spec' }
  const outcome = await plant.execute(decider, { type, ...content }, { ...envelope, occurredAt })
  if (isRejection(outcome)) throw new Error(`${type}: ${outcome.why}`)
}
export const say = (type: string, data: object, occurredAt: string) =>
  plant.record([{ type, data, occurredAt }], { source: 'spec', site: 'S1', actor: 'spec' })
const state = (time: string, what: string) =>
  say('EquipmentStateChanged', { equipmentId: 'M1', state: what }, at(time))

const onM1 = { orderId: 'PO', operationId: '10', personId: 'P1' }
async function masterData(): Promise<void> {
  const scope = (scopeId: string, level: string, parentId: string | null) => {
    const timeZone = level === 'SITE' ? 'UTC' : null
    const node = { scopeId, level, parentId, name: scopeId, timeZone }
    return wish('DefineHierarchyScope', node, BEFORE)
  }
  await scope('S1', 'SITE', null)
  await scope('LINE', 'WORK_CENTRE', 'S1')
  await scope('M1', 'WORK_UNIT', 'LINE')
  const onSite = { scopeId: 'S1', kind: 'EQUIPMENT' }
  await wish('DefineCalendar', { ...onSite, name: 'Plant', timeZone: 'UTC' }, BEFORE)
  const shift = { shiftId: 'DAY', name: 'Day', start: '06:00', end: '16:00', breaks: [] }
  const pattern = { shifts: [{ ...shift, days: [0, 1, 2, 3, 4, 5, 6] }] }
  await wish('ChangeShiftPattern', { ...onSite, from: '2026-03-02', pattern }, BEFORE)
  const planned = { entryId: 'oil', cause: 'oil' }
  const oil = { from: at('15:00'), to: at('16:00') }
  await wish('PlanDownTime', { ...onSite, ...planned, ...oil }, BEFORE)
  const capacity = { equipmentId: 'M1', validFrom: BEFORE, perHour: 50 }
  await wish('RateEquipmentCapacity', capacity, BEFORE)
  // Some work is done by hand at the line itself.
  const line = { equipmentId: 'LINE', validFrom: BEFORE, perHour: 100 }
  await wish('RateEquipmentCapacity', line, BEFORE)
  const operation = { workCentreId: 'LINE', setupTimeMs: 0, runTimeMsPerUnit: 60_000 }
  const operations = [
    { operationId: '10', sequence: 0, name: 'Mill', plannedScrapShare: 0.04, ...operation },
    { operationId: '20', sequence: 1, name: 'Test', ...operation },
  ]
  const order = { orderId: 'PO', materialId: 'gear', quantity: 250, unit: 'KGM', operations }
  await wish('ReleaseOrder', order, BEFORE)
  const meter = { scopeId: 'M1', name: 'meter', parentMeterId: null }
  const power = { ...meter, meterId: 'E1', medium: 'ELECTRICITY', kind: 'INTERVAL', unit: 'KWH' }
  await wish('RegisterMeter', power, BEFORE)
  const gas = { ...meter, meterId: 'G1', medium: 'GAS', kind: 'INTERVAL', unit: 'MTQ' }
  await wish('RegisterMeter', gas, BEFORE)
  const factor = { factorId: 'gas', kind: 'CONVERSION', medium: 'GAS', unit: 'MTQ', value: 10 }
  const valid = { validFrom: BEFORE, validTo: null, source: 'supplier' }
  await wish('SetEnergyFactor', { siteId: 'S1', ...factor, ...valid, reason: 'first' }, BEFORE)
}

/** Setup 06-07, production 07-11, a fault 11-12, production 12-14, idle 14-15, oil 15-16. */
async function machine(): Promise<void> {
  await wish('StartOperation', { ...onM1, equipmentId: 'M1', activity: 'SETUP' }, at('06:00'))
  await state('06:00', 'SETUP')
  await wish('ChangeActivity', { ...onM1, activity: 'PRODUCTION' }, at('07:00'))
  for (const [time, what] of [
    ...([
      ['07:00', 'RUNNING'],
      ['11:00', 'FAULT'],
      ['12:00', 'RUNNING'],
    ] as const),
    ...([
      ['14:00', 'IDLE'],
      ['15:00', 'MAINTENANCE'],
      ['16:00', 'IDLE'],
    ] as const),
  ])
    await state(time, what)
  const count = { equipmentId: 'M1', counter: 'parts', unit: 'KGM' }
  await say('CounterAdvanced', { ...count, kind: 'TOTAL', delta: 200 }, at('13:00'))
  const booking = { orderId: 'PO', operationId: '10', bookingId: 'b1', equipmentId: 'M1' }
  await wish('ReportQuantity', { ...booking, scrap: 10, rework: 4 }, at('13:30'))
  await wish('CompleteOperation', onM1, at('14:00'))
  // By hand at the work centre, after the first operation: one more is scrap.
  const test = { orderId: 'PO', operationId: '20', personId: 'P2', bookingId: 'b2' }
  const worked = { activity: 'PRODUCTION', startedAt: at('14:00'), endedAt: at('15:00') }
  await wish('BookWork', { ...test, ...worked, good: 0, scrap: 1 }, at('15:00'))
}

async function peopleAndParts(): Promise<void> {
  await wish('ClockIn', { attendanceId: 'a1', personId: 'P1', scopeId: 'LINE' }, at('06:00'))
  await wish('ClockOut', { attendanceId: 'a1', personId: 'P1' }, at('16:00'))
  const characteristic = { characteristicId: 'd', name: 'd', lowerLimit: 9, upperLimit: 11 }
  const measures = { kind: 'VARIABLE', unit: 'MMT', nominal: 10 }
  const results = [8.9, 10.2, 10, 10.4, 9.1, 9.8]
  for (const [i, value] of results.entries()) {
    const result = { ...characteristic, ...measures, sample: 1, value }
    const inspection = { inspectionId: `i${i}`, subjectKind: 'SERIAL', subjectId: `s${i % 5}` }
    const of = { materialId: 'gear', orderId: 'PO', operationId: '10', personId: 'P2' }
    await wish('RecordInspection', { ...inspection, ...of, results: [result] }, at(`12:0${i}`))
  }
}

async function material(): Promise<void> {
  const lot = { lotId: 'L1', materialId: 'steel', unit: 'KGM' }
  const store = { locationId: null, supplierId: null, supplierLotId: null, personId: null }
  await wish('ReceiveLot', { ...lot, movementId: '1', quantity: 1_000, ...store }, BEFORE)
  const work = { orderId: 'PO', operationId: '10', equipmentId: 'M1', personId: 'P1' }
  const taken = { lotId: 'L1', unit: 'KGM', ...work }
  await wish('ConsumeLot', { ...taken, movementId: '2', quantity: 240 }, at('12:00'))
  const waste = { lotId: 'L1', unit: 'KGM', reason: 'dropped' }
  await wish('ScrapLot', { ...waste, ...work, movementId: '3', quantity: 6 }, at('12:00'))
  await wish('ScrapLot', { ...waste, movementId: '4', quantity: 3 }, at('12:00'))
  const count = { lotId: 'L1', movementId: '5', unit: 'KGM', reason: 'count', personId: 'P1' }
  await wish('AdjustLot', { ...count, difference: -1 }, at('12:00'))
}

/** A day of a small plant, whose figures can be reckoned by hand. */
export async function dayByHand() {
  plant = await plantWithApi(projections)
  await masterData()
  await machine()
  await peopleAndParts()
  await material()
  const hours = { from: at('06:00'), to: at('16:00') }
  await say('EnergyMeasured', { meterId: 'E1', ...hours, energyKwh: 300 }, at('16:00'))
  await say('MediumMeasured', { meterId: 'G1', ...hours, quantity: 11, unit: 'MTQ' }, at('16:00'))
  await plant.settled()
  return plant
}
