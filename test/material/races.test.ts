import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventStore } from '../../src/commands/event-store.ts'
import { createExecute, type Execute } from '../../src/commands/execute.ts'
import { runPolicy, type Checkpoints } from '../../src/commands/policy.ts'
import { createRecord } from '../../src/commands/record.ts'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { observationDefinitions } from '../../src/domain/index.ts'
import type { LotEvent, UnitEvent } from '../../src/domain/material/events.ts'
import { lot } from '../../src/domain/material/lot.ts'
import { transferPolicy } from '../../src/domain/material/transfer.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { plus } from '../../src/domain/types.ts'
import { lotMovements } from '../../src/projections/material/lot-movements.ts'
import { lots } from '../../src/projections/material/lots.ts'
import { replay } from '../../src/projections/projection.ts'
import { change } from '../support/invariants.ts'
import { lotCommand, unitCommand } from './arbitraries.ts'
import { unitObservation } from './observations.ts'
import { by, clock, delayed, log, newStore, pathUp, race, SITE } from './race.ts'

const RUNS = { numRuns: 150 }
/**
 * Lets the policy run over all there is until nothing more follows. After a crash before the
 * checkpoint was saved it begins anew, so it runs once more for each.
 */
async function settle(store: EventStore, execute: Execute, crashes: number): Promise<void> {
  for (let run = 0; run <= crashes; run++) {
    const stop = new AbortController()
    const save = async (_: string, position: number) => {
      if (position === (await store.head())) stop.abort()
    }
    const checkpoints: Checkpoints = { load: async () => 0, save }
    await runPolicy(transferPolicy, { store, execute, checkpoints, signal: stop.signal })
  }
}

const wishes = (command: fc.Arbitrary<{ readonly type: string }>, decider: Decider) =>
  fc.array(
    command.map((c) => ({ decider, command: c })),
    { minLength: 2, maxLength: 24, size: 'max' },
  )

const receipt = (lotId: string, materialId = 'steel') => ({
  type: 'ReceiveLot',
  lotId,
  movementId: 'stock',
  materialId,
  quantity: 10,
  unit: 'KGM',
})
const use = (movementId: string) => ({
  type: 'ConsumeLot',
  lotId: 'L1',
  movementId,
  quantity: 10,
  unit: 'KGM',
  orderId: 'PO-1',
})

/** A store with something in it, so that wishes meet more than refusals. */
async function stocked(): Promise<EventStore> {
  const store = newStore()
  const execute = createExecute({ store, clock })
  for (const command of [receipt('L1'), receipt('L2'), receipt('L3', 'brass')])
    await execute(lot, command, by(`stock ${command.lotId}`, 'client'))
  for (const serial of ['S1', 'S2', 'S3']) {
    const command = { type: 'ProduceUnit', serial, movementId: 'stock', materialId: 'pump' }
    await execute(unit, command, by(`stock ${serial}`, 'client'))
  }
  return store
}

/** How much of the material all lots together must have: what came in and went out for good. */
const balance = (facts: readonly Recorded<LotEvent>[]): number =>
  facts
    .filter(({ type, stream }) => stream.startsWith('lot-') && !ON_THE_WAY.has(type))
    .reduce((sum, { type, data }) => plus(sum, change({ type, data } as LotEvent)), 0)
const ON_THE_WAY = new Set<string>([
  'LotSplit',
  'LotMerged',
  'LotTransferReceived',
  'LotTransferReturned',
])

describe('lots', () => {
  test('no interleaving takes more of a lot than there is', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), wishes(lotCommand, lot), async (s, list) => {
        const store = await stocked()
        await race(s, store, list)
        const left = new Map<string, number>()
        for (const { data, type } of await log(store)) {
          if (!String(type).startsWith('Lot')) continue
          const before = left.get(data.lotId) ?? 0
          const now = plus(before, change({ type, data }))
          expect(now, `${type} of ${data.lotId}`).toBeGreaterThanOrEqual(0)
          left.set(data.lotId, now)
        }
      }),
      RUNS,
    ))

  test('one of many who want the last of it gets it', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 8 }), async (s, clients) => {
        const store = await stocked()
        const wants = Array.from({ length: clients }, (_, n) => ({
          decider: lot,
          command: use(`m${n}`),
        }))
        await race(s, store, wants)
        const facts = await log(store)
        expect(facts.filter((f) => f.type === 'LotConsumed')).toHaveLength(1)
        expect(facts.filter((f) => f.type === 'CommandRejected')).toHaveLength(clients - 1)
      }),
      RUNS,
    ))

  test('splits and merges balance once their policy has run, crashes and all', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        wishes(lotCommand, lot),
        fc.integer({ min: 0, max: 2 }),
        async (s, list, crashes) => {
          const store = await stocked()
          // The process of the policy has seen the lots before others change them.
          const policyProcess = createExecute({ store, clock })
          await race(s, store, list.slice(0, 12))
          await settle(store, policyProcess, crashes)
          await race(s, store, list.slice(12), 2)
          await settle(store, policyProcess, crashes)
          const facts = (await log(store)) as readonly Recorded<LotEvent>[]
          const onHand = [...replay(lots, facts).values()].reduce((n, r) => plus(n, r.quantity), 0)
          expect(onHand).toBe(balance(facts))
          const movements = [...replay(lotMovements, facts).values()]
          expect(movements.reduce((n, r) => plus(n, r.quantity), 0)).toBe(onHand)
          expect(open(facts)).toEqual([])
        },
      ),
      RUNS,
    ))
})

/** Transfers that left one lot and neither arrived in another nor came back, or did both. */
const open = (facts: readonly Recorded<LotEvent>[]): string[] =>
  facts
    .filter((f) => f.type === 'LotSplit' || f.type === 'LotMerged')
    .filter(({ data: { lotId, transferId } }: any) => {
      const ends = facts.filter(
        ({ type, data }: any) =>
          data.transferId === transferId &&
          ((type === 'LotTransferReceived' && data.fromLotId === lotId) ||
            (type === 'LotTransferReturned' && data.lotId === lotId)),
      )
      return ends.length !== 1
    })
    .map(({ data }: any) => `${data.lotId}/${data.transferId}`)

describe('serials', () => {
  test('no interleaving puts one into two parents, with machines reporting meanwhile', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        wishes(unitCommand, unit),
        fc.array(unitObservation, { maxLength: 6 }),
        async (s, list, seen) => {
          const store = await stocked()
          const record = createRecord({
            store: delayed(s, store),
            clock,
            observations: observationDefinitions,
          })
          const reports = Promise.all(
            seen.map((o) => record([o], { source: 'm', site: SITE, actor: 'm' })),
          )
          await race(s, store, list)
          await s.waitFor(reports)
          const facts = (await log(store)) as readonly Recorded<UnitEvent>[]
          const parents = new Map<string, string>()
          for (const { type, data } of facts) {
            if (type === 'ComponentInstalled') {
              expect(parents.get(data.serial)).toBeUndefined()
              parents.set(data.serial, data.parentSerial)
              expect(pathUp(parents, data.parentSerial)).not.toContain(data.serial)
            } else if (type === 'ComponentRemoved' || type === 'ComponentReplaced') {
              expect(parents.get(data.serial)).toBe(data.parentSerial)
              parents.delete(data.serial)
            }
          }
          const distinct = new Set(seen.map((o) => JSON.stringify(o)))
          expect(facts.filter((f) => f.type === 'UnitProcessed')).toHaveLength(distinct.size)
        },
      ),
      RUNS,
    ))
})

describe('two processes', () => {
  test('a refusal never rests on what the other has changed since', async () => {
    const store = newStore()
    const [here, there] = [0, 1].map(() => createExecute({ store, clock })) as [Execute, Execute]
    const receive = (movementId: string) => ({ ...receipt('L1'), movementId })
    await here(lot, receive('r1'), by('c1', 'a'))
    await here(lot, use('u1'), by('c2', 'a'))
    await there(lot, receive('r2'), by('c3', 'b'))
    const outcome = await here(lot, use('u2'), by('c4', 'a'))
    expect(isRejection(outcome) ? outcome : 'granted').toBe('granted')
  })
})
