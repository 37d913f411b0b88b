import type { Compiled, CompiledMode } from './compile.ts'
import {
  fixedBlock,
  machineStates,
  passFixed,
  resetMachine,
  setupSeconds,
  type FixedBlock,
  type MachineState,
} from './machine-state.ts'
import { earliestPlacement, newPlacement, type Placement, type Shop } from './placement.ts'
import { readiness, type Readiness } from './readiness.ts'
import { clear, noReservations, reserve } from './reservations.ts'
import { causeNumber, emptySchedule } from './schedule.ts'
import { availableFrom, book, stockOf } from './stock.ts'
import { retreat } from './working-time.ts'

export type Placer = ReturnType<typeof createPlacer>

/** Puts operations into a plan one after the other and takes what they need. The schedule is reused. */
export function createPlacer(compiled: Compiled) {
  const { operations, equipment } = compiled
  const schedule = emptySchedule(operations.length)
  /** Seconds before which an operation must not run, whatever else allows it. */
  const notBefore = new Float64Array(operations.length)
  /** The same where what it waits for is cheaper energy; 0: it does not. */
  const cheapFrom = new Float64Array(operations.length)
  const materials = compiled.problem.materials ?? []
  const shop: Shop = {
    compiled,
    machines: machineStates(compiled),
    taken: compiled.units.map(noReservations),
    stocks: [],
    schedule,
  }
  const given = shop.machines.map(({ fixed }) => fixed)
  const placement = newPlacement()
  const trial = newPlacement()

  const reset = (): void => {
    schedule.scheduled.fill(0)
    for (const [i, state] of shop.machines.entries()) {
      state.fixed = given[i]!
      resetMachine(state, equipment[i]!.initialFamily)
    }
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

  /** Behind what was placed on its machine before. */
  const put = (at: number, modeNumber: number, ready: Readiness): boolean => {
    const mode = operations[at]!.modes[modeNumber]!
    const joined = join(shop, at, mode, ready, placement)
    if (!joined && !earliestPlacement(shop, mode, ready, at, placement)) return false
    if (ready.exact && placement.start !== ready.from) return false
    placement.mode = modeNumber
    note(at)
    const state = shop.machines[mode.equipment]!
    if (!joined) {
      takeMachine(state, mode, placement, at)
      takeUnits(shop, mode, placement, at)
    }
    state.batchTaken = joined ? state.batchTaken + mode.size : mode.size
    bookMaterial(at, true)
    return true
  }

  /** As early as everything allows, behind what was placed on its machine before. */
  const place = (at: number, modeNumber: number): void => {
    const ready = readiness(compiled, schedule, at, operations[at]!.modes[modeNumber]!)
    if (ready === null) return
    if (notBefore[at]! > ready.from) {
      ready.from = notBefore[at]!
      if (cheapFrom[at] === ready.from)
        Object.assign(ready, { cause: causeNumber.price, culprit: -1 })
    }
    put(at, modeNumber, ready)
  }

  /** Where the current plan has it; false where it cannot be there. What it waits for is not looked at. */
  const hold = (at: number): boolean => {
    const { planned } = operations[at]!
    if (!planned) return false
    const { start: from, mode } = planned
    const ready = { from, endFrom: 0, exact: true, cause: causeNumber.frozen, culprit: -1 }
    return from >= 0 && put(at, mode, ready)
  }

  /** From here on what was placed stands where it is, and the rest goes into the gaps. */
  const openGaps = (): void => {
    const blocks = shop.machines.map(({ fixed }) => [...fixed])
    for (const [at, { modes, fixed }] of operations.entries()) {
      if (!schedule.scheduled[at] || fixed) continue
      const mode = modes[schedule.mode[at]!]!
      blocks[mode.equipment]!.push({
        operation: at,
        start: schedule.start[at]!,
        end: schedule.end[at]!,
        family: mode.family,
      })
    }
    for (const [i, state] of shop.machines.entries()) {
      state.fixed = blocks[i]!.sort((a, b) => a.start - b.start || a.end - b.end)
      resetMachine(state, equipment[i]!.initialFamily)
    }
  }

  /** Into the gap where it is done first, in any mode. */
  const insert = (at: number): boolean => {
    const { modes } = operations[at]!
    placement.end = Infinity
    for (const [number, mode] of modes.entries()) {
      const ready = readiness(compiled, schedule, at, mode)
      if (ready === null) return false
      const state = shop.machines[mode.equipment]!
      resetMachine(state, equipment[mode.equipment]!.initialFamily)
      while ((state.fixed[state.passed]?.end ?? Infinity) <= ready.from) passFixed(state)
      if (!earliestPlacement(shop, mode, ready, at, trial)) continue
      if (trial.end < placement.end) Object.assign(placement, trial, { mode: number })
    }
    if (placement.end === Infinity) return false
    const mode = modes[placement.mode]!
    const state = shop.machines[mode.equipment]!
    note(at)
    takeUnits(shop, mode, placement, at)
    const { start, end } = placement
    const block = { operation: at, start, end, family: mode.family }
    const follower = state.fixed[placement.passed]
    state.fixed = state.fixed.toSpliced(placement.passed, 0, block)
    if (follower) prepare(follower, mode)
    bookMaterial(at, true)
    return true
  }

  /** What stands behind an inserted one may have to be set up for longer, and so from earlier on. */
  const prepare = ({ operation, start, family }: FixedBlock, before: CompiledMode): void => {
    if (operations[operation]!.fixed) return
    const { open } = equipment[before.equipment]!
    const seconds = setupSeconds(compiled, before.equipment, before.family, family)
    const from = schedule.setupStart[operation]!
    schedule.setupStart[operation] = Math.min(from, retreat(open, start, seconds))
  }

  return { schedule, notBefore, cheapFrom, reset, place, hold, openGaps, insert }
}

function takeMachine(
  state: MachineState,
  mode: CompiledMode,
  { passed, end }: Placement,
  at: number,
): void {
  while (state.passed < passed) passFixed(state)
  state.free = end
  state.family = mode.family
  state.last = at
}

function takeUnits({ taken }: Shop, mode: CompiledMode, placement: Placement, at: number): void {
  const { person, tool, setupStart, start, end } = placement
  if (person >= 0)
    reserve(
      taken[person]!,
      mode.attendsSetup ? setupStart : start,
      mode.attendsRun ? end : start,
      at,
    )
  if (tool >= 0) reserve(taken[tool]!, setupStart, end, at)
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
