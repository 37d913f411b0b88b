import { createMemoryMessageBus } from '../../../src/adapters/memory/message-bus.ts'
import type { Principal } from '../../../src/api/authorise.ts'
import { createContext, type Services } from '../../../src/api/context.ts'
import { authoriseCommand } from '../../../src/api/authorise.ts'
import type { EventStore } from '../../../src/commands/event-store.ts'
import { createExecute } from '../../../src/commands/execute.ts'
import { createIntake, type IntakeDeps } from '../../../src/commands/messaging/intake.ts'
import { deciderOf } from '../../../src/commands/messaging/topics.ts'
import { observationDefinitions } from '../../../src/domain/index.ts'
import { clock, recordOn } from '../support.ts'

export const IN = 'orders-in'
export const DEAD = 'taktlog.dead-letter'
export const connector: Principal = {
  actor: 'kafka:test',
  scopes: new Set(['command:production', 'observe:equipment']),
  sites: ['S1'],
}

/** A connector as the role builds it, on this log. */
export function intakeOn(
  store: EventStore,
  { principal = connector, ...over }: Partial<IntakeDeps & { principal: Principal }> = {},
) {
  const bus = createMemoryMessageBus(clock.now)
  const services = {
    store,
    clock,
    observations: observationDefinitions,
    execute: createExecute({ store, clock, authorise: authoriseCommand }),
    record: recordOn(store),
  } as Partial<Services> as Services
  const take = createIntake({
    execute: (...command) => createContext(services, principal).execute(...command),
    record: (...observed) => createContext(services, principal).record(...observed),
    commands: deciderOf,
    observations: observationDefinitions,
    ...{ store, clock, principal, bus, deadLetters: DEAD, retryMs: [0], ...over },
  })
  return {
    bus,
    take,
    /** Messages as the bus hands them over, sent to one topic. */
    send: async (...events: (object | string)[]) => {
      const before = bus.messages(IN).length
      await bus.publish(events.map((event) => message(event)))
      await take(bus.messages(IN).slice(before))
    },
    letters: () =>
      bus.messages(DEAD).map(({ headers, value }) => ({
        code: String(headers['taktlog-code']),
        why: String(headers['taktlog-reason']),
        value: String(value),
      })),
    /** Tells letters of one delivery from others. */
    letterIds: () => bus.messages(DEAD).map(({ headers }) => String(headers['taktlog-id'])),
  }
}

export const message = (event: object | string, key: string | null = null) => ({
  topic: IN,
  key,
  value: typeof event === 'string' ? event : JSON.stringify(event),
  headers: {},
})

export const cloudEvent = (type: string, id: string, data: object, more: object = {}) => ({
  ...{ specversion: '1.0', id, source: '//erp', type, site: 'S1', data },
  ...more,
})
