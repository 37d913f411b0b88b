import type { Compiled, CompiledMode } from './compile.ts'
import { fixedBlock, machineStates, passFixed, resetMachine } from './machine-state.ts'
import { earliestPlacement, newPlacement, type Placement, type Shop } from './placement.ts'
import { readiness, type Readiness } from './readiness.ts'
import { clear, noReservations, reserve } from './reservations.ts'
import { causeNumber, emptySchedule, type Schedule } from './schedule.ts'
import { availableFrom, book, stockOf } from './stock.ts'
import { NEVER } from './working-time.ts'

/** Rounds of delaying a predecessor for the sake of a maximal lag before the successor is given up. */
const LAG_ROUNDS = 40

/** `keep`: nothing starts earlier than the current plan has it, so what nothing pushes stays. */
export type Decoder = (sequence: Int32Array, modes: Int32Array, keep?: boolean) => Schedule

/**
 * The one truth about what a plan means. Operations are placed in the order of `sequence` (each after those
 * it waits for), each as early as everything allows: on its machine after what was placed there before, with
 * people and tools also in gaps. The schedule is reused by the next call.
 */
export function createDecoder(compiled: Compiled): Decoder {
  const { operations, equipment } = compiled
  const schedule = emptySchedule(operations.length)
  const notBefore = new Float64Array(operations.length)
  const given = new Uint8Array(operations.length)
  const materials = compiled.problem.materials ?? []
  const shop: Shop = {
    compiled,
    machines: machineStates(compiled),
    taken: compiled.units.map(noReservations),
    stocks: [],
    schedule,
  }
  const placement = newPlacement()

  const reset = (): void => {
    schedule.scheduled.fill(0)
    for (const [i, state] of shop.machines.entries())
      resetMachine(state, equipment[i]!.initialFamily)
    for (const unit of shop.taken) clear(unit)
    shop.stocks = materials.map(stockOf)
    for (const at of compiled.fixed) placeFixed(at)
  }

  const placeFixed = (at: number): void => {
    const { fixed, fixedPerson } = operations[at]!
    const { start, end } = fixedBlock(compiled, at)
    Object.assign(placement, { mode: fixed!.mode, setupStart: start, start, end })
    Object.assign(placement, { person: fixedPerson, tool: -1, culprit: -1 })
    placement.cause = causeNumber.frozen
    note(at)
    if (fixedPerson >= 0) reserve(shop.taken[fixedPerson]!, start, end, at)
    const tool = operations[at]!.modes[fixed!.mode]!.tools?.find((unit) => {
      const { from, to } = shop.taken[unit]!
      return !from.some((f, i) => f < end && to[i]! > start)
    })
    if (tool !== undefined) {
      reserve(shop.taken[tool]!, start, end, at)
      schedule.tool[at] = tool
    }
    bookMaterial(at, fixed!.remaining === undefined)
  }

  const note = (at: number): void => {
    schedule.scheduled[at] = 1
    schedule.mode[at] = placement.mode
    schedule.setupStart[at] = placement.setupStart
    schedule.start[at] = placement.start
    schedule.end[at] = placement.end
    schedule.person[at] = placement.person
    schedule.tool[at] = placement.tool
    schedule.cause[at] = placement.cause
    schedule.culprit[at] = placement.culprit
  }

  const bookMaterial = (at: number, consumes: boolean): void => {
    const { consumes: taken, produces } = operations[at]!
    if (consumes)
      for (const [m, quantity] of taken) book(shop.stocks[m]!, schedule.start[at]!, -quantity)
    for (const [m, quantity] of produces) book(shop.stocks[m]!, schedule.end[at]!, quantity)
  }

  const place = (at: number, modeNumber: number): void => {
    const mode = operations[at]!.modes[modeNumber]!
    const ready = readiness(compiled, schedule, at, mode)
    if (ready === null) return
    ready.from = Math.max(ready.from, notBefore[at]!)
    const joined = join(shop, at, mode, ready, placement)
    if (!joined && !earliestPlacement(shop, mode, ready, at, placement)) return
    placement.mode = modeNumber
    note(at)
    if (!joined) occupy(shop, mode, placement, at)
    shop.machines[mode.equipment]!.batchTaken = joined
      ? shop.machines[mode.equipment]!.batchTaken + mode.size
      : mode.size
    bookMaterial(at, true)
  }

  const once = (sequence: Int32Array, modes: Int32Array): void => {
    reset()
    for (let i = 0; i < sequence.length; i++) {
      const at = sequence[i]!
      if (operations[at]!.fixed === null && !given[at]) place(at, modes[at]!)
    }
  }

  return (sequence, modes, keep = false) => {
    notBefore.fill(0)
    if (keep)
      for (const [at, { planned }] of operations.entries()) notBefore[at] = planned?.start ?? 0
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

/** Takes the machine, the person and the tool for what was found. */
function occupy(shop: Shop, mode: CompiledMode, placement: Placement, at: number): void {
  const state = shop.machines[mode.equipment]!
  while (state.passed < placement.passed) passFixed(state)
  state.free = placement.end
  state.family = mode.family
  state.last = at
  const { person, tool, setupStart, start, end } = placement
  if (person >= 0)
    reserve(
      shop.taken[person]!,
      mode.attendsSetup ? setupStart : start,
      mode.attendsRun ? end : start,
      at,
    )
  if (tool >= 0) reserve(shop.taken[tool]!, setupStart, end, at)
}

/** An operation joins the batch begun last where it is ready in time and fits; it needs nothing more. */
function join(
  { compiled, machines, stocks, schedule }: Shop,
  at: number,
  mode: CompiledMode,
  { from, endFrom }: Readiness,
  placement: Placement,
): boolean {
  const { batchCapacity } = compiled.equipment[mode.equipment]!
  const state = machines[mode.equipment]!
  const { last } = state
  if (batchCapacity === 0 || last < 0 || compiled.operations[last]!.fixed) return false
  const leader = compiled.operations[last]!.modes[schedule.mode[last]!]!
  const alike =
    leader.family === mode.family &&
    leader.seconds === mode.seconds &&
    leader.persons === mode.persons &&
    leader.tools === mode.tools
  const start = schedule.start[last]!
  if (!alike || state.batchTaken + mode.size > batchCapacity) return false
  if (from > start || endFrom > schedule.end[last]!) return false
  if (
    !compiled.operations[at]!.consumes.every(
      ([m, q]) => availableFrom(stocks[m]!, start, q) === start,
    )
  )
    return false
  Object.assign(placement, { setupStart: schedule.setupStart[last]!, start })
  placement.end = schedule.end[last]!
  placement.person = schedule.person[last]!
  placement.tool = schedule.tool[last]!
  placement.cause = causeNumber.machine
  placement.culprit = last
  return true
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
