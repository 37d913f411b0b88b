import type pg from 'pg'
import { expect } from 'vitest'
import type { EventStore } from '../../src/commands/event-store.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { projections } from '../../src/projections/index.ts'
import { expectedRows, rowsOf, untilCaughtUp } from '../projections/same-rows.ts'
import { openTransfers } from '../support/invariants.ts'

/** Policies that are due later (a drill, the end of a shift) disturb one look, not all of them. */
const LOOKS = 20

/**
 * Waits until transfers are done, and expects every read model to be what a replay of the log makes of it.
 * @returns the whole log
 */
export async function settled(
  pool: pg.Pool,
  store: Pick<EventStore, 'readAll' | 'head'>,
): Promise<readonly Recorded[]> {
  const all = () => store.readAll({ from: 0, limit: 1e6 })
  await expect.poll(async () => openTransfers(await all()), { timeout: 20_000 }).toEqual([])
  for (let look = 1; look <= LOOKS; look++) {
    const head = await store.head()
    await untilCaughtUp(pool, store, projections)
    const facts = await all()
    const rows = await Promise.all(projections.map((p) => rowsOf(pool, p)))
    if ((await store.head()) !== head) continue
    for (const [i, p] of projections.entries())
      expect(rows[i], p.name).toEqual(expectedRows(p, facts))
    return facts
  }
  throw new Error(`the log grew during each of ${LOOKS} looks at the read models`)
}
