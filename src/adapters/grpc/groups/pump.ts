import { setTimeout as delay } from 'node:timers/promises'
import type { Recorded } from '../../../domain/event.ts'
import { matcher } from '../filter.ts'
import type { Service } from '../service.ts'
import { ALL, type Spec } from './spec.ts'

const RETRY_MS = 1_000

/**
 * Follows the source of a group from its checkpoint, and waits while more is buffered than the group
 * wants.
 * @param take gets facts in order and answers how many are buffered now
 */
export function pump(service: Service, spec: Spec, take: (facts: Recorded[]) => number) {
  const { source, settings, start, filter } = spec
  const { matches, pushed } = matcher(filter)
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, service.closing])
  const wanted = Math.max(1, settings.historyBufferSize)
  const dash = source.indexOf('-')
  const where = source === ALL ? pushed : dash > 0 ? { categories: [source.slice(0, dash)] } : {}
  const belongs = (fact: Recorded): boolean =>
    source === ALL ? matches(fact) : fact.stream === source && fact.revision >= start.revision
  let lastRead = start.after
  let started = false
  let room: (() => void) | null = null
  signal.addEventListener('abort', () => room?.(), { once: true })

  const run = async () => {
    lastRead = Math.max(lastRead, await service.checkpoints.load(`grpc:${spec.id}`))
    const batchSize = Math.max(1, settings.readBatchSize, wanted)
    for await (const batch of service.store.subscribe({
      after: lastRead,
      batchSize,
      signal,
      ...where,
    })) {
      const facts = batch.facts.filter(belongs)
      lastRead = batch.position
      if (take(facts) >= wanted && !signal.aborted)
        await new Promise<void>((resolve) => {
          room = resolve
        })
    }
  }
  const follow = async () => {
    while (!signal.aborted)
      try {
        await run()
      } catch (error) {
        service.onError(error as Error)
        await delay(RETRY_MS, undefined, { signal }).catch(() => {})
      }
  }

  return {
    lastRead: () => lastRead,
    start(): void {
      if (!started) void follow()
      started = true
    },
    wake(buffered: number): void {
      if (buffered < wanted) room?.()
    },
    stop: () => stop.abort(),
  }
}
