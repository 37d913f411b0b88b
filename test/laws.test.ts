import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRejection, type Decider } from '../src/domain/decider.ts'
import type { Recorded } from '../src/domain/event.ts'
import { catalogue, deciders, observationDefinitions } from '../src/domain/index.ts'
import { observationStream } from '../src/domain/observation.ts'
import { projections } from '../src/projections/index.ts'
import { apply, replay, type Projection, type Rows } from '../src/projections/projection.ts'
import { commandsOf, observationsOf } from './arbitraries.ts'
import { nothingConsulted } from './consulted.ts'
import { facts, factsAbout, interleaving } from './facts.ts'
import { freeze } from './support/freeze.ts'
import { testSeed } from './support/seed.ts'

/** Enough to meet the corners that few ids make likely. */
const RUNS = { numRuns: 200 }
/** A run is a whole history of some thirty facts. */
const HISTORIES = { numRuns: 80 }

/** Batches of histories of one category after which what has not happened will not. */
const PATIENCE = 40

test('the random histories are about every fact there is', () => {
  const made = new Set<string>()
  const sample = (histories: typeof facts, numRuns: number, seed: number) => {
    for (const log of fc.sample(histories, { numRuns, seed }))
      for (const { type } of log) made.add(type)
  }
  sample(facts, 100, testSeed)
  const missing = deciders.flatMap(({ category, events }) => {
    const open = () => Object.values(events).flatMap(({ type }) => (made.has(type) ? [] : [type]))
    for (let n = 0; n < PATIENCE && open().length > 0; n++)
      sample(factsAbout([category]), 10, testSeed + n)
    return open()
  })
  expect([...missing, ...[...observationDefinitions.keys()].filter((t) => !made.has(t))]).toEqual(
    [],
  )
})

describe.each(deciders.map((d) => [d.category, d] as const))('decider %s', (category, decider) => {
  const steps = fc.array(fc.tuple(commandsOf(category), fc.integer({ min: -20, max: 60 })), {
    minLength: 1,
    maxLength: 40,
    size: 'max',
  })
  test('an accepted command, repeated, changes nothing; no command makes it throw', () =>
    fc.assert(
      fc.property(steps, (commands) => repeatsChangeNothing(decider, commands)),
      RUNS,
    ))
  test('decides only on events of its own, and each of them can be stored and read', () =>
    fc.assert(
      fc.property(steps, (commands) => {
        const own = Object.values(decider.events).map((d) => d.type)
        for (const { type, data } of decided(decider, commands)) {
          expect(own).toContain(type)
          const stored = JSON.parse(JSON.stringify(data))
          expect(catalogue.get(type)!.schema.parse(stored)).toEqual(data)
        }
      }),
      RUNS,
    ))
})

describe('observations', () => {
  test.each([...observationDefinitions.keys()])('%s is made by an arbitrary and valid', (type) => {
    const definition = observationDefinitions.get(type)!
    fc.assert(
      fc.property(observationsOf(type), (o) => {
        const data = definition.event.schema.parse(o.data)
        expect(observationStream(definition, data, o.occurredAt)).toMatch(/^[a-zA-Z]+-./)
      }),
      { numRuns: 50 },
    )
  })
})

describe.each(projections.map((p) => [p.name, p] as const))('read model %s', (_, p) => {
  test('arrival order does not matter', () =>
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat()), (log, picks) => {
        expect(timeless(p, interleaving(log, picks))).toEqual(timeless(p, log))
      }),
      HISTORIES,
    ))
  test('folded batch by batch or at once is the same, and every row has every column', () =>
    fc.assert(
      fc.property(facts, fc.integer({ min: 1, max: 7 }), (log, size) => {
        const batched: Rows = new Map()
        for (let i = 0; i < log.length; i += size)
          for (const fact of log.slice(i, i + size)) apply(p, freeze(fact), batched)
        const whole = rows(p, log)
        expect(new Map([...batched].filter(([, row]) => row !== null))).toEqual(whole)
        for (const row of whole.values())
          expect(Object.keys(row).sort()).toEqual(['key', 'site', ...Object.keys(p.columns)].sort())
      }),
      HISTORIES,
    ))
})

const rows = (p: Projection, log: readonly Recorded[]) => replay(p, log.map(freeze))

/** Without the columns that say when the log knew something: those are about the order of arrival. */
const timeless = (p: Projection, log: readonly Recorded[]) =>
  new Map(
    [...rows(p, log)].map(([key, row]) => [
      key,
      Object.fromEntries(Object.entries(row).filter(([name]) => !p.positions?.includes(name))),
    ]),
  )

type Step = readonly [{ readonly type: string }, number]

function repeatsChangeNothing(decider: Decider, steps: readonly Step[]): void {
  let state = decider.initial
  let minute = 0
  for (const [wish, later] of steps) {
    const at = moment((minute += later))
    const command = decider.commands[wish.type]!.parse(wish)
    const given = { at, consulted: nothingConsulted(decider) }
    const decision = decider.decide(command, state, given)
    if (isRejection(decision)) continue
    state = decision.reduce((s, event) => decider.evolve(s, event, at), state)
    expect(decider.decide(command, state, given), JSON.stringify(command)).toEqual([])
  }
}

function decided(decider: Decider, steps: readonly Step[]) {
  let state = decider.initial
  let minute = 0
  return steps.flatMap(([wish, later]) => {
    const at = moment((minute += later))
    const command = decider.commands[wish.type]!.parse(wish)
    const given = { at, consulted: nothingConsulted(decider) }
    const decision = decider.decide(command, state, given)
    if (isRejection(decision)) return []
    state = decision.reduce((s, event) => decider.evolve(s, event, at), state)
    return decision
  })
}

const moment = (minute: number) => new Date(Date.UTC(2026, 2, 2, 6, minute)).toISOString()
