import { expect, test } from 'vitest'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { failAbandonedPlans, heldWhile } from '../../src/api/abandoned-plans.ts'
import { createExecute } from '../../src/commands/execute.ts'
import type { Leases } from '../../src/commands/leases.ts'
import { catalogue } from '../../src/domain/index.ts'
import { plans, type PlanRow } from '../../src/projections/planning/plans.ts'
import { apply, type Keyed, type Rows } from '../../src/projections/projection.ts'
import type { ReadModels } from '../../src/projections/read-models.ts'
import { T0 } from '../spec.ts'
import { command } from './plant-facts.ts'

/** Leases of several processes: free again when the work of the one who has it is over. */
function createTestLeases(): Leases {
  const taken = new Map<string, Promise<void>>()
  return {
    async hold(name, signal, work) {
      const given = new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      )
      while (taken.has(name) && !signal.aborted) await Promise.race([taken.get(name), given])
      if (signal.aborted) return
      const done = work(signal)
      taken.set(
        name,
        done.catch(() => {}),
      )
      await done.finally(() => taken.delete(name))
    },
  }
}

test('a plan whose process ended has failed; one that is searched for, here or elsewhere, has not', async () => {
  const clock = { now: () => T0 }
  const store = createMemoryEventStore(clock, catalogue)
  const execute = createExecute({ store, clock })
  for (const planId of ['DEAD', 'HERE', 'ELSEWHERE'])
    await command(
      { execute },
      {
        ...{ type: 'RequestPlan', planId, startsAt: T0, position: 0, problemHash: 'ab'.repeat(32) },
        ...{ schedulerVersion: 1, seed: 1, iterations: 1, workers: 1 },
        ...{ basePlanId: null, reason: '' },
      },
    )
  const table = async (): Promise<Keyed<PlanRow>[]> => {
    const rows: Rows<PlanRow> = new Map()
    for (const fact of await store.readAll({ from: 0, limit: 100 })) apply(plans, fact, rows)
    return [...rows.values()].filter((row) => row !== null)
  }
  const statuses = async () =>
    Object.fromEntries((await table()).map(({ key, status }) => [key, status]))
  const page = async () => ({
    rows: (await table())
      .filter(({ status }) => status === 'REQUESTED')
      .map((row) => ({ row, cursor: row.key })),
    hasNextPage: false,
  })
  const reads = { page } as unknown as Pick<ReadModels, 'page'>
  const leases = createTestLeases()
  const elsewhere = Promise.withResolvers<void>()
  const searching = heldWhile(leases, 'ELSEWHERE', () => elsewhere.promise)
  const stop = new AbortController()
  const planner = { isSearching: (planId: string) => planId === 'HERE' }
  const watching = failAbandonedPlans({
    ...{ leases, reads, planner, execute, signal: stop.signal, lookMs: 1 },
  })
  await expect.poll(statuses, { timeout: 10_000 }).toMatchObject({ DEAD: 'FAILED' })
  expect(await statuses()).toMatchObject({ HERE: 'REQUESTED', ELSEWHERE: 'REQUESTED' })
  // It ends without a proposal, as a process does that is stopped.
  elsewhere.resolve()
  await searching
  await expect.poll(statuses, { timeout: 10_000 }).toMatchObject({ ELSEWHERE: 'FAILED' })
  expect(await statuses()).toMatchObject({ HERE: 'REQUESTED' })
  expect((await table()).find(({ key }) => key === 'DEAD')!.reason).toMatch(/process/)
  stop.abort()
  await watching
})
