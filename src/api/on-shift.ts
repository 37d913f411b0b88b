import { absences } from '../projections/personnel/absences.ts'
import { attendance } from '../projections/personnel/attendance.ts'
import { crews } from '../projections/personnel/crews.ts'
import {
  shiftAssignments,
  type ShiftAssignmentRow,
} from '../projections/personnel/shift-assignments.ts'
import type { Keyed, Projection } from '../projections/projection.ts'
import type { Condition, Page } from '../projections/read-models.ts'
import { builder } from './builder.ts'
import { MAX_PAGE } from './connection.ts'
import type { Context } from './context.ts'
import { isMemberAt, ShiftAssignmentRef } from './crews.ts'
import { apiError } from './errors.ts'
import { personField } from './person-field.ts'
import { descendants } from './site.ts'

/** Who is to be there, who is, and who is away, at one moment: plan and clock side by side. */

/** A site has some thousand people; more rows than this are a mistake in the question. */
const MAX_ROWS = 20_000

export interface OnShift {
  readonly personId: string
  /** Assignments of that moment, one's own or through a crew. */
  readonly assignments: readonly Keyed<ShiftAssignmentRow>[]
  /** Since when clocked in; null where not. */
  readonly presentSince: string | null
  readonly isAbsent: boolean
}

export interface ShiftQuestion {
  readonly at: string
  readonly site: string | null
  /** Only there and below; null for everywhere. */
  readonly scopeId: string | null
}

/** Everybody who is assigned or present at the moment, by personId. */
export async function onShift(question: ShiftQuestion, context: Context): Promise<OnShift[]> {
  const { at, site, scopeId } = question
  const ofSite = site === null ? [] : [{ column: 'site', op: '=', value: site } as const]
  const places = scopeId === null ? null : await descendants(scopeId, context)
  const there = places === null ? [] : [{ column: 'scopeId', op: 'in', value: places } as const]
  const within = (from: string, to: string): Condition[] => [
    { column: from, op: '<=', value: at },
    { column: to, op: '>', value: at },
  ]
  const came: Condition[] = [
    { column: 'clockedInAt', op: '<=', value: at },
    { column: 'cancelled', op: '=', value: false },
  ]
  const [assigned, gone, stillThere, away] = await Promise.all([
    all(context, shiftAssignments, [
      ...[...within('startsAt', 'endsAt'), ...ofSite, ...there],
      { column: 'withdrawn', op: '=', value: false },
    ]),
    all(context, attendance, [
      ...[...came, ...ofSite, ...there],
      { column: 'clockedOutAt', op: '>', value: at },
    ]),
    all(context, attendance, [
      ...[...came, ...ofSite, ...there],
      { column: 'clockedOutAt', op: 'isNull' },
    ]),
    all(context, absences, [
      ...[...within('startsAt', 'endsAt'), ...ofSite],
      { column: 'cancelled', op: '=', value: false },
    ]),
  ])
  const assignments = new Map<string, Keyed<ShiftAssignmentRow>[]>()
  for (const row of assigned)
    for (const personId of await peopleOf(row, at, context))
      assignments.set(personId, [...(assignments.get(personId) ?? []), row])
  const since = new Map<string, string>()
  for (const { personId, clockedInAt } of [...gone, ...stillThere])
    if (clockedInAt! > (since.get(personId) ?? '')) since.set(personId, clockedInAt!)
  const absent = new Set(away.map(({ personId }) => personId))
  return [...new Set([...assignments.keys(), ...since.keys()])].sort().map((personId) => ({
    personId,
    assignments: assignments.get(personId) ?? [],
    presentSince: since.get(personId) ?? null,
    isAbsent: absent.has(personId),
  }))
}

async function peopleOf(
  { personId, crewId }: ShiftAssignmentRow,
  at: string,
  { reads }: Context,
): Promise<readonly string[]> {
  if (crewId === null) return [personId!]
  const crew = await reads.load(crews, crewId)
  return (crew?.members ?? []).filter((m) => isMemberAt(m, at)).map((m) => m.personId)
}

/** All rows that meet the conditions. @throws GraphQLError `InvalidInput` when they are too many */
async function all<Row extends object>(
  { reads }: Context,
  p: Projection<Row>,
  where: readonly Condition[],
): Promise<readonly Keyed<Row>[]> {
  const rows: Keyed<Row>[] = []
  for (let after: string | null = null; ;) {
    const page: Page<Row> = await reads.page(p, {
      where: where as readonly Condition<Row>[],
      orderBy: { column: 'key', direction: 'asc' },
      first: MAX_PAGE,
      after,
    })
    rows.push(...page.rows.map(({ row }) => row))
    if (!page.hasNextPage) return rows
    if (rows.length >= MAX_ROWS)
      throw apiError('InvalidInput', `${p.name}: more than ${MAX_ROWS} rows; name a site or scope.`)
    after = page.rows.at(-1)!.cursor
  }
}

const OnShiftRef = builder.objectRef<OnShift>('OnShift').implement({
  description: 'Somebody who is to be there at a moment, or is.',
  fields: (t) => ({
    personId: t.exposeID('personId', { description: 'Who.' }),
    person: personField(t, 'Who, by name.'),
    isAssigned: t.boolean({
      description: 'Is to be there.',
      resolve: ({ assignments }) => assignments.length > 0,
    }),
    isPresent: t.boolean({
      description: 'Has clocked in and not out.',
      resolve: ({ presentSince }) => presentSince !== null,
    }),
    presentSince: t.expose('presentSince', {
      ...{ type: 'DateTime', nullable: true },
      description: 'When the person came.',
    }),
    isAbsent: t.exposeBoolean('isAbsent', { description: 'Is recorded as away.' }),
    assignments: t.field({
      type: [ShiftAssignmentRef],
      description: 'What for: shift, day and place.',
      resolve: ({ assignments }) => [...assignments],
    }),
  }),
})

builder.queryField('onShift', (t) =>
  t.field({
    type: [OnShiftRef],
    nullable: true,
    description: 'Who is on shift at a moment: assigned, present, away.',
    args: {
      at: t.arg({ type: 'DateTime', description: 'Now by default.' }),
      site: t.arg.id({ description: 'At this site; all by default.' }),
      scopeId: t.arg.id({
        description: 'In this part of the hierarchy; who has no place of his own is then left out.',
      }),
    },
    complexity: { field: 20, multiplier: 20 },
    resolve: (_, { at, site, scopeId }, context) =>
      onShift(
        { at: at ?? context.clock.now(), site: site ?? null, scopeId: scopeId ?? null },
        context,
      ),
  }),
)
