import { expect, test } from 'vitest'
import type { Day, Subject, Work } from '../../src/projections/kpi/inputs.ts'
import { madeOn } from '../../src/projections/kpi/quantities.ts'

const START = Date.parse('2026-03-03T00:00:00Z')
const at = (clock: string) => Date.parse(`2026-03-03T${clock}Z`)
const minuteOf = (clock: string) => Math.floor((at(clock) - START) / 60_000)

const work = (
  orderId: string,
  [from, to]: readonly [string, string],
  activity: Work['activity'] = 'PRODUCTION',
): Work => ({
  ...{ subjectId: 'M1', orderId, operationId: '10', personId: null, activity, isRunning: false },
  ...{ from: at(from), to: at(to) },
})

/** Order that each count of a machine is credited to. */
function creditedTo(counts: readonly (readonly [string, number])[], done: readonly Work[]) {
  const day: Day = {
    ...{ start: START, spans: [], changes: new Int32Array() },
    counts: counts.map(([clock, n]) => [minuteOf(clock), 'TOTAL', n]),
    counted: new Set(['TOTAL']),
  }
  const subject: Subject = {
    ...{ id: 'M1', path: [], timeZone: 'UTC', carry: 0, carriedFrom: null, days: [day] },
    ...{ cycleTimes: [], programs: [], capacities: [], classified: [] },
    ...{ reportsFrom: START, working: null },
  }
  return [...madeOn(subject, done, [])].map((made) => [made.work?.orderId ?? null, made.pq])
}

const A = work('A', ['08:00:00', '09:00:00'])
const B = work('B', ['10:00:00', '11:00:00'])

test('pieces belong to what was worked on when they were counted', () => {
  expect(
    creditedTo(
      [
        ['08:30:00', 3],
        ['10:30:00', 4],
      ],
      [A, B],
    ),
  ).toEqual([
    ['A', 3],
    ['B', 4],
  ])
})

test('what is told after the work has ended, as after a gap in the data, belongs to it', () => {
  expect(
    creditedTo(
      [
        ['08:30:00', 3],
        ['09:20:00', 9],
      ],
      [A, B],
    ),
  ).toEqual([
    ['A', 3],
    ['A', 9],
  ])
})

test('work that began within the minute of the reading counts', () => {
  expect(creditedTo([['10:00:40', 2]], [work('C', ['10:00:20', '10:30:00'])])).toEqual([['C', 2]])
})

test('the last work since the reading before, no break, and nothing from before that reading', () => {
  const pause = work('B', ['11:00:00', '11:15:00'], 'BREAK')
  expect(creditedTo([['11:10:00', 5]], [A, B, pause])).toEqual([['B', 5]])
  expect(
    creditedTo(
      [
        ['09:20:00', 1],
        ['09:40:00', 2],
      ],
      [A, B],
    ),
  ).toEqual([
    ['A', 1],
    [null, 2],
  ])
})
