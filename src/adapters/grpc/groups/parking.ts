import type { Recorded } from '../../../domain/event.ts'
import { ANY } from '../../../commands/event-store.ts'
import type { Service } from '../service.ts'
import { systemEvent } from '../writer.ts'
import { parkedStream, type Spec } from './spec.ts'

const PARKED = '$parked'
const REPLAYED = '$replayed'

interface Parked {
  readonly stream: string
  readonly revision: number
  readonly reason: string
}

/** What a group could not handle: facts about facts, kept until somebody has them replayed. */
export function createParking({ store, clock }: Service, spec: Spec) {
  const stream = parkedStream(spec)
  const write = (type: string, data: unknown) => {
    const events = [systemEvent({ clock }, type, data)]
    return store.append([{ stream, expected: ANY, events }])
  }
  /** Parked and not replayed yet, oldest first. */
  const waiting = async (): Promise<readonly Recorded[]> => {
    const facts = await store.readStream(stream)
    const upTo = facts
      .filter(({ type }) => type === REPLAYED)
      .reduce((last, { data }) => Math.max(last, (data as { upTo: number }).upTo), -1)
    return facts.filter(({ type, revision }) => type === PARKED && revision > upTo)
  }

  return {
    async park(fact: Recorded, reason: string): Promise<void> {
      const parked: Parked = { stream: fact.stream, revision: fact.revision, reason }
      await write(PARKED, parked)
    },
    count: async (): Promise<number> => (await waiting()).length,
    /** @param limit most to replay */
    async take(limit: number): Promise<readonly Recorded[]> {
      const taken = (await waiting()).slice(0, limit)
      const last = taken.at(-1)
      if (!last) return []
      const facts: Recorded[] = []
      for (const { data } of taken) {
        const { stream: from, revision } = data as Parked
        facts.push(...(await store.readStream(from, { from: revision, limit: 1 })))
      }
      await write(REPLAYED, { upTo: last.revision })
      return facts
    },
  }
}
