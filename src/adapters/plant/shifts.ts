import type { InputOf } from './actions.ts'
import { SITE } from './layout.ts'
import type { Plant } from './plant.ts'

const ZONE = 'Europe/Berlin'
/** The machine whose spindle is to be looked at tomorrow. */
const WORN = 'MILL-3'

type Pattern = NonNullable<InputOf<'ChangeShiftPattern'>['pattern']>
type Shift = Pattern['shifts'][number]

const shift = (shiftId: string, name: string, [start, end]: readonly [string, string]) =>
  ({ shiftId, name, start, end, days: [0, 1, 2, 3, 4, 5, 6] }) satisfies Shift

/** Around the clock, each shift with half an hour of break. */
const THREE_SHIFTS: Pattern = {
  dayStart: '06:00',
  shifts: [
    { ...shift('EARLY', 'Early', ['06:00', '14:00']), breaks: [{ start: '09:30', end: '10:00' }] },
    { ...shift('LATE', 'Late', ['14:00', '22:00']), breaks: [{ start: '18:00', end: '18:30' }] },
    { ...shift('NIGHT', 'Night', ['22:00', '06:00']), breaks: [{ start: '02:00', end: '02:30' }] },
  ],
}

/** Each crew keeps its shift: who is there tomorrow is known before it is assigned. */
const CREW_PATTERNS = THREE_SHIFTS.shifts.map((one) => ({
  crewId: `CREW-${one.shiftId}`,
  pattern: { ...THREE_SHIFTS, shifts: [one] },
}))

/**
 * The plant works in three shifts, which was settled the day before: it opens in the middle of one. A
 * machine has a calendar of its own for its maintenance only, and takes the shifts of its site.
 */
export function planShifts({ command, now }: Plant): void {
  const opening = Temporal.Instant.fromEpochMilliseconds(now()).toZonedDateTimeISO(ZONE)
  const settled = opening.subtract({ days: 1 })
  const say: Plant['command'] = (type, input) =>
    command(type, input, undefined, settled.epochMilliseconds)
  for (const kind of ['EQUIPMENT', 'PERSON'] as const) {
    const of = { scopeId: SITE, kind }
    say('DefineCalendar', { ...of, name: 'Ulm, three shifts', timeZone: ZONE })
    const from = settled.toPlainDate().toString()
    say('ChangeShiftPattern', { ...of, from, pattern: THREE_SHIFTS })
  }
  for (const { crewId, pattern } of CREW_PATTERNS) {
    const of = { scopeId: crewId, kind: 'PERSON' as const }
    say('DefineCalendar', { ...of, name: `Shifts of ${crewId}`, timeZone: ZONE })
    const from = settled.toPlainDate().toString()
    say('ChangeShiftPattern', { ...of, from, pattern })
  }
  const morning = opening.add({ days: 1 }).with({ hour: 8, minute: 0, second: 0, millisecond: 0 })
  const at = (time: Temporal.ZonedDateTime): string =>
    new Date(time.epochMilliseconds).toISOString()
  say('DefineCalendar', { scopeId: WORN, name: 'Milling centre 3', timeZone: ZONE })
  say('PlanDownTime', {
    ...{ scopeId: WORN, entryId: 'spindle-check', from: at(morning) },
    to: at(morning.add({ hours: 2 })),
    cause: 'Spindle bearings: vibration measurement',
  })
}
