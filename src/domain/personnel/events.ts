import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, reason, text } from '../types.ts'
import { MAX_REQUIRED, required } from './required.ts'

export {
  clearance,
  MAX_REQUIRED,
  proof,
  required,
  type Clearance,
  type Required,
} from './required.ts'
export { clearanceOf, personFold, type Person } from './person-state.ts'
export { qualificationRulesFold, requiredAt, type QualificationRules } from './rules-state.ts'

const onPerson = { personId: id }
/** Personnel classes (ISA-95 part 2, clause 5): a person is a member of any number of them. */
const profile = { employer: text.nullable(), classes: z.array(id).max(100) }

/** What shows that somebody can do it: a certificate, a test record, a training. */
const evidence = {
  /** Where it is kept: number of the certificate, the test or the document. */
  evidence: text.nullable(),
  testedAt: instant.nullable(),
}
const onHolding = { ...onPerson, qualificationId: id }
const granted = {
  ...onHolding,
  /** Version of the qualification that was tested. */
  version: z.number().int().positive(),
  /** First moment at which it counts no more; null for one that lasts. */
  expiresAt: instant.nullable(),
  ...evidence,
  reason: text.nullable(),
}

/** A person and the qualifications held: facts about somebody, never who that is. */
export const personEvents = {
  registered: event('PersonRegistered', z.object({ ...onPerson, ...profile })),
  changed: event('PersonChanged', z.object({ ...onPerson, ...profile })),
  retired: event('PersonRetired', z.object({ ...onPerson, reason })),
  reinstated: event('PersonReinstated', z.object({ ...onPerson, reason })),
  /** Name and contact were erased outside the log; what they were, the log never knew. */
  forgotten: event('PersonForgotten', z.object({ ...onPerson, reason })),
  granted: event('QualificationGranted', z.object({ ...granted, grantId: id })),
  renewed: event('QualificationRenewed', z.object({ ...granted, grantId: id })),
  suspended: event('QualificationSuspended', z.object({ ...onHolding, reason })),
  suspensionLifted: event('QualificationSuspensionLifted', z.object({ ...onHolding, reason })),
  revoked: event('QualificationRevoked', z.object({ ...onHolding, reason })),
}
export type PersonEvent = EventOf<typeof personEvents>

/** What can be held: ISA-95 calls it a qualification test of a personnel class. */
export const qualificationEvents = {
  defined: event(
    'QualificationDefined',
    z.object({
      qualificationId: id,
      version: z.number().int().positive(),
      name: text,
      description: text.nullable(),
      /** Personnel class it belongs to; null for one of its own. */
      personnelClassId: id.nullable(),
      /** How long a grant counts, as an ISO-8601 duration in calendar units; null for ever. */
      validity: text.nullable(),
    }),
  ),
  withdrawn: event('QualificationWithdrawn', z.object({ qualificationId: id, reason })),
}
export type QualificationEvent = EventOf<typeof qualificationEvents>

export const enforcement = z.enum(['REFUSE', 'WARN'])
export type Enforcement = z.output<typeof enforcement>

/** What a site asks of whoever works there. */
export const qualificationRulesEvents = {
  enforcementSet: event('QualificationEnforcementSet', z.object({ enforcement, reason })),
  requirementSet: event(
    'QualificationRequirementSet',
    z.object({
      /** Equipment or work centre; null for the whole site. */
      scopeId: id.nullable(),
      /** Empty: nothing is asked for any more. */
      qualifications: z.array(required).max(MAX_REQUIRED),
      reason,
    }),
  ),
}
export type QualificationRulesEvent = EventOf<typeof qualificationRulesEvents>

const onCrew = { crewId: id }
export const crewEvents = {
  formed: event('CrewFormed', z.object({ ...onCrew, name: text, scopeId: id.nullable() })),
  memberAdded: event(
    'CrewMemberAdded',
    z.object({ ...onCrew, personId: id, role: text.nullable() }),
  ),
  memberRemoved: event('CrewMemberRemoved', z.object({ ...onCrew, personId: id })),
  disbanded: event('CrewDisbanded', z.object({ ...onCrew, reason })),
}
export type CrewEvent = EventOf<typeof crewEvents>

export const shiftAssignmentEvents = {
  assigned: event(
    'ShiftAssigned',
    z.object({
      assignmentId: id,
      /** One of the two. */
      crewId: id.nullable(),
      personId: id.nullable(),
      /** Which shift occurrence: its day is that of the calendar, also for what happens after midnight. */
      calendarId: id,
      shiftId: id,
      day: z.iso.date(),
      startsAt: instant,
      endsAt: instant,
      /** Where in the hierarchy; null for the whole site. */
      scopeId: id.nullable(),
    }),
  ),
  withdrawn: event('ShiftAssignmentWithdrawn', z.object({ assignmentId: id, reason })),
}
export type ShiftAssignmentEvent = EventOf<typeof shiftAssignmentEvents>

const onAttendance = { attendanceId: id, personId: id }
const times = z.object({ clockedInAt: instant.nullable(), clockedOutAt: instant.nullable() })

/** One stay of one person, from clocking in to clocking out; a break off the premises ends it. */
export const attendanceEvents = {
  clockedIn: event(
    'ClockedIn',
    z.object({ ...onAttendance, assignmentId: id.nullable(), scopeId: id.nullable() }),
  ),
  clockedOut: event('ClockedOut', z.object(onAttendance)),
  corrected: event(
    'AttendanceCorrected',
    z.object({
      ...onAttendance,
      correctionId: id,
      correctedBy: id,
      reason,
      before: times,
      after: times,
    }),
  ),
  cancelled: event('AttendanceCancelled', z.object({ ...onAttendance, reason })),
}
export type AttendanceEvent = EventOf<typeof attendanceEvents>

/** No more than this is kept: why somebody is ill is not for a log that cannot forget. */
export const absenceKind = z.enum(['PLANNED', 'UNPLANNED'])

export const absenceEvents = {
  recorded: event(
    'AbsenceRecorded',
    z.object({
      absenceId: id,
      personId: id,
      kind: absenceKind,
      startsAt: instant,
      endsAt: instant,
    }),
  ),
  cancelled: event('AbsenceCancelled', z.object({ absenceId: id, personId: id, reason })),
}
export type AbsenceEvent = EventOf<typeof absenceEvents>
