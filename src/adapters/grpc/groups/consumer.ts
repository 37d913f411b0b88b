import { createHash } from 'node:crypto'
import type { Recorded } from '../../../domain/event.ts'
import type { Strategy } from './spec.ts'

/** One connected client of a group. */
export interface Consumer {
  readonly name: string
  readonly actor: string
  readonly from: string
  /** Events it takes without having acknowledged any. */
  readonly slots: number
  inFlight: number
  total: number
  readonly send: (fact: Recorded, retries: number) => void
  readonly drop: (why: Error) => void
}

const hasRoom = ({ inFlight, slots }: Consumer): boolean => inFlight < slots

/** Who gets an event; undefined while whoever should has no room. The first in line waited longest. */
export function choose(
  strategy: Strategy,
  consumers: readonly Consumer[],
  fact: Recorded,
): Consumer | undefined {
  switch (strategy) {
    case 'RoundRobin':
      return consumers.find(hasRoom)
    case 'DispatchToSingle':
      // The one that had the last event is at the end of the line.
      return consumers.findLast(hasRoom)
    case 'Pinned':
      return pinned(consumers, fact.stream)
    case 'PinnedByCorrelation':
      return pinned(consumers, fact.metadata.correlationId)
  }
}

/** Rendezvous hashing: when one comes or goes, only its own share moves. */
function pinned(consumers: readonly Consumer[], key: string): Consumer | undefined {
  const weight = ({ name }: Consumer) => createHash('sha1').update(`${name}\0${key}`).digest('hex')
  const best = consumers.reduce<{ consumer: Consumer; weight: string } | null>((most, consumer) => {
    const mine = weight(consumer)
    return most && most.weight >= mine ? most : { consumer, weight: mine }
  }, null)
  return best && hasRoom(best.consumer) ? best.consumer : undefined
}
