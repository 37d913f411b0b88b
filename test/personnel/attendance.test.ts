import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { absence } from '../../src/domain/personnel/absence.ts'
import { attendance } from '../../src/domain/personnel/attendance.ts'
import { crew } from '../../src/domain/personnel/crew.ts'
import {
  absenceEvents,
  attendanceEvents as e,
  crewEvents as c,
  shiftAssignmentEvents,
} from '../../src/domain/personnel/events.ts'
import { shiftAssignment } from '../../src/domain/personnel/shift-assignment.ts'
import { attendance as stays } from '../../src/projections/personnel/attendance.ts'
import { crews } from '../../src/projections/personnel/crews.ts'
import { after, at, given, projecting } from '../spec.ts'

const stay = { attendanceId: 's1', personId: 'P1' }
const place = { assignmentId: 'a1', scopeId: null }
const clockIn = { type: 'ClockIn' as const, ...stay, ...place }
const clockOut = { type: 'ClockOut' as const, ...stay }
const came = at(after(0), e.clockedIn({ ...stay, ...place }))
const went = at(after(480), e.clockedOut(stay))
const correct = {
  ...{ type: 'CorrectAttendance' as const, attendanceId: 's1', correctionId: 'k1' },
  ...{
    correctedBy: 'LEAD',
    clockedInAt: after(-10),
    clockedOutAt: null,
    reason: 'badge forgotten',
  },
}

describe('a stay', () => {
  test('is clocked in and out, in whatever order the terminals deliver', () => {
    given(attendance).when(clockIn).then(e.clockedIn(clockIn))
    given(attendance, came)
      .when(clockOut, { at: after(480) })
      .then(e.clockedOut(stay))
    given(attendance, went)
      .when(clockIn, { at: after(0) })
      .then(e.clockedIn(clockIn))
    given(attendance, went)
      .when(clockIn, { at: after(481) })
      .thenRejected('OutBeforeIn')
    given(attendance, came)
      .when(clockOut, { at: after(-1) })
      .thenRejected('OutBeforeIn')
    given(attendance, came)
      .when(clockIn, { at: after(5) })
      .thenRejected('AttendanceDiffers')
    given(attendance, came)
      .when({ ...clockOut, personId: 'P2' }, { at: after(9) })
      .thenRejected('AttendanceDiffers')
  })
  test('is corrected beside the original, and may end later than that', () => {
    const before = { clockedInAt: after(0), clockedOutAt: null }
    const times = { clockedInAt: after(-10), clockedOutAt: null }
    const corrected = e.corrected({ ...correct, personId: 'P1', before, after: times })
    given(attendance, came).when(correct).then(corrected)
    given(attendance, came, corrected)
      .when(clockOut, { at: after(480) })
      .then(e.clockedOut(stay))
    given(attendance).when(correct).thenRejected('AttendanceUnknown')
    given(attendance, came)
      .when({ ...correct, clockedOutAt: after(-20) })
      .thenRejected('OutBeforeIn')
  })
  test('that never was takes nothing more', () => {
    const cancelled = e.cancelled({ ...stay, reason: 'wrong badge' })
    const cancel = { type: 'CancelAttendance' as const, attendanceId: 's1', reason: 'wrong badge' }
    given(attendance, came).when(cancel).then(cancelled)
    given(attendance, came, cancelled).when(clockOut).thenRejected('AttendanceCancelled')
    given(attendance, came, cancelled).when(correct).thenRejected('AttendanceCancelled')
  })
  test('is the same row whichever end was known first', () =>
    fc.assert(
      fc.property(fc.shuffledSubarray([came, went], { minLength: 2 }), (facts) => {
        expect(projecting(stays, ...facts)['s1']).toMatchObject({
          ...{ personId: 'P1', assignmentId: 'a1' },
          ...{ clockedInAt: after(0), clockedOutAt: after(480), corrections: [] },
        })
      }),
    ))
})

describe('a crew', () => {
  const formed = c.formed({ crewId: 'C1', name: 'Early', scopeId: null })
  const added = c.memberAdded({ crewId: 'C1', personId: 'P1', role: null })
  const remove = { type: 'RemoveCrewMember' as const, crewId: 'C1', personId: 'P1' }
  test('has members over time', () => {
    given(crew, formed)
      .when({ type: 'AddCrewMember', crewId: 'C1', personId: 'P1', role: null })
      .then(added)
    given(crew, formed, added)
      .when(remove, { at: after(9) })
      .then(c.memberRemoved(remove))
    given(crew, formed, added)
      .when(remove, { at: after(-9) })
      .thenRejected('BeforeJoined')
    given(crew).when(remove).thenRejected('CrewUnknown')
    given(crew, formed)
      .when({ type: 'FormCrew', crewId: 'C1', name: 'Late', scopeId: null })
      .thenRejected('CrewDiffers')
  })
  test('and its row knows who ever was', () => {
    const again = at(after(60), c.memberAdded({ crewId: 'C1', personId: 'P1', role: 'lead' }))
    const disbanded = at(after(90), c.disbanded({ crewId: 'C1', reason: 'two shifts only' }))
    expect(projecting(crews, formed, added, again, disbanded)['C1']).toMatchObject({
      status: 'DISBANDED',
      members: [
        { personId: 'P1', role: null, since: after(0), until: after(60) },
        { personId: 'P1', role: 'lead', since: after(60), until: after(90) },
      ],
    })
    given(crew, formed, disbanded)
      .when({ type: 'AddCrewMember', crewId: 'C1', personId: 'P1', role: null })
      .thenRejected('CrewDisbanded')
  })
})

test('a shift is assigned to a crew or a person, once', () => {
  const wish = {
    ...{ assignmentId: 'a1', crewId: 'C1', personId: null, calendarId: 'CAL', shiftId: 'NIGHT' },
    // The night the clocks go forward: seven hours, and it belongs to the day before.
    ...{
      day: '2026-03-28',
      startsAt: '2026-03-28T21:00:00.000Z',
      endsAt: '2026-03-29T04:00:00.000Z',
    },
    scopeId: null,
  }
  const assign = { type: 'AssignShift' as const, ...wish }
  const assigned = shiftAssignmentEvents.assigned(wish)
  given(shiftAssignment).when(assign).then(assigned)
  given(shiftAssignment)
    .when({ ...assign, personId: 'P1' })
    .thenRejected('CrewOrPerson')
  given(shiftAssignment)
    .when({ ...assign, crewId: null })
    .thenRejected('CrewOrPerson')
  given(shiftAssignment)
    .when({ ...assign, endsAt: wish.startsAt })
    .thenRejected('EndsBeforeStart')
  given(shiftAssignment, assigned)
    .when({ ...assign, shiftId: 'EARLY' })
    .thenRejected('AssignmentDiffers')
})

test('an absence is recorded and cancelled', () => {
  const away = {
    ...{ absenceId: 'v1', personId: 'P1', kind: 'PLANNED' as const },
    ...{ startsAt: after(0), endsAt: after(600) },
  }
  const recorded = absenceEvents.recorded(away)
  given(absence)
    .when({ type: 'RecordAbsence', ...away })
    .then(recorded)
  given(absence, recorded)
    .when({ type: 'CancelAbsence', absenceId: 'v1', reason: 'came back' })
    .then(absenceEvents.cancelled({ absenceId: 'v1', personId: 'P1', reason: 'came back' }))
  given(absence, recorded)
    .when({ type: 'RecordAbsence', ...away, kind: 'UNPLANNED' })
    .thenRejected('AbsenceDiffers')
})
