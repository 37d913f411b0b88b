import fc from 'fast-check'
import type { AbsenceCommand } from '../../src/domain/personnel/absence.ts'
import type { AttendanceCommand } from '../../src/domain/personnel/attendance.ts'
import type { CrewCommand } from '../../src/domain/personnel/crew.ts'
import type { PersonCommand } from '../../src/domain/personnel/person-commands.ts'
import type { QualificationRulesCommand } from '../../src/domain/personnel/qualification-rules.ts'
import type { QualificationCommand } from '../../src/domain/personnel/qualification.ts'
import type { ShiftAssignmentCommand } from '../../src/domain/personnel/shift-assignment.ts'
import { after, T0 } from '../spec.ts'

/** The ids of the orders' arbitraries, so that both meet. */
const personId = fc.constantFrom('P1', 'P1', 'P2')
const qualificationId = fc.constantFrom('WELD', 'WELD', 'CRANE')
const grantId = fc.constantFrom('g1', 'g2', 'g3', 'g4')
const reason = fc.constant('because')
const type = <const T extends string>(name: T) => ({ type: fc.constant(name) })
const onHolding = { personId, qualificationId, reason }
const moment = fc.integer({ min: 0, max: 600 }).map(after)
const profile = {
  employer: fc.constantFrom(null, 'Temp Ltd'),
  classes: fc.constantFrom<string[]>([], ['WELDERS']),
}
const granting = {
  ...onHolding,
  grantId,
  expiresAt: fc.option(moment),
  evidence: fc.constantFrom(null, 'CERT-7'),
  testedAt: fc.constantFrom(null, T0),
}

export const personCommand: fc.Arbitrary<PersonCommand> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ ...type('RegisterPerson'), personId, ...profile }) },
  { weight: 2, arbitrary: fc.record({ ...type('ChangePerson'), personId, ...profile }) },
  { weight: 1, arbitrary: fc.record({ ...type('RetirePerson'), personId, reason }) },
  { weight: 2, arbitrary: fc.record({ ...type('ReinstatePerson'), personId, reason }) },
  {
    weight: 1,
    arbitrary: fc.record({ ...type('ForgetPerson'), personId: fc.constant('P2'), reason }),
  },
  { weight: 6, arbitrary: fc.record({ ...type('GrantQualification'), ...granting }) },
  { weight: 4, arbitrary: fc.record({ ...type('RenewQualification'), ...granting }) },
  { weight: 3, arbitrary: fc.record({ ...type('SuspendQualification'), ...onHolding }) },
  { weight: 3, arbitrary: fc.record({ ...type('LiftQualificationSuspension'), ...onHolding }) },
  { weight: 2, arbitrary: fc.record({ ...type('RevokeQualification'), ...onHolding }) },
)

export const qualificationCommand: fc.Arbitrary<QualificationCommand> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...type('DefineQualification'),
      qualificationId,
      name: fc.constantFrom('Welding', 'Welding (new)'),
      description: fc.constant(null),
      personnelClassId: fc.constantFrom(null, 'WELDERS'),
      validity: fc.constantFrom(null, 'P1D'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ ...type('WithdrawQualification'), qualificationId, reason }),
  },
)

export const qualificationRulesCommand: fc.Arbitrary<QualificationRulesCommand> = fc.oneof(
  fc.record({
    ...type('SetQualificationEnforcement'),
    enforcement: fc.constantFrom('REFUSE' as const, 'WARN' as const, 'WARN' as const),
    reason,
  }),
  fc.record({
    ...type('RequireQualifications'),
    scopeId: fc.constantFrom(null, 'WC1', 'M1'),
    qualifications: fc.uniqueArray(
      fc.record({ qualificationId, minVersion: fc.integer({ min: 1, max: 2 }) }),
      { maxLength: 2, selector: (one) => one.qualificationId },
    ),
    reason,
  }),
)

const crewId = fc.constantFrom('C1', 'C1', 'C2')
export const crewCommand: fc.Arbitrary<CrewCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...type('FormCrew'),
      crewId,
      name: fc.constantFrom('Early', 'Late'),
      scopeId: fc.constantFrom(null, 'A1'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ...type('AddCrewMember'),
      crewId,
      personId,
      role: fc.constantFrom(null, 'lead'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ ...type('RemoveCrewMember'), crewId, personId }) },
  { weight: 1, arbitrary: fc.record({ ...type('DisbandCrew'), crewId, reason }) },
)

const assignmentId = fc.constantFrom('a1', 'a2')
export const shiftAssignmentCommand: fc.Arbitrary<ShiftAssignmentCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...type('AssignShift'),
      assignmentId,
      crewId: fc.constantFrom('C1', null),
      personId: fc.constantFrom(null, 'P1'),
      calendarId: fc.constant('CAL'),
      shiftId: fc.constantFrom('NIGHT', 'EARLY'),
      day: fc.constant('2026-03-02'),
      startsAt: moment,
      endsAt: moment,
      scopeId: fc.constantFrom(null, 'A1'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ ...type('WithdrawShiftAssignment'), assignmentId, reason }),
  },
)

const attendanceId = fc.constantFrom('s1', 's2', 's3')
export const attendanceCommand: fc.Arbitrary<AttendanceCommand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      ...type('ClockIn'),
      attendanceId,
      personId,
      assignmentId: fc.constantFrom(null, 'a1'),
      scopeId: fc.constantFrom(null, 'A1'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ ...type('ClockOut'), attendanceId, personId }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...type('CorrectAttendance'),
      attendanceId,
      correctionId: fc.constantFrom('k1', 'k2'),
      correctedBy: personId,
      clockedInAt: fc.option(moment),
      clockedOutAt: fc.option(moment),
      reason,
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...type('CancelAttendance'), attendanceId, reason }) },
)

const absenceId = fc.constantFrom('v1', 'v2')
export const absenceCommand: fc.Arbitrary<AbsenceCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...type('RecordAbsence'),
      absenceId,
      personId,
      kind: fc.constantFrom('PLANNED' as const, 'UNPLANNED' as const),
      startsAt: moment,
      endsAt: moment,
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...type('CancelAbsence'), absenceId, reason }) },
)
