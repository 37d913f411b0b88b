import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StoreUnavailable } from '../../src/commands/event-store.ts'
import type { Observation } from '../../src/commands/record.ts'
import { hierarchyScope } from '../../src/domain/site/hierarchy-scope.ts'
import { after } from '../spec.ts'
import {
  ack,
  envelope,
  executeOn,
  memoryStore,
  recordOn,
  wholeLog,
  losesFirstAck,
} from './support.ts'

const by = { source: 'plc-7', site: 'S1', actor: 'connector' }
const program = (n: number, sourceSequence?: number): Observation => ({
  type: 'ProgramChanged',
  data: { equipmentId: 'M1', program: `P${n}` },
  occurredAt: after(-1000 + n),
  ...(sourceSequence === undefined ? {} : { sourceSequence }),
})
const some = (n: number) => Array.from({ length: n }, (_, i) => program(i, i))

test('observations go to a stream per subject and day, in the order of their source', async () => {
  const store = memoryStore()
  const result = await recordOn(store)(some(5), by)
  const facts = await wholeLog(store)
  expect(result).toMatchObject({ recorded: 5, duplicates: 0, quarantined: [], position: 5 })
  expect(facts.map((f) => f.metadata.sourceSequence)).toEqual([0, 1, 2, 3, 4])
  expect(new Set(facts.map((f) => f.stream))).toEqual(new Set(['equipment-M1-2026-03-01']))
})

test('a redelivery is recognised, in other batches and other order, by another process too', () =>
  fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(some(12), { minLength: 1 }),
      fc.shuffledSubarray(some(12), { minLength: 12 }),
      async (part, all) => {
        const store = memoryStore()
        await recordOn(store)(part, by)
        const again = await recordOn(store)([...all, ...part], by)
        expect(again).toMatchObject({ recorded: 12 - part.length, duplicates: 2 * part.length })
        expect(await store.head()).toBe(12)
      },
    ),
    { numRuns: 50 },
  ))

test('without a sequence the content tells them apart', async () => {
  const record = recordOn(memoryStore())
  await record([program(1), program(2)], by)
  expect(await record([program(2), program(3)], by)).toMatchObject({ recorded: 1, duplicates: 1 })
})

test.each([
  [{ ...program(1), data: { equipmentId: '' } }, /equipmentId ""/],
  [{ ...program(1), type: 'Nonsense' }, /type "Nonsense" is not an observation/],
  [{ ...program(1), occurredAt: 'soon' }, /occurredAt "soon" is not an ISO-8601 instant/],
  [{ ...program(1), occurredAt: after(60) }, /is in the future/],
  [{ ...program(1), occurredAt: '2026-02-29T00:00:00Z' }, /is not an ISO-8601 instant/],
])('%o is put aside with its content and the reason; the rest is recorded', async (bad, why) => {
  const store = memoryStore()
  const record = recordOn(store)
  const result = await record([program(2), bad, program(3)], by)
  expect(result).toMatchObject({ recorded: 2, quarantined: [{ index: 1 }] })
  const aside = (await wholeLog(store)).at(-1)!
  expect(aside).toMatchObject({ type: 'ObservationQuarantined', stream: 'quarantine-plc-7' })
  expect((aside.data as { why: string; raw: string }).why).toMatch(why)
  expect(JSON.parse((aside.data as { raw: string }).raw)).toEqual(bad)
  await record([program(2), bad, program(3)], by)
  expect(await store.head(), 'a repeated bad item is kept once').toBe(3)
})

test('nobody reports on the equipment of another site', async () => {
  const store = memoryStore()
  const scopes = [
    { scopeId: 'S2', level: 'SITE', name: 'Two', timeZone: 'Europe/Vienna' },
    { scopeId: 'A1', level: 'AREA', name: 'Milling', parentId: 'S2' },
    { scopeId: 'W1', level: 'WORK_CENTRE', name: 'Mills', parentId: 'A1' },
    { scopeId: 'M1', level: 'WORK_UNIT', name: 'Mill', parentId: 'W1' },
  ]
  const execute = executeOn(store)
  for (const scope of scopes) {
    const command = { type: 'DefineHierarchyScope', ...scope }
    ack(await execute(hierarchyScope, command, envelope(scope.scopeId, { site: 'S2' })))
  }
  const result = await recordOn(store)([program(1)], by)
  expect(result).toMatchObject({ recorded: 0, quarantined: [{ index: 0 }] })
  expect(result.quarantined[0]!.why).toMatch(/belongs to site S2/)
})

test('a retry after a lost acknowledgement doubles nothing', async () => {
  const store = memoryStore()
  const record = recordOn(losesFirstAck(store))
  await expect(record(some(3), by)).rejects.toThrow(StoreUnavailable)
  expect(await record(some(3), by)).toMatchObject({ recorded: 0, duplicates: 3 })
  expect(await store.head()).toBe(3)
})
