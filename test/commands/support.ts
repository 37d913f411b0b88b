import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import { StoreUnavailable, type EventStore } from '../../src/commands/event-store.ts'
import { createExecute, type Ack } from '../../src/commands/execute.ts'
import { createRecord } from '../../src/commands/record.ts'
import type { CommandEnvelope } from '../../src/domain/command.ts'
import { isRejection, type Rejection } from '../../src/domain/decider.ts'
import { catalogue, observationDefinitions } from '../../src/domain/index.ts'
import { T0 } from '../spec.ts'

export const clock = { now: () => T0 }
export const memoryStore = (): EventStore => createMemoryEventStore(clock, catalogue)
export const executeOn = (store: EventStore) => createExecute({ store, clock })
export const recordOn = (store: EventStore) =>
  createRecord({ store, clock, observations: observationDefinitions })

export const envelope = (
  commandId: string,
  more: Partial<CommandEnvelope> = {},
): CommandEnvelope => ({ commandId, actor: 'P1', site: 'S1', source: 'spec', ...more })

export const release = (orderId: string) => ({
  type: 'ReleaseOrder',
  orderId,
  materialId: 'gear',
  quantity: 10,
  unit: 'C62',
  operations: [{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'WC1' }],
})

/** @throws when the outcome is a refusal */
export function ack(outcome: Ack | Rejection): Ack {
  if (isRejection(outcome)) throw new Error(`${outcome.rejected}: ${outcome.why}`)
  return outcome
}
export const refusal = (outcome: Ack | Rejection): string =>
  isRejection(outcome) ? outcome.rejected : 'accepted'

export const wholeLog = (store: EventStore) => store.readAll({ from: 0, limit: 100_000 })

/** A store whose first append takes effect although its acknowledgement is lost. */
export function losesFirstAck(store: EventStore): EventStore {
  let lose = true
  return {
    ...store,
    append: async (appends) => {
      const results = await store.append(appends)
      if (!lose) return results
      lose = false
      throw new StoreUnavailable(new Error('connection reset'))
    },
  }
}
