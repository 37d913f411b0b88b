import { medium, meterKind } from '../domain/energy/events.ts'
import { energyIntervals, type EnergyIntervalRow } from '../projections/energy/energy-intervals.ts'
import { meterReadings, type MeterReadingRow } from '../projections/energy/meter-readings.ts'
import { meters, type MeterRow } from '../projections/energy/meters.ts'
import type { Keyed } from '../projections/projection.ts'
import { QuantityRef, builder, listed, quantity } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import { enumOf } from './inputs.ts'
import { lookupField } from './lookup.ts'

export const Medium = enumOf(medium, 'Medium')
const MeterKind = enumOf(meterKind, 'MeterKind')
const MeterStatus = builder.enumType('MeterStatus', {
  description: 'Whether a meter still measures.',
  values: {
    ACTIVE: { description: 'In service.' },
    RETIRED: { description: 'Taken out of service; its past stays.' },
  },
})

const optionalKvarh = (t: any, field: string, description: string) =>
  t.exposeFloat(field, { nullable: true, description })

const MeterRef: any = builder.objectRef<Keyed<MeterRow>>('Meter').implement({
  description: 'A measuring point. It outlives its devices.',
  fields: (t) => ({
    meterId: t.exposeID('key', { description: 'Meter.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    name: t.exposeString('name', { description: 'Name for people to read.' }),
    medium: t.expose('medium', { type: Medium, description: 'What flows through it.' }),
    kind: t.expose('kind', {
      type: MeterKind,
      description: 'INTERVAL reports what flowed between two moments, COUNTER a register.',
    }),
    unit: t.exposeString('unit', {
      description: 'UN/ECE Recommendation 20 code of what it reports, e.g. KWH.',
    }),
    status: t.expose('status', { type: MeterStatus, description: 'Whether it still measures.' }),
    scopeId: t.exposeID('scopeId', {
      nullable: true,
      description: 'Node of the plant hierarchy whose consumption it measures.',
    }),
    digits: t.exposeInt('digits', {
      nullable: true,
      description: 'Digits of its register before the decimal point, where it then starts over.',
    }),
    deviceId: t.exposeID('deviceId', {
      nullable: true,
      description: 'Device in place, as its last exchange said.',
    }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime', description: 'Known since.' }),
    exchangedAt: t.expose('exchangedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its device was last exchanged.',
    }),
    retiredAt: t.expose('retiredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken out of service.',
    }),
    parentMeterId: t.exposeID('parentMeterId', {
      nullable: true,
      description: 'Meter upstream, whose total includes this one.',
    }),
    parent: t.field({
      type: MeterRef,
      nullable: true,
      description: 'The meter upstream.',
      resolve: ({ parentMeterId }, _, { reads }): any =>
        parentMeterId === null ? null : reads.load(meters, parentMeterId),
    }),
    children: t.field({
      type: [MeterRef],
      description: 'Meters right below this one.',
      resolve: ({ key }, _, { reads }) =>
        listed(reads.children(meters, { column: 'parentMeterId', orderBy: 'name' }, key)),
    }),
  }),
})

const IntervalRef = builder.objectRef<Keyed<EnergyIntervalRow>>('EnergyInterval').implement({
  description: 'What flowed through a meter between two moments.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { description: 'Meter.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End.' }),
    quantity: t.field({
      type: QuantityRef,
      description: 'KWH for energy, else the base unit of its kind.',
      complexity: 0,
      resolve: (row) => quantity(row.quantity, row.unit),
    }),
    demandKw: t.exposeFloat('demandKw', {
      nullable: true,
      description: 'Highest power within it in kW, where the meter knows.',
    }),
    reactiveLaggingKvarh: optionalKvarh(t, 'reactiveLaggingKvarh', 'Inductive, in kvarh.'),
    reactiveLeadingKvarh: optionalKvarh(t, 'reactiveLeadingKvarh', 'Capacitive, in kvarh.'),
    co2Kg: t.exposeFloat('co2Kg', {
      nullable: true,
      description: 'Emissions in kg as the source reported them.',
    }),
  }),
})

const ReadingRef = builder.objectRef<Keyed<MeterReadingRow>>('MeterReading').implement({
  description: 'The stand of a register.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { description: 'Meter.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was read.' }),
    kind: t.exposeString('kind', {
      description: 'READING; FINAL of a device taken out; START of the one put in.',
    }),
    reading: t.field({
      type: QuantityRef,
      description: 'What the register showed.',
      complexity: 0,
      resolve: (row) => quantity(row.reading, row.unit),
    }),
  }),
})

connectionField('meters', {
  projection: meters,
  node: MeterRef,
  description: 'Meters and how they hang together.',
  filters: {
    meterIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these.' },
    scopeIds: { column: 'scopeId', op: 'in', type: ['ID'], description: 'Measure one of these.' },
    parentMeterId: { column: 'parentMeterId', op: '=', type: 'ID', description: 'Right below it.' },
    top: {
      column: 'parentMeterId',
      op: 'isNull',
      type: 'Boolean',
      description: 'True: only those without a meter upstream.',
    },
    medium: { column: 'medium', op: 'in', type: [Medium], description: 'Measure one of these.' },
    kind: { column: 'kind', op: '=', type: MeterKind, description: 'Report so.' },
    status: { column: 'status', op: '=', type: MeterStatus, description: 'In this status.' },
    name: { column: 'name', op: 'contains', type: 'String', description: 'Name contains this.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['key', 'name', 'registeredAt'],
  defaultOrder: { column: 'key', direction: 'asc' },
})

lookupField('meter', {
  projection: meters,
  node: MeterRef,
  description: 'One meter.',
  by: { meterId: 'Meter.' },
  streams: ({ meterId }) => [`meter-${meterId}`],
})

connectionField('energyIntervals', {
  projection: energyIntervals,
  node: IntervalRef,
  description: 'What meters report interval by interval, latest first by default.',
  filters: {
    meterId: { column: 'meterId', op: '=', type: 'ID', description: 'Of this meter.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    from: { column: 'to', op: '>', type: 'DateTime', description: 'End after this.' },
    to: { column: 'to', op: '<=', type: 'DateTime', description: 'End by then.' },
    atLeastQuantity: { column: 'quantity', op: '>=', type: 'Float', description: 'At least.' },
  },
  orderable: ['to', 'quantity'],
  defaultOrder: { column: 'to', direction: 'desc' },
})

connectionField('meterReadings', {
  projection: meterReadings,
  node: ReadingRef,
  description: 'Stands of registers, latest first by default.',
  filters: {
    meterId: { column: 'meterId', op: '=', type: 'ID', description: 'Of this meter.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    from: { column: 'at', op: '>=', type: 'DateTime', description: 'Read then or later.' },
    to: { column: 'at', op: '<', type: 'DateTime', description: 'Read before.' },
  },
  orderable: ['at'],
  defaultOrder: { column: 'at', direction: 'desc' },
})

changesField('energyIntervalChanged', {
  projection: energyIntervals,
  node: IntervalRef,
  description: 'Intervals as they come in.',
  only: { arg: 'meterIds', description: 'Of these meters.' },
  idOf: (row) => row.meterId,
})
