import type { CounterKind } from './events.ts'

/** What a data item of a machine tells; all others are raw samples and make no facts. */
export type Role =
  | 'availability'
  | 'execution'
  | 'controllerMode'
  | 'functionalMode'
  | 'emergencyStop'
  | 'power'
  | 'program'
  | 'partCount'
  | 'goodCount'
  | 'scrapCount'

/** Names that adapters give to the data items; a connector may ask the device model instead. */
const NAMES: Readonly<Record<string, Role>> = {
  avail: 'availability',
  availability: 'availability',
  execution: 'execution',
  exec: 'execution',
  program_status: 'execution',
  mode: 'controllerMode',
  controller_mode: 'controllerMode',
  functional_mode: 'functionalMode',
  estop: 'emergencyStop',
  estop_state: 'emergencyStop',
  emergency_stop: 'emergencyStop',
  power: 'power',
  power_state: 'power',
  program: 'program',
  program_name_running: 'program',
  part_count: 'partCount',
  partcount: 'partCount',
  partcountact: 'partCount',
  partcountgood: 'goodCount',
  partcountbad: 'scrapCount',
}

/** The role of a data item by the name its adapter gave it; null for a raw sample. */
export const roleByName = (item: string): Role | null => NAMES[item.toLowerCase()] ?? null

export const COUNTERS: Partial<Record<Role, CounterKind>> = {
  partCount: 'TOTAL',
  goodCount: 'GOOD',
  scrapCount: 'SCRAP',
}

export interface Condition {
  readonly level: 'NORMAL' | 'WARNING' | 'FAULT' | 'UNAVAILABLE'
  /** Native code; empty where the condition as a whole is meant. */
  readonly code: string
  readonly message: string
}

const CONDITION = /^\s*(normal|warning|fault|unavailable)\s*\|/i

/**
 * Reads the value of a condition in SHDR: `level|native code|native severity|qualifier|message`.
 * Null for any other value: only conditions have further pipes after a level.
 */
export function parseCondition(value: string): Condition | null {
  const level = CONDITION.exec(value)?.[1]?.toUpperCase()
  if (level === undefined) return null
  const [, code = '', , , ...message] = value.split('|')
  return {
    level: level as Condition['level'],
    code: code.trim(),
    message: message.join('|').trim(),
  }
}
