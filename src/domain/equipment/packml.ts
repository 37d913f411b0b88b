import type { EquipmentState } from './events.ts'

/**
 * PackML states by number: OPC 30050 (PackML 1.01), after ISA-TR88.00.02. Held is a stop with a cause
 * inside the machine, suspended one with a cause outside: starved or blocked. Running and Cleared are
 * container states; Cleared says nothing about what the machine does.
 */
const STATES: readonly (readonly [number, string, EquipmentState | null])[] = [
  [1, 'CLEARING', 'FAULT'],
  [2, 'STOPPED', 'IDLE'],
  [3, 'STARTING', 'RUNNING'],
  [4, 'IDLE', 'IDLE'],
  [5, 'SUSPENDED', 'WAITING'],
  [6, 'EXECUTE', 'RUNNING'],
  [7, 'STOPPING', 'IDLE'],
  [8, 'ABORTING', 'FAULT'],
  [9, 'ABORTED', 'FAULT'],
  [10, 'HOLDING', 'STOPPED_INTERNAL'],
  [11, 'HELD', 'STOPPED_INTERNAL'],
  [12, 'UNHOLDING', 'RUNNING'],
  [13, 'SUSPENDING', 'WAITING'],
  [14, 'UNSUSPENDING', 'RUNNING'],
  [15, 'RESETTING', 'IDLE'],
  [16, 'COMPLETING', 'RUNNING'],
  [17, 'COMPLETE', 'IDLE'],
  [18, 'RUNNING', 'RUNNING'],
  [19, 'CLEARED', null],
]

/** Whatever the machine does in these modes, it is not production. Others are modes of producing. */
const MODES: Readonly<Record<string, EquipmentState>> = {
  '2': 'MAINTENANCE',
  MAINTENANCE: 'MAINTENANCE',
  '3': 'SETUP',
  MANUAL: 'SETUP',
}

const BY_WORD: ReadonlyMap<string, EquipmentState | null> = new Map(
  STATES.flatMap(([number, name, state]) => [
    [String(number), state],
    [name, state],
  ]),
)

const word = (value: number | string): string => String(value).trim().toUpperCase()

/**
 * State of a PackML machine.
 * @param state number 1-19 or name, in any case
 * @param mode number or name: 0 Invalid, 1 Produce, 2 Maintenance, 3 Manual; null where unknown
 * @param stopByFault a fault caused the stop that is under way
 * @returns null for a state that is not of PackML, or says nothing
 */
export function packmlState(
  state: number | string,
  mode: number | string | null = null,
  stopByFault = false,
): EquipmentState | null {
  const known = BY_WORD.get(word(state)) ?? null
  if (known === null) return null
  const byMode = mode === null ? undefined : MODES[word(mode)]
  if (byMode) return byMode
  return stopByFault && ['7', 'STOPPING'].includes(word(state)) ? 'FAULT' : known
}
