import type { EquipmentState } from './events.ts'

/**
 * Last words of one MTConnect machine, normalised by `normal`; null where it never said one. Names are
 * those of MTConnect Part 2 data item types; the Hurco adapter's `Program_Status` speaks the same
 * vocabulary as EXECUTION.
 */
export interface MtconnectWords {
  readonly availability: string | null
  readonly execution: string | null
  readonly controllerMode: string | null
  readonly functionalMode: string | null
  readonly emergencyStop: string | null
  readonly power: string | null
  /** Id of one condition that is in FAULT. */
  readonly fault: string | null
}

/** Either a state, or that nobody knows: `UNAVAILABLE` is never idle. */
export type MtconnectReading =
  | {
      readonly known: true
      readonly state: EquipmentState
      readonly nativeState: string
      readonly reason: string | null
    }
  | { readonly known: false; readonly reason: string }

export const UNAVAILABLE = 'UNAVAILABLE'

/** EXECUTION: MTConnect Part 2, 2.x. Stops at the end of work are idle, stops within it are not. */
const EXECUTION: Readonly<Record<string, EquipmentState>> = {
  ACTIVE: 'RUNNING',
  READY: 'IDLE',
  STOPPED: 'IDLE',
  PROGRAM_COMPLETED: 'IDLE',
  OPTIONAL_STOP: 'IDLE',
  PROGRAM_OPTIONAL_STOP: 'IDLE',
  FEED_HOLD: 'STOPPED_INTERNAL',
  INTERRUPTED: 'STOPPED_INTERNAL',
  PROGRAM_STOPPED: 'STOPPED_INTERNAL',
  WAIT: 'WAITING',
}

/** Modes in which a moving machine is set up rather than producing. */
const BY_HAND: readonly string[] = ['MANUAL', 'MANUAL_DATA_INPUT', 'SEMI_AUTOMATIC', 'EDIT']

/** FUNCTIONAL_MODE; PRODUCTION leaves the state to the execution. */
const FUNCTIONAL_MODE: Readonly<Record<string, EquipmentState>> = {
  MAINTENANCE: 'MAINTENANCE',
  SETUP: 'SETUP',
  TEARDOWN: 'SETUP',
  PROCESS_DEVELOPMENT: 'SETUP',
}

/** MTConnect words are upper case with underscores; agents and adapters are not always. */
export const normal = (value: string): string =>
  value
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_')

/** What the machine does, by its last words; null while it has not said anything of it yet. */
export function mtconnectState(words: MtconnectWords): MtconnectReading | null {
  const { availability, execution, controllerMode, functionalMode, emergencyStop, fault } = words
  if (availability === UNAVAILABLE) return { known: false, reason: 'availability UNAVAILABLE' }
  if (words.power === 'OFF')
    return { known: true, state: 'OFFLINE', nativeState: 'OFF', reason: 'power OFF' }
  if (execution === null) return null
  if (execution === UNAVAILABLE) return { known: false, reason: 'execution UNAVAILABLE' }
  const state = EXECUTION[execution]
  if (state === undefined)
    return { known: false, reason: `execution ${execution} is not a word of MTConnect` }
  const is = (to: EquipmentState, reason: string | null): MtconnectReading => ({
    known: true,
    state: to,
    nativeState: execution,
    reason,
  })
  if (emergencyStop === 'TRIGGERED') return is('FAULT', 'emergency stop TRIGGERED')
  if (fault !== null) return is('FAULT', `condition ${fault} FAULT`)
  const byMode = FUNCTIONAL_MODE[functionalMode ?? '']
  if (byMode) return is(byMode, `functional mode ${functionalMode}`)
  if (state === 'RUNNING' && BY_HAND.includes(controllerMode ?? ''))
    return is('SETUP', `controller mode ${controllerMode}`)
  return is(state, null)
}
