import { calendarIdOf } from '../../domain/calendar/events.ts'
import { minutes, type Process } from './clock.ts'
import { MACHINES, SITE } from './layout.ts'
import type { Plant } from './plant.ts'

/** Who works here: three crews, what they are qualified for, and when they come and go. */

const ZONE = 'Europe/Berlin'
const SHIFTS = [
  { shiftId: 'EARLY', crewId: 'CREW-EARLY', name: 'Early shift', hour: 6 },
  { shiftId: 'LATE', crewId: 'CREW-LATE', name: 'Late shift', hour: 14 },
  { shiftId: 'NIGHT', crewId: 'CREW-NIGHT', name: 'Night shift', hour: 22 },
] as const
const SHIFT_HOURS = 8

const FIRST = ['Anna', 'Deniz', 'Emil', 'Farida', 'Georg', 'Hanna', 'Ivo', 'Jana', 'Kemal']
const LAST = ['Albrecht', 'Baumann', 'Celik', 'Dietz', 'Ehrmann', 'Fuchs', 'Gruber']
const nameOf = (n: number): string => `${FIRST[n % FIRST.length]} ${LAST[n % LAST.length]}`

const APPRENTICE = 'P-190'
/** Store keeper, shift lead, inspector and an apprentice, beside the crews. */
const STAFF = ['P-140', 'P-150', 'P-151', APPRENTICE]
const CREWS = SHIFTS.map((_, i) => MACHINES.map((m) => m.crew[i]!))
const PEOPLE = [...CREWS.flat(), ...STAFF]

/** Names as they are set beside the log. Badges are what the terminals at the gate read. */
export const NAMES = PEOPLE.map((personId, i) => ({
  personId,
  name: nameOf(i),
  badge: `100${i + 10}`,
}))

const QUALIFICATIONS = [
  { qualificationId: 'CNC', name: 'CNC machining', workCentres: ['MILLING', 'TURNING'] },
  { qualificationId: 'PRESSURE-TEST', name: 'Pressure testing', workCentres: ['TESTING'] },
]
const DAY_MINUTES = 24 * 60
/** Most are good for a year and more; every fifth person has to be tested again soon. */
const EXPIRES_DAYS = [400, 230, 520, 310, 12] as const

/** Makes people, qualifications, rules and crews known. */
export function employ({ command, now }: Plant): void {
  const inDays = (days: number): string =>
    new Date(now() + minutes(days * DAY_MINUTES)).toISOString()
  for (const { qualificationId, name, workCentres } of QUALIFICATIONS) {
    command('DefineQualification', { qualificationId, name, validity: 'P2Y' })
    for (const scopeId of workCentres)
      command('RequireQualifications', {
        ...{ scopeId, qualifications: [{ qualificationId }] },
        reason: 'Work instruction 14',
      })
  }
  for (const personId of PEOPLE) command('RegisterPerson', { personId, classes: ['OPERATOR'] })
  for (const [i, { crew, workCentreId }] of MACHINES.entries())
    for (const { qualificationId, workCentres } of QUALIFICATIONS)
      if (workCentres.includes(workCentreId))
        for (const [j, personId] of crew.entries())
          command('GrantQualification', {
            ...{ personId, qualificationId, grantId: `${personId}-${qualificationId}` },
            expiresAt: inDays(EXPIRES_DAYS[(i + j) % EXPIRES_DAYS.length]!),
            evidence: `TR-${i}${j}`,
          })
  for (const [i, { crewId, name }] of SHIFTS.entries()) {
    command('FormCrew', { crewId, name })
    for (const personId of CREWS[i]!) command('AddCrewMember', { crewId, personId })
  }
}

interface Occurrence {
  readonly index: number
  readonly startsAt: number
  readonly endsAt: number
  /** Day the shift began, in the plant's time: also that of what is after midnight. */
  readonly day: string
}

/** The shift of a moment, epoch milliseconds. */
export function shiftAt(now: number): Occurrence {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(ZONE)
  const found = SHIFTS.findLastIndex(({ hour }) => hour <= local.hour)
  // Before six it is still the night of the day before.
  const index = found < 0 ? SHIFTS.length - 1 : found
  const day = local.toPlainDate().subtract({ days: found < 0 ? 1 : 0 })
  const begin = day.toPlainDateTime({ hour: SHIFTS[index]!.hour })
  const at = (time: Temporal.PlainDateTime): number => time.toZonedDateTime(ZONE).epochMilliseconds
  return {
    index,
    startsAt: at(begin),
    endsAt: at(begin.add({ hours: SHIFT_HOURS })),
    day: day.toString(),
  }
}

/** Each shift is assigned to its crew, which clocks in and out. */
export function* attend(plant: Plant): Process {
  for (;;) {
    const { index, startsAt, endsAt, day } = shiftAt(plant.now())
    const { shiftId, crewId } = SHIFTS[index]!
    const assignmentId = `${day}-${shiftId}`
    const at = (ms: number): string => new Date(ms).toISOString()
    plant.command('AssignShift', {
      ...{ assignmentId, crewId, calendarId: calendarIdOf('PERSON', SITE), shiftId, day },
      ...{ startsAt: at(startsAt), endsAt: at(endsAt) },
    })
    const stays = CREWS[index]!.map((personId) => ({
      ...{ personId, attendanceId: `${assignmentId}-${personId}` },
    }))
    for (const stay of stays) plant.command('ClockIn', { ...stay, assignmentId })
    yield endsAt - plant.now()
    for (const stay of stays) plant.command('ClockOut', stay)
  }
}

/** An apprentice tries a machine that takes a qualification, and is refused. */
export function* unqualified(plant: Plant): Process {
  for (;;) {
    yield minutes(plant.random.between(50, 140))
    const job = (plant.queues.get('TURNING') ?? []).find(({ order }) => !order.held)
    if (!job) continue
    const { orderId } = job.order
    const { operationId } = job.operation
    const work = { orderId, operationId, personId: APPRENTICE, equipmentId: 'LATHE-1' }
    plant.command('StartOperation', work, 'NotQualified')
  }
}
