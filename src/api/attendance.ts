import { absenceKind } from '../domain/personnel/events.ts'
import { absences, type AbsenceRow } from '../projections/personnel/absences.ts'
import {
  attendance,
  type AttendanceCorrection,
  type AttendanceRow,
} from '../projections/personnel/attendance.ts'
import { shiftAssignments } from '../projections/personnel/shift-assignments.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { ShiftAssignmentRef } from './crews.ts'
import { apiError } from './errors.ts'
import { enumOf } from './inputs.ts'
import { personField } from './person-field.ts'

const AbsenceKind = enumOf(absenceKind, 'AbsenceKind')

const CorrectionRef = builder.objectRef<AttendanceCorrection>('AttendanceCorrection').implement({
  description: 'What a stay was before it was corrected, by whom and why.',
  fields: (t) => ({
    correctionId: t.exposeID('correctionId', { description: 'Chosen by who corrected.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was corrected.' }),
    correctedBy: personField(t, 'Who corrected it.', (row) => row.correctedBy),
    reason: t.exposeString('reason', { description: 'Why.' }),
    clockedInAt: t.field({
      ...{ type: 'DateTime', nullable: true },
      description: 'When the person had come until then.',
      resolve: ({ before }) => before.clockedInAt,
    }),
    clockedOutAt: t.field({
      ...{ type: 'DateTime', nullable: true },
      description: 'When the person had gone until then.',
      resolve: ({ before }) => before.clockedOutAt,
    }),
  }),
})

const AttendanceRef = builder.objectRef<Keyed<AttendanceRow>>('Attendance').implement({
  description: 'One stay of one person, as last corrected.',
  fields: (t) => ({
    attendanceId: t.exposeID('key', { description: 'Id of the stay.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    personId: t.exposeID('personId', { description: 'Who.' }),
    person: personField(t, 'Who, by name.'),
    scopeId: t.exposeID('scopeId', { nullable: true, description: 'Where; null: the whole site.' }),
    assignmentId: t.exposeID('assignmentId', { nullable: true, description: 'What it was for.' }),
    assignment: t.field({
      type: ShiftAssignmentRef,
      nullable: true,
      description: 'What it was for: its shift and day are those of the stay.',
      resolve: (row, _, { reads }) =>
        row.assignmentId === null ? null : reads.load(shiftAssignments, row.assignmentId),
    }),
    clockedInAt: t.expose('clockedInAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'When the person came; null while only the going is known.',
    }),
    clockedOutAt: t.expose('clockedOutAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'When the person went; null while still there.',
    }),
    presentMs: t.field({
      ...{ type: 'Long', nullable: true },
      description: 'Length of the stay in milliseconds; null while an end of it is unknown.',
      complexity: 0,
      resolve: ({ clockedInAt, clockedOutAt }) =>
        clockedInAt !== null && clockedOutAt !== null
          ? Date.parse(clockedOutAt) - Date.parse(clockedInAt)
          : null,
    }),
    cancelled: t.exposeBoolean('cancelled', { description: 'Never was.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it was cancelled.' }),
    corrections: t.expose('corrections', { type: [CorrectionRef], description: 'Oldest first.' }),
  }),
})

/** Assignments of one day are some hundreds; the stays are found by them. */
const MAX_ASSIGNMENTS = 5_000

const assignmentsOf = async (day: string, { reads }: Context): Promise<string[]> => {
  const rows = await reads.query<{ key: string }>('personnel', (sites) => ({
    text: `select key from read.shift_assignments
           where day = $2 and ($1::text[] is null or site = any($1)) limit $3`,
    values: [sites, day, MAX_ASSIGNMENTS + 1],
  }))
  if (rows.length > MAX_ASSIGNMENTS)
    throw apiError('InvalidInput', `day ${day} has more than ${MAX_ASSIGNMENTS} assignments.`)
  return rows.map(({ key }) => key)
}

connectionField('attendance', {
  projection: attendance,
  node: AttendanceRef,
  description: 'Stays of people, latest first by default.',
  filters: {
    personId: { column: 'personId', op: 'in', type: ['ID'], description: 'One of these persons.' },
    day: {
      ...{ column: 'assignmentId', op: 'in', type: 'Date', compareWith: assignmentsOf },
      description: 'For a shift of this day, also after midnight.',
    },
    assignmentId: { column: 'assignmentId', op: '=', type: 'ID', description: 'For this one.' },
    from: {
      ...{ column: 'clockedInAt', op: '>=', type: 'DateTime' },
      description: 'Came then or later.',
    },
    before: { column: 'clockedInAt', op: '<', type: 'DateTime', description: 'Came before.' },
    open: { column: 'clockedOutAt', op: 'isNull', type: 'Boolean', description: 'Still there.' },
    cancelled: { column: 'cancelled', op: '=', type: 'Boolean', description: 'Cancelled or not.' },
    scopeId: { column: 'scopeId', op: '=', type: 'ID', description: 'In this place.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['clockedInAt', 'clockedOutAt'],
  defaultOrder: { column: 'clockedInAt', direction: 'desc' },
})

changesField('attendanceChanged', {
  projection: attendance,
  node: AttendanceRef,
  description: 'Stays as people come and go, and as they are corrected.',
  only: { arg: 'personIds', description: 'Of these persons.' },
  idOf: (row) => row.personId,
})

export const AbsenceRef = builder.objectRef<Keyed<AbsenceRow>>('Absence').implement({
  description: 'A stretch of time in which somebody is away.',
  fields: (t) => ({
    absenceId: t.exposeID('key', { description: 'Id of the absence.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    personId: t.exposeID('personId', { description: 'Who.' }),
    person: personField(t, 'Who, by name.'),
    kind: t.expose('kind', { type: AbsenceKind, description: 'Whether it was known before.' }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'First moment of it.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'First moment after it.' }),
    cancelled: t.exposeBoolean('cancelled', { description: 'Is there after all.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it was cancelled.' }),
  }),
})

connectionField('absences', {
  projection: absences,
  node: AbsenceRef,
  description: 'Who is away when, latest first by default.',
  filters: {
    personId: { column: 'personId', op: 'in', type: ['ID'], description: 'One of these persons.' },
    endsAfter: { column: 'endsAt', op: '>', type: 'DateTime', description: 'Ends after.' },
    startsBefore: { column: 'startsAt', op: '<', type: 'DateTime', description: 'Begins before.' },
    kind: { column: 'kind', op: '=', type: AbsenceKind, description: 'Of this kind.' },
    cancelled: { column: 'cancelled', op: '=', type: 'Boolean', description: 'Cancelled or not.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['startsAt', 'endsAt'],
  defaultOrder: { column: 'startsAt', direction: 'desc' },
})
