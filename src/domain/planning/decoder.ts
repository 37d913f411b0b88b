import type { Compiled } from './compile.ts'
import { createPlacer } from './placer.ts'
import type { Schedule } from './schedule.ts'
import { NEVER } from './working-time.ts'

/** Rounds of delaying a predecessor for the sake of a maximal lag before the successor is given up. */
const LAG_ROUNDS = 40

/** Seconds before which an operation must not run, by index. */
export interface Hold {
  readonly from: Float64Array
  /** It waits for cheaper energy: that is the cause, where nothing else holds it as long. */
  readonly isPrice: boolean
}

export type Decoder = (sequence: Int32Array, modes: Int32Array, hold?: Hold) => Schedule

/** Nothing starts earlier than the current plan has it, so what nothing pushes stays. */
export const asPlanned = ({ operations }: Compiled): Hold => ({
  from: Float64Array.from(operations, ({ planned }) => planned?.start ?? 0),
  isPrice: false,
})

/** What the current plan holds back until its time waits for it again. */
export const heldBack = ({ operations }: Compiled): Hold => ({
  from: Float64Array.from(operations, ({ planned }) => planned?.notBefore ?? 0),
  isPrice: true,
})

/**
 * The one truth about what a plan means. Operations are placed in the order of `sequence` (each after those
 * it waits for), each as early as everything allows: on its machine after what was placed there before, with
 * people and tools also in gaps. The schedule is reused by the next call.
 */
export function createDecoder(compiled: Compiled): Decoder {
  const { operations } = compiled
  const { schedule, notBefore, cheapFrom, reset, place } = createPlacer(compiled)
  const given = new Uint8Array(operations.length)

  const once = (sequence: Int32Array, modes: Int32Array): void => {
    reset()
    for (let i = 0; i < sequence.length; i++) {
      const at = sequence[i]!
      if (operations[at]!.fixed === null && !given[at]) place(at, modes[at]!)
    }
  }

  return (sequence, modes, hold) => {
    notBefore.fill(0)
    cheapFrom.fill(0)
    if (hold) {
      notBefore.set(hold.from)
      if (hold.isPrice) cheapFrom.set(hold.from)
    }
    given.fill(0)
    once(sequence, modes)
    for (let round = 0; compiled.hasMaxLags; round++) {
      const patient = round < LAG_ROUNDS
      if (!mendLags(compiled, schedule, notBefore, { given, patient })) break
      once(sequence, modes)
    }
    return schedule
  }
}

/** Delays predecessors that are too far from their successors; when out of patience, gives those up. */
function mendLags(
  { operations }: Compiled,
  { scheduled, start, end }: Schedule,
  notBefore: Float64Array,
  { given, patient }: { readonly given: Uint8Array; readonly patient: boolean },
): boolean {
  let mended = false
  for (const [at, { links, fixed }] of operations.entries())
    for (const { operation: before, maxLag } of links) {
      if (maxLag === Infinity || !scheduled[at] || fixed) continue
      const excess = start[at]! - end[before]! - maxLag
      if (excess <= 0) continue
      if (patient && !operations[before]!.fixed)
        notBefore[before] = Math.min(start[before]! + excess, NEVER)
      else given[at] = 1
      mended = true
    }
  return mended
}
