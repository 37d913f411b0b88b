import type { AllocationBasis } from './events.ts'
import type { Flow } from './flows.ts'

/**
 * Lays the energy of one machine upon what it did and what was made with it. Nothing is smeared: energy
 * without work stays unallocated, and the shares always add up to what flowed.
 */
interface Span {
  /** Epoch milliseconds: from <= time < to. */
  readonly from: number
  readonly to: number
}

/** What the machine did. `part` is below 1 where the source says how long, but not when. */
export interface StateSpan extends Span {
  readonly state: string
  readonly part: number
}

/** Something that was worked on. */
export interface Work extends Span {
  readonly orderId: string | null
  readonly operationId: string | null
  readonly serial: string | null
  /** Pieces finished at its end. */
  readonly pieces: number
}

export interface Share {
  readonly state: string
  /** Null: unallocated. */
  readonly work: Work | null
  quantity: number
}

/** No source said anything of the machine. */
export const NO_STATE = 'NO_DATA'

export interface Rule {
  readonly basis: AllocationBasis
  /** Borders of the periods of COUNT and CYCLE; the flows lie within them. */
  readonly borders: readonly number[]
}

/** @param flows disjoint and in order */
export function allocate(
  flows: readonly Flow[],
  states: readonly StateSpan[],
  works: readonly Work[],
  rule: Rule,
): Share[] {
  const shares = createShares()
  if (rule.basis === 'TIME') {
    for (const piece of cut(flows, states, works)) {
      const active = finest(piece.works)
      for (const { state, quantity } of byState(piece))
        if (active.length === 0) shares.add(state, null, quantity)
        else for (const work of active) shares.add(state, work, quantity / active.length)
    }
    return shares.all()
  }
  for (const [i, from] of rule.borders.slice(0, -1).entries()) {
    const period = { from, to: rule.borders[i + 1]! }
    const weights = weigh(works, period, rule.basis)
    const total = weights.reduce((sum, w) => sum + w.weight, 0)
    const inside = within(flows, period)
    if (inside.length === 0) continue
    for (const piece of cut(inside, states, []))
      for (const { state, quantity } of byState(piece))
        if (total === 0) shares.add(state, null, quantity)
        else for (const w of weights) shares.add(state, w.work, (quantity * w.weight) / total)
  }
  return shares.all()
}

/** Work on single pieces tells more than that of an order; where there is some, it alone counts. */
function finest<W extends Work>(works: readonly W[]): readonly W[] {
  const single = works.filter((w) => w.serial !== null)
  return single.length > 0 ? single : works
}

function weigh(works: readonly Work[], period: Span, basis: 'COUNT' | 'CYCLE') {
  const weightOf = (w: Work): number => {
    if (basis === 'CYCLE') return Math.max(0, overlap(w, period))
    return w.to > period.from && w.to <= period.to ? w.pieces : 0
  }
  return finest(works.filter((w) => weightOf(w) > 0)).map((work) => ({
    work,
    weight: weightOf(work),
  }))
}

const overlap = (a: Span, b: Span): number => Math.min(a.to, b.to) - Math.max(a.from, b.from)

const within = (flows: readonly Flow[], { from, to }: Span): Flow[] =>
  flows.flatMap((f) => {
    const ms = overlap(f, { from, to })
    if (ms <= 0) return []
    const quantity = (f.quantity * ms) / (f.to - f.from)
    return [{ ...f, from: Math.max(f.from, from), to: Math.min(f.to, to), quantity }]
  })

interface Piece {
  readonly quantity: number
  readonly states: readonly StateSpan[]
  readonly works: readonly Work[]
}

/** Flows cut wherever a state or a piece of work begins or ends. */
function* cut(
  flows: readonly Flow[],
  states: readonly StateSpan[],
  works: readonly Work[],
): Generator<Piece> {
  const walkStates = walk(states)
  const walkWorks = walk(works)
  const ends = [...states, ...works].flatMap((s) => [s.from, s.to])
  const borders = [...new Set(ends)].sort((a, b) => a - b)
  let b = 0
  for (const flow of flows) {
    while (b < borders.length && borders[b]! <= flow.from) b++
    for (let from = flow.from; from < flow.to;) {
      const to = b < borders.length && borders[b]! < flow.to ? borders[b++]! : flow.to
      const quantity = (flow.quantity * (to - from)) / (flow.to - flow.from)
      yield { quantity, states: walkStates(from), works: walkWorks(from) }
      from = to
    }
  }
}

/** What lasts at a moment; moments have to be asked for in order. */
function walk<S extends Span>(spans: readonly S[]): (at: number) => readonly S[] {
  const ordered = spans.filter((s) => s.to > s.from).toSorted((a, b) => a.from - b.from)
  let next = 0
  let active: S[] = []
  return (at) => {
    while (next < ordered.length && ordered[next]!.from <= at) active.push(ordered[next++]!)
    active = active.filter((s) => s.to > at)
    return active
  }
}

/** A state that is known to last counts alone; parts of a window share it, the rest is not known. */
function byState({ quantity, states }: Piece): { state: string; quantity: number }[] {
  const whole = states.find((s) => s.part >= 1)
  if (whole) return [{ state: whole.state, quantity }]
  const sum = states.reduce((parts, s) => parts + s.part, 0)
  const scale = sum > 1 ? 1 / sum : 1
  const known = states.map((s) => ({ state: s.state, quantity: quantity * s.part * scale }))
  const rest = quantity * (1 - Math.min(1, sum))
  return rest === 0 ? known : [...known, { state: NO_STATE, quantity: rest }]
}

function createShares() {
  const byWork = new Map<Work | null, Map<string, Share>>()
  return {
    add(state: string, work: Work | null, quantity: number): void {
      const states = byWork.get(work) ?? new Map<string, Share>()
      byWork.set(work, states)
      const share = states.get(state)
      if (share) share.quantity += quantity
      else states.set(state, { state, work, quantity })
    },
    all: (): Share[] => [...byWork.values()].flatMap((states) => [...states.values()]),
  }
}
