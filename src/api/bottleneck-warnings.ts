import {
  bottleneckWarningTable,
  type BottleneckWarningRow,
} from '../projections/planning/bottleneck-warnings.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'

/** Bottlenecks to come, as facts: what was warned of, and what became of it. */
const WarningStatus = builder.enumType('BottleneckWarningStatus', {
  description: 'Whether a warning still holds.',
  values: {
    OPEN: { description: 'The machine is expected to become the bottleneck.' },
    PASSED: { description: 'Its hour has come.' },
    UNLIKELY: { description: 'Withdrawn: it is no longer expected.' },
  },
})

const WarningRef = builder.objectRef<Keyed<BottleneckWarningRow>>('BottleneckWarning').implement({
  description: 'A machine is about to become the bottleneck of its site, by simulation.',
  fields: (t) => ({
    warningId: t.exposeID('key', { description: 'Its number.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    equipmentId: t.exposeID('equipmentId', { description: 'Machine.' }),
    status: t.expose('status', { type: WarningStatus, description: 'Whether it still holds.' }),
    startsAt: t.expose('startsAt', {
      ...{ type: 'DateTime', description: 'The hour in which it becomes the bottleneck begins.' },
    }),
    probability: t.exposeFloat('probability', {
      description: 'Share of the replications, when it was warned of.',
    }),
    leadTimeMs: t.expose('leadTimeMs', {
      ...{ type: 'Long', description: 'From the warning to that hour.' },
    }),
    horizonEndsAt: t.expose('horizonEndsAt', {
      ...{ type: 'DateTime', description: 'So far ahead was simulated.' },
    }),
    planId: t.exposeID('planId', {
      ...{ nullable: true, description: 'The plan in force; null: there was none.' },
    }),
    position: t.expose('position', {
      ...{ type: 'Position', description: 'Facts up to here were known to the simulation.' },
    }),
    replications: t.exposeInt('replications', { description: 'Played for it.' }),
    seed: t.expose('seed', { type: 'Long', description: 'What chance followed from.' }),
    warnedAt: t.expose('warnedAt', { type: 'DateTime', description: 'When it was raised.' }),
    endedAt: t.expose('endedAt', {
      ...{ type: 'DateTime', nullable: true, description: 'When it ended; null: it is open.' },
    }),
    endProbability: t.exposeFloat('endProbability', {
      nullable: true,
      description: 'How likely the machine was in any hour to come when it ended.',
    }),
  }),
})

connectionField('bottleneckWarnings', {
  projection: bottleneckWarningTable,
  node: WarningRef,
  description:
    'Bottlenecks that were warned of, at sites whose planning rules have bottleneckHours; the next hour first.',
  filters: {
    status: { column: 'status', op: 'in', type: [WarningStatus], description: 'In one of these.' },
    equipmentIds: { column: 'equipmentId', op: 'in', type: ['ID'], description: 'These machines.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['startsAt', 'key'],
  defaultOrder: { column: 'startsAt', direction: 'asc' },
})
changesField('bottleneckWarningChanged', {
  projection: bottleneckWarningTable,
  node: WarningRef,
  description: 'Bottlenecks to come, as they are warned of, pass, or are withdrawn.',
  only: { arg: 'equipmentIds', description: 'These machines.' },
  idOf: ({ equipmentId }) => equipmentId,
})
