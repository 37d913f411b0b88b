import { crews, type CrewMember, type CrewRow } from '../projections/personnel/crews.ts'
import {
  shiftAssignments,
  type ShiftAssignmentRow,
} from '../projections/personnel/shift-assignments.ts'
import type { Keyed } from '../projections/projection.ts'
import { momentOf } from './as-of.ts'
import { builder } from './builder.ts'
import { connectionField } from './connection.ts'
import { lookupField } from './lookup.ts'
import { personField } from './person-field.ts'

const CrewStatus = builder.enumType('CrewStatus', {
  description: 'Whether a crew still works.',
  values: {
    ACTIVE: { description: 'Works.' },
    DISBANDED: { description: 'Was given up; its past stays.' },
  },
})

const MemberRef = builder.objectRef<CrewMember>('CrewMember').implement({
  description: 'Somebody who is or was in a crew.',
  fields: (t) => ({
    personId: t.exposeID('personId', { description: 'Who.' }),
    person: personField(t, 'Who, by name.'),
    role: t.exposeString('role', { nullable: true, description: 'What as, e.g. shift lead.' }),
    since: t.expose('since', { type: 'DateTime', description: 'First moment in the crew.' }),
    until: t.expose('until', {
      ...{ type: 'DateTime', nullable: true },
      description: 'First moment not in it any more; null while a member.',
    }),
  }),
})

/** Whether somebody was in the crew at a moment. */
export const isMemberAt = ({ since, until }: CrewMember, at: string): boolean =>
  since <= at && (until === null || until > at)

const CrewRef = builder.objectRef<Keyed<CrewRow>>('Crew').implement({
  description: 'People who work a shift together.',
  fields: (t) => ({
    crewId: t.exposeID('key', { description: 'Id of the crew.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    scopeId: t.exposeID('scopeId', { nullable: true, description: 'Where it usually works.' }),
    status: t.expose('status', { type: CrewStatus, description: 'Whether it still works.' }),
    formedAt: t.expose('formedAt', { type: 'DateTime', description: 'Since when.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it was disbanded.' }),
    members: t.field({
      type: [MemberRef],
      description: 'Who is in it; now, or as of the moment the crew was asked for.',
      args: {
        at: t.arg({ type: 'DateTime', description: 'At this moment.' }),
        everybody: t.arg.boolean({ description: 'True: all who ever were.' }),
      },
      resolve: (row, { at, everybody }, { clock }) => {
        const moment = at ?? momentOf(row)?.at ?? clock.now()
        return everybody === true ? row.members : row.members.filter((m) => isMemberAt(m, moment))
      },
    }),
  }),
})

connectionField('crews', {
  projection: crews,
  node: CrewRef,
  description: 'Crews, by name.',
  filters: {
    crewIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these.' },
    status: { column: 'status', op: '=', type: CrewStatus, description: 'In this state.' },
    scopeId: { column: 'scopeId', op: '=', type: 'ID', description: 'Usually works there.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['name', 'key'],
  defaultOrder: { column: 'name', direction: 'asc' },
})

lookupField('crew', {
  projection: crews,
  node: CrewRef,
  description: 'One crew, now, at a moment, or as the log knew it.',
  by: { crewId: 'Id of the crew.' },
  streams: ({ crewId }) => [`crew-${crewId}`],
})

export const ShiftAssignmentRef = builder
  .objectRef<Keyed<ShiftAssignmentRow>>('ShiftAssignment')
  .implement({
    description: 'A crew or a person that is to work a shift of one day.',
    fields: (t) => ({
      assignmentId: t.exposeID('key', { description: 'Id of the assignment.' }),
      site: t.exposeID('site', { description: 'ISA-95 site.' }),
      crewId: t.exposeID('crewId', { nullable: true, description: 'The crew, or' }),
      crew: t.field({
        type: CrewRef,
        nullable: true,
        description: 'The crew.',
        resolve: (row, _, { reads }) =>
          row.crewId === null ? null : reads.load(crews, row.crewId),
      }),
      personId: t.exposeID('personId', { nullable: true, description: 'the person.' }),
      person: personField(t, 'The person, by name.'),
      calendarId: t.exposeID('calendarId', { description: 'Calendar of the shift.' }),
      shiftId: t.exposeID('shiftId', { description: 'Shift of that calendar.' }),
      day: t.expose('day', { type: 'Date', description: 'Day the shift belongs to.' }),
      startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it begins.' }),
      endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When it ends.' }),
      scopeId: t.exposeID('scopeId', {
        nullable: true,
        description: 'Where; null: the whole site.',
      }),
      withdrawn: t.exposeBoolean('withdrawn', { description: 'Was taken back.' }),
      reason: t.exposeString('reason', { nullable: true, description: 'Why it was taken back.' }),
    }),
  })

connectionField('shiftAssignments', {
  projection: shiftAssignments,
  node: ShiftAssignmentRef,
  description: 'Who is to work which shift; earliest on top by default.',
  filters: {
    crewId: { column: 'crewId', op: '=', type: 'ID', description: 'This crew.' },
    personId: { column: 'personId', op: '=', type: 'ID', description: 'This person alone.' },
    calendarId: { column: 'calendarId', op: '=', type: 'ID', description: 'Of this calendar.' },
    shiftId: { column: 'shiftId', op: '=', type: 'ID', description: 'This shift.' },
    dayFrom: { column: 'day', op: '>=', type: 'Date', description: 'On this day or later.' },
    dayTo: { column: 'day', op: '<=', type: 'Date', description: 'On this day or earlier.' },
    scopeId: { column: 'scopeId', op: '=', type: 'ID', description: 'In this place.' },
    withdrawn: { column: 'withdrawn', op: '=', type: 'Boolean', description: 'Taken back or not.' },
    endsAfter: { column: 'endsAt', op: '>', type: 'DateTime', description: 'Ends after.' },
    startsBefore: { column: 'startsAt', op: '<', type: 'DateTime', description: 'Begins before.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['startsAt', 'day'],
  defaultOrder: { column: 'startsAt', direction: 'asc' },
})
