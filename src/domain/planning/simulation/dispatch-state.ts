import type { Compiled } from '../compile.ts'
import { createEventHeap } from './event-heap.ts'
import { emptyRun } from './run.ts'

export type DispatchState = ReturnType<typeof dispatchState>

/** What a floor that dispatches by a rule knows while time goes on: flat lists, as each is looked at per event. */
export function dispatchState(compiled: Compiled) {
  const { operations, equipment, units } = compiled
  const size = operations.length
  const first = operations.map(({ modes }) => modes[0]!)
  const links = Int32Array.from(operations, (one) => one.links.length)
  const release = Float64Array.from(operations, (one) => Math.max(one.release, 0))
  const initial = Int32Array.from(equipment, ({ initialFamily }) => initialFamily)
  const made = {
    run: emptyRun(size),
    heap: createEventHeap(2 * size + equipment.length + 1),
    /** By operation: links still open, and from when it may start and end. */
    waiting: new Int32Array(size),
    readyAt: new Float64Array(size),
    endFrom: new Float64Array(size),
    /** By operation: the mode chosen, with its machine and how long it is planned to take. */
    mode: [...first],
    machine: Int32Array.from(first, (mode) => mode.equipment),
    seconds: Float64Array.from(first, (mode) => mode.seconds),
    /** There is nothing to choose, and it needs no material. */
    isPlain: Uint8Array.from(operations, ({ fixed, modes, consumes, produces }) =>
      !fixed && modes.length === 1 && consumes.length === 0 && produces.length === 0 ? 1 : 0,
    ),
    /** By machine. */
    queues: equipment.map((): number[] => []),
    queued: new Float64Array(equipment.length),
    free: new Float64Array(equipment.length),
    family: new Int32Array(equipment.length),
    unitFree: new Float64Array(units.length),
    /** Tool of the operation tried last. */
    tool: -1,
    begin(): void {
      made.heap.clear()
      made.waiting.set(links)
      made.readyAt.set(release)
      made.family.set(initial)
      for (const queue of made.queues) queue.length = 0
      for (const times of [made.endFrom, made.queued, made.free, made.unitFree]) times.fill(0)
      for (const times of [made.run.setupStart, made.run.start, made.run.end]) times.fill(Infinity)
    },
  }
  return made
}

/** Links by the operation they come from: those of operation i are `from[i]` to `from[i + 1]`. */
export function linksOut({ operations }: Compiled) {
  const all = operations.map(({ successors }, before) =>
    successors.flatMap((next) =>
      operations[next]!.links.filter(({ operation }) => operation === before).map(
        ({ minLag, transferQuantity }) => ({ next, minLag, transferQuantity }),
      ),
    ),
  )
  const from = new Int32Array(operations.length + 1)
  for (const [i, own] of all.entries()) from[i + 1] = from[i]! + own.length
  const flat = all.flat()
  return {
    from,
    next: Int32Array.from(flat, (link) => link.next),
    minLag: Float64Array.from(flat, (link) => link.minLag),
    transferQuantity: Float64Array.from(flat, (link) => link.transferQuantity),
  }
}

/** Takes one out; `splice` would make a list of it. */
export function takeOut(queue: number[], one: number): void {
  const last = queue.length - 1
  for (let i = queue.indexOf(one); i < last; i++) queue[i] = queue[i + 1]!
  queue.length = last
}
