import { describe, expect, test } from 'vitest'
import { meterDataEvents as d, meterEvents as e } from '../../src/domain/energy/events.ts'
import { meter, type Meter, type MeterCommand } from '../../src/domain/energy/meter.ts'
import { energyIntervals } from '../../src/projections/energy/energy-intervals.ts'
import { meterReadings } from '../../src/projections/energy/meter-readings.ts'
import { meters } from '../../src/projections/energy/meters.ts'
import { after, at, given, projecting } from '../spec.ts'

const content = {
  ...{ meterId: 'E1', name: 'mill', scopeId: 'M1', parentMeterId: null },
  ...{ medium: 'ELECTRICITY' as const, kind: 'COUNTER' as const, unit: 'KWH', digits: 6 },
}
const register: MeterCommand = { type: 'RegisterMeter', ...content }
const registered = e.registered(content)
const place = { meterId: 'E1', name: 'mill', scopeId: 'M2', parentMeterId: null }
const swap = {
  ...{ meterId: 'E1', exchangeId: 'x1', deviceId: 'D2', finalReading: 990, startReading: 5 },
  ...{ digits: null, reason: 'calibration ran out' },
}
const exchanged = e.exchanged({ ...swap, unit: 'KWH', digits: 6 })
const retired = e.retired({ meterId: 'E1', reason: 'mill was sold' })
const retire: MeterCommand = { type: 'RetireMeter', meterId: 'E1', reason: 'mill was sold' }
const main = (more: object): { consulted: Meter } => ({
  consulted: [e.registered({ ...content, meterId: 'MAIN', ...more })].reduce(
    (state, event) => meter.evolve(state, event, ''),
    meter.initial,
  ),
})

describe('meter', () => {
  test('is registered', () => given(meter).when(register).then(registered))
  test('registered again with other data is another meter', () =>
    given(meter, registered)
      .when({ ...register, digits: 8 })
      .thenRejected('MeterDiffers'))
  test('electricity is measured in a unit of energy', () =>
    given(meter)
      .when({ ...register, unit: 'MTQ' })
      .thenRejected('UnitOfOtherMedium'))
  test('changes its place', () =>
    given(meter, registered)
      .when({ type: 'ChangeMeter', ...place })
      .then(e.changed(place)))
  test('an exchange keeps the digits of the old device unless it says others', () =>
    given(meter, registered)
      .when({ type: 'ExchangeMeter', ...swap })
      .then(exchanged))
  test('is retired, for good', () => {
    given(meter, registered).when(retire).then(retired)
    given(meter, registered, retired)
      .when({ type: 'ChangeMeter', ...place })
      .thenRejected('MeterRetired')
  })
  test.each([
    ['MeterUnknown' as const, [], retire],
    [
      'ReadingTooLong' as const,
      [registered],
      { type: 'ExchangeMeter' as const, ...swap, finalReading: 1e6 },
    ],
    [
      'ExchangeDiffers' as const,
      [registered, exchanged],
      { type: 'ExchangeMeter' as const, ...swap, startReading: 6 },
    ],
  ])('%s', (code, past, command) =>
    given(meter, ...past)
      .when(command)
      .thenRejected(code),
  )

  const below: MeterCommand = { ...register, parentMeterId: 'MAIN' }
  test('stands below a meter of its medium', () =>
    given(meter)
      .when(below, main({}))
      .then(e.registered({ ...content, parentMeterId: 'MAIN' })))
  test.each([
    ['ParentUnknown' as const, below, { consulted: meter.initial }],
    ['ParentOfOtherMedium' as const, below, main({ medium: 'HEAT' })],
    ['ParentCircle' as const, below, main({ parentMeterId: 'E1' })],
    ['ParentCircle' as const, { ...register, parentMeterId: 'E1' }, main({})],
  ])('%s', (code, command, consulted) => given(meter).when(command, consulted).thenRejected(code))
})

describe('read models', () => {
  test('meters show the device in place', () =>
    expect(projecting(meters, registered, at(after(5), exchanged), retired)['E1']).toMatchObject({
      ...{ firstDigits: 6, digits: 6, deviceId: 'D2', status: 'RETIRED' },
      ...{ exchangedAt: after(5), retiredAt: after(0) },
    }))
  test('an exchange is two readings of one moment', () => {
    const read = d.meterRead({ meterId: 'E1', reading: 1.5, unit: 'MWH' })
    const rows = projecting(meterReadings, read, at(after(5), exchanged))
    expect(rows[`E1/${after(0)}`]).toMatchObject({ reading: 1.5, factor: 1_000, baseUnit: 'KWH' })
    expect(rows['E1/FINAL/x1']).toMatchObject({ kind: 'FINAL', reading: 990, rank: 0 })
    expect(rows['E1/START/x1']).toMatchObject({ kind: 'START', reading: 5, rank: 1, digits: 6 })
  })
  test('of two values for one interval the one said later counts, whichever arrives first', () => {
    const span = { meterId: 'E1', from: after(0), to: after(15) }
    const none = { demandKw: null, reactiveLaggingKvarh: null, reactiveLeadingKvarh: null }
    const said = (minutes: number, energyKwh: number) =>
      at(after(minutes), d.energyMeasured({ ...span, ...none, co2Kg: null, energyKwh }))
    for (const order of [
      [said(15, 3), said(60, 4)],
      [said(60, 4), said(15, 3)],
    ])
      expect(Object.values(projecting(energyIntervals, ...order))).toMatchObject([
        { quantity: 4, unit: 'KWH', saidAt: after(60) },
      ])
  })
  test('a medium by volume keeps cubic metres', () => {
    const span = { meterId: 'W1', from: after(0), to: after(15) }
    const row = projecting(
      energyIntervals,
      d.mediumMeasured({ ...span, quantity: 250, unit: 'LTR' }),
    )
    expect(Object.values(row)).toMatchObject([{ quantity: 0.25, unit: 'MTQ', demandKw: null }])
  })
  test('an interval that ends before it begins is malformed', () =>
    expect(
      d.mediumMeasured.schema.safeParse({
        ...{ meterId: 'W1', from: after(15), to: after(0), quantity: 1, unit: 'MTQ' },
      }).success,
    ).toBe(false))
})
