import { measures } from './measure.ts'
import type { Study } from './policy.ts'

/** Raised when the same study gives other figures, so that nobody takes an old result for one of today. */
export const SIMULATION_VERSION = 2

export interface SimulateOptions {
  readonly replications: number
  /** What throughput, utilisation and work in progress are of. */
  readonly horizonSeconds: number
  /** Threads; absent: 1. */
  readonly workers?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number) => void
  /** The main bottleneck of each of so many stretches of this length; absent: not asked for. */
  readonly bottlenecks?: BottleneckStretches
  /** When each operation starts, too. */
  readonly starts?: boolean
}

export interface BottleneckStretches {
  readonly count: number
  readonly seconds: number
}

export interface Simulated {
  readonly replications: number
  /** Replications x measures, in the order of `measures`. */
  readonly values: Float64Array
  /** Replications x orders: seconds at which each is done, Infinity: never. */
  readonly done: Float64Array
  /** Replications x stretches: index of the equipment, -1: none was active. */
  readonly longest: Int32Array | null
  /** Replications x operations: seconds, Infinity: never. */
  readonly starts: Float64Array | null
  readonly events: number
}

/** Port: plays a study on other threads. Null when the signal aborts. */
export type Simulate = (study: Study, options: SimulateOptions) => Promise<Simulated | null>

/** Column of one measure, by replication. */
export const columnOf = ({ values, replications }: Simulated, measure: number): Float64Array =>
  Float64Array.from({ length: replications }, (_, i) => values[i * measures.length + measure]!)

/** When one order is done, by replication. */
export const completionsOf = ({ done, replications }: Simulated, order: number): Float64Array =>
  Float64Array.from(
    { length: replications },
    (_, i) => done[i * (done.length / replications) + order]!,
  )
