/** What a shift should make and will make, from what it has made so far. Pieces; null: not known. */
export interface Outlook {
  /** By now, at the ideal cycle time in all planned time. */
  readonly targetSoFar: number | null
  /** By the end of the shift. */
  readonly target: number | null
  /** By the end of the shift, if it goes on as it has gone so far. */
  readonly forecast: number | null
}

/**
 * @param made pieces so far
 * @param pieceMs planned time of one piece; null: not known
 * @param plannedMs planned time of the shift so far, breaks excluded, and all of it
 */
export function outlook(
  made: number,
  pieceMs: number | null,
  plannedMs: { readonly soFar: number; readonly whole: number },
): Outlook {
  const { soFar, whole } = plannedMs
  return {
    targetSoFar: pieceMs === null ? null : soFar / pieceMs,
    target: pieceMs === null ? null : whole / pieceMs,
    // Of the first moments nothing can be said of the rest.
    forecast: soFar === 0 ? null : (made * whole) / soFar,
  }
}
