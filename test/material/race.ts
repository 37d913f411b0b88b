import fc from 'fast-check'
import { createMemoryEventStore } from '../../src/adapters/memory/event-store.ts'
import type { EventStore } from '../../src/commands/event-store.ts'
import { createExecute } from '../../src/commands/execute.ts'
import type { Decider } from '../../src/domain/decider.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { catalogue } from '../../src/domain/index.ts'
import { T0, after } from '../spec.ts'

export const SITE = 'S1'
export const clock = { now: () => after(10_000) }
export const by = (commandId: string, actor: string) => ({
  commandId,
  actor,
  site: SITE,
  source: 'race',
  occurredAt: T0,
})

/** The store as two processes see it, each call as late as `s` says: anything may come between. */
export const delayed = (s: fc.Scheduler, store: EventStore): EventStore => ({
  ...store,
  append: (appends) => s.schedule(Promise.resolve(), 'append').then(() => store.append(appends)),
  readStream: (stream, options) =>
    s.schedule(Promise.resolve(), 'read').then(() => store.readStream(stream, options)),
})

export interface Wish {
  readonly decider: Decider
  readonly command: { readonly type: string }
}

/** Two processes on one log, each sending its wishes all at once. */
export async function race(
  s: fc.Scheduler,
  store: EventStore,
  wishes: readonly Wish[],
  round = 1,
): Promise<void> {
  const slow = delayed(s, store)
  const processes = [0, 1].map(() => createExecute({ store: slow, clock }))
  const all = Promise.all(
    wishes.map(({ decider, command }, n) =>
      processes[n % 2]!(decider, command, by(`c${round}/${n}`, `client ${n}`)),
    ),
  )
  await s.waitFor(all)
}

export const log = async (store: EventStore): Promise<readonly Recorded<any>[]> =>
  store.readAll({ from: 0, limit: 1e6 })

export const newStore = () => createMemoryEventStore(clock, catalogue)
/** The serial, what it is in, and so on up; ends where it would go round. */
export function pathUp(parents: ReadonlyMap<string, string>, serial: string): readonly string[] {
  const path = [serial]
  for (let next = parents.get(serial); next !== undefined; next = parents.get(next)) {
    path.push(next)
    if (path.length > parents.size + 1) break
  }
  return path
}
