import type { Sequence } from '../dispatch.ts'
import type { Random } from '../random.ts'
import type { Shop } from './shop.ts'

/** A worse plan is taken as long as it is no worse than the one so many moves ago (Burke and Bykov 2017). */
const MEMORY = 1_500
/** Share of the moves that try another mode. */
const MODE_SHARE = 0.6

/**
 * Late acceptance for shops in which an operation holds a machine and a person: with two queues to stand in, a
 * move is rather played through than estimated. A plan is one linear order; each operation starts as soon as
 * its job, its machine and its person are done with what stands before it there.
 */
export function createClimber(shop: Shop, random: Random) {
  const { size, machines, people, previous, next, last, modes: options, jobOf } = shop
  const flat = flatten(shop)
  const { first, machine, person, seconds, rest } = flat
  const order = new Int32Array(size)
  const modes = new Int32Array(size)
  const place = new Int32Array(size + 1).fill(-1)
  const trialOrder = new Int32Array(size)
  const trialModes = new Int32Array(size)
  const done = new Int32Array(size + 1)
  const ends = new Int32Array(size + 1)
  /** What let each operation start no earlier; `size`: nothing. */
  const held = new Int32Array(size)
  const trialHeld = new Int32Array(size)
  const freeMachine = new Int32Array(machines)
  const freePerson = new Int32Array(people + 1)
  const lastMachine = new Int32Array(machines)
  const lastPerson = new Int32Array(people + 1)
  const path = new Int32Array(size)
  const memory = new Int32Array(MEMORY)
  const best = { makespan: 0, order: new Int32Array(size), modes: new Int32Array(size) }
  let [makespan, idle, moves, pathLength] = [0, 0, 0, 0]
  const pick = (count: number): number => Math.floor(random() * count)

  /** Plays the trial; -1 as soon as it cannot end by `limit`. */
  const play = (limit: number): number => {
    freeMachine.fill(0)
    freePerson.fill(0)
    lastMachine.fill(size)
    lastPerson.fill(size)
    let longest = 0
    for (let i = 0; i < size; i++) {
      const at = trialOrder[i]!
      const mode = first[at]! + trialModes[at]!
      const [where, who] = [machine[mode]!, person[mode]!]
      let start = ends[previous[at]!]!
      let by = previous[at]!
      if (freeMachine[where]! > start) {
        start = freeMachine[where]!
        by = lastMachine[where]!
      }
      if (freePerson[who]! > start && who < people) {
        start = freePerson[who]!
        by = lastPerson[who]!
      }
      const end = start + seconds[mode]!
      if (end + rest[at]! > limit) return -1
      ends[at] = end
      trialHeld[at] = by
      freeMachine[where] = end
      freePerson[who] = end
      lastMachine[where] = at
      lastPerson[who] = at
      if (end > longest) longest = end
    }
    return longest
  }

  const accept = (value: number): void => {
    order.set(trialOrder)
    modes.set(trialModes)
    done.set(ends)
    held.set(trialHeld)
    makespan = value
    for (let i = 0; i < size; i++) place[order[i]!] = i
    let [end, ties] = [size, 0]
    for (const one of last) if (done[one] === makespan && random() * ++ties < 1) end = one
    pathLength = 0
    for (let at = end; at !== size; at = held[at]!) path[pathLength++] = at
  }

  /** `at` goes to place `to` of the trial. */
  const shift = (at: number, to: number): void => {
    const from = place[at]!
    if (to < from) trialOrder.copyWithin(to + 1, to, from)
    else trialOrder.copyWithin(from, from + 1, to + 1)
    trialOrder[to] = at
  }

  /** Any place between its neighbours in the job. */
  const anywhere = (at: number): number => {
    const low = place[previous[at]!]! + 1
    const high = next[at] === size ? size - 1 : place[next[at]!]! - 1
    return low + pick(high - low + 1)
  }

  const propose = (): void => {
    trialOrder.set(order)
    trialModes.set(modes)
    const at = path[pick(pathLength)]!
    const all = options[at]!.length
    if (all > 1 && random() < MODE_SHARE) {
      trialModes[at] = (modes[at]! + 1 + pick(all - 1)) % all
      if (random() < 0.5) shift(at, anywhere(at))
      return
    }
    const before = held[at]!
    if (before === size || jobOf[before] === jobOf[at]) {
      shift(at, anywhere(at))
      return
    }
    // Ahead of what held it, or that behind it, where the jobs allow.
    const ahead = place[before]!
    if (place[previous[at]!]! < ahead && random() < 0.5) shift(at, ahead)
    else if (next[before] === size || place[next[before]!]! > place[at]!) shift(before, place[at]!)
    else shift(at, Math.max(ahead, place[previous[at]!]! + 1))
  }

  const remember = (): void => {
    best.makespan = makespan
    best.order.set(order)
    best.modes.set(modes)
  }

  return {
    best,
    load(sequence: Sequence): void {
      trialOrder.set(sequence.order)
      trialModes.set(sequence.modes)
      accept(play(Infinity))
    },
    /** Begins a run from what was loaded. */
    start(): void {
      memory.fill(makespan)
      idle = 0
      remember()
    },
    /** Spends up to `budget` moves; the run is over when `patience` in a row found nothing better. */
    run(budget: number, patience: number): { readonly spent: number; readonly over: boolean } {
      for (let spent = 0; spent < budget; spent++) {
        if (idle >= patience) return { spent, over: true }
        propose()
        const slot = moves++ % MEMORY
        const value = play(Math.max(memory[slot]!, makespan))
        if (value >= 0) accept(value)
        memory[slot] = makespan
        idle++
        if (makespan < best.makespan) {
          remember()
          idle = 0
        }
      }
      return { spent: budget, over: idle >= patience }
    },
  }
}

/** Modes of all operations in one row, and the least work of the job behind each operation. */
function flatten({ size, modes, next, people }: Shop) {
  const first = new Int32Array(size)
  const rows = modes.flat()
  let count = 0
  for (let at = 0; at < size; at++) {
    first[at] = count
    count += modes[at]!.length
  }
  const rest = new Int32Array(size + 1)
  const quickest = (at: number): number => Math.min(...modes[at]!.map((mode) => mode.seconds))
  for (let at = size - 1; at >= 0; at--)
    if (next[at] !== size) rest[at] = rest[next[at]!]! + quickest(next[at]!)
  return {
    first,
    machine: Int32Array.from(rows, (mode) => mode.machine),
    person: Int32Array.from(rows, (mode) => (mode.person < 0 ? people : mode.person)),
    seconds: Int32Array.from(rows, (mode) => mode.seconds),
    rest,
  }
}
