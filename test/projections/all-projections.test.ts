import fc from 'fast-check'
import { test } from 'vitest'
import { projections } from '../../src/projections/index.ts'
import { facts } from '../facts.ts'
import { expectSameRows } from './same-rows.ts'

/** Each run makes, fills and rebuilds every table on a database of its own: about a second. */
const RUNS = 6

test('every read model: live, redelivered, rebuilt and in memory are the same on PostgreSQL', async () => {
  const logs = fc.array(facts, { minLength: 3, maxLength: 5 })
  await fc.assert(
    // Several logs one after the other: the second meets the rows of the first.
    fc.asyncProperty(logs, async (several) => {
      const log = several.flatMap((log, n) =>
        log.map((fact) => ({ ...fact, id: renamed(fact.id, n) })),
      )
      await expectSameRows(projections, log)
    }),
    { numRuns: RUNS },
  )
})

const renamed = (id: string, n: number): string => id.slice(0, -4) + `${n}${id.slice(-3)}`
