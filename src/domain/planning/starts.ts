import type { Compiled } from './compile.ts'
import { dispatch, dispatchRules, type Sequence } from './dispatch.ts'
import type { Schedule } from './schedule.ts'
import { finish, NEVER, nextOpen } from './working-time.ts'

/** Plans to begin with: the current one, as far as there is one, and one of every rule. */
export function startPlans(compiled: Compiled): readonly Sequence[] {
  const byRule = Object.values(dispatchRules).map((rule) => dispatch(compiled, rule))
  const current = currentPlan(compiled, byRule[0]!)
  return current ? [current, ...byRule] : byRule
}

/** The current plan in its order: decoded, it is shifted right as far as needed and no further; what is new
 * comes last. Null where nothing is planned. */
export function currentPlan(compiled: Compiled, added: Sequence): Sequence | null {
  const { operations, topological } = compiled
  if (operations.every(({ planned }) => planned === null)) return null
  const start = Float64Array.from(operations, ({ planned }) => planned?.start ?? NEVER)
  const modes = added.modes.map((mode, at) => operations[at]!.planned?.mode ?? mode)
  // As its machine and its order alone would have it: what is held up queues behind what is not.
  const end = new Float64Array(operations.length)
  for (const at of topological) {
    const mode = operations[at]!.modes[modes[at]!]!
    const { open } = compiled.equipment[mode.equipment]!
    for (const { operation, minLag, transferQuantity } of operations[at]!.links) {
      const ready = transferQuantity > 0 ? start[operation]! : end[operation]! + minLag
      start[at] = Math.max(start[at]!, ready)
    }
    start[at] = nextOpen(open, start[at]!)
    end[at] = finish(open, start[at], mode.seconds)
  }
  return { order: sortedBy(start, topological), modes }
}

/** A sequence in the order in which things really start: the same plan or a better one. */
export function inTime({ scheduled, start }: Schedule, order: Int32Array): Int32Array {
  return sortedBy(
    Float64Array.from(start, (at, i) => (scheduled[i] ? at : NEVER)),
    order,
  )
}

/** Equal ones stay as they were. */
function sortedBy(key: Float64Array, order: Int32Array): Int32Array {
  const place = new Int32Array(order.length)
  for (const [i, at] of order.entries()) place[at] = i
  return order.toSorted((a, b) => key[a]! - key[b]! || place[a]! - place[b]!)
}
