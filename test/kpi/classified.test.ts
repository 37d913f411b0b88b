import { describe, expect, test } from 'vitest'
import { stopCategory, stopElement, type StopCategory } from '../../src/domain/equipment/events.ts'
import { classifiedStops } from '../../src/projections/kpi/classified-stops.ts'
import { evaluateKpi } from '../../src/projections/kpi/evaluate.ts'
import type { StopDecision } from '../../src/projections/equipment/stop-parts.ts'
import { at, DAY, elementsOf, HOUR, inputsOf, MINUTE, START, state } from './plant.ts'

/** Stands still from 08:00 to 09:00 of a shift that began at 06:00. */
const facts = [
  ...[state(6 * HOUR, 'RUNNING'), state(8 * HOUR, 'IDLE'), state(8.5 * HOUR, 'FAULT')],
  state(9 * HOUR, 'RUNNING'),
]
const inputs = inputsOf('M1', { from: 0, to: DAY, facts })
const subject = inputs.subjects[0]!

const decision = (over: Partial<StopDecision> = {}): StopDecision => ({
  ...{ key: 'd1', site: 'S1', day: '2026-03-02', kind: 'CLASSIFIED', at: null, comment: null },
  ...{ from: at(8 * HOUR), to: at(9 * HOUR), seenTo: at(9 * HOUR), reasonId: 'R' },
  ...{ decisionId: 'd1', version: 1, decidedAt: at(10 * HOUR), decidedBy: 'P1' },
  ...over,
})
const stops = (decisions: readonly StopDecision[], category: StopCategory) =>
  classifiedStops({ ...subject, from: START, until: START + DAY }, decisions, {
    limitAt: () => 5 * MINUTE,
    reasonOf: () => ({ name: 'Reason', category }),
  })
const told = (decisions: readonly StopDecision[], category: StopCategory) => ({
  ...inputs,
  subjects: [{ ...subject, classified: stops(decisions, category) }],
})

describe('a stop with a reason', () => {
  const before = elementsOf(inputs)
  test.each(stopCategory.options)('%s counts as the element of its category', (category) => {
    const after = elementsOf(told([decision()], category))
    const element = stopElement(category)
    // Half of it was a fault, which is a delay; the other half an idle machine without an order.
    const was = { ADET: 0.5 * HOUR, ADOT: 0.5 * HOUR, CMT: 0.5 * HOUR }
    const moved = after[element]! - before[element]!
    expect(moved).toBe(HOUR - (element in was ? was[element as keyof typeof was] : 0))
    expect(after.APT).toBe(before.APT)
    expect(after.POT).toBe(before.POT)
    expect(after.FE).toBe(category === 'BREAKDOWN' ? 1 : 0)
    expect(after.PBT! + after.PDOT!).toBe(after.POT)
    expect(after.AUBT! + after.ADOT!).toBe(after.PBT)
  })
  test('of several decisions the last counts; taken back, the machine tells again', () => {
    const later = decision({ key: 'd2', kind: 'CLEARED', reasonId: null, version: 2 })
    expect(elementsOf(told([decision(), later], 'SETUP'))).toEqual(before)
    expect(elementsOf(told([later, decision()], 'SETUP'))).toEqual(before)
  })
  test('one that was open when it was given its reason lasts as long as the stop did', () => {
    const open = decision({ to: null, seenTo: at(8.25 * HOUR) })
    expect(stops([open], 'WAITING_MATERIAL')).toMatchObject([
      { from: START + 8 * HOUR, to: START + 9 * HOUR, begins: true },
    ])
  })
  test('only what stood still moves: late facts put a stop right', () => {
    const wide = decision({ from: at(7 * HOUR), to: at(10 * HOUR) })
    const { APT, ADET } = elementsOf(told([wide], 'WAITING_MATERIAL'))
    expect([APT, ADET! - before.ADET!]).toEqual([before.APT, 0.5 * HOUR])
  })
  test('told apart by reason it adds up', () => {
    const { groups, whole } = evaluateKpi(told([decision()], 'WAITING_MATERIAL'), {
      ...{ groupBy: ['REASON'], filter: {} },
    })
    const of = (id: string | null) => groups.find(({ keys }) => keys[0]!.id === id)!.elements
    expect(of('R').ADET).toBe(HOUR)
    expect(of(null).ADET! + of('R').ADET!).toBe(whole.elements.ADET)
    expect(of(null).PBT! + of('R').PBT!).toBe(whole.elements.PBT)
  })
  test('windows that meet add up', () => {
    const half = (from: number, to: number) => {
      const part = inputsOf('M1', { from, to, facts })
      const classified = stops([decision()], 'BREAKDOWN')
      return elementsOf({ ...part, subjects: [{ ...part.subjects[0]!, classified }] })
    }
    const [a, b] = [half(0, 8.5 * HOUR), half(8.5 * HOUR, DAY)]
    const all = elementsOf(told([decision()], 'BREAKDOWN'))
    for (const id of ['FE', 'TTR', 'ADET', 'PBT'] as const) expect(a[id]! + b[id]!).toBe(all[id])
  })
})
