import type { DrilledLot } from '../domain/material/recall-drill.ts'
import { recallDrills, type RecallDrillRow } from '../projections/material/recall-drills.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'

const StatusRef = builder.enumType('RecallDrillStatus', {
  description: 'What became of a drill.',
  values: {
    REQUESTED: { description: 'It has not run yet.' },
    PASSED: { description: 'The genealogy is what the log says, and was found in time.' },
    FAILED: { description: 'An alarm: a recall would go wrong now.' },
  },
})

const DrilledLotRef = builder.objectRef<DrilledLot>('DrilledLot').implement({
  description: 'A lot that was traced both ways in a drill.',
  fields: (t) => ({
    lotId: t.exposeID('lotId', { description: 'Which lot.' }),
    backward: t.exposeInt('backward', { description: 'Nodes it was made of, itself included.' }),
    forward: t.exposeInt('forward', { description: 'Nodes it went into, itself included.' }),
    durationMs: t.expose('durationMs', {
      type: 'Long',
      description: 'Time of both traces, in milliseconds.',
    }),
    unexplained: t.exposeFloat('unexplained', {
      description: 'What its mass balance leaves open, in its unit; 0 where nothing is lost.',
    }),
    problems: t.exposeStringList('problems', {
      description: 'How the trace differs from the log.',
    }),
  }),
})

const RecallDrillRef = builder.objectRef<Keyed<RecallDrillRow>>('RecallDrill').implement({
  description: 'A recall that was practised: lots traced both ways and compared with the log.',
  fields: (t) => ({
    drillId: t.exposeID('key', { description: 'Its number.' }),
    site: t.exposeID('site', { description: 'ISA-95 site whose lots were drawn.' }),
    status: t.expose('status', { type: StatusRef, description: 'What became of it.' }),
    seed: t.exposeString('seed', { description: 'What chance followed from.' }),
    requestedAt: t.expose('requestedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was asked for; null for one of the command line.',
    }),
    at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it was done.' }),
    position: t.expose('position', {
      type: 'Position',
      nullable: true,
      description: 'What the log held then.',
    }),
    lots: t.expose('lots', { type: [DrilledLotRef], description: 'The lots that were drawn.' }),
    why: t.exposeStringList('why', { description: 'Why it failed.' }),
  }),
})

connectionField('recallDrills', {
  projection: recallDrills,
  node: RecallDrillRef,
  description: 'Recall drills, newest first by default.',
  filters: {
    drillId: { column: 'key', op: '=', type: 'ID', description: 'This one.' },
    status: { column: 'status', op: 'in', type: [StatusRef], description: 'With this result.' },
    from: { column: 'at', op: '>=', type: 'DateTime', description: 'Done then or later.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['at', 'key'],
  defaultOrder: { column: 'at', direction: 'desc' },
})

changesField('recallDrillChanged', {
  projection: recallDrills,
  node: RecallDrillRef,
  description: 'Recall drills as they are requested and done; a FAILED one is an alarm.',
  only: { arg: 'drillIds', description: 'These.' },
})
