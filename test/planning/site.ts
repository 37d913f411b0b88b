import type { Event } from '../../src/domain/event.ts'
import { buildProblem, type PlanningProblem } from '../../src/projections/planning/build-problem.ts'
import { planningRowsOf } from '../../src/projections/planning/fold-rows.ts'
import { planningProjections } from '../../src/projections/planning/read-rows.ts'
import { createReplay } from '../../src/projections/replay.ts'
import type { PlanningRows } from '../../src/projections/planning/rows.ts'
import { after, recorded, T0 } from '../spec.ts'

export const SITE = 'S1'
export const HOUR = 3_600_000
type Said = Event & { readonly at?: string }
export const say = (type: string, data: object, at = T0): Said => ({ type, data, at })

const scope = (scopeId: string, level: string, parentId: string | null): Said =>
  say('HierarchyScopeDefined', {
    ...{ scopeId, level, parentId, siteId: SITE, name: scopeId },
    timeZone: level === 'SITE' ? 'Europe/Berlin' : null,
  })

/** A site with a work centre of two mills and an oven of its own. */
export const HIERARCHY: readonly Said[] = [
  scope(SITE, 'SITE', null),
  scope('MILLS', 'WORK_CENTRE', SITE),
  scope('M1', 'WORK_UNIT', 'MILLS'),
  scope('M2', 'WORK_UNIT', 'MILLS'),
  scope('CURING', 'WORK_CENTRE', SITE),
]

interface Step {
  readonly operationId?: string
  readonly workCentreId?: string
  readonly setupTimeMs?: number | null
  readonly runTimeMsPerUnit?: number | null
  readonly qualifications?: readonly { qualificationId: string; minVersion: number }[]
}

export const released = (
  orderId: string,
  steps: readonly Step[],
  more: object = {},
  at = T0,
): Said =>
  say(
    'OrderReleased',
    {
      ...{
        orderId,
        materialId: 'gear',
        quantity: 10,
        unit: 'C62',
        dueAt: after(600),
        priority: 500,
      },
      ...more,
      operations: steps.map((step, i) => ({
        ...{ operationId: `${(i + 1) * 10}`, sequence: i, name: 'Mill', workCentreId: 'MILLS' },
        ...{ setupTimeMs: null, runTimeMsPerUnit: 60_000 },
        ...step,
      })),
    },
    at,
  )

export const segment = (more: object = {}): Said =>
  say('ProductSegmentDefined', {
    ...{ materialId: 'gear', operationId: '10', alternatives: [], setupFamily: null, toolId: null },
    ...{ attendance: 'ALL', interruptible: true, batch: null, materials: [], dependencies: null },
    ...more,
  })

export const pattern = (
  scopeId: string,
  kind: string,
  shifts: readonly object[],
): readonly Said[] => [
  say('CalendarDefined', {
    ...{ calendarId: `${kind}:${scopeId}`, scopeId, kind, name: scopeId },
    timeZone: 'Europe/Berlin',
  }),
  say('ShiftPatternChanged', {
    calendarId: `${kind}:${scopeId}`,
    from: '2026-01-01',
    pattern: {
      cycleDays: 7,
      anchor: '2024-01-01',
      shiftDay: 'START_DAY',
      dayStart: '00:00',
      shifts,
    },
  }),
]

export const shift = (
  shiftId: string,
  start: string,
  end: string,
  breaks: readonly object[] = [],
) => ({
  ...{ shiftId, name: shiftId, start, end, breaks, days: [0, 1, 2, 3, 4, 5, 6] },
})

/** The problem of these facts. @param at when the plan begins, ISO-8601 */
export function problemOf(
  facts: readonly Said[],
  { at = T0, ...more }: { at?: string } & Partial<PlanningRows> = {},
): PlanningProblem {
  const fold = createReplay(planningProjections)
  for (const fact of recorded([...HIERARCHY, ...facts], { site: SITE })) fold.apply(fact)
  return buildProblem(
    { ...planningRowsOf(fold, SITE, at), current: [], pins: [], ...more },
    SITE,
    at,
  )
}

export const codesOf = ({ findings }: PlanningProblem): readonly string[] =>
  findings.map(({ code, omitted }) => (omitted ? `${code}!` : code))
