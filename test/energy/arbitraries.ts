import fc from 'fast-check'
import type { Observation } from '../../src/commands/record.ts'
import type { AllocationRuleCommand } from '../../src/domain/energy/allocation-rule.ts'
import type { DemandLimitCommand } from '../../src/domain/energy/demand-limit.ts'
import type { EnergySiteCommand } from '../../src/domain/energy/energy-site.ts'
import type { EnergyTariffCommand } from '../../src/domain/energy/tariff.ts'
import type { EnpiCommand } from '../../src/domain/energy/enpi.ts'
import type { MeterQualityCommand } from '../../src/domain/energy/meter-quality.ts'
import type { MeterCommand } from '../../src/domain/energy/meter.ts'
import type { VirtualMeterCommand } from '../../src/domain/energy/virtual-meters.ts'
import { after } from '../spec.ts'

const meterId = fc.constantFrom('E1', 'E2', 'W/1')
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })
const placement = {
  name: fc.constantFrom('mill', 'press'),
  scopeId: orNull(fc.constant('M1')),
  parentMeterId: fc.constantFrom(null, null, null, 'E1'),
}
const digits = fc.constantFrom(null, 3, 6)
const reason = fc.constant('because')

/** Wishes about three meters, two of which measure electricity. */
export const meterCommand: fc.Arbitrary<MeterCommand> = fc.oneof(
  fc.record({
    ...type('RegisterMeter'),
    meterId,
    ...placement,
    medium: fc.constantFrom('ELECTRICITY' as const, 'WATER' as const),
    kind: fc.constantFrom('INTERVAL' as const, 'COUNTER' as const),
    unit: fc.constantFrom('KWH', 'KWH', 'MTQ'),
    digits,
  }),
  fc.record({ ...type('ChangeMeter'), meterId, ...placement }),
  fc.record({
    ...type('ExchangeMeter'),
    meterId,
    exchangeId: fc.constantFrom('x1', 'x2'),
    deviceId: orNull(fc.constant('D2')),
    finalReading: orNull(fc.integer({ min: 0, max: 1_200 })),
    startReading: fc.integer({ min: 0, max: 5 }),
    digits,
    reason,
  }),
  fc.record({ ...type('RetireMeter'), meterId, reason }),
)

const HOUR = 60
const startsAt = fc.integer({ min: 0, max: 40 }).map((n) => n * 15)
const lasting = fc.tuple(startsAt, fc.constantFrom(5, 15, HOUR, 24 * HOUR))
const amount = fc.integer({ min: 0, max: 4_000 }).map((n) => n / 4)

const observed = <D extends { meterId: string }>(
  name: string,
  data: fc.Arbitrary<D>,
  occurredAt: (data: D) => fc.Arbitrary<string>,
): fc.Arbitrary<Observation> =>
  data.chain((d) =>
    occurredAt(d).map((at): Observation => ({ type: name, data: d, occurredAt: at })),
  )

const interval = lasting.map(([from, minutes]) => ({
  from: after(from),
  to: after(from + minutes),
}))
/** Mostly said at the end of the interval, as it should be; now and then much later. */
const said = ({ to }: { to: string }) =>
  fc
    .constantFrom(0, 0, 0, 3 * 24 * HOUR)
    .map((late) => new Date(Date.parse(to) + late * 60_000).toISOString())

/** What three meters say: intervals that meet and are said twice, and readings in any order. */
export const meterObservation: fc.Arbitrary<Observation> = fc.oneof(
  observed(
    'EnergyMeasured',
    fc
      .tuple(meterId, interval, amount, orNull(amount))
      .map(([id, span, energyKwh, demandKw]) => ({ meterId: id, ...span, energyKwh, demandKw })),
    said,
  ),
  observed(
    'MediumMeasured',
    fc
      .tuple(meterId, interval, amount, fc.constantFrom('MTQ', 'LTR'))
      .map(([id, span, quantity, unit]) => ({ meterId: id, ...span, quantity, unit })),
    said,
  ),
  observed(
    'MeterRead',
    fc.record({ meterId, reading: amount, unit: fc.constantFrom('KWH', 'KWH', 'MWH') }),
    () => startsAt.map(after),
  ),
)

const virtualId = fc.constantFrom('V1', 'V2', 'V3')
const correction = {
  ...{ meterId, correctionId: fc.constantFrom('c1', 'c2', 'c3'), reason },
  personId: fc.constant('P1'),
}

/** Wishes about the virtual meters of a site, some of them computed from each other. */
export const virtualMeterCommand: fc.Arbitrary<VirtualMeterCommand> = fc.oneof(
  fc.record({
    ...type('DefineVirtualMeter'),
    ...{ meterId: virtualId, name: fc.constantFrom('rest', 'hall') },
    medium: fc.constantFrom('ELECTRICITY' as const, 'WATER' as const),
    scopeId: orNull(fc.constant('M1')),
    terms: fc.array(
      fc.record({ meterId: fc.oneof(meterId, virtualId), factor: fc.constantFrom(1, -1, 0.5) }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({ ...type('RemoveVirtualMeter'), meterId: virtualId, reason }),
  fc.record({ ...type('PlaceMeter'), meterId, parentMeterId: orNull(meterId) }),
)

export const energyTariffCommand: fc.Arbitrary<EnergyTariffCommand> = fc.record({
  ...{ ...type('SetEnergyTariff'), tariffId: fc.constantFrom('day', 'year'), source: reason },
  currency: fc.constant('EUR'),
  prices: fc
    .array(fc.constantFrom(-0.01, 0.1, 0.3), { minLength: 1, maxLength: 3 })
    .map((all) =>
      all.map((pricePerKwh, i) => ({ from: after(60 * i), to: after(60 * i + 60), pricePerKwh })),
    ),
})

export const energySiteCommand: fc.Arbitrary<EnergySiteCommand> = fc.oneof(
  fc.record({
    ...type('SetDemandWindow'),
    windowMinutes: fc.constantFrom(15, 30),
  }),
  fc.record({
    ...{ ...type('SetEnergyFactor'), factorId: fc.constantFrom('f1', 'f2') },
    kind: fc.constantFrom('EMISSION' as const, 'CONVERSION' as const),
    medium: fc.constantFrom('ELECTRICITY' as const, 'GAS' as const),
    unit: fc.constantFrom('KWH', 'MWH', 'MTQ'),
    value: fc.constantFrom(0.4, 10.3),
    source: fc.constant('supplier'),
    validFrom: fc.constantFrom(0, 60).map(after),
    validTo: orNull(fc.constantFrom(30, 120).map(after)),
    reason: orNull(fc.constant('corrected')),
  }),
)

export const meterQualityCommand: fc.Arbitrary<MeterQualityCommand> = fc.oneof(
  fc.record({
    ...{ ...type('CorrectMeterReading'), ...correction, at: startsAt.map(after) },
    kind: fc.constantFrom('READING' as const, 'START' as const),
    ...{ reading: orNull(amount), unit: fc.constantFrom('KWH', 'MWH') },
  }),
  fc
    .record({
      ...{ ...type('CorrectMeterInterval'), ...correction, span: interval },
      ...{ quantity: orNull(amount), unit: fc.constantFrom('KWH', 'LTR') },
    })
    .map(({ span, ...rest }) => ({ ...rest, ...span })),
  fc.record({
    ...{ ...type('SetGapEstimation'), meterId, longestGapMinutes: fc.constantFrom(60, 1_440) },
    method: fc.constantFrom('NONE' as const, 'INTERPOLATE' as const, 'WEEK_BEFORE' as const),
  }),
)

/** Limits that what these meters report is above now and then. */
export const demandLimitCommand: fc.Arbitrary<DemandLimitCommand> = fc.oneof(
  fc.record({
    ...{ ...type('SetDemandLimit'), meterId, windowMinutes: fc.constantFrom(15, 60, 60) },
    limitKw: fc.constantFrom(null, 200, 3_000, 3_000),
    timeZone: fc.constantFrom('UTC', 'Asia/Kolkata'),
  }),
  fc.record({
    ...{ ...type('AssessDemand'), meterId },
    at: startsAt.map((minute) => after(minute + 15)),
  }),
)

export const allocationRuleCommand: fc.Arbitrary<AllocationRuleCommand> = fc.record({
  ...{ ...type('DefineAllocationRule'), meterId, reason },
  basis: fc.constantFrom('TIME' as const, 'COUNT' as const, 'CYCLE' as const),
  periodMinutes: fc.constantFrom(60, 1_440),
  equipment: fc.array(
    fc.record({ equipmentId: fc.constantFrom('M1', 'M2'), weight: fc.constantFrom(1, 2.5) }),
    { minLength: 1, maxLength: 2 },
  ),
})

export const enpiCommand: fc.Arbitrary<EnpiCommand> = fc.record({
  ...{
    ...type('DefineEnpi'),
    enpiId: fc.constantFrom('I1', 'I2'),
    name: fc.constant('plant'),
    reason,
  },
  model: fc.constantFrom('RATIO' as const, 'REGRESSION' as const),
  meterIds: fc.array(meterId, { minLength: 1, maxLength: 2 }),
  period: fc.constantFrom('DAY' as const, 'MONTH' as const),
  variables: fc.array(
    fc.oneof(
      fc.record({
        ...{ source: fc.constant('SERIES' as const), name: fc.constantFrom('heat', 'cold') },
        seriesId: fc.constantFrom('HDD', 'CDD'),
        aggregate: fc.constantFrom('SUM' as const, 'MEAN' as const),
      }),
      fc.record({
        ...{ source: fc.constant('COUNTED' as const), name: fc.constant('pieces') },
        equipmentIds: fc.constant<string[]>(['M1']),
      }),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  baselineFrom: fc.constant(after(0)),
  baselineTo: fc.constantFrom(0, 10_000).map(after),
})

/** What energy depends on, said on time or late. */
export const variableObservation: fc.Arbitrary<Observation> = fc
  .tuple(fc.constantFrom('HDD', 'CDD'), interval, fc.integer({ min: -20, max: 40 }))
  .chain(([seriesId, span, value]) =>
    said(span).map((occurredAt) => ({
      ...{ type: 'VariableObserved', data: { seriesId, ...span, value, unit: 'CEL' }, occurredAt },
    })),
  )

/** Parts of a demand window: what threatens a limit is seen before the window is over. */
export const demandObservation: fc.Arbitrary<Observation> = fc
  .tuple(meterId, fc.nat({ max: 40 }), fc.constantFrom(100, 400, 900))
  .map(([id, n, energyKwh]) => {
    const span = { from: after(n * 15), to: after(n * 15 + 5) }
    return {
      ...{ type: 'EnergyMeasured', data: { meterId: id, ...span, energyKwh } },
      occurredAt: span.to,
    }
  })
