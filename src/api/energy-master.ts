import { factorKind } from '../domain/energy/events.ts'
import { energyFactors, type EnergyFactorRow } from '../projections/energy/energy-factors.ts'
import { energyTariffs, type EnergyTariffRow } from '../projections/energy/energy-tariffs.ts'
import {
  meterCorrections,
  type MeterCorrectionRow,
} from '../projections/energy/meter-corrections.ts'
import { virtualMeters, type VirtualMeterRow } from '../projections/energy/virtual-meters.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import { connectionField } from './connection.ts'
import { Medium } from './energy.ts'
import { enumOf } from './inputs.ts'

/** What people have said about meters: virtual ones, factors, corrections. */

const Term = builder.objectRef<VirtualMeterRow['terms'][number]>('VirtualMeterTerm').implement({
  description: 'One part of a virtual meter.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { description: 'Meter.' }),
    factor: t.exposeFloat('factor', {
      description: '1 adds it, -1 takes it away, 0.3 counts 30 % of it.',
    }),
  }),
})
const VirtualMeter = builder.objectRef<Keyed<VirtualMeterRow>>('VirtualMeter').implement({
  description: 'A meter that is computed from others: a sum, a difference, a share.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { description: 'Meter; energy and loadCurve take it.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    name: t.exposeString('name', { description: 'Name for people to read.' }),
    medium: t.expose('medium', { type: Medium, description: 'What flows through it.' }),
    scopeId: t.exposeID('scopeId', {
      nullable: true,
      description: 'Node of the plant hierarchy whose consumption it tells.',
    }),
    terms: t.field({
      type: [Term],
      description: 'Its parts.',
      resolve: (row) => [...row.terms],
    }),
    definedAt: t.expose('definedAt', { type: 'DateTime', description: 'Last defined.' }),
  }),
})
connectionField('virtualMeters', {
  projection: virtualMeters,
  node: VirtualMeter,
  description: 'Meters that are computed from others.',
  filters: {
    meterIds: { column: 'meterId', op: 'in', type: ['ID'], description: 'One of these.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    medium: { column: 'medium', op: 'in', type: [Medium], description: 'Tell one of these.' },
  },
  orderable: ['meterId', 'name'],
  defaultOrder: { column: 'meterId', direction: 'asc' },
})

const FactorKind = enumOf(factorKind, 'EnergyFactorKind')
const Factor = builder.objectRef<Keyed<EnergyFactorRow>>('EnergyFactor').implement({
  description: 'An emission or conversion factor, with source and validity.',
  fields: (t) => ({
    factorId: t.exposeID('factorId', { description: 'Factor.' }),
    site: t.exposeID('site', { description: 'ISA-95 site it holds for.' }),
    kind: t.expose('kind', { type: FactorKind, description: 'What it makes of a unit.' }),
    medium: t.expose('medium', { type: Medium, description: 'Of what.' }),
    unit: t.exposeString('unit', { description: 'The unit it is for, UN/ECE Rec 20.' }),
    value: t.exposeFloat('value', { description: 'kg CO2e, or kWh, of one unit.' }),
    source: t.exposeString('source', { description: 'Where it was taken from.' }),
    validFrom: t.expose('validFrom', { type: 'DateTime', description: 'Valid from.' }),
    validTo: t.expose('validTo', {
      type: 'DateTime',
      nullable: true,
      description: 'Valid until; null until another takes over.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it was replaced; null for a new one.',
    }),
    setAt: t.expose('setAt', { type: 'DateTime', description: 'When it was last set.' }),
  }),
})
connectionField('energyFactors', {
  projection: energyFactors,
  node: Factor,
  description: 'Factor tables of the sites.',
  filters: {
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
    kind: { column: 'kind', op: '=', type: FactorKind, description: 'Of this kind.' },
    medium: { column: 'medium', op: 'in', type: [Medium], description: 'For one of these.' },
  },
  orderable: ['validFrom', 'factorId'],
  defaultOrder: { column: 'validFrom', direction: 'desc' },
})

const Correction = builder.objectRef<Keyed<MeterCorrectionRow>>('MeterCorrection').implement({
  description: 'What somebody said about a reading or an interval. What the meter said is kept.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { description: 'Meter.' }),
    correctionId: t.exposeID('correctionId', { description: 'Correction.' }),
    kind: t.exposeString('kind', {
      description: 'INTERVAL; READING, or FINAL and START of an exchange.',
    }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin; the moment of a reading.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End; the moment of a reading.' }),
    quantity: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'The right value; null: struck out.',
      complexity: 0,
      resolve: (row) => (row.quantity === null ? null : quantity(row.quantity, row.unit)),
    }),
    personId: t.exposeID('personId', { description: 'Who said so.' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    saidAt: t.expose('saidAt', { type: 'DateTime', description: 'When.' }),
  }),
})
connectionField('meterCorrections', {
  projection: meterCorrections,
  node: Correction,
  description: 'Corrections of readings and intervals, latest first by default.',
  filters: {
    meterId: { column: 'meterId', op: '=', type: 'ID', description: 'Of this meter.' },
    from: { column: 'to', op: '>=', type: 'DateTime', description: 'About then or later.' },
    to: { column: 'from', op: '<', type: 'DateTime', description: 'About before.' },
  },
  orderable: ['saidAt', 'to'],
  defaultOrder: { column: 'saidAt', direction: 'desc' },
})

const TariffPrice = builder.objectRef<EnergyTariffRow['prices'][number]>('EnergyPrice').implement({
  description: 'What a kWh costs in a stretch of time.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'From.' }),
    to: t.expose('to', { type: 'DateTime', description: 'To.' }),
    pricePerKwh: t.exposeFloat('pricePerKwh', { description: 'In the currency of the tariff.' }),
  }),
})
const Tariff = builder.objectRef<Keyed<EnergyTariffRow>>('EnergyTariff').implement({
  description: 'What electricity costs by time. Of two, the one that begins later counts.',
  fields: (t) => ({
    tariffId: t.exposeID('key', { description: 'Tariff.' }),
    site: t.exposeID('site', { description: 'ISA-95 site it holds for.' }),
    currency: t.exposeString('currency', { description: 'ISO 4217.' }),
    prices: t.field({
      type: [TariffPrice],
      description: 'By time.',
      resolve: (row) => [...row.prices],
    }),
    source: t.exposeString('source', { description: 'Contract or auction they are from.' }),
    setAt: t.expose('setAt', { type: 'DateTime', description: 'Last set.' }),
  }),
})
connectionField('energyTariffs', {
  projection: energyTariffs,
  node: Tariff,
  description: 'Tariffs of electricity that plans reckon with.',
  filters: {
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['endsAt', 'startsAt'],
  defaultOrder: { column: 'endsAt', direction: 'desc' },
})
