import type { StopCategory } from '../equipment/events.ts'
import type { Stretch } from './pieces.ts'
import type { KnownState } from './states.ts'
import type { Kind } from './time-model.ts'

/** What a stretch of standing still counts as, whatever the machine itself said. */
interface CountsAs {
  readonly state: KnownState
  /** Null: planned as it was. */
  readonly kind: Kind | null
}

/**
 * A category moves time to the element of ISO 22400-2 that `stopElement` names. Who says that a machine
 * waited for material says that there was an order to work on; who says that a stop was planned takes
 * it out of the planned busy time.
 */
const COUNTS_AS: Readonly<Record<StopCategory, CountsAs>> = {
  PLANNED: { state: 'IDLE', kind: 'DOWN' },
  SETUP: { state: 'SETUP', kind: null },
  BREAKDOWN: { state: 'FAULT', kind: null },
  MINOR_STOP: { state: 'STOPPED_INTERNAL', kind: null },
  WAITING_MATERIAL: { state: 'WAITING', kind: 'ORDER' },
  WAITING_PERSONNEL: { state: 'WAITING', kind: 'ORDER' },
  WAITING_OTHER: { state: 'WAITING', kind: 'ORDER' },
  QUALITY: { state: 'STOPPED_INTERNAL', kind: null },
  NO_ORDER: { state: 'IDLE', kind: 'FREE' },
  PREVENTIVE_MAINTENANCE: { state: 'MAINTENANCE', kind: 'DOWN' },
  CORRECTIVE_MAINTENANCE: { state: 'MAINTENANCE', kind: null },
  OTHER: { state: 'STOPPED_INTERNAL', kind: null },
}
export const countsAs = (category: StopCategory): CountsAs => COUNTS_AS[category]

/** A stretch of standing still that people gave a reason. */
export interface Classified extends Stretch, CountsAs {
  readonly reasonId: string
  /** Name of the reason. */
  readonly reason: string
  /** The machine was not in a fault just before: a breakdown that begins here is a failure of its own. */
  readonly begins: boolean
  /** Stream of the decision. */
  readonly stream: string
}
