import type { Compiled, CompiledMode } from './compile.ts'
import { setupSeconds } from './machine-state.ts'
import { finish } from './working-time.ts'

/** What a rule knows of an operation that waits at a machine. */
export interface Waiting {
  readonly now: number
  readonly since: number
  readonly seconds: number
  readonly setup: number
  readonly due: number
  readonly weight: number
  /** Work of the order from here on, this operation included. */
  readonly left: number
  /** Mean work of an operation, the scale of patience of ATC. */
  readonly mean: number
}

/** The least goes first. */
export type Rule = (waiting: Waiting) => number

const atc = ({ now, seconds, setup, due, weight, left, mean }: Waiting): number => {
  const slack = Math.max(due - left - now, 0)
  return (-weight / Math.max(seconds + setup, 1)) * Math.exp(-slack / (3 * mean) - setup / mean)
}

/** First come, earliest due date, shortest work, least slack, most work left, apparent tardiness cost with
 * setups (Vepsalainen and Morton 1987; Lee, Bhaskaran and Pinedo 1997). */
export const dispatchRules = {
  fifo: ({ since }) => since,
  edd: ({ due }) => due,
  spt: ({ seconds, setup }) => seconds + setup,
  slack: ({ due, left, now }) => due - left - now,
  mostWork: ({ left }) => -left,
  atcs: atc,
} satisfies Record<string, Rule>

/** A plan as the search handles it. */
export interface Sequence {
  /** All operations, each after those it waits for. */
  readonly order: Int32Array
  /** By operation. */
  readonly modes: Int32Array
}

/**
 * Plays the plant forward with machines and their calendars only: an operation that is ready queues where it
 * would be done first, a machine that gets free takes the best by the rule. The order of the starts is the
 * plan; the decoder settles people, tools and material.
 */
export function dispatch(compiled: Compiled, rule: Rule): Sequence {
  const { operations, equipment, problem } = compiled
  const order = new Int32Array(operations.length)
  const modes = new Int32Array(operations.length)
  const waiting = Int32Array.from(operations, ({ links }) => links.length)
  const ready = Float64Array.from(operations, ({ release }) => Math.max(release, 0))
  const { left, mean } = workLeft(compiled)
  const queues: number[][] = equipment.map(() => [])
  const queued = new Float64Array(equipment.length)
  const free = new Float64Array(equipment.length)
  const family = equipment.map(({ initialFamily }) => initialFamily)
  const arrivals = heap()
  let found = 0

  const setupFor = (mode: CompiledMode): number =>
    setupSeconds(compiled, mode.equipment, family[mode.equipment]!, mode.family)
  const arrive = (at: number): void => {
    const { fixed, modes: options } = operations[at]!
    let [best, bestEnd] = [0, Infinity]
    for (const [i, mode] of options.entries()) {
      const start = Math.max(free[mode.equipment]!, ready[at]!) + queued[mode.equipment]!
      const end = finish(mode.runTimes[0] ?? equipment[mode.equipment]!.open, start, mode.seconds)
      if (end < bestEnd) [best, bestEnd] = [i, end]
    }
    modes[at] = fixed?.mode ?? best
    const mode = options[modes[at]]!
    queues[mode.equipment]!.push(at)
    queued[mode.equipment]! += mode.seconds
    arrivals.push(Math.max(free[mode.equipment]!, ready[at]!), mode.equipment)
  }
  const start = (at: number, machine: number, now: number): void => {
    const mode = operations[at]!.modes[modes[at]!]!
    const { open } = equipment[machine]!
    const end = finish(open, now, mode.seconds + setupFor(mode))
    order[found++] = at
    queued[machine]! -= mode.seconds
    free[machine] = end
    family[machine] = mode.family
    for (const next of operations[at]!.successors) {
      ready[next] = Math.max(ready[next]!, end)
      if (--waiting[next]! === 0) arrivals.push(ready[next], -1 - next)
    }
    arrivals.push(end, machine)
  }
  const choose = (machine: number, now: number): void => {
    const queue = queues[machine]!
    let [best, least] = [-1, Infinity]
    for (const [i, at] of queue.entries()) {
      const { order: number, modes: options, fixed } = operations[at]!
      const { due, weight } = problem.orders[number]!
      const mode = options[modes[at]!]!
      const value = fixed
        ? -Infinity
        : rule({
            now,
            since: ready[at]!,
            seconds: mode.seconds,
            setup: setupFor(mode),
            due: due ?? 2 ** 31,
            weight: weight ?? 1,
            left: left[at]!,
            mean,
          })
      if (value < least || best < 0) [best, least] = [i, value]
    }
    if (best < 0) return
    const [at] = queue.splice(best, 1)
    start(at!, machine, now)
  }

  for (const at of operations.keys()) if (waiting[at] === 0) arrivals.push(ready[at]!, -1 - at)
  for (let next = arrivals.pop(); next !== null; next = arrivals.pop()) {
    const [now, what] = next
    if (what < 0) arrive(-1 - what)
    else if (free[what]! <= now) choose(what, now)
  }
  return { order, modes }
}

/** Work of an order from each operation on, by its quickest modes. */
export function workLeft({ operations, topological }: Compiled) {
  const left = new Float64Array(operations.length)
  let total = 0
  for (let i = topological.length - 1; i >= 0; i--) {
    const at = topological[i]!
    const { modes, successors } = operations[at]!
    const quickest = Math.min(...modes.map(({ seconds }) => seconds))
    left[at] = quickest + successors.reduce((most, next) => Math.max(most, left[next]!), 0)
    total += quickest
  }
  return { left, mean: Math.max(total / Math.max(operations.length, 1), 1) }
}

/** The least first, those of the same time in the order they came, arrivals before machines. */
function heap() {
  const entries: (readonly [at: number, what: number, came: number])[] = []
  let came = 0
  const before = (a: number, b: number): boolean => {
    const [x, y] = [entries[a]!, entries[b]!]
    if (x[0] !== y[0]) return x[0] < y[0]
    if (x[1] < 0 !== y[1] < 0) return x[1] < 0
    return x[2] < y[2]
  }
  const swap = (a: number, b: number): void => {
    ;[entries[a], entries[b]] = [entries[b]!, entries[a]!]
  }
  return {
    push(at: number, what: number): void {
      entries.push([at, what, came++])
      for (let i = entries.length - 1; i > 0;) {
        const parent = (i - 1) >> 1
        if (!before(i, parent)) return
        swap(i, parent)
        i = parent
      }
    },
    pop(): readonly [at: number, what: number, came: number] | null {
      if (entries.length === 0) return null
      const [top] = entries
      const last = entries.pop()!
      if (entries.length === 0) return top!
      entries[0] = last
      for (let i = 0; ;) {
        let least = i
        for (const child of [2 * i + 1, 2 * i + 2])
          if (child < entries.length && before(child, least)) least = child
        if (least === i) return top!
        swap(i, least)
        i = least
      }
    },
  }
}
