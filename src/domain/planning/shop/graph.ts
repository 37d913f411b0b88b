import type { Sequence } from '../dispatch.ts'
import type { Shop } from './shop.ts'

export type Graph = ReturnType<typeof createGraph>

/**
 * The disjunctive graph of one complete selection. Heads `done` (earliest end) and tails `tail` (time from the
 * start to the end of everything, own work included) follow a topological order kept in an array, so that a
 * move sorts anew only the window between the two operations, and only heads behind and tails before it
 * change. `size` stands for no operation.
 */
export function createGraph(shop: Shop) {
  const { size, machines, previous, next, last, modes, setups, families } = shop
  const none = size
  const before = new Int32Array(size + 1).fill(none)
  const after = new Int32Array(size + 1).fill(none)
  const headOf = new Int32Array(machines)
  const lastOf = new Int32Array(machines)
  const machine = new Int32Array(size + 1).fill(-1)
  const mode = new Int32Array(size + 1)
  const work = new Int32Array(size + 1)
  const family = new Int32Array(size + 1)
  const done = new Int32Array(size + 1)
  const tail = new Int32Array(size + 1)
  const order = new Int32Array(size)
  const place = new Int32Array(size + 1)
  const marked = new Uint8Array(size + 1)
  const moved = new Int32Array(size)
  const state = { makespan: 0 }

  /** Changeover between two neighbours on a machine. */
  const setup = (a: number, b: number): number =>
    setups === null || a === none || b === none
      ? 0
      : setups[(machine[a]! * families + family[a]!) * families + family[b]!]!

  const updateHeads = (from: number): void => {
    for (let i = from; i < size; i++) {
      const at = order[i]!
      const byJob = done[previous[at]!]!
      const byMachine = done[before[at]!]! + (setups === null ? 0 : setup(before[at]!, at))
      done[at] = (byJob > byMachine ? byJob : byMachine) + work[at]!
    }
    let makespan = 0
    for (let job = 0; job < last.length; job++) {
      const end = done[last[job]!]!
      if (end > makespan) makespan = end
    }
    state.makespan = makespan
  }

  const updateTails = (from: number): void => {
    for (let i = from; i >= 0; i--) {
      const at = order[i]!
      const byJob = tail[next[at]!]!
      const byMachine = tail[after[at]!]! + (setups === null ? 0 : setup(at, after[at]!))
      tail[at] = (byJob > byMachine ? byJob : byMachine) + work[at]!
    }
  }

  const setMode = (at: number, chosen: number): void => {
    const { machine: where, seconds, family: kind } = modes[at]![chosen]!
    mode[at] = chosen
    machine[at] = where
    work[at] = seconds
    family[at] = kind
  }

  /** Takes the machine orders from a linear order. */
  const load = (sequence: Sequence): void => {
    headOf.fill(none)
    lastOf.fill(none)
    before.fill(none)
    after.fill(none)
    for (let i = 0; i < size; i++) {
      const at = sequence.order[i]!
      setMode(at, sequence.modes[at]!)
      const where = machine[at]!
      order[i] = at
      place[at] = i
      const previousOne = lastOf[where]!
      before[at] = previousOne
      if (previousOne === none) headOf[where] = at
      else after[previousOne] = at
      lastOf[where] = at
    }
    updateHeads(0)
    updateTails(size - 1)
  }

  const unlink = (at: number): void => {
    const [a, b] = [before[at]!, after[at]!]
    if (a === none) headOf[machine[at]!] = b
    else after[a] = b
    if (b !== none) before[b] = a
  }
  const linkAfter = (at: number, a: number): void => {
    const b = a === none ? headOf[machine[at]!]! : after[a]!
    before[at] = a
    after[at] = b
    if (a === none) headOf[machine[at]!] = at
    else after[a] = at
    if (b !== none) before[b] = at
  }

  /** Sorts anew from `u` to `v`, which must come first now: what depends on `u` in between moves with it. */
  const sortBehind = (u: number, v: number): void => {
    const [from, to] = [place[u]!, place[v]!]
    let [out, count] = [from, 0]
    marked[u] = 1
    moved[count++] = u
    for (let i = from + 1; i <= to; i++) {
      const at = order[i]!
      if (at !== v && (marked[previous[at]!]! || marked[before[at]!]!)) {
        marked[at] = 1
        moved[count++] = at
      } else {
        order[out] = at
        place[at] = out++
      }
    }
    for (let k = 0; k < count; k++) {
      const at = moved[k]!
      marked[at] = 0
      order[out] = at
      place[at] = out++
    }
  }

  /** Sorts anew from `u` to `v`, which must come first now: what `v` depends on in between moves with it. */
  const sortAhead = (u: number, v: number): void => {
    const [from, to] = [place[u]!, place[v]!]
    let [out, count] = [to, 0]
    marked[v] = 1
    moved[count++] = v
    for (let i = to - 1; i >= from; i--) {
      const at = order[i]!
      if (at !== u && (marked[next[at]!]! || marked[after[at]!]!)) {
        marked[at] = 1
        moved[count++] = at
      } else {
        order[out] = at
        place[at] = out--
      }
    }
    for (let k = 0; k < count; k++) {
      const at = moved[k]!
      marked[at] = 0
      order[out] = at
      place[at] = out--
    }
  }

  /** `u` goes behind `v`, later on its machine. */
  const moveBehind = (u: number, v: number): void => {
    const [from, to] = [place[u]!, place[v]!]
    unlink(u)
    linkAfter(u, v)
    sortBehind(u, v)
    updateHeads(from)
    updateTails(to)
  }

  /** `v` goes ahead of `u`, earlier on its machine. */
  const moveAhead = (u: number, v: number): void => {
    const [from, to] = [place[u]!, place[v]!]
    unlink(v)
    linkAfter(v, before[u]!)
    sortAhead(u, v)
    updateHeads(from)
    updateTails(to)
  }

  /** `at` goes to another mode, on its machine behind `a` (or first). */
  const reassign = (at: number, chosen: number, a: number): void => {
    unlink(at)
    setMode(at, chosen)
    linkAfter(at, a)
    const b = after[at]!
    let [from, to] = [place[at]!, place[at]!]
    if (a !== none && place[a]! > to) {
      to = place[a]!
      sortBehind(at, a)
    } else if (b !== none && place[b]! < from) {
      from = place[b]!
      sortAhead(b, at)
    }
    updateHeads(from)
    updateTails(to)
  }

  const { jobOf } = shop
  const arrays = { before, after, headOf, machine, mode, work, done, tail, order, jobOf }
  return { shop, state, ...arrays, previous, next, setup, load, moveBehind, moveAhead, reassign }
}
