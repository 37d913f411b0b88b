import fc from 'fast-check'
import type { WorkingTime } from '../../src/domain/calendar/working-time.ts'
import { equipmentEvents as e, type EquipmentState } from '../../src/domain/equipment/events.ts'
import type { Recorded } from '../../src/domain/event.ts'
import type { Elements } from '../../src/domain/kpi/elements.ts'
import { NO_DATA, stateOf } from '../../src/domain/kpi/states.ts'
import { equipmentDays } from '../../src/projections/kpi/equipment-days.ts'
import { evaluateKpi, type KpiQuestion } from '../../src/projections/kpi/evaluate.ts'
import {
  unpack,
  type KpiInputs,
  type Subject,
  type Work,
} from '../../src/projections/kpi/inputs.ts'
import type { OrderRow } from '../../src/projections/production/orders.ts'
import { replay } from '../../src/projections/projection.ts'
import { recorded } from '../spec.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** Midnight UTC. */
export const START = Date.UTC(2026, 2, 2)
export const at = (ms: number): string => new Date(START + ms).toISOString()

export type Fact = Parameters<typeof recorded>[0][number]
export const state = (ms: number, what: EquipmentState, equipmentId = 'M1'): Fact => ({
  ...e.stateChanged({ equipmentId, state: what, nativeState: null, reason: null }),
  at: at(ms),
})
export const gap = (ms: number, equipmentId = 'M1'): Fact => ({
  ...e.dataGapStarted({ equipmentId, reason: null }),
  at: at(ms),
})
export const pieces = (ms: number, delta: number, equipmentId = 'M1'): Fact => ({
  ...e.counterAdvanced({
    ...{ equipmentId, counter: 'parts', kind: 'TOTAL', delta, unit: 'C62' },
    ...{ reading: null, wasReset: false },
  }),
  at: at(ms),
})

/** Facts in the order they arrived, as the read model has them. */
export const rowsOf = (facts: readonly Fact[]) =>
  [...replay(equipmentDays, recorded(facts) as Recorded<any>[]).values()].sort((a, b) =>
    a.day < b.day ? -1 : 1,
  )

const span = (from: number, to: number) => ({ from: at(from), to: at(to) })
/** Shifts from 06:00 to 14:00 and to 22:00 UTC with half an hour's break, maintenance on the second day. */
export const shifts = (from: number, to: number): WorkingTime => {
  const cut = (a: number, b: number) => [Math.max(a, from), Math.min(b, to)] as const
  const all = [0, 1, 2].flatMap((day) =>
    [6, 14].map((hour) => [day, day * DAY + hour * HOUR, day * DAY + (hour + 8) * HOUR] as const),
  )
  return {
    scheduled: true,
    shifts: all.flatMap(([day, begin, end]) => {
      const [a, b] = cut(begin, end)
      const [c, d] = cut(begin + 4 * HOUR, begin + 4.5 * HOUR)
      if (a >= b) return []
      return [
        {
          ...{ ...span(a, b), calendarId: 'EQUIPMENT:S1', shiftId: `S${begin}`, name: 'Shift' },
          ...{ day: at(day * DAY).slice(0, 10), whole: span(begin, end) },
          breaks: c < d ? [span(c, d)] : [],
        },
      ]
    }),
    plannedDown: [cut(DAY + 8 * HOUR, DAY + 9 * HOUR)]
      .filter(([a, b]) => a < b)
      .map(([a, b]) => ({
        ...span(a, b),
        entryId: 'd',
        cause: 'oil',
        kind: 'MAINTENANCE' as const,
      })),
  }
}

interface Given {
  readonly from: number
  readonly to: number
  readonly facts: readonly Fact[]
  readonly work?: readonly Work[]
  readonly planned?: boolean
  readonly idealMs?: number | null
}

/** Inputs for one machine and window, by the same cuts as the API makes. */
export function inputsOf(id: string, given: Given): KpiInputs {
  const { from, to, facts, work = [], planned = true, idealMs = 30_000 } = given
  const rows = rowsOf(
    facts.filter((fact) => (fact.data as { readonly equipmentId?: string }).equipmentId === id),
  )
  const [first, last] = [at(from).slice(0, 10), at(to - 1).slice(0, 10)]
  const days = rows.filter(({ day }) => day >= first && day <= last).map(unpack)
  const held = rows.filter(({ day, changes }) => day < first && changes !== '').at(-1)
  const carry = held ? stateOf(unpack(held).changes.at(-1)!) : NO_DATA
  const reported = days.find((day) => day.changes.length > 0)
  const cycle = { materialId: null, operationId: null, program: null, validFrom: at(0) }
  const subject: Subject = {
    ...{ id, carry, days, timeZone: 'UTC', carriedFrom: held?.day ?? null },
    path: [
      { id, level: 'WORK_UNIT', name: id },
      { id: 'LINE', level: 'WORK_CENTRE', name: 'LINE' },
    ],
    reportsFrom: held ? -Infinity : (reported?.start ?? Infinity),
    working: planned ? shifts(from, to) : null,
    cycleTimes: idealMs === null ? [] : [{ equipmentId: id, ...cycle, idealMs, tolerance: 0.1 }],
    ...{ classified: [], capacities: [], programs: [] },
  }
  const window = { from: START + from, to: START + to }
  return { window, subjects: [subject], work, booked: [], orders: new Map<string, OrderRow>() }
}

export const ALL: KpiQuestion = { groupBy: [], filter: {} }
export const elementsOf = (inputs: KpiInputs, question = ALL): Elements =>
  evaluateKpi(inputs, question).whole.elements

const STATES = ['RUNNING', 'SETUP', 'WAITING', 'IDLE', 'FAULT', 'MAINTENANCE', 'OFFLINE'] as const
const moment = fc.integer({ min: 0, max: 2 * 96 - 1 }).map((quarter) => quarter * 15 * MINUTE)
/** What two machines might report in two days; often two facts at one moment. */
export const histories: fc.Arbitrary<readonly Fact[]> = fc.array(
  fc
    .record({
      ms: moment,
      machine: fc.constantFrom('M1', 'M2'),
      what: fc.constantFrom(...STATES, 'NO_DATA' as const, 'COUNT' as const),
      n: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ ms, machine, what, n }) => {
      if (what === 'NO_DATA') return gap(ms, machine)
      return what === 'COUNT' ? pieces(ms, n, machine) : state(ms, what, machine)
    }),
  { maxLength: 40 },
)
/** Work on an order that a machine may or may not have been doing. */
export const works: fc.Arbitrary<readonly Work[]> = fc.array(
  fc
    .tuple(moment, fc.integer({ min: 1, max: 30 }), fc.constantFrom('M1', 'M2'))
    .map(([ms, quarters, subjectId]): Work => ({
      ...{ from: START + ms, to: START + ms + quarters * 15 * MINUTE, subjectId },
      ...{ orderId: 'O1', operationId: '10', personId: 'P1' },
      ...{ activity: 'PRODUCTION', isRunning: false },
    })),
  { maxLength: 5 },
)
