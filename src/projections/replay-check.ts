/** What a replay in memory found of one read model. */
export interface Replayed {
  readonly projection: string
  readonly rows: number
  /** Keys of rows that are not what the replay makes, the first of them. */
  readonly differing: readonly string[]
}

export interface ReplayCheck {
  readonly position: number
  readonly events: number
  /** Facts came meanwhile: rows that differ may only be later than what was replayed. */
  readonly grew: boolean
  /** Time of folding alone, without reading the log. */
  readonly foldSeconds: number
  readonly projections: readonly Replayed[]
}
