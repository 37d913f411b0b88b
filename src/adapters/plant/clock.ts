/** Simulated time: processes that say how long they wait, in a queue by the moment they wake. */

/** Yields the milliseconds until it wants to go on. */
export type Process = Generator<number, void>

export interface Timeline {
  /** Simulated moment, epoch milliseconds. */
  readonly now: () => number
  readonly start: (process: Process) => void
  /** When the next process wakes, epoch milliseconds; Infinity when all have ended. */
  readonly nextAt: () => number
  /** Lets the next process run until it waits again. */
  readonly step: () => void
}

interface Waiting {
  readonly at: number
  /** Order of going to sleep: decides between two that wake at the same moment. */
  readonly turn: number
  readonly process: Process
}

const MINUTE_MS = 60_000
export const minutes = (n: number): number => Math.round(n * MINUTE_MS)

/** @param from epoch milliseconds at which simulated time begins */
export function createTimeline(from: number): Timeline {
  const heap: Waiting[] = []
  let now = from
  let turn = 0

  const sleep = (process: Process, ms: number): void => {
    heap.push({ at: now + Math.max(0, Math.round(ms)), turn: turn++, process })
    rise(heap, heap.length - 1)
  }

  return {
    now: () => now,
    start: (process) => sleep(process, 0),
    nextAt: () => heap[0]?.at ?? Infinity,
    step() {
      const next = heap[0]
      if (!next) return
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        sink(heap)
      }
      now = next.at
      const { done, value } = next.process.next()
      if (!done) sleep(next.process, value)
    },
  }
}

const before = (a: Waiting, b: Waiting): boolean =>
  a.at < b.at || (a.at === b.at && a.turn < b.turn)

function rise(heap: Waiting[], start: number): void {
  for (let i = start; i > 0;) {
    const parent = (i - 1) >> 1
    if (!before(heap[i]!, heap[parent]!)) return
    ;[heap[i], heap[parent]] = [heap[parent]!, heap[i]!]
    i = parent
  }
}

function sink(heap: Waiting[]): void {
  for (let i = 0; ;) {
    const children = [2 * i + 1, 2 * i + 2].filter((c) => c < heap.length)
    const least = children.reduce((a, c) => (before(heap[c]!, heap[a]!) ? c : a), i)
    if (least === i) return
    ;[heap[i], heap[least]] = [heap[least]!, heap[i]!]
    i = least
  }
}
