import { setTimeout as delay } from 'node:timers/promises'
import { START, type EventStore } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'

/** Type of the fact that closes a stream for good. It is the last one in it. */
export const TOMBSTONE = '$streamDeleted'
/** Type of the facts in `$$<stream>`: what the protocol calls stream metadata. */
export const STREAM_METADATA = '$metadata'
/**
 * `$tb` of a deleted stream. The protocol has 2^63 - 1, which a JSON number of JavaScript cannot hold:
 * it would come out as 2^63 and break clients that read a 64-bit integer.
 */
export const DELETED = Number.MAX_SAFE_INTEGER

const RETRY_MS = 1_000
const PAGE = 1_000

/** Which of its facts a stream still shows. Nothing is removed from the log. */
export interface Lifetime {
  /** Revision of the metadata it comes from, -1 without. */
  readonly metadataRevision: number
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tombstoned: boolean
}

const UNLIMITED: Lifetime = { metadataRevision: -1, metadata: {}, tombstoned: false }

export interface Lifetimes {
  of(stream: string): Lifetime
  /** Takes a fact that was just written, before the log tells of it. */
  note(fact: Pick<Recorded, 'stream' | 'type' | 'data' | 'revision'>): void
}

export const metastreamOf = (stream: string): string => `$$${stream}`

/** First revision that a stream shows. */
export const truncateBefore = ({ metadata }: Lifetime): number =>
  typeof metadata['$tb'] === 'number' ? metadata['$tb'] : 0

/** Deleted by `$tb`: it can be written again, and then shows only what is new. */
export const isSoftDeleted = (lifetime: Lifetime): boolean => truncateBefore(lifetime) >= DELETED

/** Follows stream metadata and tombstones; other processes on the same log write them too. */
export async function followLifetimes(
  store: EventStore,
  signal: AbortSignal,
  onError: (error: Error) => void,
): Promise<Lifetimes> {
  const byStream = new Map<string, Lifetime>()
  const note: Lifetimes['note'] = ({ stream, type, data, revision }) => {
    if (type === TOMBSTONE)
      byStream.set(stream, { ...(byStream.get(stream) ?? UNLIMITED), tombstoned: true })
    if (type !== STREAM_METADATA || !stream.startsWith('$$')) return
    const of = stream.slice(2)
    const known = byStream.get(of) ?? UNLIMITED
    if (revision <= known.metadataRevision) return
    const metadata = typeof data === 'object' && data !== null ? { ...data } : {}
    byStream.set(of, { ...known, metadata, metadataRevision: revision })
  }
  const types = [STREAM_METADATA, TOMBSTONE]
  let after = await store.head()
  for (let from = START; ;) {
    const page = await store.readAll({ from, limit: PAGE, types })
    page.forEach(note)
    if (page.length < PAGE) break
    from = page.at(-1)!.position
  }
  const follow = async () => {
    while (!signal.aborted)
      try {
        for await (const batch of store.subscribe({ after, types, signal })) {
          batch.facts.forEach(note)
          after = batch.position
        }
      } catch (error) {
        onError(error as Error)
        await delay(RETRY_MS, undefined, { signal }).catch(() => {})
      }
  }
  void follow()
  return { of: (stream) => byStream.get(stream) ?? UNLIMITED, note }
}
