import type { WireFilter } from '../filter.ts'

/** Name of the log as the source of a group. */
export const ALL = '$all'

export type Strategy = 'DispatchToSingle' | 'RoundRobin' | 'Pinned' | 'PinnedByCorrelation'

/** As a client sets them. Times in milliseconds. */
export interface Settings {
  readonly messageTimeoutMs: number
  readonly checkpointAfterMs: number
  readonly minCheckpointCount: number
  readonly maxCheckpointCount: number
  readonly maxRetryCount: number
  /** 0 sets no limit. */
  readonly maxSubscriberCount: number
  readonly liveBufferSize: number
  readonly readBatchSize: number
  readonly historyBufferSize: number
  readonly resolveLinks: boolean
  readonly extraStatistics: boolean
  readonly strategy: Strategy
}

/** Where a group begins. `after` is a place in the log, `revision` the first one of a stream. */
export interface Start {
  readonly after: number
  readonly revision: number
  /** As the client worded it, and as it is shown again. */
  readonly text: string
}

/** A persistent subscription: consumers that share the events of a source. */
export interface Spec {
  /** Names its checkpoint: a group made again under the same name begins anew. */
  readonly id: string
  /** A stream, or `$all`. */
  readonly source: string
  readonly group: string
  readonly settings: Settings
  readonly filter: WireFilter | null
  readonly start: Start
}

export const keyOf = ({ source, group }: Pick<Spec, 'source' | 'group'>): string =>
  `${source}::${group}`

/** Stream of what the group put aside. */
export const parkedStream = (spec: Pick<Spec, 'source' | 'group'>): string =>
  `$persistentsubscription-${keyOf(spec)}-parked`
