import type { Recorded } from '../../domain/event.ts'
import { Refused } from './errors.ts'
import { isSoftDeleted, truncateBefore, type Lifetime } from './lifetimes.ts'
import type { Service } from './service.ts'

export interface StreamRange {
  readonly stream: string
  /** Inclusive revision; the end (backward) or the beginning where absent. */
  readonly from?: number | undefined
  readonly forward: boolean
  readonly limit: number
  /** Facts fetched at once. */
  readonly page: number
}

/** A stream as its metadata shows it: nothing before `$tb`, at most `$maxCount`, none older than `$maxAge`. */
export function pagesOfStream({ store, lifetimes, clock }: Service, range: StreamRange) {
  const { stream, forward } = range
  const lifetime = lifetimes.of(stream)
  let first = truncateBefore(lifetime)

  return {
    /**
     * Whether there is such a stream.
     * @throws Refused where it is tombstoned
     */
    async open(): Promise<'present' | 'absent'> {
      if (lifetime.tombstoned) throw new Refused({ kind: 'stream-deleted', stream })
      if (isSoftDeleted(lifetime)) return 'absent'
      const [last] = await store.readStream(stream, { direction: 'backward', limit: 1 })
      if (!last) return 'absent'
      first = Math.max(first, last.revision + 1 - maxCount(lifetime))
      return 'present'
    },
    async *read(): AsyncGenerator<readonly Recorded[]> {
      let left = range.limit
      let from = forward ? Math.max(range.from ?? 0, first) : range.from
      const oldest = oldestShown(lifetime, clock.now())
      while (left > 0) {
        const limit = Math.min(range.page, left)
        const direction = forward ? 'forward' : 'backward'
        const page = await store.readStream(stream, {
          direction,
          limit,
          ...(from === undefined ? {} : { from }),
        })
        const shown = page.filter((f) => f.revision >= first && f.recordedAt >= oldest)
        if (shown.length > 0) yield shown
        if (page.length < limit) return
        left -= shown.length
        from = page.at(-1)!.revision + (forward ? 1 : -1)
        if (from < first) return
      }
    },
  }
}

const maxCount = ({ metadata }: Lifetime): number =>
  typeof metadata['$maxCount'] === 'number' ? metadata['$maxCount'] : Infinity

/** Instant before which a stream with `$maxAge` (seconds) shows nothing. */
function oldestShown({ metadata }: Lifetime, now: string): string {
  const seconds = metadata['$maxAge']
  return typeof seconds === 'number'
    ? new Date(Date.parse(now) - seconds * 1_000).toISOString()
    : ''
}
