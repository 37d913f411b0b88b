import { equipmentState, type EquipmentState } from './events.ts'

/** Words that plants, gateways and spreadsheets use for states, beside the state names themselves. */
const SYNONYMS: Readonly<Record<EquipmentState, readonly string[]>> = {
  RUNNING: [
    'RUN',
    'AUTO',
    'AUTOMATIC',
    'ACTIVE',
    'EXECUTE',
    'EXECUTING',
    'PRODUCTION',
    'PRODUCING',
  ],
  SETUP: ['MANUAL', 'SET_UP', 'CHANGEOVER', 'ADJUSTMENT', 'JOG'],
  STOPPED_INTERNAL: ['STOPPED', 'STOP', 'HELD', 'HOLD', 'FEED_HOLD', 'INTERRUPTED', 'PAUSED'],
  WAITING: ['WAIT', 'STARVED', 'BLOCKED', 'SUSPENDED'],
  IDLE: ['READY', 'STANDBY', 'STAND_BY', 'COMPLETE', 'COMPLETED'],
  FAULT: ['FAULTED', 'ALARM', 'ERROR', 'DOWN', 'BREAKDOWN', 'ABORTED', 'EMERGENCY_STOP', 'ESTOP'],
  MAINTENANCE: ['SERVICE', 'REPAIR'],
  OFFLINE: ['OFF', 'POWER_OFF', 'POWERED_OFF'],
}

const BY_WORD: ReadonlyMap<string, EquipmentState> = new Map(
  equipmentState.options.flatMap((state) =>
    [state, ...SYNONYMS[state]].map((word) => [word, state] as const),
  ),
)

/** State of a machine that says it in a plain word, in any case; null for a word nobody knows. */
export const plainState = (word: string): EquipmentState | null =>
  BY_WORD.get(
    word
      .trim()
      .toUpperCase()
      .replaceAll(/[\s-]+/g, '_'),
  ) ?? null
