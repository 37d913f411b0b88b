import { stopCategory, stopElement } from '../domain/equipment/events.ts'
import { cycleTimes, type CycleTimeRow } from '../projections/equipment/cycle-times.ts'
import { sourceClocks, type SourceClockRow } from '../projections/equipment/source-clocks.ts'
import { stopReasonTree, type StopReasonRow } from '../projections/equipment/stop-reasons.ts'
import { stopRules, type StopRuleRow } from '../projections/equipment/stop-rules.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder, listed } from './builder.ts'
import { connectionField } from './connection.ts'
import { enumOf } from './inputs.ts'

export const StopCategory = enumOf(stopCategory, 'StopCategory')
export const StopElement = builder.enumType('StopElement', {
  description: 'Time element of ISO 22400-2, as published in open sources, that a stop belongs to.',
  values: {
    PDOT: { description: 'Planned down time.' },
    AUST: { description: 'Actual unit setup time.' },
    ADET: { description: 'Actual unit delay time.' },
    ADOT: { description: 'Actual unit down time: available, but without an order.' },
    PMT: { description: 'Preventive maintenance time.' },
    CMT: { description: 'Corrective maintenance time.' },
  },
})
const StopReasonStatus = builder.enumType('StopReasonStatus', {
  description: 'Whether a reason is still offered.',
  values: {
    ACTIVE: { description: 'Stops may be classified by it.' },
    RETIRED: { description: 'Offered no longer; stops that have it keep it.' },
  },
})

type Reason = Keyed<StopReasonRow>
export const StopReasonRef = builder.objectRef<Reason>('StopReason')
StopReasonRef.implement({
  description: 'Why machines of a site stand still: a node of its tree of reasons.',
  fields: (t) => ({
    site: t.exposeID('site', { description: 'ISA-95 site whose tree it is in.' }),
    reasonId: t.exposeID('reasonId', { description: 'Its code, unique within the site.' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    category: t.expose('category', { type: StopCategory, description: 'What it counts as.' }),
    element: t.field({
      type: StopElement,
      description: 'Time element of its category.',
      complexity: 0,
      resolve: ({ category }) => stopElement(category),
    }),
    status: t.expose('status', { type: StopReasonStatus, description: 'Still offered?' }),
    retiredBecause: t.exposeString('retiredBecause', {
      nullable: true,
      description: 'Why it was retired.',
    }),
    parent: t.field({
      type: StopReasonRef,
      nullable: true,
      description: 'Reason it refines; null at the top.',
      resolve: async ({ parentKey }, _, { reads }) =>
        parentKey === null ? null : reads.load(stopReasonTree, parentKey),
    }),
    children: t.field({
      type: [StopReasonRef],
      description: 'Reasons that refine it, by name.',
      resolve: ({ key }, _, { reads }) =>
        listed(reads.children(stopReasonTree, { column: 'parentKey', orderBy: 'name' }, key)),
    }),
  }),
})

connectionField('stopReasons', {
  projection: stopReasonTree,
  node: StopReasonRef,
  description: 'Reasons for stops, by name; `atTop: true` gives the trees by their roots.',
  filters: {
    site: { column: 'site', op: '=', type: 'ID', description: 'In the tree of this site.' },
    reasonIds: { column: 'reasonId', op: 'in', type: ['ID'], description: 'One of these codes.' },
    parentId: { column: 'parentId', op: '=', type: 'ID', description: 'Directly below this one.' },
    atTop: { column: 'parentId', op: 'isNull', type: 'Boolean', description: 'At the top.' },
    category: { column: 'category', op: 'in', type: [StopCategory], description: 'Counts as.' },
    status: { column: 'status', op: '=', type: StopReasonStatus, description: 'Still offered?' },
    name: { column: 'name', op: 'contains', type: 'String', description: 'Name contains this.' },
  },
  orderable: ['name', 'reasonId', 'category'],
  defaultOrder: { column: 'name', direction: 'asc' },
})

const StopRuleRef = builder.objectRef<Keyed<StopRuleRow>>('MicroStopLimit').implement({
  description:
    'Below which length a stop is a micro-stop, on a node of the hierarchy and below it.',
  fields: (t) => ({
    scopeId: t.exposeID('scopeId', { description: 'Node it holds for.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    limitMs: t.expose('limitMs', { type: 'Long', description: 'In milliseconds.' }),
    validFrom: t.expose('validFrom', {
      type: 'DateTime',
      description: 'For stops that begin then or later, until the next limit.',
    }),
  }),
})

connectionField('microStopLimits', {
  projection: stopRules,
  node: StopRuleRef,
  description: 'Limits below which a stop is a micro-stop; five minutes where there is none.',
  filters: {
    scopeId: { column: 'scopeId', op: '=', type: 'ID', description: 'Said for this node.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['validFrom', 'scopeId'],
  defaultOrder: { column: 'validFrom', direction: 'desc' },
})

const CycleTimeRef = builder.objectRef<Keyed<CycleTimeRow>>('CycleTime').implement({
  description: 'How long one unit takes on a machine at best, and for what that was said.',
  fields: (t) => ({
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    materialId: t.exposeID('materialId', { nullable: true, description: 'Null: any material.' }),
    operationId: t.exposeID('operationId', { nullable: true, description: 'Null: any operation.' }),
    program: t.exposeString('program', { nullable: true, description: 'Null: any program.' }),
    validFrom: t.expose('validFrom', {
      type: 'DateTime',
      description: 'From then on, until the next entry for the same.',
    }),
    idealMs: t.exposeFloat('idealMs', {
      nullable: true,
      description: 'Milliseconds of running for one counted unit; null where it was withdrawn.',
    }),
    tolerance: t.exposeFloat('tolerance', {
      nullable: true,
      description: 'A cycle longer by more than this share is reduced speed.',
    }),
  }),
})

connectionField('cycleTimes', {
  projection: cycleTimes,
  node: CycleTimeRef,
  description: 'Ideal cycle times of machines, latest first.',
  filters: {
    equipmentId: { column: 'equipmentId', op: '=', type: 'ID', description: 'Of this machine.' },
    materialId: { column: 'materialId', op: '=', type: 'ID', description: 'Of this material.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['validFrom', 'equipmentId'],
  defaultOrder: { column: 'validFrom', direction: 'desc' },
})

/** A difference of a second is within what NTP on a shop floor and a slow line explain. */
const SKEW_MS = 1_000

const SourceClockRef = builder.objectRef<Keyed<SourceClockRow>>('SourceClock').implement({
  description:
    'How far the clock of a source of machine data was from the clock of the log on one day. Facts ' +
    'stay as the source dated them; those far in the future are quarantined.',
  fields: (t) => ({
    source: t.exposeString('source', { description: 'Connector or importer.' }),
    site: t.exposeID('site', { description: 'ISA-95 site it reported for.' }),
    day: t.expose('day', { type: 'Date', description: 'UTC day of the log on which it reported.' }),
    facts: t.expose('facts', { type: 'Long', description: 'Facts it reported on that day.' }),
    aheadMs: t.field({
      type: 'Long',
      nullable: true,
      description:
        'Its clock is ahead by at least this: facts happened, as it says, later than they were ' +
        'recorded. Null where it is not, by more than a second.',
      complexity: 0,
      resolve: ({ greatestMs }) => (greatestMs > SKEW_MS ? greatestMs : null),
    }),
    behindMs: t.field({
      type: 'Long',
      nullable: true,
      description:
        'Even its freshest fact was recorded so long after it says it happened: its clock is ' +
        'behind, or it reports late. Null where that is within a second.',
      complexity: 0,
      resolve: ({ greatestMs }) => (greatestMs < -SKEW_MS ? -greatestMs : null),
    }),
    latestMs: t.field({
      type: 'Long',
      description: 'How late its latest fact was recorded; negative where it lay in the future.',
      complexity: 0,
      resolve: ({ leastMs }) => -leastMs,
    }),
    lastRecordedAt: t.expose('lastRecordedAt', {
      type: 'DateTime',
      description: 'When it was heard of last on that day.',
    }),
  }),
})

connectionField('sourceClocks', {
  projection: sourceClocks,
  node: SourceClockRef,
  description: 'Offsets of the clocks of sources, latest day first.',
  filters: {
    source: { column: 'source', op: '=', type: 'String', description: 'Of this source.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    dayFrom: { column: 'day', op: '>=', type: 'Date', description: 'On this day or later.' },
    offBy: {
      column: 'greatestMs',
      op: '>=',
      type: 'Long',
      description: 'Ahead by at least so many milliseconds.',
    },
  },
  orderable: ['day', 'source', 'greatestMs'],
  defaultOrder: { column: 'day', direction: 'desc' },
})
