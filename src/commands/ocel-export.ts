/** Which facts, and of whom. */
export interface OcelWanted {
  readonly format: 'json' | 'sqlite'
  /** Moments of the plant, ISO-8601 UTC: from <= occurredAt < to. Open where absent. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Facts of these sites only; null opens all. */
  readonly sites: readonly string[] | null
}

export interface OcelCounts {
  readonly events: number
  readonly objects: number
}

/** Writes an object-centric event log (OCEL 2.0) into a new file. Port; the adapter knows SQLite. */
export type OcelExport = (
  wanted: OcelWanted,
  file: string,
  signal?: AbortSignal,
) => Promise<OcelCounts>
