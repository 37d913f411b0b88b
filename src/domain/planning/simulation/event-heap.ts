/**
 * What is still to happen, the earliest first, and of one moment in the order it was put in: so runs are the
 * same on every machine. A binary heap over typed arrays, which never makes an object.
 */
export interface EventHeap {
  clear(): void
  push(at: number, what: number): void
  /** False when nothing is left; else `at` and `what` are those of the event taken. */
  pop(): boolean
  at: number
  what: number
  /** Whether nothing that is still in it happens at the moment of the event taken. */
  isLast(): boolean
  /** Taken since it was made. */
  taken: number
}

export function createEventHeap(capacity: number): EventHeap {
  let times = new Float64Array(capacity)
  let order = new Float64Array(capacity)
  let whats = new Int32Array(capacity)
  let size = 0
  let sequence = 0

  const grow = (): void => {
    const larger = <T extends Float64Array | Int32Array>(
      make: new (length: number) => T,
      old: T,
    ): T => {
      const copy = new make(2 * old.length)
      copy.set(old)
      return copy
    }
    times = larger(Float64Array, times)
    order = larger(Float64Array, order)
    whats = larger(Int32Array, whats)
  }
  const put = (i: number, at: number, came: number, what: number): void => {
    times[i] = at
    order[i] = came
    whats[i] = what
  }
  const heap: EventHeap = {
    at: 0,
    what: 0,
    taken: 0,
    clear() {
      size = 0
      sequence = 0
    },
    isLast: () => size === 0 || times[0]! > heap.at,
    push(at, what) {
      if (size === times.length) grow()
      let i = size++
      while (i > 0) {
        const parent = (i - 1) >> 1
        // What came before stands before: an equal one needs no look at the sequence.
        if (times[parent]! <= at) break
        put(i, times[parent]!, order[parent]!, whats[parent]!)
        i = parent
      }
      put(i, at, sequence++, what)
    },
    pop() {
      if (size === 0) return false
      heap.at = times[0]!
      heap.what = whats[0]!
      heap.taken++
      const last = --size
      if (last === 0) return true
      const [at, came, what] = [times[last]!, order[last]!, whats[last]!]
      let i = 0
      for (;;) {
        let child = 2 * i + 1
        if (child >= last) break
        const right = child + 1
        if (right < last && earlier(right, child)) child = right
        if (at < times[child]! || (at === times[child]! && came < order[child]!)) break
        put(i, times[child]!, order[child]!, whats[child]!)
        i = child
      }
      put(i, at, came, what)
      return true
    },
  }
  const earlier = (a: number, b: number): boolean =>
    times[a]! < times[b]! || (times[b] === times[a] && order[a]! < order[b]!)
  return heap
}
