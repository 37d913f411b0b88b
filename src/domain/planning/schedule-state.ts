import type { Fold } from '../decider.ts'
import type { PlanVariant, ScheduleEvent } from './plan-events.ts'

/** What is in force at a site: one plan at most, and what people decided about single operations. */
export interface ScheduleState {
  readonly plan: { readonly planId: string; readonly variant: PlanVariant } | null
  /** Content of each pin as JSON, by order and operation. */
  readonly pins: ReadonlyMap<string, string>
  /** End of each order in the plan in force. */
  readonly promises: ReadonlyMap<string, string | null>
  /** Orders that were last told to be late. */
  readonly late: ReadonlySet<string>
}

export const pinKey = (of: { readonly orderId: string; readonly operationId: string }): string =>
  JSON.stringify([of.orderId, of.operationId])

export const scheduleFold: Fold<ScheduleState> = {
  category: 'schedule',
  initial: { plan: null, pins: new Map(), promises: new Map(), late: new Set() },

  evolve(state: ScheduleState, event: ScheduleEvent): ScheduleState {
    switch (event.type) {
      case 'PlanAccepted': {
        const { planId, variant, promises } = event.data
        const all = new Map(state.promises)
        for (const { orderId, endsAt } of promises) all.set(orderId, endsAt)
        return { ...state, plan: { planId, variant }, promises: all }
      }
      case 'OperationPinned':
      case 'OperationMoved': {
        const { equipmentId, personId, startsAt } = event.data
        const place = JSON.stringify([equipmentId, personId, startsAt])
        return { ...state, pins: new Map(state.pins).set(pinKey(event.data), place) }
      }
      case 'OperationUnpinned': {
        const pins = new Map(state.pins)
        pins.delete(pinKey(event.data))
        return { ...state, pins }
      }
      case 'OrderPromiseChanged': {
        const late = new Set(state.late)
        if (event.data.isLate) late.add(event.data.orderId)
        else late.delete(event.data.orderId)
        return { ...state, late }
      }
    }
  },
}
