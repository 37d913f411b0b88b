import { isRejection, reject, type Rejection } from '../domain/decider.ts'
import type { Recorded } from '../domain/event.ts'
import { personEvents, personFold, type Person } from '../domain/personnel/events.ts'
import type { EventStore } from './event-store.ts'
import type { Execute } from './execute.ts'
import type { Checkpoints } from './policy.ts'
import type { Clock } from './ports.ts'

/** What tells who a person is. It is nowhere but here, so that it can be forgotten. */
export interface PersonName {
  readonly personId: string
  /** Site of the person's facts: who may see that site, and reads personnel, may see the name. */
  readonly site: string
  readonly name: string
  readonly badge: string | null
  readonly email: string | null
}

/** Where names are kept: one mutable table outside the log and the read models. */
export interface PersonNames {
  put(name: PersonName, by: { readonly at: string; readonly actor: string }): Promise<void>
  /** Those that are known, by personId. */
  find(personIds: readonly string[]): Promise<ReadonlyMap<string, PersonName>>
  /** Ids of persons whose name has these letters, or with exactly this badge. `sites` null opens all. */
  search(
    what: { readonly contains: string } | { readonly badge: string },
    sites: readonly string[] | null,
  ): Promise<readonly string[]>
  erase(personId: string): Promise<void>
}

interface Deps {
  readonly names: PersonNames
  readonly store: EventStore
  readonly clock: Clock
}

/**
 * Sets or replaces the name of a registered person. Nothing of it is recorded: the log forgets nothing.
 * A person who is forgotten meanwhile stays so: the name is written first and looked at again after.
 */
export async function setPersonName(
  { names, store, clock }: Deps,
  wish: PersonName,
  actor: string,
): Promise<Rejection<'PersonUnknown' | 'PersonForgotten' | 'WrongSite'> | null> {
  const refused = await refusal(store, wish)
  if (refused) return refused
  await names.put(wish, { at: clock.now(), actor })
  const tooLate = await refusal(store, wish)
  if (tooLate) await names.erase(wish.personId)
  return tooLate
}

async function refusal(store: EventStore, { personId, site }: PersonName) {
  const facts = await store.readStream(`${personFold.category}-${personId}`)
  const person = facts.reduce<Person>(
    (state, fact) => personFold.evolve(state, fact, fact.metadata.occurredAt),
    personFold.initial,
  )
  if (person.status === 'unknown')
    return reject('PersonUnknown', `personId ${personId} has not been registered.`)
  const own = facts[0]!.metadata.site
  if (own !== site)
    return reject('WrongSite', `personId ${personId} belongs to site ${own}, not ${site}.`)
  return person.status === 'forgotten'
    ? reject('PersonForgotten', `personId ${personId} was forgotten.`)
    : null
}

/** The same `execute`; who was told that a person is forgotten finds no name any more. */
export const erasing =
  (execute: Execute, names: PersonNames): Execute =>
  async (decider, command, envelope) => {
    const outcome = await execute(decider, command, envelope)
    const { type, personId } = command as { readonly type?: unknown; readonly personId: string }
    if (type === 'ForgetPerson' && !isRejection(outcome)) await names.erase(personId)
    return outcome
  }

/** Names its checkpoint. */
const CHECKPOINT = 'forgotten-persons'

/**
 * Erases the name of whoever the log says is forgotten: what a process that died between the fact and
 * the erasure left undone. Resolves when the signal aborts; throws when a store fails.
 */
export async function eraseForgotten(deps: {
  readonly names: PersonNames
  readonly store: EventStore
  readonly checkpoints: Checkpoints
  readonly signal: AbortSignal
}): Promise<void> {
  const after = await deps.checkpoints.load(CHECKPOINT)
  const types = [personEvents.forgotten.type]
  for await (const batch of deps.store.subscribe({ after, types, signal: deps.signal })) {
    for (const { data } of batch.facts as readonly Recorded<{
      type: string
      data: { personId: string }
    }>[])
      await deps.names.erase(data.personId)
    await deps.checkpoints.save(CHECKPOINT, batch.position)
  }
}
