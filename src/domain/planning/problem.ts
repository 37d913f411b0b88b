/**
 * What is to be planned, in the words of ISA-95: work orders, their operations (segments) and the resources.
 * Times are whole seconds after the start of the plan; what ran before it has negative ones.
 */
export interface Problem {
  readonly equipment: readonly Equipment[]
  readonly persons?: readonly Person[]
  readonly tools?: readonly { readonly id: string; readonly count: number }[]
  readonly materials?: readonly Material[]
  readonly orders: readonly Order[]
  /** Seconds from one location to another; not listed: none. */
  readonly transport?: readonly Leg[]
  /** An operation planned to start before `frozenUntil` stays; before `firmUntil` it should. */
  readonly zones?: { readonly frozenUntil: number; readonly firmUntil: number }
  /** Price of a kWh by time, sorted, without overlap; outside of all spans it is 0. */
  readonly energyPrices?: readonly (Span & { readonly price: number })[]
}

/** From inclusive, to exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface Leg {
  readonly from: string
  readonly to: string
  readonly seconds: number
}

export interface Equipment {
  readonly id: string
  readonly location?: string
  /** When it may work, by time, without overlap; absent: always. */
  readonly open?: readonly Span[]
  /** An oven: operations of one family and equal length run together up to this total `size`. */
  readonly batchCapacity?: number
  /** Changeover from family to family; not listed: none. */
  readonly setups?: readonly Leg[]
  readonly initialFamily?: string
}

export interface Person {
  readonly id: string
  readonly qualifications: readonly string[]
  readonly shifts?: readonly Span[]
}

export interface Material {
  readonly id: string
  readonly stock: number
  readonly receipts?: readonly { readonly at: number; readonly quantity: number }[]
}

export interface Order {
  readonly id: string
  readonly release?: number
  readonly due?: number
  /** Price of a second of lateness against that of other orders; absent: 1. */
  readonly weight?: number
  readonly quantity?: number
  readonly operations: readonly Operation[]
}

export interface Operation {
  /** Unique within its order. */
  readonly id: string
  /** Absent: after the one listed before it. */
  readonly after?: readonly Link[]
  readonly modes: readonly Mode[]
  /** Taken when the run starts. */
  readonly consumes?: readonly MaterialQuantity[]
  /** There when the run ends. */
  readonly produces?: readonly MaterialQuantity[]
  /** Running or pinned: it stays whatever else happens. */
  readonly fixed?: Fixed
  /** Where the current plan has it; changes are counted against it. */
  readonly planned?: {
    readonly mode: number
    readonly start: number
    readonly person?: string | null
    /** The floor does not begin it before, whatever is free: it waits for cheaper energy, or was pinned. */
    readonly notBefore?: number
  }
}

export interface MaterialQuantity {
  readonly material: string
  readonly quantity: number
}

export interface Link {
  readonly operation: string
  /** From the end of that operation to the start of the run of this one. */
  readonly minLag?: number
  readonly maxLag?: number
  /** Pieces handed on at a time: this operation may start when the first such lot is done, and ends no
   * earlier than it can have worked the last one. */
  readonly transferQuantity?: number
}

export interface Mode {
  readonly equipment: string
  readonly fixedSeconds?: number
  readonly perUnitSeconds?: number
  readonly family?: string
  readonly tool?: string
  /** Anyone with it, or `person`, by name. */
  readonly qualification?: string
  readonly person?: string
  /** When the person is bound; absent: all the time. */
  readonly attendance?: 'setup' | 'run' | 'all'
  /** Work stops when the calendar closes and goes on when it opens. */
  readonly interruptible?: boolean
  /** What it takes of the capacity of a batch; absent: 1. */
  readonly size?: number
  /** Mean power of the run. */
  readonly kilowatts?: number
}

export interface Fixed {
  readonly mode: number
  /** Start of the run. */
  readonly start: number
  /** Work left, for a running one; absent: all of it. */
  readonly remaining?: number
  readonly person?: string
}

/** A plan as the outside sees it. */
export interface PlannedOperation {
  readonly order: string
  readonly operation: string
  readonly mode: number
  readonly equipment: string
  /** Start of the changeover before it; equal to `start` where there is none. */
  readonly setupStart: number
  readonly start: number
  readonly end: number
  readonly person: string | null
  /** Which of the counted tools. */
  readonly toolUnit: number | null
  /** What kept it from starting earlier. */
  readonly cause: Cause
  /** The operation that did, where it was one: `order/operation`. */
  readonly culprit: string | null
}

export const causes = [
  'release',
  'predecessor',
  'transport',
  'machine',
  'setup',
  'tool',
  'person',
  'calendar',
  'material',
  'frozen',
  'price',
] as const
export type Cause = (typeof causes)[number]
