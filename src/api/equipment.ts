import { alarmSeverity, counterKind, equipmentState } from '../domain/equipment/events.ts'
import { equipmentAlarms, type AlarmRow } from '../projections/equipment/alarms.ts'
import { equipmentCounters, type CounterRow } from '../projections/equipment/counters.ts'
import {
  equipmentCurrent,
  type CounterReading,
  type EquipmentRow,
} from '../projections/equipment/current.ts'
import type { Keyed } from '../projections/projection.ts'
import { hierarchy } from '../projections/site/hierarchy.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import { enumOf } from './inputs.ts'
import {
  ancestors,
  descendants,
  HierarchyLevel,
  HierarchyScopeRef,
  HierarchyStatus,
} from './site.ts'

enumOf(equipmentState, 'EquipmentState')
const AlarmSeverity = enumOf(alarmSeverity, 'AlarmSeverity')
export const CounterKind = enumOf(counterKind, 'CounterKind')

/** The machine states, and not knowing. */
export const TimelineState = builder.enumType('TimelineState', {
  description: 'What a machine does, or that nobody knows.',
  values: {
    RUNNING: { description: 'Executes its program.' },
    SETUP: { description: 'Is operated by hand or in setup mode.' },
    STOPPED_INTERNAL: { description: 'Held by a cause inside the machine.' },
    WAITING: { description: 'Starved or blocked from outside.' },
    IDLE: { description: 'Could run and has nothing to do.' },
    FAULT: { description: 'Cannot run.' },
    MAINTENANCE: { description: 'In the hands of maintenance.' },
    OFFLINE: { description: 'Switched off, or left the network in an orderly way.' },
    NO_DATA: { description: 'Nobody knows: a gap in the data, or nothing was ever said.' },
  },
})

const AlarmStatus = builder.enumType('AlarmStatus', {
  description: 'Whether an alarm stands.',
  values: {
    OPEN: { description: 'Raised and not cleared since.' },
    CLEARED: { description: 'Over.' },
  },
})

const AlarmRef = builder.objectRef<Keyed<AlarmRow>>('Alarm').implement({
  description: 'An alarm of a machine, as it was last raised or cleared.',
  fields: (t) => ({
    alarmId: t.exposeID('alarmId', { description: 'Identifies the alarm on its machine.' }),
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    status: t.expose('status', { type: AlarmStatus, description: 'Whether it stands.' }),
    severity: t.expose('severity', {
      type: AlarmSeverity,
      nullable: true,
      description: 'How bad; null where only its end was ever reported.',
    }),
    text: t.exposeString('text', { description: 'What the machine says.' }),
    nativeCode: t.exposeString('nativeCode', {
      nullable: true,
      description: 'Code of the control.',
    }),
    raisedAt: t.expose('raisedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last raised.',
    }),
    clearedAt: t.expose('clearedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last cleared.',
    }),
  }),
})

const CounterReadingRef = builder.objectRef<CounterReading>('CounterReading').implement({
  description: 'What a counter of a machine showed last.',
  fields: (t) => ({
    counter: t.exposeString('counter', { description: 'Its name at the source.' }),
    kind: t.expose('kind', { type: CounterKind, description: 'What it counts.' }),
    reading: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'What it showed; null for a source that counts increments.',
      complexity: 0,
      resolve: ({ reading, unit }) => (reading === null ? null : quantity(reading, unit)),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it advanced last.' }),
  }),
})

const CounterStepRef = builder.objectRef<Keyed<CounterRow>>('CounterStep').implement({
  description: 'One advance of a counter.',
  fields: (t) => ({
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    counter: t.exposeString('counter', { description: 'Its name at the source.' }),
    kind: t.expose('kind', { type: CounterKind, description: 'What it counts.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was read.' }),
    delta: t.field({
      type: QuantityRef,
      description: 'Counted since the reading before.',
      complexity: 0,
      resolve: ({ delta, unit }) => quantity(delta, unit),
    }),
    reading: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'What it showed; null for a source that counts increments.',
      complexity: 0,
      resolve: ({ reading, unit }) => (reading === null ? null : quantity(reading, unit)),
    }),
    wasReset: t.exposeBoolean('wasReset', { description: 'It had started anew since before.' }),
  }),
})

const EquipmentRef = builder.objectRef<Keyed<EquipmentRow>>('Equipment').implement({
  description: 'A machine, line or other equipment: where it stands and what it said last.',
  fields: (t) => ({
    equipmentId: t.exposeID('key', { description: 'Its id, in the hierarchy too.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    name: t.field({
      type: 'String',
      description: 'What people call it; its id until the hierarchy knows it.',
      complexity: 0,
      resolve: (row) => row.name ?? row.key,
    }),
    level: t.expose('level', {
      type: HierarchyLevel,
      nullable: true,
      description: 'Level of the hierarchy; null until the hierarchy knows it.',
    }),
    status: t.expose('status', { type: HierarchyStatus, description: 'Whether it is in service.' }),
    parent: t.field({
      type: HierarchyScopeRef,
      nullable: true,
      description: 'What it stands in.',
      resolve: async ({ parentId }, _, { reads }) =>
        parentId === null ? null : reads.load(hierarchy, parentId),
    }),
    path: t.field({
      type: [HierarchyScopeRef],
      description: 'What it stands in, from the top down.',
      complexity: { field: 3, multiplier: 4 },
      resolve: async ({ parentId }, _, context) => [...(await ancestors(parentId, context))],
    }),
    state: t.expose('state', { type: TimelineState, description: 'What it does now.' }),
    nativeState: t.exposeString('nativeState', {
      nullable: true,
      description: 'The state in the words of the source.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is in the state, or why there is no data.',
    }),
    since: t.expose('since', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when; null where nothing was ever said.',
    }),
    program: t.exposeString('program', {
      nullable: true,
      description: 'Program that is loaded; null for none, and without data.',
    }),
    counters: t.expose('counters', {
      type: [CounterReadingRef],
      description: 'Its counters, by name, as last read.',
    }),
    openAlarms: t.field({
      type: [AlarmRef],
      description: 'Alarms that stand, oldest first.',
      resolve: async ({ key }, _, { reads }) => {
        const relation = { column: 'equipmentId', orderBy: 'raisedAt' } as const
        const alarms = await reads.children(equipmentAlarms, relation, key)
        return alarms.filter(({ status }) => status === 'OPEN')
      },
    }),
    lastFactAt: t.expose('lastFactAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the latest fact of any kind happened; null where there is none.',
    }),
  }),
})

const inArea = {
  column: 'key',
  op: 'in',
  type: 'ID',
  description: 'Within this area or other node, at any depth.',
  compareWith: descendants,
} as const

connectionField('equipment', {
  projection: equipmentCurrent,
  node: EquipmentRef,
  description: 'Equipment with its present state, program, counters and alarms, by id.',
  filters: {
    equipmentIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    area: inArea,
    parentId: { column: 'parentId', op: '=', type: 'ID', description: 'Directly in this node.' },
    level: { column: 'level', op: 'in', type: [HierarchyLevel], description: 'Of these levels.' },
    status: { column: 'status', op: 'in', type: [HierarchyStatus], description: 'In service?' },
    name: { column: 'name', op: 'contains', type: 'String', description: 'Name contains this.' },
    state: { column: 'state', op: 'in', type: [TimelineState], description: 'In one of these.' },
    stateSince: {
      column: 'since',
      op: '<=',
      type: 'DateTime',
      description: 'In its state since then or longer.',
    },
    program: { column: 'program', op: '=', type: 'String', description: 'With this program.' },
    programStartsWith: {
      column: 'program',
      op: 'startsWith',
      type: 'String',
      description: 'With a program of this prefix.',
    },
    heardBefore: {
      column: 'lastFactAt',
      op: '<',
      type: 'DateTime',
      description: 'Nothing was heard of it since.',
    },
  },
  orderable: ['key', 'name', 'since', 'state', 'lastFactAt'],
  defaultOrder: { column: 'key', direction: 'asc' },
})

connectionField('alarms', {
  projection: equipmentAlarms,
  node: AlarmRef,
  description: 'Alarms of machines, latest first.',
  filters: {
    equipmentId: { column: 'equipmentId', op: '=', type: 'ID', description: 'Of this machine.' },
    area: { ...inArea, column: 'equipmentId' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    status: { column: 'status', op: '=', type: AlarmStatus, description: 'Standing or over.' },
    severity: { column: 'severity', op: 'in', type: [AlarmSeverity], description: 'How bad.' },
    raisedFrom: { column: 'raisedAt', op: '>=', type: 'DateTime', description: 'Raised since.' },
    raisedBefore: { column: 'raisedAt', op: '<', type: 'DateTime', description: 'Raised before.' },
  },
  orderable: ['raisedAt', 'clearedAt'],
  defaultOrder: { column: 'raisedAt', direction: 'desc' },
})

connectionField('equipmentCounters', {
  projection: equipmentCounters,
  node: CounterStepRef,
  description: 'Every advance of counters, latest first.',
  filters: {
    equipmentId: { column: 'equipmentId', op: '=', type: 'ID', description: 'Of this machine.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    counter: { column: 'counter', op: '=', type: 'String', description: 'Of this counter.' },
    kind: { column: 'kind', op: 'in', type: [CounterKind], description: 'What it counts.' },
    from: { column: 'at', op: '>=', type: 'DateTime', description: 'Then or later.' },
    before: { column: 'at', op: '<', type: 'DateTime', description: 'Before then.' },
    wasReset: { column: 'wasReset', op: '=', type: 'Boolean', description: 'After a reset.' },
  },
  orderable: ['at'],
  defaultOrder: { column: 'at', direction: 'desc' },
})

changesField('equipmentChanged', {
  projection: equipmentCurrent,
  node: EquipmentRef,
  description: 'Equipment as it changes.',
  only: { arg: 'equipmentIds', description: 'This equipment.' },
  also: {
    args: {
      site: 'At this site only.',
      area: 'Within this area or other node only, as it was when the subscription began.',
    },
    keep: async ({ site, area }: { site?: string | null; area?: string | null }, context) => {
      const within = area == null ? null : new Set(await descendants(area, context))
      return (row) => (site == null || row.site === site) && (!within || within.has(row.key))
    },
  },
})
