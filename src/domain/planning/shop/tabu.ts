import type { Random } from '../random.ts'
import { createEstimates } from './estimate.ts'
import type { Graph } from './graph.ts'

/** What a move does: u behind v, v ahead of u, or u in another mode behind v. */
const BEHIND = 0
const AHEAD = 1
const REASSIGN = 2

/** Tabu for 10 + jobs / machines moves (Zhang et al. 2007), times at most 1.4; 1.5 where jobs are many. */
const TENURE = 10

/**
 * Tabu search on the disjunctive graph: N6 and N7 moves in the blocks of a random critical path, other modes
 * for its operations. A move is forbidden that establishes an arc given up lately; forbidding arcs, not
 * positions, is what keeps it from cycling.
 */
export function createTabu(graph: Graph, random: Random) {
  const { shop, state, after, headOf, machine, mode, work, done, tail, jobOf } = graph
  const { previous, next, setup } = graph
  const { size, jobs, machines, modes, flexible, first } = shop
  const none = size
  const estimate = createEstimates(graph)
  const arcs = new Int32Array((size + 1) * jobs)
  const assignments = new Int32Array(flexible ? size * machines : 0)
  const path = new Int32Array(size)
  const least = TENURE + jobs / machines
  const most = (jobs <= 2 * machines && !flexible ? 1.4 : 1.5) * least
  const best = { makespan: 0, order: new Int32Array(size), modes: new Int32Array(size) }
  let [iteration, idle] = [0, 0]
  const free = { estimate: 0, count: 0, u: 0, v: 0, kind: 0, mode: 0 }
  const forbidden = { ...free }

  const remember = (): void => {
    best.makespan = state.makespan
    best.order.set(graph.order)
    best.modes.set(mode.subarray(0, size))
  }

  /** It starts at that moment, and any delay would be one of the whole plan. */
  const criticalFrom = (at: number, start: number): boolean => {
    const begins = done[at]! - work[at]!
    const whole = start + tail[at]!
    return begins === start && whole === state.makespan
  }

  const criticalPath = (): number => {
    let [at, count, ties] = [none, 0, 0]
    for (const one of first) if (criticalFrom(one, 0) && random() * ++ties < 1) at = one
    while (at !== none) {
      path[count++] = at
      const end = done[at]!
      const [a, b] = [next[at]!, after[at]!]
      const ready = end + setup(at, b)
      const byJob = a !== none && criticalFrom(a, end)
      const byMachine = b !== none && criticalFrom(b, ready)
      at = byJob ? (byMachine && random() >= 0.5 ? b : a) : byMachine ? b : none
    }
    return count
  }

  const offer = (kind: number, u: number, v: number, to: number, value: number, tabu: boolean) => {
    const list = tabu && value >= best.makespan ? forbidden : free
    // Of the forbidden ones any, of the others the best, each tie by lot.
    if (list === free && value > list.estimate) return
    if (list === free && value < list.estimate) {
      list.estimate = value
      list.count = 0
    }
    if (random() * ++list.count >= 1) return
    list.kind = kind
    list.u = u
    list.v = v
    list.mode = to
  }
  const offerBehind = (u: number, v: number): void => {
    let tabu = false
    for (let at = u; at !== v && !tabu;) {
      at = after[at]!
      tabu = arcs[at * jobs + jobOf[u]!]! > iteration
    }
    offer(BEHIND, u, v, 0, estimate.behind(u, v), tabu)
  }
  const offerAhead = (u: number, v: number): void => {
    let tabu = false
    for (let at = u; at !== v && !tabu; at = after[at]!)
      tabu = arcs[v * jobs + jobOf[at]!]! > iteration
    offer(AHEAD, u, v, 0, estimate.ahead(u, v), tabu)
  }

  /** Moves of the operations of a block to its ends (N6) and of its ends into it (N7); the conditions
   * keep the graph without circles (Balas and Vazacopoulos 1998). */
  const offerBlock = (from: number, to: number, isFirst: boolean, isLast: boolean): void => {
    const [head, end] = [path[from]!, path[to]!]
    const apart = (a: number, b: number) => !flexible || jobOf[a] !== jobOf[b]
    if (to === from + 1) {
      if (apart(head, end)) offerBehind(head, end)
      return
    }
    if (!isLast)
      for (let i = from; i < to; i++) {
        const u = path[i]!
        if (tail[end]! >= tail[next[u]!]! && apart(u, end)) offerBehind(u, end)
      }
    if (!isFirst)
      for (let i = from + 1; i <= to; i++) {
        const v = path[i]!
        if (done[head]! >= done[previous[v]!]! && apart(head, v)) offerAhead(head, v)
      }
    for (let i = from + 1; i < to; i++) {
      const at = path[i]!
      if (!isFirst && tail[at]! >= tail[next[head]!]! && apart(head, at)) offerBehind(head, at)
      if (!isLast && done[at]! >= done[previous[end]!]! && apart(at, end)) offerAhead(at, end)
    }
  }

  /** Every place on every other machine where the operation can stand without closing a circle. */
  const offerModes = (u: number): void => {
    const [a, b] = [previous[u]!, next[u]!]
    const [ready, rest] = [done[a]!, tail[b]!]
    const endOfNext = b === none ? Infinity : done[b]!
    const startOfPrevious = a === none ? -1 : done[a]! - work[a]!
    for (const [to, { machine: where, seconds }] of modes[u]!.entries()) {
      if (to === mode[u] || where === machine[u]) continue
      const tabu = assignments[u * machines + where]! > iteration
      for (let v = none, w = headOf[where]!; ; v = w, w = after[w]!) {
        if (v !== none && (v === b || done[v]! - work[v]! >= endOfNext)) break
        const head = (ready > done[v]! ? ready : done[v]!) + seconds
        // Places further behind can only be worse than the best so far.
        if (head + rest > free.estimate) break
        if (w === none || (w !== a && done[w]! > startOfPrevious)) {
          const value = head + (rest > tail[w]! ? rest : tail[w]!)
          if (tabu || value <= free.estimate) offer(REASSIGN, u, v, to, value, tabu)
        }
        if (w === none) break
      }
    }
  }

  const offerAll = (): void => {
    const count = criticalPath()
    for (let i = 0, j = 0; i < count; i = j + 1) {
      j = i
      while (j + 1 < count && machine[path[j + 1]!] === machine[path[i]!]) j++
      if (j > i) offerBlock(i, j, i === 0, j === count - 1)
    }
    if (flexible)
      for (let i = 0; i < count; i++) if (modes[path[i]!]!.length > 1) offerModes(path[i]!)
  }

  const make = ({ kind, u, v, mode: to }: typeof free): void => {
    const until = iteration + Math.floor(least + random() * (most - least))
    if (kind === REASSIGN) {
      assignments[u * machines + machine[u]!] = until
      graph.reassign(u, to, v)
    } else if (kind === BEHIND) {
      for (let at = u; at !== v;) {
        at = after[at]!
        arcs[u * jobs + jobOf[at]!] = until
      }
      graph.moveBehind(u, v)
    } else {
      for (let at = u; at !== v; at = after[at]!) arcs[at * jobs + jobOf[v]!] = until
      graph.moveAhead(u, v)
    }
  }

  return {
    best,
    load: graph.load,
    /** Begins a run from what the graph holds. */
    start(): void {
      arcs.fill(0)
      assignments.fill(0)
      iteration = 1
      idle = 0
      remember()
    },
    /** Spends up to `budget` moves; the run is over when `patience` in a row found nothing better. */
    run(budget: number, patience: number): { readonly spent: number; readonly over: boolean } {
      for (let spent = 0; spent < budget; spent++) {
        if (idle >= patience) return { spent, over: true }
        iteration++
        free.estimate = Infinity
        free.count = 0
        forbidden.count = 0
        offerAll()
        if (free.count + forbidden.count === 0) return { spent: spent + 1, over: true }
        make(free.count > 0 ? free : forbidden)
        idle++
        if (state.makespan < best.makespan) {
          remember()
          idle = 0
        }
      }
      return { spent: budget, over: idle >= patience }
    },
  }
}
