import type { Compiled } from './compile.ts'
import { asPlanned, createDecoder } from './decoder.ts'
import { dispatch, dispatchRules, type Sequence } from './dispatch.ts'
import { costs } from './objective.ts'
import { createPlacer, type Placer } from './placer.ts'
import { readiness } from './readiness.ts'
import { causeNumber, copyOf, type Schedule } from './schedule.ts'
import { currentPlan, inTime } from './starts.ts'
import { NEVER } from './working-time.ts'

/** Passes in which what was pushed queues behind what it met. */
const SHIFT_PASSES = 3
/** Rounds in which what can no longer stay joins what is put elsewhere. A stop needs as many as the longest
 * order has operations; what takes more is a change of most of the plan, where shifting is as good. */
const REINSERT_ROUNDS = 12

export interface Repair extends Sequence {
  readonly schedule: Schedule
}

/**
 * The current plan with as little change as possible. What can stay stays, with machine, start and person; what
 * cannot goes into gaps between the others, and so does what waits for it in its order where there is no slack.
 * Shifted right instead, in the same sequence, where that changes less. Null where nothing is planned.
 */
export function repaired(compiled: Compiled): Repair | null {
  if (compiled.operations.every(({ planned }) => planned === null)) return null
  const shifted = shiftedRight(compiled)
  if (shifted === null) return null
  const schedule = reinserted(compiled)
  if (schedule === null || changes(compiled, shifted.schedule) <= changes(compiled, schedule))
    return shifted
  const modes = schedule.mode.slice()
  for (const [at, done] of schedule.scheduled.entries()) if (!done) modes[at] = shifted.modes[at]!
  return { schedule, modes, order: inTime(schedule, compiled.topological) }
}

function changes(compiled: Compiled, schedule: Schedule): number {
  const cost = costs(compiled, schedule)
  return cost[0]! * NEVER + cost[2]! + cost[4]!
}

function shiftedRight(compiled: Compiled): Repair | null {
  const decode = createDecoder(compiled)
  const kept = asPlanned(compiled)
  let plan = currentPlan(compiled, dispatch(compiled, dispatchRules.edd))
  if (plan === null) return null
  let best: Repair | null = null
  let least = Infinity
  for (let pass = 0; pass <= SHIFT_PASSES; pass++) {
    const { order, modes }: Sequence = plan
    const schedule = decode(order, modes, kept)
    const changed = changes(compiled, schedule)
    if (changed < least) {
      least = changed
      best = { order, modes, schedule: copyOf(schedule) }
    }
    plan = { order: inTime(schedule, order), modes }
  }
  return best
}

/** What can stay stays, the rest and what is new goes into gaps. Null where that does not come out even. */
export function reinserted(compiled: Compiled): Schedule | null {
  const { operations, topological } = compiled
  const placer = createPlacer(compiled)
  const start = Float64Array.from(operations, ({ planned }) => planned?.start ?? NEVER)
  const place = new Int32Array(operations.length)
  for (const [i, at] of topological.entries()) place[at] = i
  const byTime = topological
    .filter((at) => operations[at]!.fixed === null)
    .sort((a, b) => start[a]! - start[b]! || place[a]! - place[b]!)
  const loose = new Uint8Array(operations.length)
  for (let round = 0; round < REINSERT_ROUNDS; round++) {
    placer.reset()
    for (const at of byTime) if (!loose[at] && !placer.hold(at)) loose[at] = 1
    placer.openGaps()
    for (const at of topologicalOf(byTime, loose, compiled)) placer.insert(at)
    const { more, tooLate } = loosen(compiled, placer, loose)
    if (!more) return tooLate ? null : placer.schedule
  }
  return null
}

/** The loose ones by time, but each after those it waits for. */
function topologicalOf(byTime: Int32Array, loose: Uint8Array, { operations }: Compiled): number[] {
  const found: number[] = []
  const seen = new Uint8Array(operations.length)
  const visit = (at: number): void => {
    if (!loose[at] || seen[at]) return
    seen[at] = 1
    for (const { operation } of operations[at]!.links) visit(operation)
    found.push(at)
  }
  for (const at of byTime) visit(at)
  return found
}

/** Marks what stands where it cannot, now that others have moved. `tooLate`: a maximal lag is broken. */
function loosen(compiled: Compiled, { schedule }: Placer, loose: Uint8Array) {
  const { operations } = compiled
  let [more, tooLate] = [false, false]
  const mark = (at: number): void => {
    if (loose[at] || operations[at]!.fixed) return
    loose[at] = 1
    more = true
  }
  for (const [at, { modes, links, fixed }] of operations.entries()) {
    if (fixed || !schedule.scheduled[at]) continue
    const [from, end] = [schedule.start[at]!, schedule.end[at]!]
    const ready = readiness(compiled, schedule, at, modes[schedule.mode[at]!]!)
    if (ready === null || ready.from > from || ready.endFrom > end) mark(at)
    else if (ready.from === from && schedule.cause[at] === causeNumber.frozen) {
      schedule.cause[at] = ready.cause
      schedule.culprit[at] = ready.culprit
    }
    for (const { operation: before, maxLag } of links)
      if (schedule.scheduled[before] && from - schedule.end[before]! > maxLag) {
        tooLate = true
        mark(at)
        mark(before)
      }
  }
  return { more, tooLate }
}
