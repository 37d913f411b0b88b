import { expect, test } from 'vitest'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { createRecord } from '../../src/commands/record.ts'
import type { ReadAll } from '../../src/commands/event-store.ts'
import { catalogue, observationDefinitions } from '../../src/domain/index.ts'
import { forkOnly, forkProjections } from '../../src/projections/planning/fork.ts'
import { createHistory, TooManyFacts } from '../../src/projections/planning/history.ts'
import { replay } from '../../src/projections/projection.ts'
import { fill } from './plant-facts.ts'

const clock = { now: () => '2030-01-01T00:00:00.000Z' }

test('history is folded once for all that fork at a position, and gone on with for a later one', async () => {
  const store = createMemoryEventStore(clock, catalogue)
  await fill({
    execute: createExecute({ store, clock }),
    record: createRecord({ store, clock, observations: observationDefinitions }),
  })
  const head = await store.head()
  const facts = await store.readAll({ from: 0, limit: head })
  const read: number[] = []
  const history = createHistory({
    readAll: (options: ReadAll) => {
      read.push(options.from)
      return store.readAll(options)
    },
  })
  const early = Math.floor(head / 2)
  for (const position of [early, head, early, head]) {
    const rows = await history.at(position)
    for (const p of forkProjections) {
      const asked = forkOnly.get(p)
      const known = facts.filter(
        (fact) => fact.position <= position && (asked?.includes(fact.type) ?? true),
      )
      expect(new Map(rows.rows(p).map((row) => [row.key, row]))).toEqual(replay(p, known))
    }
  }
  // Once from the start, once from where the first one stands; what was folded is not read again.
  expect(read).toEqual([0, early])
})

test('more facts than are folded for one question are refused, with the position and the limit', async () => {
  const store = createMemoryEventStore(clock, catalogue)
  await fill({
    execute: createExecute({ store, clock }),
    record: createRecord({ store, clock, observations: observationDefinitions }),
  })
  const head = await store.head()
  const history = createHistory(store, 10)
  await expect(history.at(head)).rejects.toThrow(new TooManyFacts(head, 10))
  // What was refused is not kept: less of it can be asked for.
  expect((await history.at(5)).rows(forkProjections[0]!)).toBeDefined()
})
