/** A judged result of an inspection. */
export interface JudgedOnce {
  readonly subjectId: string
  readonly operationId: string | null
  readonly characteristicId: string
  readonly name: string
  readonly sample: number
  readonly inspectionId: string
  /** ISO-8601. */
  readonly at: string
  readonly verdict: 'PASS' | 'FAIL' | null
}

export interface FirstPasses {
  /** The characteristic. */
  readonly key: string
  readonly name: string
  /** Pieces or lots whose first result was judged in the window. */
  readonly inspected: number
  readonly failedFirst: number
  /** Later results in the window: of what was inspected again, after rework say. */
  readonly repeated: number
  readonly failedAgain: number
}

/**
 * How often each characteristic failed at the first inspection, and at later ones. A piece is inspected
 * first once after each operation, also where that was before the window.
 * @param results of the subjects concerned from their first inspection on, in any order
 */
export function firstPasses(
  results: readonly JudgedOnce[],
  window: { readonly from: string; readonly to: string },
): readonly FirstPasses[] {
  const byCharacteristic = new Map<string, { -readonly [K in keyof FirstPasses]: FirstPasses[K] }>()
  const seen = new Set<string>()
  for (const one of [...results].sort(inOrder)) {
    const { characteristicId: key, name, verdict, at } = one
    if (verdict === null || at >= window.to) continue
    const piece = JSON.stringify([one.subjectId, one.operationId, key, one.sample])
    const isFirst = !seen.has(piece)
    seen.add(piece)
    if (at < window.from) continue
    const counts = byCharacteristic.get(key) ?? {
      ...{ key, name, inspected: 0, failedFirst: 0, repeated: 0, failedAgain: 0 },
    }
    const failed = verdict === 'FAIL' ? 1 : 0
    counts.name = name
    counts[isFirst ? 'inspected' : 'repeated'] += 1
    counts[isFirst ? 'failedFirst' : 'failedAgain'] += failed
    byCharacteristic.set(key, counts)
  }
  return [...byCharacteristic.values()]
}

/** Inspections of one moment in the order of their ids, so that arrival does not matter. */
const inOrder = (a: JudgedOnce, b: JudgedOnce): number =>
  compare(a.at, b.at) ||
  compare(a.inspectionId, b.inspectionId) ||
  a.sample - b.sample ||
  compare(a.characteristicId, b.characteristicId)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
