import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMember, fold, groupOf, memberWith } from '../../src/projections/fold.ts'
import { projections } from '../../src/projections/index.ts'
import { createKeyFilter } from '../../src/projections/key-filter.ts'
import { isOneRowPerFact, replay } from '../../src/projections/projection.ts'
import { createPackedRows, createRowCache } from '../../src/projections/row-cache.ts'
import { facts, factsAbout } from '../facts.ts'
import { anyFacts, plant } from './plant.ts'
import { expectSameRows } from './same-rows.ts'
import { memorySession, memoryTable } from './memory-session.ts'

test('live, rebuilt and in memory are the same, row for row, on PostgreSQL', async () => {
  await fc.assert(
    fc.asyncProperty(anyFacts(60), (facts) => expectSameRows(plant, facts)),
    { numRuns: 8 },
  )
})

const ofPlant = { folded: plant, histories: anyFacts(80), numRuns: 300 }
/** Machines alone too: their rows are changed in place. */
const ofAll = { folded: projections, histories: fc.oneof(facts, factsAbout([])), numRuns: 60 }

test.each([
  ['a small plant', ofPlant],
  ['every read model', ofAll],
])(
  'folding in batches with any cache, with or without a key filter, equals a replay: %s',
  async (_, { folded, histories, numRuns }) => {
    const batches = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        ...[histories, batches, fc.integer({ min: 1, max: 5 }), fc.boolean()],
        async (log, sizes, bound, filtered) => {
          const session = memorySession()
          const members = folded.map((p) => {
            if (!filtered) return createMember(p, memoryTable(p), bound)
            const filling = isOneRowPerFact(p)
              ? createPackedRows(session.packer())
              : createRowCache(bound, createKeyFilter())
            return memberWith(p, memoryTable(p), filling)
          })
          for (let from = 0, i = 0; from < log.length; i++) {
            const run = log.slice(Math.max(0, from - 2), (from += sizes[i % sizes.length]!))
            // Two facts of the batch before come again: they are passed over.
            const broken = await fold(groupOf(members), run, run.at(-1)!.position, session)
            expect(broken).toEqual(new Map())
            if (i % 2 === 0) session.flush(members)
          }
          session.flush(members)
          for (const p of folded) expect(session.rows(p), p.name).toEqual(replay(p, log))
        },
      ),
      { numRuns },
    )
  },
)
