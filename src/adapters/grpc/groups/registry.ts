import { ANY } from '../../../commands/event-store.ts'
import type { Caller } from '../caller.ts'
import { Refused } from '../errors.ts'
import type { Service } from '../service.ts'
import { systemEvent } from '../writer.ts'
import { createGroup, type Group } from './group.ts'
import { keyOf, type Spec } from './spec.ts'

/** Stream of the facts about which groups there are. */
const STREAM = '$persistentsubscriptions'
const DEFINED = '$subscriptionDefined'
const REMOVED = '$subscriptionRemoved'

export type Named = Pick<Spec, 'source' | 'group'>

export type Registry = Awaited<ReturnType<typeof openRegistry>>

/** All groups of the log. They are served by one process at a time. */
export async function openRegistry(service: Service) {
  const groups = new Map<string, Group>()
  for (const spec of await load(service)) groups.set(keyOf(spec), createGroup(service, spec))

  const write = async (type: string, data: unknown, caller: Caller): Promise<void> => {
    const events = [systemEvent(service, type, data, caller)]
    await service.store.append([{ stream: STREAM, expected: ANY, events }])
  }
  const find = (name: Named): Group => {
    const group = groups.get(keyOf(name))
    if (group) return group
    throw new Refused({ kind: 'persistent-subscription-does-not-exist', group: name })
  }

  return {
    find,
    list: (): readonly Group[] => [...groups.values()],
    async create(spec: Spec, caller: Caller): Promise<void> {
      if (groups.has(keyOf(spec)))
        throw new Refused({ kind: 'persistent-subscription-exists', group: spec })
      const group = createGroup(service, spec)
      groups.set(keyOf(spec), group)
      try {
        await write(DEFINED, spec, caller)
      } catch (error) {
        groups.delete(keyOf(spec))
        await group.stop()
        throw error
      }
    },
    /** Its consumers are dropped, and come back to the new settings. */
    async update(spec: Spec, caller: Caller): Promise<void> {
      const before = find(spec)
      const { id, filter } = before.spec
      const changed = { ...spec, id, filter }
      await write(DEFINED, changed, caller)
      await before.stop()
      groups.set(keyOf(spec), createGroup(service, changed))
    },
    async remove(name: Named, caller: Caller): Promise<void> {
      const group = find(name)
      await write(REMOVED, { id: group.spec.id }, caller)
      groups.delete(keyOf(name))
      await group.stop()
    },
    async close(): Promise<void> {
      await Promise.all([...groups.values()].map((group) => group.stop()))
    },
  }
}

async function load({ store }: Service): Promise<Iterable<Spec>> {
  const byId = new Map<string, Spec>()
  for (const { type, data } of await store.readStream(STREAM)) {
    const spec = data as Spec
    if (type === DEFINED) byId.set(spec.id, spec)
    if (type === REMOVED) byId.delete(spec.id)
  }
  return byId.values()
}
