import type { Compiled, CompiledMode } from './compile.ts'
import type { Schedule } from './schedule.ts'
import { finish, NEVER, retreat } from './working-time.ts'

/** Between which moments the work of each operation can be done, by index of the operation. */
export interface Windows {
  readonly from: Float64Array
  readonly to: Float64Array
}

/**
 * Not before the release of its order and what it waits for, not after its due date less what waits for it: by the
 * quickest modes and calendars alone. What does not move stays where it is scheduled, and bounds the others.
 * @param moves whether it may be moved, by index of the operation
 */
export function windowsOf(compiled: Compiled, schedule: Schedule, moves: Uint8Array): Windows {
  const { operations, topological, equipment, problem } = compiled
  const { setupStart, end, scheduled } = schedule
  const stays = (at: number): boolean => scheduled[at] === 1 && moves[at] === 0
  const open = ({ equipment: machine }: CompiledMode) => equipment[machine]!.open
  const [from, done] = [new Float64Array(operations.length), new Float64Array(operations.length)]
  for (const at of topological) {
    const { links, release, modes } = operations[at]!
    // Of what is handed on in lots the first may come long before the last.
    const ready = links.map(({ operation, minLag, transferQuantity }) =>
      transferQuantity > 0 ? from[operation]! : done[operation]! + minLag,
    )
    const first = Math.max(release, 0, ...ready)
    from[at] = stays(at) ? setupStart[at]! : first
    done[at] = stays(at)
      ? end[at]!
      : Math.min(...modes.map((mode) => finish(open(mode), first, mode.seconds)))
  }
  const [to, begun] = [new Float64Array(operations.length), new Float64Array(operations.length)]
  for (const at of topological.toReversed()) {
    const { successors, order, modes } = operations[at]!
    const wanted = successors.map((next) => {
      const { minLag, transferQuantity } = operations[next]!.links.find((l) => l.operation === at)!
      return transferQuantity > 0 ? to[next]! : begun[next]! - minLag
    })
    const last = Math.min(problem.orders[order]!.due ?? NEVER, NEVER, ...wanted)
    to[at] = stays(at) ? end[at]! : last
    begun[at] = stays(at)
      ? setupStart[at]!
      : Math.max(...modes.map((mode) => retreat(open(mode), last, mode.seconds)))
  }
  return { from, to }
}
