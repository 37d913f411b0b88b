import { NO_STATE } from '../domain/energy/allocation.ts'
import { allocationBasis } from '../domain/energy/events.ts'
import { exact } from '../domain/types.ts'
import { allocationRules, type AllocationRuleRow } from '../projections/energy/allocation-rules.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { meterArgs } from './energy-args.ts'
import { unitOf } from './energy-buckets.ts'
import type { GroupName } from './energy-goods.ts'
import { grouped, standbyShare, type Group } from './energy-groups.ts'
import type { RuleUsed } from './energy-rules.ts'
import { select, type EnergyArgs, type Selection } from './energy-selection.ts'
import { sharesOf, type Allocated } from './energy-shares.ts'
import { TimelineState } from './equipment.ts'
import { enumOf } from './inputs.ts'

/** `energyAllocation`: what energy was used for, by the rules of the meters. */

const Basis = enumOf(allocationBasis, 'AllocationBasis')
const Sharer = builder.objectRef<RuleUsed['equipment'][number]>('AllocationSharer').implement({
  description: 'A machine that shares a meter.',
  fields: (t) => ({
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    weight: t.exposeFloat('weight', {
      description: 'Its share, in proportion to the weights of the others.',
    }),
  }),
})
const ruleFields = (t: any) => ({
  meterId: t.exposeID('meterId', { description: 'Meter.' }),
  version: t.exposeInt('version', {
    description: '0: no rule was ever defined; by time, to the machine the meter stands at.',
  }),
  basis: t.expose('basis', { type: Basis, description: 'What energy follows.' }),
  periodMinutes: t.exposeInt('periodMinutes', {
    description: 'Of COUNT and CYCLE: length of a period from midnight on.',
  }),
  equipment: t.expose('equipment', {
    type: [Sharer],
    description: 'Machines that share the meter.',
  }),
})
export const RuleRef = builder.objectRef<RuleUsed>('AllocationRuleUsed').implement({
  description: 'The rule that the energy of a meter was allocated by.',
  fields: (t) => ({
    ...ruleFields(t),
    definedAt: t.expose('definedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was defined; null for version 0.',
    }),
  }),
})
const RuleVersion = builder.objectRef<Keyed<AllocationRuleRow>>('AllocationRule').implement({
  description: 'One version of the allocation rule of a meter; the highest is in force.',
  fields: (t) => ({
    ...ruleFields(t),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    reason: t.exposeString('reason', { description: 'Why it was defined.' }),
    definedAt: t.expose('definedAt', { type: 'DateTime', description: 'When it was defined.' }),
  }),
})
connectionField('allocationRules', {
  projection: allocationRules,
  node: RuleVersion,
  description: 'Allocation rules with all their versions, latest first by default.',
  filters: {
    meterId: { column: 'meterId', op: '=', type: 'ID', description: 'Of this meter.' },
  },
  orderable: ['definedAt', 'version'],
  defaultOrder: { column: 'definedAt', direction: 'desc' },
})

const GroupBy = builder.enumType('AllocationGroupBy', {
  description: 'What the energy was used for.',
  values: {
    METER: { description: 'All that a meter measured.' },
    EQUIPMENT: { description: 'A machine.' },
    STATE: { description: 'A state of a machine.' },
    ORDER: { description: 'A production order.' },
    OPERATION: { description: 'An operation of an order.' },
    SERIAL: { description: 'A single piece.' },
    LOT: { description: 'A lot: that of a piece, or the lots an order made, by their quantities.' },
  },
})

type Given = Group & { readonly unit: string }
const perUnit = (of: number, { goodUnits }: Group): number | null =>
  goodUnits === null ? null : of / goodUnits
const GroupRef = builder.objectRef<Given>('EnergyShare').implement({
  description: 'Energy that was used for one thing.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { nullable: true, description: 'By METER: which.' }),
    equipmentId: t.exposeID('equipmentId', {
      nullable: true,
      description: 'By EQUIPMENT and STATE: which machine.',
    }),
    state: t.field({
      type: TimelineState,
      nullable: true,
      description: 'By STATE: which; NO_DATA where nobody said.',
      resolve: ({ state }) => state as typeof TimelineState.$inferType | null,
    }),
    orderId: t.exposeID('orderId', {
      nullable: true,
      description: 'By ORDER and OPERATION: which.',
    }),
    operationId: t.exposeID('operationId', { nullable: true, description: 'By OPERATION: which.' }),
    serial: t.exposeID('serial', { nullable: true, description: 'By SERIAL: which.' }),
    lotId: t.exposeID('lotId', { nullable: true, description: 'By LOT: which.' }),
    quantity: t.field({
      type: QuantityRef,
      description: 'Energy, or what else the meters measure.',
      complexity: 0,
      resolve: (g) => quantity(g.quantity, g.unit),
    }),
    co2eKg: t.exposeFloat('co2eKg', {
      description: 'Emissions in kg CO2e, by the factors valid at the time.',
    }),
    goodUnits: t.exposeFloat('goodUnits', {
      nullable: true,
      description: 'Good units made in the window; null where nobody said.',
    }),
    quantityPerGoodUnit: t.float({
      nullable: true,
      description: 'Energy of one good unit.',
      resolve: (g) => perUnit(g.quantity, g),
    }),
    co2eKgPerGoodUnit: t.float({
      nullable: true,
      description: 'Emissions of one good unit in kg CO2e.',
      resolve: (g) => perUnit(g.co2eKg, g),
    }),
  }),
})

interface Allocation extends Allocated {
  readonly selection: Selection
  readonly unit: string
  readonly groupBy: GroupName
}
const sum = (of: readonly { readonly quantity: number }[]): number =>
  of.reduce((all, s) => all + s.quantity, 0)

const AllocationRef = builder.objectRef<Allocation>('EnergyAllocation').implement({
  description: 'What the energy of some meters was used for. allocated + unallocated = total.',
  fields: (t) => ({
    total: t.field({
      type: QuantityRef,
      description: 'What the meters measured.',
      resolve: (a) => quantity(exact(a.total), a.unit),
    }),
    allocated: t.field({
      type: QuantityRef,
      description: 'Laid upon orders or pieces.',
      resolve: (a) => quantity(exact(sum(a.shares.filter((s) => s.work))), a.unit),
    }),
    unallocated: t.field({
      type: QuantityRef,
      description: 'Nothing was known to be made with it; it is laid upon nothing.',
      resolve: (a) => quantity(exact(sum(a.shares.filter((s) => !s.work))), a.unit),
    }),
    error: t.float({
      description: 'How far the sum of all shares is from the total: rounding of double precision.',
      resolve: (a) => Math.abs(sum(a.shares) - a.total),
    }),
    standbyShare: t.float({
      nullable: true,
      description:
        'Energy while machines were neither RUNNING nor in SETUP, over all energy, 0 to 1. What was ' +
        'used in unknown states is not standby.',
      resolve: (a) => standbyShare(a.shares),
    }),
    unknownStateShare: t.float({
      nullable: true,
      description: 'Energy in states nobody told, over all energy, 0 to 1.',
      resolve: (a) =>
        a.total === 0 ? null : exact(sum(a.shares.filter((s) => s.state === NO_STATE)) / a.total),
    }),
    withoutFactor: t.field({
      type: QuantityRef,
      description: 'Energy that no emission factor was valid for; it has no emissions here.',
      resolve: (a) => quantity(exact(a.withoutFactor), a.unit),
    }),
    rules: t.field({
      type: [RuleRef],
      description: 'By which rule each meter was allocated.',
      resolve: (a) => [...a.rules],
    }),
    shares: t.field({
      type: [GroupRef],
      description:
        'By `groupBy`, the largest first. Unallocated energy is in no order, serial or lot.',
      complexity: { field: 50, multiplier: 20 },
      resolve: async (a, _, context) =>
        (await grouped(a.groupBy, a.shares, a.selection, context)).map((g) => ({
          ...{ ...g, unit: a.unit },
        })),
    }),
  }),
})

builder.queryField('energyAllocation', (t: any) =>
  t.field({
    type: AllocationRef,
    nullable: true,
    description:
      'What energy was used for, by the allocation rule of each meter. A changed rule computes the ' +
      'past anew; asKnownAt computes with the rules, readings, states, work, lots and good units known then. Of rules ' +
      'by period, the window should begin and end with one. Work whose clock still runs counts up to now.',
    args: {
      ...meterArgs(t),
      groupBy: t.arg({ type: GroupBy, description: 'EQUIPMENT by default.' }),
    },
    complexity: 100,
    resolve: async (
      _: unknown,
      args: EnergyArgs & { readonly groupBy?: GroupName | null },
      context: Context,
    ): Promise<Allocation> => {
      const selection = await select(args, context)
      const unit = unitOf(await selection.flows(), 'KWH')
      const allocated = await sharesOf(selection, context)
      return { ...allocated, selection, unit, groupBy: args.groupBy ?? 'EQUIPMENT' }
    },
  }),
)
