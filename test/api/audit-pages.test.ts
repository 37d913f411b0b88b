import { expect, test } from 'vitest'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { auditPage, type AuditLine, type Folded } from '../../src/api/audit-reader.ts'
import type { AuditTrail } from '../../src/commands/audit-trail.ts'
import { createExecute } from '../../src/commands/execute.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { catalogue } from '../../src/domain/index.ts'
import { order } from '../../src/domain/production/order.ts'

const FACTS = 300
const PAGE = 100
const clock = { now: () => '2030-01-01T00:00:00.000Z' }

async function longOrder() {
  const store = createMemoryEventStore(clock, catalogue)
  const execute = createExecute({ store, clock })
  let sent = 0
  const wish = async (command: object) => {
    const by = { commandId: `c${sent++}`, actor: 'spec', site: 'S1', source: 'spec' }
    const outcome = await execute(order, { orderId: 'PO-1', ...command }, by)
    if (isRejection(outcome)) throw new Error(outcome.why)
  }
  const operation = { operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'LINE' }
  await wish({
    ...{ type: 'ReleaseOrder', materialId: 'gear', quantity: 9, unit: 'C62' },
    operations: [operation],
  })
  for (let n = 1; n < FACTS; n++)
    await wish({
      ...{ type: 'ReportQuantity', operationId: '10', bookingId: `b${n}`, personId: 'P1' },
      ...{ good: n, scrap: 0 },
    })
  return store
}

test('pages that go forward fold a long stream once, and tell the same changes', async () => {
  const store = await longOrder()
  const trail: Pick<AuditTrail, 'page'> = {
    async page(_, { limit, after = 0 }) {
      const facts = await store.readAll({ from: after, limit: limit + 1 })
      return { facts: facts.slice(0, limit), more: facts.length > limit }
    },
  }
  let read = 0
  const counting: Pick<typeof store, 'readStream'> = {
    async readStream(...args) {
      const facts = await store.readStream(...args)
      read += facts.length
      return facts
    },
  }
  const from = { trail: trail as AuditTrail, store: counting }
  const changesOf = (lines: readonly AuditLine[]) =>
    Promise.all(lines.map((line) => line.changes()))
  const all = await auditPage(from, {}, { limit: FACTS, direction: 'forward' }, null)
  const expected = await changesOf(all.lines)
  expect(expected.at(-1)).not.toEqual([])

  read = 0
  const folded: Folded = new Map()
  const told: unknown[] = []
  for (let after = 0, goesOn = true; goesOn;) {
    const page = { limit: PAGE, direction: 'forward', after } as const
    const { lines, more } = await auditPage(from, {}, page, null, folded)
    told.push(...(await changesOf(lines)))
    after = lines.at(-1)!.fact.position
    goesOn = more
  }
  expect(told).toEqual(expected)
  expect(read).toBe(FACTS)
})
