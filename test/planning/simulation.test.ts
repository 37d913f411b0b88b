import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile, type Compiled } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { createChance } from '../../src/domain/planning/simulation/chance.ts'
import { dispatching } from '../../src/domain/planning/simulation/dispatching.ts'
import {
  graphOfPlan,
  keepSequence,
  type Play,
} from '../../src/domain/planning/simulation/keep-sequence.ts'
import { replanning } from '../../src/domain/planning/simulation/replanning.ts'
import { rankOf, type Run } from '../../src/domain/planning/simulation/run.ts'
import { noVariation, type Variation } from '../../src/domain/planning/simulation/variation.ts'
import { problems } from './problems.ts'

const chancy: Variation = {
  durations: new Map(),
  otherwise: { mu: 0.1, sigma: 0.4 },
  breakdowns: new Map(['M0', 'M1', 'OVEN'].map((id) => [id, { mtbfSeconds: 40, mttrSeconds: 9 }])),
}

const players = {
  keep: (compiled: Compiled, variation: Variation): Play => {
    const { order, modes } = dispatch(compiled, dispatchRules.edd)
    const schedule = createDecoder(compiled)(order, modes)
    const graph = graphOfPlan(compiled, schedule, rankOf(order))
    return keepSequence(compiled, graph, createChance(compiled, variation, 1))
  },
  rule: (compiled: Compiled, variation: Variation): Play =>
    dispatching(compiled, dispatchRules.atcs, createChance(compiled, variation, 1)),
  replan: (compiled: Compiled, variation: Variation): Play =>
    replanning(
      compiled,
      dispatch(compiled, dispatchRules.edd),
      createChance(compiled, variation, 1),
      { everySeconds: 40, iterations: 20, seed: 1 },
    ),
}

const copied = ({ setupStart, start, end, mode }: Run) => ({
  setupStart: [...setupStart],
  start: [...start],
  end: [...end],
  mode: [...mode],
})

/** What no run may do, whatever chance does, as sentences. */
function faults(compiled: Compiled, run: Run): string[] {
  const found: string[] = []
  const { operations, equipment, transport, locations } = compiled
  const machine = (at: number) => operations[at]!.modes[run.mode[at]!]!.equipment
  const begun = [...operations.keys()].filter((at) => run.end[at]! < Infinity)
  for (const at of begun) {
    const { release, links } = operations[at]!
    if (run.start[at]! < release) found.push(`${at} before its release`)
    if (run.end[at]! < run.start[at]!) found.push(`${at} ends before it starts`)
    for (const { operation: before, minLag, transferQuantity } of links) {
      const [from, to] = [equipment[machine(before)]!, equipment[machine(at)]!]
      const way = transport[from.location * locations + to.location]!
      const least = transferQuantity > 0 ? run.start[before]! : run.end[before]! + minLag + way
      if (run.start[at]! < least) found.push(`${at} before ${before} is done`)
    }
    for (const other of begun)
      if (
        other > at &&
        machine(other) === machine(at) &&
        run.setupStart[other]! < run.end[at]! &&
        run.setupStart[at]! < run.end[other]! &&
        !(equipment[machine(at)]!.batchCapacity > 0 && run.start[at] === run.start[other])
      )
        found.push(`${at} and ${other} at once on a machine`)
  }
  return found
}

describe('the sequence kept, without chance, is the schedule of the decoder', () => {
  const times = (
    scheduled: Uint8Array,
    { start, end, setupStart }: Record<'start' | 'end' | 'setupStart', ArrayLike<number>>,
  ) => Array.from(scheduled, (placed, at) => (placed ? [setupStart[at], start[at], end[at]] : null))

  test('of any problem', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const compiled = compile(problem)
        const { order, modes } = dispatch(compiled, dispatchRules.edd)
        const schedule = createDecoder(compiled)(order, modes)
        const run = players.keep(compiled, noVariation)(0)
        expect(times(schedule.scheduled, run)).toEqual(times(schedule.scheduled, schedule))
      }),
      { numRuns: 500 },
    )
  })
})

test('who needs nobody does not join the oven run of somebody', () => {
  const baking = { equipment: 'OVEN', fixedSeconds: 4, perUnitSeconds: 1, interruptible: true }
  const next = { equipment: 'M', fixedSeconds: 1, perUnitSeconds: 0 }
  const order = (id: string, qualification?: string) => ({
    ...{ id, release: 0, due: 10, weight: 1, quantity: 5 },
    operations: [
      { id: '0', modes: [{ ...baking, ...(qualification ? { qualification } : {}) }] },
      { id: '1', modes: [next], after: [{ operation: '0', transferQuantity: 1 }] },
    ],
  })
  const compiled = compile({
    equipment: [{ id: 'OVEN', batchCapacity: 3 }, { id: 'M' }],
    persons: [
      { id: 'ann', qualifications: ['weld'], shifts: [{ from: 500, to: 900 }] },
      { id: 'bob', qualifications: ['weld'] },
    ],
    orders: [order('WITH', 'weld'), order('WITHOUT')],
  })
  const run = players.rule(compiled, noVariation)(0)
  expect(faults(compiled, run)).toEqual([])
  expect(run.start[0]).not.toBe(run.start[2])
})

describe.each(Object.entries(players))('%s', (name, player) => {
  test('breaks no rule, whatever chance does', () => {
    fc.assert(
      fc.property(problems, fc.nat({ max: 1_000 }), (problem, replication) => {
        const compiled = compile(problem)
        const run = player(compiled, chancy)(replication)
        expect(faults(compiled, run)).toEqual([])
      }),
      { numRuns: name === 'replan' ? 40 : 200 },
    )
  })

  test('a replication is the same again, and not the same as another', () => {
    const [problem] = fc.sample(
      problems.filter(({ orders }) => orders.length > 2),
      {
        numRuns: 1,
        seed: 4,
      },
    ) as [Problem]
    const play = player(compile(problem), chancy)
    const first = copied(play(3))
    const other = copied(play(4))
    expect(copied(play(3))).toEqual(first)
    expect(other).not.toEqual(first)
  })
})

describe('common random numbers', () => {
  const line = (extra: boolean): Problem => ({
    equipment: [{ id: 'M0' }, { id: 'M1' }],
    orders: [
      ...(extra
        ? [{ id: 'RUSH', operations: [{ id: '1', modes: [{ equipment: 'M1', fixedSeconds: 9 }] }] }]
        : []),
      { id: 'A', operations: [{ id: '1', modes: [{ equipment: 'M0', fixedSeconds: 1_000 }] }] },
    ],
  })
  test('an order more changes nothing for what it does not touch', () => {
    const endOfA = (extra: boolean) => {
      const play = players.rule(compile(line(extra)), chancy)
      return Array.from({ length: 50 }, (_, replication) => play(replication).end.at(-1))
    }
    expect(endOfA(true)).toEqual(endOfA(false))
    expect(new Set(endOfA(true)).size).toBe(50)
  })
})
