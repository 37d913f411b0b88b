import type { Compiled, CompiledMode } from './compile.ts'
import type { Shop } from './placement.ts'
import { finish, retreat, workedSeconds } from './working-time.ts'

/** A machine while a plan is decoded: filled in the order of the sequence, around what is fixed or stands. */
export interface MachineState {
  free: number
  family: number
  last: number
  /** How many of its fixed operations lie before `free`. */
  passed: number
  /** The batch that may still be joined: its first operation and what of the capacity is taken. */
  batchTaken: number
  fixed: readonly FixedBlock[]
}

export interface FixedBlock {
  readonly operation: number
  readonly start: number
  readonly end: number
  readonly family: number
}

/** The end of a fixed operation is given by its start and the calendar of its machine. */
export function fixedBlock(compiled: Compiled, at: number): FixedBlock {
  const { fixed, modes } = compiled.operations[at]!
  const mode = modes[fixed!.mode]!
  const seconds = fixed!.remaining ?? mode.seconds
  const { open } = compiled.equipment[mode.equipment]!
  const end = mode.interruptible ? finish(open, fixed!.start, seconds) : fixed!.start + seconds
  return { operation: at, start: fixed!.start, end, family: mode.family }
}

export function machineStates(compiled: Compiled): MachineState[] {
  const blocks = compiled.fixed.map((at) => ({
    equipment: compiled.operations[at]!.modes[compiled.operations[at]!.fixed!.mode]!.equipment,
    block: fixedBlock(compiled, at),
  }))
  return compiled.equipment.map((_, machine) => ({
    free: 0,
    family: 0,
    last: -1,
    passed: 0,
    batchTaken: 0,
    fixed: blocks.filter(({ equipment }) => equipment === machine).map(({ block }) => block),
  }))
}

/** A plan starts at 0: nothing but what is fixed happens before. */
export function resetMachine(state: MachineState, initialFamily: number): void {
  state.free = 0
  state.family = initialFamily
  state.last = -1
  state.passed = 0
  state.batchTaken = 0
}

/** Changeover seconds of a machine between two families. */
export function setupSeconds(
  { equipment, families }: Compiled,
  machine: number,
  from: number,
  to: number,
): number {
  const { setups } = equipment[machine]!
  return setups === null ? 0 : setups[from * families + to]!
}

/** When an operation in this mode has to be done so that the next block can still be set up. */
export function deadlineBeforeFixed(
  { compiled, schedule }: Pick<Shop, 'compiled' | 'schedule'>,
  state: MachineState,
  mode: CompiledMode,
): number {
  const next = state.fixed[state.passed]
  if (!next) return Infinity
  const { operation, start, family } = next
  const { open } = compiled.equipment[mode.equipment]!
  const setup = setupSeconds(compiled, mode.equipment, mode.family, family)
  if (compiled.operations[operation]!.fixed) return retreat(open, start, setup)
  const behind = compiled.operations[operation]!.modes[schedule.mode[operation]!]!
  const setupStart = schedule.setupStart[operation]!
  const by = behind.persons?.indexOf(schedule.person[operation]!) ?? 0
  if (setup <= workedSeconds(behind.setupTimes[by]!, setupStart, start)) return setupStart
  // Its person would have to come earlier, or its changeover would be broken off.
  if (behind.attendsSetup || behind.tools !== null) return -Infinity
  const from = retreat(open, start, setup)
  return behind.interruptible || from === start - setup ? Math.min(from, setupStart) : -Infinity
}

/** The fixed operation is done: what follows comes after it. */
export function passFixed(state: MachineState): void {
  const block = state.fixed[state.passed++]!
  state.free = Math.max(state.free, block.end)
  state.family = block.family
  state.last = block.operation
  state.batchTaken = 0
}
