import type { Compiled, CompiledLink, CompiledMode } from './compile.ts'
import { causeNumber, type Schedule } from './schedule.ts'
import { finish } from './working-time.ts'

/** From when the order itself lets an operation run, and what held it until then. */
export interface Readiness {
  from: number
  /** It must not end before, as its predecessor still hands on pieces. */
  endFrom: number
  /** Then, with the first person who can, even if another would be done earlier. */
  exact: boolean
  cause: number
  culprit: number
}

/** Null where something it waits for has no place in the plan. */
export function readiness(
  compiled: Compiled,
  schedule: Schedule,
  at: number,
  mode: CompiledMode,
): Readiness | null {
  const { links, release } = compiled.operations[at]!
  const ready = {
    from: Math.max(release, 0),
    endFrom: 0,
    exact: false,
    cause: causeNumber.release,
    culprit: -1,
  }
  for (const link of links) {
    const before = link.operation
    if (!schedule.scheduled[before]) return null
    const way = travel(compiled, schedule, before, mode)
    const handedOn = link.transferQuantity > 0 ? firstLot(compiled, schedule, link) : null
    const from = (handedOn ?? schedule.end[before]!) + link.minLag + way
    if (from > ready.from) {
      ready.from = from
      ready.cause = way > 0 ? causeNumber.transport : causeNumber.predecessor
      ready.culprit = before
    }
    if (handedOn !== null) {
      const lastLot = mode.perUnitSeconds * link.transferQuantity
      ready.endFrom = Math.max(ready.endFrom, schedule.end[before]! + link.minLag + way + lastLot)
    }
  }
  return ready
}

/** Seconds from where `before` was worked to where this mode works. */
export function travel(
  { equipment, operations, transport, locations }: Compiled,
  schedule: Schedule,
  before: number,
  mode: CompiledMode,
): number {
  const left = operations[before]!.modes[schedule.mode[before]!]!.equipment
  const from = equipment[left]!.location
  return transport[from * locations + equipment[mode.equipment]!.location]!
}

/** When the first pieces to be handed on are done. */
function firstLot(
  { operations }: Compiled,
  schedule: Schedule,
  { operation: before, transferQuantity }: CompiledLink,
): number {
  const { modes, fixed } = operations[before]!
  const mode = modes[schedule.mode[before]!]!
  // How far a running one is with its pieces is not known.
  if (fixed) return schedule.end[before]!
  const seconds = mode.fixedSeconds + mode.perUnitSeconds * transferQuantity
  const start = schedule.start[before]!
  if (!mode.interruptible) return start + seconds
  const person = mode.persons?.indexOf(schedule.person[before]!) ?? 0
  return finish(mode.runTimes[person]!, start, seconds)
}
