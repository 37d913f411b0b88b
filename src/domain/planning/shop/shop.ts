import type { Compiled } from '../compile.ts'
import { alwaysOpen } from '../working-time.ts'

/** A job shop, flexible or not, with changeovers: all that the disjunctive graph says exactly. Or one where each
 * mode names who does the work. */
export interface Shop {
  readonly size: number
  readonly jobs: number
  readonly machines: number
  readonly jobOf: Int32Array
  /** Within the job; `size` where there is none. */
  readonly previous: Int32Array
  readonly next: Int32Array
  readonly first: Int32Array
  readonly last: Int32Array
  /** By operation: machine, seconds and family of each mode. */
  readonly modes: readonly (readonly ShopMode[])[]
  readonly flexible: boolean
  /** 0: nobody is needed anywhere. */
  readonly people: number
  readonly families: number
  /** Machine x family x family, or null. */
  readonly setups: Int32Array | null
}

export interface ShopMode {
  readonly machine: number
  readonly seconds: number
  readonly family: number
  /** Who is bound all the time, or -1. */
  readonly person: number
}

/** Null where the problem has more to it: calendars, people, tools, material, lags, releases, what is fixed. */
export function shopOf(compiled: Compiled): Shop | null {
  const { operations, equipment, firstOfOrder, families } = compiled
  const jobs = firstOfOrder.length - 1
  const size = operations.length
  if (compiled.fixed.length > 0 || compiled.transport.some((seconds) => seconds > 0)) return null
  for (const { open, batchCapacity, setups, initialFamily } of equipment) {
    if (open !== alwaysOpen || batchCapacity > 0) return null
    const initial = initialFamily * families
    if (setups?.subarray(initial, initial + families).some((seconds) => seconds > 0)) return null
  }
  for (const [at, one] of operations.entries()) {
    const { links, modes, release, planned } = one
    const chained = firstOfOrder[one.order] === at ? links.length === 0 : links.length === 1
    if (!chained || release > 0 || planned || one.consumes.length > 0) return null
    if (links.some((l) => l.operation !== at - 1 || l.minLag || l.maxLag < Infinity)) return null
    if (links.some((l) => l.transferQuantity > 0)) return null
    if (modes.some(({ tools }) => tools !== null)) return null
  }
  const setups = setupMatrix(compiled)
  const bound = operations.flatMap(({ modes }) => modes.filter(({ persons }) => persons !== null))
  const named = bound.every(
    ({ persons, attendsRun }) =>
      persons!.length === 1 && attendsRun && compiled.units[persons![0]!] === alwaysOpen,
  )
  if (!named || (bound.length > 0 && setups !== null)) return null
  const previous = new Int32Array(size + 1).fill(size)
  const next = new Int32Array(size + 1).fill(size)
  for (const [at, { links }] of operations.entries())
    for (const { operation } of links) {
      previous[at] = operation
      next[operation] = at
    }
  return {
    size,
    jobs,
    machines: equipment.length,
    jobOf: Int32Array.from([...operations.map(({ order }) => order), jobs]),
    previous,
    next,
    first: firstOfOrder.slice(0, jobs),
    last: firstOfOrder.slice(1).map((end) => end - 1),
    modes: operations.map(({ modes }) =>
      modes.map(({ equipment: machine, seconds, family, persons }) => ({
        machine,
        seconds,
        family,
        person: persons?.[0] ?? -1,
      })),
    ),
    flexible: operations.some(({ modes }) => modes.length > 1),
    people: bound.length > 0 ? compiled.personCount : 0,
    families,
    setups,
  }
}

function setupMatrix({ equipment, families }: Compiled): Int32Array | null {
  if (equipment.every(({ setups }) => setups === null)) return null
  const all = new Int32Array(equipment.length * families ** 2)
  for (const [machine, { setups }] of equipment.entries())
    if (setups) all.set(setups, machine * families ** 2)
  return all
}
