import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Recorded } from '../../src/domain/event.ts'
import { projections } from '../../src/projections/index.ts'
import { replay } from '../../src/projections/projection.ts'
import { createReplay, type Replay } from '../../src/projections/replay.ts'
import { facts, factsAbout } from '../facts.ts'

/** Histories of all kinds, and such of machines alone, whose rows are changed in place. */
const histories = fc.oneof(facts, factsAbout([]))

const sorted = (rows: Iterable<{ readonly key: string }>) =>
  [...rows].sort((a, b) => (a.key < b.key ? -1 : 1))
function expectRowsOf(replayed: Replay, log: readonly Recorded[]): void {
  for (const p of projections)
    expect(sorted(replayed.rows(p)), p.name).toEqual(sorted(replay(p, log).values()))
}

test('rows changed in place are those of a replay, and whoever goes on from them leaves them', () => {
  fc.assert(
    fc.property(histories, fc.double({ min: 0, max: 1, noNaN: true }), (log, share) => {
      const fork = Math.floor(share * log.length)
      const base = createReplay(projections)
      for (const fact of log.slice(0, fork)) base.apply(fact)
      const assumed = base.goOn()
      for (const fact of log.slice(fork)) assumed.apply(fact)
      expectRowsOf(assumed, log)
      expectRowsOf(base, log.slice(0, fork))
      const again = assumed.goOn()
      expectRowsOf(again, log)
    }),
    { numRuns: 150 },
  )
})
