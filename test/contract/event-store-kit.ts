import { z } from 'zod'
import {
  START,
  type Append,
  type EventStore,
  type NewEvent,
} from '../../src/commands/event-store.ts'
import { uuid5 } from '../../src/commands/ids.ts'
import { catalogue, event, type Recorded } from '../../src/domain/event.ts'

/** Version 1 had pieces only; version 2 says of which unit. */
const counted = event('Counted', z.object({ quantity: z.number(), unit: z.string() }), [
  (old: { pieces: number }) => ({ quantity: old.pieces, unit: 'C62' }),
])
/** What the stores under test decode with. */
export const contractCatalogue = catalogue([counted])

export interface StoreUnderTest {
  readonly store: EventStore
  /** A second instance on the same log, where a log can have two. */
  readonly second?: EventStore
  close(): Promise<void>
}

let counter = 0
/** A number not used before in this process. */
export const serial = (): number => ++counter

/** A new event; the name makes its id. */
export const fact = (name = `fact-${serial()}`, type = 'Noted', data: unknown = { name }) =>
  ({
    id: uuid5(name),
    type,
    schemaVersion: 1,
    data,
    metadata: {
      occurredAt: '2026-03-02T06:00:00.000Z',
      source: 'contract',
      site: 'S1',
      actor: 'tester',
      correlationId: name,
      causationId: name,
    },
  }) satisfies NewEvent

export const facts = (count: number): NewEvent[] => Array.from({ length: count }, () => fact())
export const fresh = (category = 'thing'): string => `${category}-${serial()}-${process.pid}`
export const idsOf = (some: readonly { readonly id: string }[]): string[] =>
  some.map(({ id }) => id)

export type Use = () => StoreUnderTest

export async function one(store: EventStore, append: Append) {
  const [result] = await store.append([append])
  return result!
}

export const everything = async (store: EventStore): Promise<readonly Recorded[]> => {
  const log: Recorded[] = []
  for (;;) {
    const page = await store.readAll({ from: log.at(-1)?.position ?? START, limit: 500 })
    log.push(...page)
    if (page.length < 500) return log
  }
}
