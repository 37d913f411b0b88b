import { minus, union } from '../../domain/kpi/pieces.ts'
import type { Required } from '../../domain/personnel/events.ts'
import { standingAt } from '../../domain/personnel/person-state.ts'
import type { Person, Span } from '../../domain/planning/problem.ts'
import type { CrewMember } from '../personnel/crews.ts'
import type { Keyed } from '../projection.ts'
import type { ShiftAssignmentRow } from '../personnel/shift-assignments.ts'
import type { Opening } from './opening.ts'
import type { Findings, PlanningRows } from './rows.ts'
import type { Horizon } from './seconds.ts'

/** Names a set of qualifications: the problem knows one a mode. */
export const qualificationKey = (required: readonly Required[]): string =>
  required
    .map(({ qualificationId, minVersion }) => `${qualificationId} ${minVersion}`)
    .toSorted()
    .join(' + ')

interface Deps {
  readonly site: string
  readonly horizon: Horizon
  readonly opening: Opening
  readonly findings: Findings
}

/**
 * Who holds all of at least one of these sets when the plan begins, and when those people are there.
 * @param sets what operations ask for, by `qualificationKey`
 */
export function peopleOf(
  rows: PlanningRows,
  sets: ReadonlyMap<string, readonly Required[]>,
  deps: Deps,
): readonly Person[] {
  const held = Map.groupBy(rows.heldQualifications, ({ personId }) => personId)
  const shiftsOf = shiftPlan(rows, deps)
  const { at, to } = deps.horizon
  return rows.persons.flatMap((person): Person[] => {
    if (person.status !== 'ACTIVE') return []
    const standings = new Map(
      (held.get(person.key) ?? []).map((one) => [one.qualificationId, standingAt(one.changes, at)]),
    )
    const holds = ({ qualificationId, minVersion }: Required): boolean => {
      const { status, grant } = standings.get(qualificationId) ?? {
        status: 'NOT_HELD',
        grant: null,
      }
      return status === 'HELD' && (grant?.version ?? 0) >= minVersion
    }
    const qualifications = [...sets].flatMap(([key, set]) => (set.every(holds) ? [key] : []))
    if (qualifications.length === 0) return []
    for (const [qualificationId, { status, grant }] of standings)
      if (status === 'HELD' && grant?.expiresAt != null && grant.expiresAt < to)
        deps.findings.tell(
          'QualificationExpires',
          { subjectId: person.key },
          `${qualificationId} of ${person.key} ends at ${grant.expiresAt}; planned as if renewed.`,
        )
    const shifts = shiftsOf(person.key)
    return [{ id: person.key, qualifications, ...(shifts === undefined ? {} : { shifts }) }]
  })
}

/**
 * When a person works: assigned shifts, and after the last of them what the own calendar says, or that
 * of a crew. Where a site plans nobody's shifts, its calendar of people counts for all, or they are
 * always there. Absences are taken off.
 */
function shiftPlan(rows: PlanningRows, { site, horizon, opening, findings }: Deps) {
  const crewsOf = Map.groupBy(
    rows.crews.flatMap((crew) => crew.members.map((member) => ({ ...member, crewId: crew.key }))),
    ({ personId }) => personId,
  )
  const assigned = rows.shiftAssignments.filter(({ withdrawn }) => !withdrawn)
  const byPerson = Map.groupBy(assigned, ({ personId }) => personId)
  const byCrew = Map.groupBy(assigned, ({ crewId }) => crewId)
  const away = Map.groupBy(
    rows.absences.filter(({ cancelled }) => !cancelled),
    ({ personId }) => personId,
  )
  const plansShifts =
    assigned.length > 0 ||
    rows.crews.some(({ key }) => opening.has(key)) ||
    rows.persons.some(({ key }) => opening.has(key))
  const ofSite = plansShifts ? undefined : opening.open([site])

  const spansOf = (row: Keyed<ShiftAssignmentRow>): readonly Span[] =>
    minus(
      [horizon.span({ from: row.startsAt, to: row.endsAt })].filter(({ from, to }) => from < to),
      union(opening.breaksOf(row.calendarId, row.shiftId, row.day)),
    )
  const pattern = (personId: string, crews: readonly (CrewMember & { crewId: string })[]) => {
    if (opening.has(personId)) return opening.open([personId]) ?? []
    return crews.flatMap(({ crewId, since, until }) => {
      const from = Math.max(0, horizon.ceil(since))
      const to = until === null ? horizon.seconds : horizon.floor(until)
      const whole = opening.has(crewId) ? (opening.open([crewId]) ?? []) : []
      return whole.map((one) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) }))
    })
  }

  return (personId: string): readonly Span[] | undefined => {
    const absent = union(
      (away.get(personId) ?? []).map((row) => horizon.span({ from: row.startsAt, to: row.endsAt })),
    )
    if (!plansShifts) {
      findings.tell(
        'NoShiftPlan',
        {},
        'No shifts of people are planned; they count as always there.',
      )
      const all = ofSite ?? [{ from: 0, to: horizon.seconds }]
      return ofSite === undefined && absent.length === 0 ? undefined : minus(all, absent)
    }
    const crews = crewsOf.get(personId) ?? []
    const own = [
      ...(byPerson.get(personId) ?? []),
      ...crews.flatMap(({ crewId, since, until }) =>
        (byCrew.get(crewId) ?? []).filter(
          (row) => since <= row.startsAt && (until === null || until > row.startsAt),
        ),
      ),
    ]
    const last = Math.max(0, ...own.map(({ endsAt }) => horizon.floor(endsAt)))
    const later = pattern(personId, crews).map(({ from, to }) => ({
      from: Math.max(from, last),
      to,
    }))
    return minus(union([...own.flatMap(spansOf), ...later]), absent)
  }
}
