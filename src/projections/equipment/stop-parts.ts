import type { Keyed } from '../projection.ts'
import type { StopDecisionRow } from './stop-decisions.ts'
import type { Run } from './stop-runs.ts'

export type StopDecision = Omit<Keyed<StopDecisionRow>, 'equipmentId'>

/** A part of a run, with the decision that holds in it. */
export interface Part {
  readonly run: Run
  readonly from: string
  readonly to: string
  /** What says or takes back its reason; null where nobody decided. */
  readonly decision: StopDecision | null
}

/** A stretch within a run, and what holds there; what was never decided has null. */
interface Cell {
  readonly from: string
  readonly to: string
  readonly decision: StopDecision | null
}
interface Joined {
  readonly from: string
  readonly to: string
}

/** Decisions by when they were made; those of one stream in the order of their versions. */
export const inOrder = (a: StopDecision, b: StopDecision): number =>
  compare(a.decidedAt, b.decidedAt) ||
  compare(a.day, b.day) ||
  a.version - b.version ||
  compare(a.key, b.key)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Until when a decision holds. One about an open stop lasts as long as the stop that was open, and
 * never longer than that: what stands still later is another stop.
 */
export function endOf(decision: StopDecision, runs: readonly Run[]): string {
  if (decision.to !== null) return decision.to
  const { seenTo } = decision
  const run = runs[indexAt(runs, seenTo)]
  return run && run.from <= seenTo && run.to > seenTo ? run.to : seenTo
}

/** Index of the first run that ends after a moment. */
function indexAt(runs: readonly Run[], moment: string): number {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (runs[middle]!.to <= moment) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Runs as people have divided, joined and explained them: groups of parts, one group a stop. Later
 * decisions go before earlier ones, stretch by stretch. What nobody decided about and is shorter than
 * a micro-stop goes with its neighbour, so a border that moved by seconds leaves no splinter.
 * @param decisions of the machine, in any order
 */
export function groupsOf(
  runs: readonly Run[],
  decisions: readonly StopDecision[],
  limitAt: (moment: string) => number,
): readonly (readonly Part[])[] {
  const cells = new Map<Run, Cell[]>()
  const cuts = new Map<Run, Set<string>>()
  let joined: Joined[] = []
  for (const decision of [...decisions].sort(inOrder)) {
    const { from, at, kind } = decision
    const to = endOf(decision, runs)
    if (kind === 'JOINED') joined.push({ from, to })
    if (kind === 'SPLIT') joined = joined.flatMap((one) => cutAt(one, at!))
    for (let i = indexAt(runs, from); i < runs.length && runs[i]!.from < to; i++) {
      const run = runs[i]!
      const own = cuts.get(run) ?? new Set()
      cuts.set(run, own)
      if (kind === 'SPLIT' && at! > run.from && at! < run.to) own.add(at!)
      if (kind === 'JOINED') for (const cut of own) if (cut > from && cut < to) own.delete(cut)
      if (kind === 'CLASSIFIED' || kind === 'CLEARED')
        cells.set(run, paint(cells.get(run) ?? [whole(run)], { from, to, decision }))
    }
  }
  const parts = runs.flatMap((run) => {
    const own = cells.get(run) ?? [whole(run)]
    const at = cuts.get(run)
    if (own.length === 1 && !at?.size) return [{ run, ...own[0]! }]
    return partsOf(run, splinterless(own, at ?? new Set(), limitAt(run.from)), at ?? new Set())
  })
  return grouped(parts, joined)
}

const whole = ({ from, to }: Run): Cell => ({ from, to, decision: null })
const cutAt = (one: Joined, at: string): Joined[] =>
  at > one.from && at < one.to
    ? [
        { from: one.from, to: at },
        { from: at, to: one.to },
      ]
    : [one]

/** The cells with a stretch of them replaced. */
function paint(cells: readonly Cell[], by: Cell): Cell[] {
  const first = cells[0]!
  const last = cells.at(-1)!
  const from = by.from > first.from ? by.from : first.from
  const to = by.to < last.to ? by.to : last.to
  const before = cells.flatMap((c) =>
    c.from < from ? [{ ...c, to: c.to < from ? c.to : from }] : [],
  )
  const after = cells.flatMap((c) => (c.to > to ? [{ ...c, from: c.from > to ? c.from : to }] : []))
  return [...before, { from, to, decision: by.decision }, ...after]
}

/** Gives undecided stretches shorter than the limit to a decided neighbour, the earlier if there is. */
function splinterless(
  cells: readonly Cell[],
  cuts: ReadonlySet<string>,
  limitMs: number,
): readonly Cell[] {
  const kept: Cell[] = []
  cells.forEach((cell, i) => {
    const lengthMs = Date.parse(cell.to) - Date.parse(cell.from)
    const isSplinter = cell.decision === null && lengthMs < limitMs
    const before = kept.at(-1)
    const after = cells[i + 1]
    const last = cells.length - 1
    if (isSplinter && before?.decision && !cuts.has(cell.from))
      kept[kept.length - 1] = { ...before, to: cell.to }
    else if (isSplinter && i < last && after!.decision && !cuts.has(cell.to))
      kept.push({ ...cell, decision: after!.decision })
    else kept.push(cell)
  })
  return kept
}

/** Cells of one decision are one part, unless somebody cut there. */
function partsOf(run: Run, cells: readonly Cell[], cuts: ReadonlySet<string>): readonly Part[] {
  const moments = [...cuts].sort()
  const parts: Part[] = []
  for (const cell of cells) {
    const inner = moments.filter((m) => m > cell.from && m < cell.to)
    const borders = [cell.from, ...inner, cell.to]
    for (let i = 0; i + 1 < borders.length; i++) {
      const [from, to] = [borders[i]!, borders[i + 1]!]
      const last = parts.at(-1)
      if (last && last.decision === cell.decision && !cuts.has(from))
        parts[parts.length - 1] = { ...last, to }
      else parts.push({ run, from, to, decision: cell.decision })
    }
  }
  return parts
}

function grouped(parts: readonly Part[], joined: readonly Joined[]): readonly (readonly Part[])[] {
  const groups: Part[][] = []
  for (const part of parts) {
    const group = groups.at(-1)
    const before = group?.at(-1)
    const isJoined = before && joined.some(({ from, to }) => from < before.to && to > part.from)
    if (isJoined) group!.push(part)
    else groups.push([part])
  }
  return groups
}
