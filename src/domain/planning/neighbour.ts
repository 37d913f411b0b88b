import type { Compiled } from './compile.ts'
import type { Sequence } from './dispatch.ts'
import type { Random } from './random.ts'
import { causeNumber, type Schedule } from './schedule.ts'

/** Causes with another operation that could give way. */
const BLOCKED: ReadonlySet<number> = new Set([
  causeNumber.machine,
  causeNumber.setup,
  causeNumber.person,
  causeNumber.tool,
])
/** Share of moves that shift a whole order, try another mode, or go next to the same family. */
const ORDER_SHARE = 0.2
const MODE_SHARE = 0.35
const FAMILY_SHARE = 0.15
/** Share of moves of any operation to any place between its neighbours: for what no chain of causes leads to. */
const ANY_SHARE = 0.1
/** Causes walked back through at most, and a move over at most this share of the plan. */
const CHAIN_LIMIT = 60
const REACH = 0.1

/**
 * Changes a plan where it hurts: walks back from the end of an order through what kept it waiting, and lets one
 * of the waiting go ahead of what it waited for, or elsewhere.
 */
export function createNeighbour(compiled: Compiled, random: Random) {
  const { operations, firstOfOrder } = compiled
  const size = operations.length
  const order = new Int32Array(size)
  const modes = new Int32Array(size)
  const place = new Int32Array(size)
  const carried = new Uint8Array(size)
  const moved = new Int32Array(size)
  const chain = new Int32Array(CHAIN_LIMIT)
  const pick = (count: number) => Math.floor(random() * count)

  const walkBack = (schedule: Schedule, number: number): number => {
    let at = firstOfOrder[number + 1]! - 1
    for (let i = firstOfOrder[number]!; i <= at; i++)
      if (schedule.end[i]! > schedule.end[at]!) at = i
    let count = 0
    while (at >= 0 && count < CHAIN_LIMIT) {
      chain[count++] = at
      at = schedule.culprit[at]!
    }
    return count
  }

  /** Puts the operations `carried`, with all they wait for in between, ahead of place `to`. */
  const bringForward = (from: number, to: number): void => {
    let count = 0
    for (let i = from; i >= to; i--) {
      const at = order[i]!
      if (!carried[at]) {
        order[i + count] = at
        continue
      }
      moved[count++] = at
      for (const { operation } of operations[at]!.links) carried[operation] = 1
    }
    for (let i = 0; i < count; i++) order[to + count - 1 - i] = moved[i]!
    carried.fill(0)
  }

  /** Puts an operation, with all in between that waits for it, behind place `to`. */
  const putBack = (from: number, to: number): void => {
    let count = 0
    carried[order[from]!] = 1
    for (let i = from; i <= to; i++) {
      const at = order[i]!
      if (!carried[at]) {
        order[i - count] = at
        continue
      }
      moved[count++] = at
      for (const next of operations[at]!.successors) carried[next] = 1
    }
    for (let i = 0; i < count; i++) order[to - count + 1 + i] = moved[i]!
    carried.fill(0)
  }

  const shiftOrder = (number: number): void => {
    const reach = 1 + pick(Math.max(1, Math.floor(size * REACH * 2)))
    for (let at = firstOfOrder[number]!; at < firstOfOrder[number + 1]!; at++) {
      const from = place[at]!
      carried[at] = 1
      bringForward(from, Math.max(0, from - reach))
      for (const [i, one] of order.entries()) place[one] = i
    }
  }

  const toFamily = (at: number): void => {
    const mode = operations[at]!.modes[modes[at]!]!
    const from = place[at]!
    const reach = Math.ceil(size * REACH)
    for (let i = from - 1; i >= Math.max(0, from - reach); i--) {
      const other = operations[order[i]!]!.modes[modes[order[i]!]!]!
      if (other.equipment !== mode.equipment || other.family !== mode.family) continue
      carried[at] = 1
      return bringForward(from, i + 1)
    }
    return putBack(from, Math.min(size - 1, from + 1 + pick(reach)))
  }

  const anyMove = (): void => {
    const at = pick(size)
    const { links, successors, modes: options } = operations[at]!
    let [low, high] = [0, size - 1]
    for (const { operation } of links) low = Math.max(low, place[operation]! + 1)
    for (const next of successors) high = Math.min(high, place[next]! - 1)
    const [from, to] = [place[at]!, low + pick(high - low + 1)]
    if (to < from) order.copyWithin(to + 1, to, from)
    else order.copyWithin(from, from + 1, to + 1)
    order[to] = at
    if (random() < MODE_SHARE) modes[at] = pick(options.length)
  }

  /** A neighbour of `current`, whose schedule is given; the arrays are reused by the next call. */
  return (current: Sequence, schedule: Schedule, number: number): Sequence => {
    order.set(current.order)
    modes.set(current.modes)
    for (const [i, at] of order.entries()) place[at] = i
    const lot = random()
    if (lot < ORDER_SHARE) {
      shiftOrder(number)
      return { order, modes }
    }
    if (lot < ORDER_SHARE + ANY_SHARE) {
      anyMove()
      return { order, modes }
    }
    const at = chain[pick(walkBack(schedule, number))]!
    const options = operations[at]!.modes.length
    if (options > 1 && random() < MODE_SHARE)
      modes[at] = (modes[at]! + 1 + pick(options - 1)) % options
    const culprit = schedule.culprit[at]!
    const from = place[at]!
    if (culprit >= 0 && BLOCKED.has(schedule.cause[at]!) && place[culprit]! < from) {
      if (random() < FAMILY_SHARE) toFamily(at)
      else if (random() < 0.5) {
        carried[at] = 1
        bringForward(from, place[culprit]!)
      } else putBack(place[culprit]!, from)
    } else if (modes[at] === current.modes[at]) {
      carried[at] = 1
      bringForward(from, Math.max(0, from - 1 - pick(Math.ceil(size * REACH))))
    }
    return { order, modes }
  }
}
