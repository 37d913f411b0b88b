import type { Fold } from '../decider.ts'
import type { PlanEvent, PlanVariant } from './plan-events.ts'

/** A variant as it is written down, part by part. */
export interface VariantState {
  readonly parts: ReadonlySet<number>
  readonly isProposed: boolean
  /** When each order ends, ISO-8601; null where not all of it is planned. */
  readonly ends: ReadonlyMap<string, string | null>
}

export type PlanState =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'open' | 'failed' | 'rejected'
      readonly startsAt: string
      readonly basePlanId: string | null
      readonly variants: Readonly<Partial<Record<PlanVariant, VariantState>>>
    }

const EMPTY: VariantState = { parts: new Set(), isProposed: false, ends: new Map() }

export const planFold: Fold<PlanState> = {
  category: 'plan',
  initial: { status: 'unknown' },

  evolve(state: PlanState, event: PlanEvent): PlanState {
    if (event.type === 'PlanRequested') {
      const { startsAt, basePlanId } = event.data
      return { status: 'open', startsAt, basePlanId, variants: {} }
    }
    if (state.status === 'unknown') return state
    switch (event.type) {
      case 'PlannedOperationsListed': {
        const { variant, part, orders } = event.data
        const known = state.variants[variant] ?? EMPTY
        const ends = new Map(known.ends)
        for (const { orderId, isWhole, operations } of orders) {
          const last = Math.max(...operations.map((tuple) => tuple[6]))
          const end = isWhole ? momentOf(state.startsAt, last) : null
          ends.set(orderId, later(ends.get(orderId), end))
        }
        const next = { ...known, parts: new Set(known.parts).add(part), ends }
        return { ...state, variants: { ...state.variants, [variant]: next } }
      }
      case 'PlanProposed': {
        const { variant } = event.data
        const next = { ...(state.variants[variant] ?? EMPTY), isProposed: true }
        return { ...state, variants: { ...state.variants, [variant]: next } }
      }
      case 'PlanFailed':
        return { ...state, status: 'failed' }
      case 'PlanRejected':
        return { ...state, status: 'rejected' }
    }
  },
}

/** The moment so many seconds after the plan begins. */
export const momentOf = (startsAt: string, seconds: number): string =>
  new Date(Date.parse(startsAt) + seconds * 1_000).toISOString()

/** An order in two parts ends with the later, and is whole where both are. */
function later(known: string | null | undefined, end: string | null): string | null {
  if (known === undefined) return end
  return known === null || end === null ? null : known > end ? known : end
}
