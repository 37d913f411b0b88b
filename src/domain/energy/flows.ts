import type { GapMethod } from './events.ts'

/**
 * What flowed, as stretches of time that do not overlap. All of energy is computed on these: buckets,
 * peaks, virtual meters, allocation. Within a stretch the flow is taken to be even.
 */
export interface Flow {
  /** Epoch milliseconds: from <= time < to. */
  readonly from: number
  readonly to: number
  readonly quantity: number
  /** Length of the longest reading it was cut from: what is finer than that nobody measured. */
  readonly spanMs: number
  readonly estimated: boolean
}

/** What was said of a stretch of time; several may be said of one moment. */
export interface Statement {
  readonly from: number
  readonly to: number
  readonly quantity: number
  /** VOID: whatever was reported is wrong, and nobody knows better. */
  readonly kind: 'MEASURED' | 'CORRECTED' | 'VOID'
  /** Grows with when it was said, among statements of one kind. */
  readonly saidAt: number
}

/** Which of two statements counts: a correction, else what was said later, else the finer one. */
const better = (a: Statement, b: Statement): number =>
  Number(b.kind !== 'MEASURED') - Number(a.kind !== 'MEASURED') ||
  b.saidAt - a.saidAt ||
  a.to - a.from - (b.to - b.from) ||
  a.from - b.from ||
  a.quantity - b.quantity

/** One value for each moment: of statements that overlap, the better one counts there. */
export function disjoint(statements: readonly Statement[]): Flow[] {
  const ordered = statements.toSorted((a, b) => a.from - b.from || a.to - b.to)
  const flows: Flow[] = []
  for (let i = 0; i < ordered.length;) {
    let end = ordered[i]!.to
    let next = i + 1
    while (next < ordered.length && ordered[next]!.from < end)
      end = Math.max(end, ordered[next++]!.to)
    const first = ordered[i]!
    if (next > i + 1) for (const flow of cluster(ordered.slice(i, next))) flows.push(flow)
    else if (first.kind !== 'VOID') flows.push(part(first, first.from, first.to))
    i = next
  }
  return flows
}

const part = (s: Statement, from: number, to: number): Flow => ({
  from,
  to,
  quantity: from === s.from && to === s.to ? s.quantity : share(s, from, to),
  spanMs: s.to - s.from,
  estimated: false,
})

/** The best first; each takes what those before it have left. */
function cluster(statements: readonly Statement[]): Flow[] {
  const taken: { from: number; to: number }[] = []
  const flows: Flow[] = []
  for (const s of statements.toSorted(better)) {
    for (const { from, to } of free(s, taken)) {
      if (s.kind !== 'VOID') flows.push(part(s, from, to))
      taken.push({ from, to })
    }
    taken.sort((a, b) => a.from - b.from)
  }
  return flows.sort((a, b) => a.from - b.from)
}

function free(
  span: { readonly from: number; readonly to: number },
  taken: readonly { readonly from: number; readonly to: number }[],
): { from: number; to: number }[] {
  const open: { from: number; to: number }[] = []
  let at = span.from
  for (const t of taken) {
    if (t.to <= at) continue
    if (t.from >= span.to) break
    if (t.from > at) open.push({ from: at, to: t.from })
    at = Math.max(at, t.to)
  }
  if (at < span.to) open.push({ from: at, to: span.to })
  return open
}

const share = (
  f: { readonly from: number; readonly to: number; readonly quantity: number },
  from: number,
  to: number,
): number => (f.quantity * (to - from)) / (f.to - f.from)

/** What lies within from <= time < to; what reaches across an edge counts by its share of time. */
export function clip(flows: readonly Flow[], from: number, to: number): Flow[] {
  // A loop: flatMap makes an array of each of the 35,040 quarters of a year.
  const inside: Flow[] = []
  for (const f of flows) {
    if (f.to <= from || f.from >= to) continue
    const lo = Math.max(f.from, from)
    const hi = Math.min(f.to, to)
    const isWhole = lo === f.from && hi === f.to
    inside.push(isWhole ? f : { ...f, from: lo, to: hi, quantity: share(f, lo, hi) })
  }
  return inside
}

const WEEK_MS = 7 * 24 * 3_600_000

/**
 * Fills gaps between readings, marked as estimated; before the first and after the last nothing is
 * invented. Whatever arrives for a gap later takes the place of the estimate.
 */
export function fillGaps(
  flows: readonly Flow[],
  { method, longestMs }: { readonly method: GapMethod; readonly longestMs: number },
): readonly Flow[] {
  if (method === 'NONE') return flows
  return flows.flatMap((flow, i) => {
    const before = flows[i - 1]
    if (!before || flow.from <= before.to || flow.from - before.to > longestMs) return [flow]
    const gap = { from: before.to, to: flow.from }
    const known = method === 'WEEK_BEFORE' ? weekBefore(flows, gap) : []
    const kwMean = (before.quantity / (before.to - before.from) + perMs(flow)) / 2
    const rest = free(gap, known).map(({ from, to }) => estimate(from, to, kwMean * (to - from)))
    return [...[...known, ...rest].sort((a, b) => a.from - b.from), flow]
  })
}

const perMs = (f: Flow): number => f.quantity / (f.to - f.from)
const estimate = (from: number, to: number, quantity: number): Flow => ({
  ...{ from, to, quantity, spanMs: to - from, estimated: true },
})
const weekBefore = (flows: readonly Flow[], gap: { from: number; to: number }): Flow[] =>
  clip(flows, gap.from - WEEK_MS, gap.to - WEEK_MS).map((f) => ({
    ...f,
    from: f.from + WEEK_MS,
    to: f.to + WEEK_MS,
    estimated: true,
  }))

/**
 * A sum, difference or share of several meters. Where one of them has no data there is no value: a sum
 * with a part missing would be wrong, and nobody would see it.
 */
export function combine(
  parts: readonly { readonly factor: number; readonly flows: readonly Flow[] }[],
): Flow[] {
  const cuts = parts.flatMap(({ flows }) => flows.flatMap((f) => [f.from, f.to]))
  const borders = [...new Set(cuts)].sort((a, b) => a - b)
  const next = parts.map(() => 0)
  const combined: Flow[] = []
  for (let i = 0; i + 1 < borders.length; i++) {
    const from = borders[i]!
    const to = borders[i + 1]!
    const here = parts.map(({ flows }, p) => {
      while (next[p]! < flows.length && flows[next[p]!]!.to <= from) next[p]!++
      const flow = flows[next[p]!]
      return flow && flow.from <= from ? flow : null
    })
    if (here.includes(null)) continue
    const flows = here as Flow[]
    combined.push({
      ...{ from, to },
      quantity: flows.reduce((sum, f, p) => sum + parts[p]!.factor * share(f, from, to), 0),
      spanMs: Math.max(...flows.map((f) => f.spanMs)),
      estimated: flows.some((f) => f.estimated),
    })
  }
  return combined
}
