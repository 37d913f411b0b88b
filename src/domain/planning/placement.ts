import type { Compiled, CompiledMode } from './compile.ts'
import { deadlineBeforeFixed, passFixed, setupSeconds, type MachineState } from './machine-state.ts'
import type { Readiness } from './readiness.ts'
import { obstacle, type Reservations } from './reservations.ts'
import { causeNumber, type Schedule } from './schedule.ts'
import { availableFrom, type Stock } from './stock.ts'
import { finish, NEVER, nextFit, nextOpen, retreat, type WorkingTime } from './working-time.ts'

/** What a plan has taken so far. */
export interface Shop {
  readonly compiled: Compiled
  readonly machines: readonly MachineState[]
  readonly taken: readonly Reservations[]
  stocks: Stock[]
  readonly schedule: Schedule
}

export interface Placement {
  mode: number
  setupStart: number
  start: number
  end: number
  person: number
  tool: number
  cause: number
  culprit: number
  /** Fixed operations of the machine before it. */
  passed: number
}

export const newPlacement = (): Placement => ({
  mode: 0,
  setupStart: 0,
  start: 0,
  end: 0,
  person: -1,
  tool: -1,
  cause: 0,
  culprit: -1,
  passed: 0,
})

/** One that is filled while the people are compared. */
const trial = newPlacement()

/** The earliest place, by the person who lets it end first; false where there is none. */
export function earliestPlacement(
  shop: Shop,
  mode: CompiledMode,
  ready: Readiness,
  at: number,
  best: Placement,
): boolean {
  const people = mode.persons?.length ?? 1
  best.end = NEVER
  // Who has it in the current plan keeps it, unless another lets it end earlier.
  const { plannedPerson } = shop.compiled.operations[at]!
  const first = plannedPerson < 0 ? 0 : Math.max(0, mode.persons?.indexOf(plannedPerson) ?? 0)
  for (let i = 0; i < people; i++) {
    const one = i === 0 ? first : i <= first ? i - 1 : i
    if (!tryPlace(shop, mode, ready, { at, one, before: best.end })) continue
    Object.assign(best, trial)
    if (ready.exact ? trial.start === ready.from : heldUpByNobody(shop, mode)) break
  }
  return best.end < NEVER
}

/** Nobody else could end it earlier: with the people tried it went as the machine alone would have it. */
function heldUpByNobody({ compiled }: Shop, mode: CompiledMode): boolean {
  if (trial.cause === causeNumber.person || trial.cause === causeNumber.calendar) return false
  const { open } = compiled.equipment[mode.equipment]!
  return !mode.interruptible || trial.end === finish(open, trial.start, mode.seconds)
}

interface Attempt {
  readonly at: number
  /** Place in `mode.persons`. */
  readonly one: number
  /** Only an earlier end is of interest. */
  readonly before: number
}

/** Moves the start on until nothing stands in its way; the last that did is the binding cause. */
function tryPlace(
  shop: Shop,
  mode: CompiledMode,
  ready: Readiness,
  { at, one, before }: Attempt,
): boolean {
  const slot: MachineState = { ...shop.machines[mode.equipment]! }
  const person = mode.persons === null ? -1 : mode.persons[one]!
  const setupTime = mode.setupTimes[one]!
  let setup = begin(shop, mode, slot, { ready, setupTime })
  trial.person = person
  trial.tool = -1
  trial.passed = slot.passed
  for (;;) {
    layOut(mode, one, setup, ready)
    if (trial.end >= before) return false
    const deadline = deadlineBeforeFixed(shop, slot, mode)
    if (trial.end > deadline) {
      passFixed(slot)
      setup = begin(shop, mode, slot, { ready, setupTime })
      const cause = shop.compiled.operations[slot.last]!.fixed ? 'frozen' : 'machine'
      Object.assign(trial, { cause: causeNumber[cause], culprit: slot.last, passed: slot.passed })
      continue
    }
    if (personBusy(shop, mode) || toolBusy(shop, mode) || materialMissing(shop, at)) continue
    if (trial.end < ready.endFrom) {
      trial.setupStart += ready.endFrom - trial.end
      trial.cause = ready.cause
      trial.culprit = ready.culprit
      continue
    }
    return true
  }
}

/** The first attempt: as soon as the machine is free, set up so that the run can start when ready. */
function begin(
  shop: Shop,
  mode: CompiledMode,
  slot: MachineState,
  { ready, setupTime }: { readonly ready: Readiness; readonly setupTime: WorkingTime },
): number {
  const setup = setupSeconds(shop.compiled, mode.equipment, slot.family, mode.family)
  const wanted = Math.max(retreat(setupTime, ready.from, setup), 0)
  trial.setupStart = Math.max(slot.free, wanted)
  if (slot.free > wanted) {
    trial.cause = setup > 0 ? causeNumber.setup : causeNumber.machine
    trial.culprit = slot.last
  } else {
    trial.cause = ready.cause
    trial.culprit = ready.culprit
  }
  return setup
}

/** Setup and run from `trial.setupStart` on, as the calendars allow. */
function layOut(mode: CompiledMode, one: number, setup: number, ready: Readiness): void {
  const setupTime = mode.setupTimes[one]!
  const runTime = mode.runTimes[one]!
  for (;;) {
    const asked = trial.setupStart
    if (mode.interruptible) {
      if (setup > 0) trial.setupStart = nextOpen(setupTime, asked)
      trial.start = nextOpen(runTime, finish(setupTime, trial.setupStart, setup))
      trial.end = finish(runTime, trial.start, mode.seconds)
    } else {
      if (setup > 0) trial.setupStart = nextFit(setupTime, asked, setup)
      const run = trial.setupStart + setup
      trial.start = nextFit(runTime, run, mode.seconds)
      trial.end = trial.start + mode.seconds
      if (trial.start > run && setup > 0 && trial.start < NEVER) {
        trial.setupStart = trial.start - setup
        closed()
        continue
      }
    }
    if (trial.start >= NEVER || trial.end >= NEVER) {
      trial.end = NEVER
      return
    }
    if (setup === 0) trial.setupStart = trial.start
    if (trial.setupStart > asked) closed()
    if (trial.start >= ready.from) return
    trial.setupStart = Math.max(trial.setupStart, asked) + ready.from - trial.start
  }
}

function closed(): void {
  trial.cause = causeNumber.calendar
  trial.culprit = -1
}

/** Moves the start on when the person is bound elsewhere. */
function personBusy({ taken }: Shop, mode: CompiledMode): boolean {
  if (trial.person < 0) return false
  const from = mode.attendsSetup ? trial.setupStart : trial.start
  const to = mode.attendsRun ? trial.end : trial.start
  const busy = taken[trial.person]!
  const i = from < to ? obstacle(busy, from, to) : -1
  if (i < 0) return false
  trial.setupStart += busy.to[i]! - from
  trial.cause = causeNumber.person
  trial.culprit = busy.by[i]!
  return true
}

/** Finds a free unit of the tool, or moves the start on to when the first one might be free. */
function toolBusy({ taken }: Shop, mode: CompiledMode): boolean {
  if (mode.tools === null) return false
  let soonest = NEVER
  let culprit = -1
  for (const unit of mode.tools) {
    const busy = taken[unit]!
    const i = obstacle(busy, trial.setupStart, trial.end)
    if (i < 0) {
      trial.tool = unit
      return false
    }
    if (busy.to[i]! < soonest) {
      soonest = busy.to[i]!
      culprit = busy.by[i]!
    }
  }
  trial.setupStart = soonest
  trial.cause = causeNumber.tool
  trial.culprit = culprit
  return true
}

function materialMissing({ compiled, stocks }: Shop, at: number): boolean {
  for (const [material, quantity] of compiled.operations[at]!.consumes) {
    const from = availableFrom(stocks[material]!, trial.start, quantity)
    if (from <= trial.start) continue
    trial.setupStart += from - trial.start
    trial.cause = causeNumber.material
    trial.culprit = -1
    return true
  }
  return false
}
