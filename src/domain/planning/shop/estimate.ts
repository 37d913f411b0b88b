import type { Graph } from './graph.ts'

/**
 * Lower bounds of the longest path through the operations a move touches (Balas and Vazacopoulos 1998), from
 * the heads and tails before it. `behind(u, v)`: u goes behind v; `ahead(u, v)`: v goes ahead of u.
 */
export function createEstimates(graph: Graph) {
  const { shop, before, after, work, done, tail, previous, next, setup } = graph
  const { setups } = shop
  const starts = new Int32Array(shop.size + 1)
  const members = new Int32Array(shop.size + 1)
  const between = (a: number, b: number): number => (setups === null ? 0 : setup(a, b))

  const behind = (u: number, v: number): number => {
    let at = after[u]!
    let count = 0
    let end = done[before[u]!]! + between(before[u]!, at)
    for (;;) {
      const byJob = done[previous[at]!]!
      const start = byJob > end ? byJob : end
      starts[count] = start
      members[count++] = at
      end = start + work[at]!
      if (at === v) break
      const follower = after[at]!
      end += between(at, follower)
      at = follower
    }
    end += between(v, u)
    const byJob = done[previous[u]!]!
    const start = byJob > end ? byJob : end
    const jobTail = tail[next[u]!]!
    const machineTail = tail[after[v]!]! + between(u, after[v]!)
    const rest = (jobTail > machineTail ? jobTail : machineTail) + work[u]!
    return longest(count, u, rest, start + rest)
  }

  const ahead = (u: number, v: number): number => {
    const byJob = done[previous[v]!]!
    const byMachine = done[before[u]!]! + between(before[u]!, v)
    const first = byJob > byMachine ? byJob : byMachine
    let end = first + work[v]! + between(v, u)
    let at = u
    let count = 0
    for (;;) {
      const byJob = done[previous[at]!]!
      const start = byJob > end ? byJob : end
      starts[count] = start
      members[count++] = at
      end = start + work[at]!
      const follower = after[at]!
      if (follower === v) break
      end += between(at, follower)
      at = follower
    }
    const best = longest(count, after[v]!, tail[after[v]!]!, 0)
    const through = between(v, members[0]!) + lastTail
    const jobTail = tail[next[v]!]!
    const path = first + work[v]! + (jobTail > through ? jobTail : through)
    return path > best ? path : best
  }

  /** Tail of the first of the members after `longest`. */
  let lastTail = 0
  /** Adds tails from the last member to the first; `rest` is the tail of what follows them. */
  const longest = (count: number, follower: number, rest: number, sofar: number): number => {
    let best = sofar
    let behindIt = follower
    let machineTail = rest
    for (let i = count - 1; i >= 0; i--) {
      const at = members[i]!
      machineTail += between(at, behindIt)
      const jobTail = tail[next[at]!]!
      machineTail = (jobTail > machineTail ? jobTail : machineTail) + work[at]!
      const path = starts[i]! + machineTail
      if (path > best) best = path
      behindIt = at
    }
    lastTail = machineTail
    return best
  }
  return { behind, ahead }
}
