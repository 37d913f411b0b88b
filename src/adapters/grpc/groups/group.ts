import type { Recorded } from '../../../domain/event.ts'
import { Refused } from '../errors.ts'
import type { Service } from '../service.ts'
import { choose, type Consumer } from './consumer.ts'
import { createParking } from './parking.ts'
import { pump } from './pump.ts'
import { keyOf, type Spec } from './spec.ts'

export type Verdict = 'park' | 'retry' | 'skip'

/** A fact on its way through the group. */
interface Message {
  readonly fact: Recorded
  readonly retries: number
  /** Was parked: the checkpoint passed it long ago. */
  readonly replayed: boolean
}

interface InFlight extends Message {
  readonly consumer: Consumer
  readonly timer: NodeJS.Timeout
}

export interface GroupState {
  readonly buffered: number
  readonly retrying: number
  readonly inFlight: number
  readonly outstanding: number
  readonly parked: number
  readonly total: number
  readonly lastRead: number
  readonly checkpoint: number
  readonly consumers: readonly Consumer[]
}

export type Group = ReturnType<typeof createGroup>

/**
 * Hands the events of its source to whichever consumer has room. An event is through when it was
 * acknowledged, skipped or parked; the checkpoint is before the first one that is not.
 */
export function createGroup(service: Service, spec: Spec) {
  const { settings } = spec
  const parking = createParking(service, spec)
  const buffer: Message[] = []
  const retrying: Message[] = []
  const inFlight = new Map<string, InFlight>()
  const beingParked = new Set<Message>()
  let consumers: Consumer[] = []
  let total = 0
  let handled = 0

  const dispatch = (): void => {
    for (;;) {
      const from = retrying.length > 0 ? retrying : buffer
      const [message] = from
      // The same event twice in flight could not be told apart when it is acknowledged.
      if (!message || inFlight.has(message.fact.id)) break
      const consumer = choose(settings.strategy, consumers, message.fact)
      if (!consumer) break
      from.shift()
      hand(message, consumer)
    }
    source.wake(buffer.length)
  }
  const hand = (message: Message, consumer: Consumer): void => {
    const { fact, retries } = message
    const expire = () => settle(fact.id, 'retry', 'timed out')
    const timer = setTimeout(expire, settings.messageTimeoutMs).unref()
    inFlight.set(fact.id, { ...message, consumer, timer })
    consumer.inFlight++
    consumer.total++
    total++
    // Round robin: whoever got one goes to the end of the line.
    consumers = [...consumers.filter((c) => c !== consumer), consumer]
    consumer.send(fact, retries)
  }
  const settle = (id: string, verdict: Verdict | 'done', reason = ''): void => {
    const message = inFlight.get(id)
    if (!message) return
    clearTimeout(message.timer)
    inFlight.delete(id)
    message.consumer.inFlight--
    const again = { ...message, retries: message.retries + 1 }
    if (verdict === 'retry' && again.retries <= settings.maxRetryCount) retrying.push(again)
    else if (verdict === 'retry' || verdict === 'park') void park(again, reason)
    else through()
    dispatch()
  }
  const park = async (message: Message, reason: string): Promise<void> => {
    beingParked.add(message)
    try {
      await parking.park(message.fact, reason)
      through()
    } catch (error) {
      service.onError(error as Error)
      retrying.push(message)
    } finally {
      beingParked.delete(message)
    }
  }
  const through = (): void => {
    if (++handled >= settings.maxCheckpointCount) void saveCheckpoint()
  }
  const checkpoint = (): number => {
    const open = [buffer.slice(0, 1), retrying, [...inFlight.values()], [...beingParked]].flat()
    const first = open
      .filter(({ replayed }) => !replayed)
      .reduce((least, { fact }) => Math.min(least, fact.position), Infinity)
    return Math.min(first - 1, source.lastRead())
  }
  const saveCheckpoint = async (): Promise<void> => {
    handled = 0
    try {
      await service.checkpoints.save(`grpc:${spec.id}`, checkpoint())
    } catch (error) {
      service.onError(error as Error)
    }
  }

  const source = pump(service, spec, (facts) => {
    for (const fact of facts) buffer.push({ fact, retries: 0, replayed: false })
    dispatch()
    return buffer.length
  })
  const timer = setInterval(() => {
    if (handled > 0) void saveCheckpoint()
  }, settings.checkpointAfterMs).unref()

  const leave = (consumer: Consumer): void => {
    consumers = consumers.filter((c) => c !== consumer)
    for (const [id, message] of inFlight)
      if (message.consumer === consumer) {
        clearTimeout(message.timer)
        inFlight.delete(id)
        retrying.push(message)
      }
    dispatch()
  }

  return {
    spec,
    /** @throws Refused where there are as many as there may be */
    join(consumer: Consumer): void {
      const { maxSubscriberCount: most } = settings
      if (most > 0 && consumers.length >= most)
        throw new Refused({ kind: 'maximum-subscribers-reached', group: spec })
      // In front: it is the next to get something, but takes nothing over from a single one.
      consumers = [consumer, ...consumers]
      source.start()
      dispatch()
    },
    leave,
    ack: (ids: readonly string[]) => ids.forEach((id) => settle(id, 'done')),
    nack: (ids: readonly string[], verdict: Verdict, reason: string) =>
      ids.forEach((id) => settle(id, verdict, reason)),
    async replayParked(limit: number): Promise<void> {
      for (const fact of await parking.take(limit))
        retrying.push({ fact, retries: 0, replayed: true })
      dispatch()
    },
    async state(): Promise<GroupState> {
      return {
        buffered: buffer.length,
        retrying: retrying.length,
        inFlight: inFlight.size,
        outstanding: inFlight.size + retrying.length,
        parked: await parking.count(),
        total,
        lastRead: source.lastRead(),
        checkpoint: await service.checkpoints.load(`grpc:${spec.id}`),
        consumers,
      }
    },
    /** Ends it in this process; its consumers are told that they were dropped. */
    async stop(): Promise<void> {
      clearInterval(timer)
      source.stop()
      const started = consumers.length > 0 || total > 0
      for (const { timer: pending } of inFlight.values()) clearTimeout(pending)
      if (started) await saveCheckpoint()
      for (const consumer of consumers)
        consumer.drop(new Refused({ kind: 'persistent-subscription-dropped', group: spec }))
    },
    key: keyOf(spec),
  }
}
