import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Elements } from '../../src/domain/kpi/elements.ts'
import { evaluateKpi } from '../../src/projections/kpi/evaluate.ts'
import type { KpiInputs } from '../../src/projections/kpi/inputs.ts'
import { daysIn, planOf } from '../../src/projections/kpi/plan.ts'
import {
  ALL,
  DAY,
  elementsOf,
  gap,
  histories,
  HOUR,
  inputsOf,
  MINUTE,
  pieces,
  START,
  state,
  works,
} from './plant.ts'

const RUNS = { numRuns: 150 }
const TWO_DAYS = { from: 0, to: 2 * DAY }
/** Elements that add up over windows and machines; those of whole orders do not. */
const ADDITIVE = [
  ...['POT', 'PDOT', 'PBT', 'APT', 'AUST', 'AUPT', 'ADET', 'AUBT', 'ADOT', 'UNOBSERVED'],
  ...['CALENDAR_TIME', 'TBF', 'TTR', 'FE', 'CMT', 'PMT', 'PQ', 'GQ', 'SQ', 'RQ', 'PRI_PQ', 'APWT'],
] as const
const pick = (elements: Elements): number[] =>
  ADDITIVE.map((id) => Math.round((elements[id as keyof Elements] ?? 0) * 1e6) / 1e6)
const sum = (parts: readonly (readonly number[])[]): number[] =>
  ADDITIVE.map((_, i) => parts.reduce((total, part) => total + part[i]!, 0))
const both = (given: Omit<Parameters<typeof inputsOf>[1], 'from' | 'to'>, window = TWO_DAYS) => {
  const [a, b] = ['M1', 'M2'].map((id) => inputsOf(id, { ...window, ...given })) as [
    KpiInputs,
    KpiInputs,
  ]
  return { ...a, subjects: [...a.subjects, ...b.subjects] }
}

describe('the time model', () => {
  test('its elements stand in each other, and make up the planned time', () =>
    fc.assert(
      fc.property(histories, works, fc.boolean(), (facts, work, planned) => {
        const e = elementsOf(both({ facts, work, planned })) as Required<Elements>
        expect(e.APT).toBeLessThanOrEqual(e.AUPT)
        expect(e.AUPT).toBeLessThanOrEqual(e.AUBT)
        expect(e.AUBT).toBeLessThanOrEqual(e.PBT)
        expect(e.PBT).toBeLessThanOrEqual(e.POT)
        expect(e.POT).toBeLessThanOrEqual(e.CALENDAR_TIME)
        expect([e.PBT + e.PDOT, e.APT + e.AUST + e.ADET, e.AUBT + e.ADOT]).toEqual([
          ...[e.POT, e.AUBT, e.PBT],
        ])
        const scheduled = planned ? 2 * 30 * HOUR : 4 * DAY
        expect(e.POT + e.UNOBSERVED).toBe(scheduled)
        if (e.PBT > 0 && e.AUBT > 0)
          expect(e.APT / e.PBT).toBeCloseTo((e.AUBT / e.PBT) * (e.APT / e.AUBT), 12)
      }),
      RUNS,
    ))
  test('any order of arrival gives the same figures', () =>
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.nat()), works, (facts, picks, work) => {
        const shuffled = [...facts]
        for (let i = shuffled.length - 1; i > 0; i--) {
          const j = picks.next().value! % (i + 1)
          ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
        }
        expect(elementsOf(both({ facts: shuffled, work }))).toEqual(
          elementsOf(both({ facts, work })),
        )
      }),
      RUNS,
    ))
  test('windows that meet add up to the whole, wherever they are cut', () =>
    fc.assert(
      fc.property(
        histories,
        works,
        fc.integer({ min: 1, max: 2 * 1_440 - 1 }),
        (facts, work, cut) => {
          const at = cut * MINUTE
          const parts = [
            { from: 0, to: at },
            { from: at, to: 2 * DAY },
          ].map((window) => pick(elementsOf(both({ facts, work }, window))))
          expect(sum(parts)).toEqual(pick(elementsOf(both({ facts, work }))))
        },
      ),
      RUNS,
    ))
  test.each(['EQUIPMENT', 'WORK_CENTRE', 'SHIFT', 'DAY'] as const)('groups of %s add up', (by) =>
    fc.assert(
      fc.property(histories, works, (facts, work) => {
        const inputs = both({ facts, work })
        const whole = elementsOf(inputs)
        const { groups } = evaluateKpi(inputs, { groupBy: [by], filter: {} })
        // Of a person's time only what lies within shifts is of a shift or day.
        const ids = ADDITIVE.map((id, i) =>
          id === 'APWT' && (by === 'SHIFT' || by === 'DAY') ? -1 : i,
        )
        const total = sum(groups.map((g) => pick(g.elements)))
        for (const i of ids.filter((n) => n >= 0)) expect(total[i]).toBeCloseTo(pick(whole)[i]!, 3)
      }),
      RUNS,
    ),
  )
})

describe('what is known of a shift', () => {
  const SHIFT = { from: 6 * HOUR, to: 14 * HOUR }
  const running = [state(5 * HOUR, 'RUNNING'), state(12 * HOUR, 'IDLE')]
  const shift = (facts: Parameters<typeof inputsOf>[1]['facts'], more: object = {}) =>
    elementsOf(inputsOf('M1', { ...SHIFT, facts, ...more })) as Required<Elements>

  test('a state holds until the next, from before the shift on, without its break', () =>
    expect(shift(running)).toMatchObject({ APT: 5.5 * HOUR, ADOT: 2 * HOUR, PBT: 7.5 * HOUR }))
  test('a state of the day before holds too', () => {
    const window = { from: DAY + 6 * HOUR, to: DAY + 14 * HOUR }
    const all = elementsOf(inputsOf('M1', { ...window, facts: [state(5 * HOUR, 'RUNNING')] }))
    expect(all).toMatchObject({ APT: 6.5 * HOUR, PDOT: HOUR, POT: 7.5 * HOUR })
  })
  test('a collector that dies lowers coverage and never availability', () => {
    const dead = shift([state(5 * HOUR, 'RUNNING'), gap(9 * HOUR)])
    expect(dead).toMatchObject({ APT: 3 * HOUR, PBT: 3 * HOUR, UNOBSERVED: 4.5 * HOUR })
    expect(dead.APT / dead.PBT).toBe(1)
  })
  test('no data is not idle, and before the first fact there is none', () =>
    expect(shift([state(10.5 * HOUR, 'RUNNING')])).toMatchObject({
      ...{ ADOT: 0, APT: 3.5 * HOUR, UNOBSERVED: 4 * HOUR },
    }))
  test('idle is delay while an order is worked on, else down', () => {
    const order = { orderId: 'O1', operationId: '10', personId: 'P1', activity: 'PRODUCTION' }
    const work = [
      { ...order, subjectId: 'M1', isRunning: false, from: START, to: START + 13 * HOUR },
    ]
    expect(shift(running, { work })).toMatchObject({ ADET: HOUR, ADOT: HOUR })
  })
  test('a pulse exactly on a shift boundary counts once, for the shift that begins', () => {
    const inputs = inputsOf('M1', { ...TWO_DAYS, facts: [...running, pieces(14 * HOUR, 3)] })
    const { groups } = evaluateKpi(inputs, { groupBy: ['SHIFT'], filter: {} })
    const made = groups.filter(({ elements }) => elements.PQ! > 0)
    expect(made.map(({ keys }) => keys[0]!.id)).toEqual([
      `EQUIPMENT:S1/S${14 * HOUR}/2026-03-02T14:00:00.000Z`,
    ])
  })
  test('a fault that goes on over a boundary is one failure, of the shift it began in', () => {
    const facts = [
      state(5 * HOUR, 'RUNNING'),
      state(13.5 * HOUR, 'FAULT'),
      state(15 * HOUR, 'RUNNING'),
    ]
    const { groups } = evaluateKpi(inputsOf('M1', { ...TWO_DAYS, facts }), {
      ...ALL,
      groupBy: ['SHIFT'],
    })
    const failures = groups.map(({ elements: { FE, TTR } }) => [FE, TTR])
    expect(failures.slice(0, 3)).toEqual(
      expect.arrayContaining([
        [1, 0.5 * HOUR],
        [0, HOUR],
      ]),
    )
  })
  test('performance is not capped, and without a cycle time it is not known', () => {
    const facts = [...running, pieces(8 * HOUR, 2_000)]
    expect(shift(facts).PRI_PQ).toBe(2_000 * 30_000)
    expect(shift(facts).PRI_PQ / shift(facts).APT).toBeGreaterThan(3)
    expect(shift(facts, { idealMs: null })).not.toHaveProperty('PRI_PQ')
  })
})

describe('days on which the clocks change', () => {
  const zone = 'Europe/Berlin'
  test.each([
    ['2026-03-29', '2026-03-28T23:00Z', 23],
    ['2026-10-25', '2026-10-24T22:00Z', 25],
  ])('%s', (day, from, hours) => {
    const begin = Date.parse(from)
    const window = { from: begin, to: begin + hours * HOUR }
    const { slots } = planOf(null, daysIn(window, zone))
    expect(slots).toEqual([{ ...window, day, shift: null, kind: 'BUSY' }])
  })
})
