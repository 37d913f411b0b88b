import { intersect, minus, union, type Stretch } from './pieces.ts'

/**
 * Bottlenecks by the active-period method (Roser, Nakano, Tanaka 2001 to 2003). A machine is active
 * while it works, is set up, repaired or maintained; only waiting for something else is not. At any
 * moment the machine with the longest active period is the bottleneck, for the others had to wait
 * meanwhile. While the periods of one bottleneck and of the next overlap both shift, else it is the sole.
 */
export interface Machine {
  readonly id: string
  /** By time, without overlap. */
  readonly active: readonly Stretch[]
  /** Planned busy time, by time, without overlap; nothing else counts. */
  readonly busy: readonly Stretch[]
  /** Part of it of which anything is known: shares are of this, for no data is not idle. */
  readonly observed: readonly Stretch[]
}

/** An uninterrupted active period. */
interface Period {
  readonly id: string
  readonly from: number
  readonly to: number
  /** Planned busy time in it. */
  readonly length: number
  readonly cover: readonly Stretch[]
}

export interface MachineVerdict {
  readonly id: string
  readonly soleMs: number
  readonly shiftingMs: number
  /** Share of the planned and observed time in which it was the bottleneck, sole or shifting. */
  readonly frequency: number | null
  /** Active periods that made it the bottleneck. */
  readonly episodes: number
  /** Their mean length: how long the others had to wait for it, at most. */
  readonly severityMs: number | null
  /** Active share of its observed busy time: what a comparison of utilisations goes by. */
  readonly utilisation: number | null
  /** Mean length of all its active periods. */
  readonly meanActiveMs: number | null
}

/** A stretch in which the bottleneck did not change. */
export interface Momentary extends Stretch {
  readonly id: string
  /** Machine that it came from or went over to meanwhile; null where it was the sole one. */
  readonly shiftingWith: string | null
}

export interface Bottlenecks {
  /** Most often the bottleneck first. */
  readonly machines: readonly MachineVerdict[]
  /** By time; where no machine was active there is none. */
  readonly momentary: readonly Momentary[]
  /** Planned and observed time of at least one machine. */
  readonly plannedMs: number
}

/** @param ignoreGapMs an interruption up to this long does not end an active period */
export function bottlenecks(machines: readonly Machine[], ignoreGapMs = 0): Bottlenecks {
  const periods = machines.map((machine) => periodsOf(machine, ignoreGapMs))
  const chain = longestAtEachMoment(periods.flat())
  const overlaps = overlapsOf(chain)
  const plannedMs = lengthOf(union(machines.flatMap(({ observed }) => observed)))
  const verdicts = machines.map(({ id, observed }, i): MachineVerdict => {
    const own = periods[i]!
    const made = new Set(chain.filter(({ period }) => period.id === id).map((c) => c.period))
    const ranked = union(chain.filter(({ period }) => period.id === id))
    const shifting = union(overlaps.filter(({ ids }) => ids.includes(id)))
    const [soleMs, shiftingMs] = [lengthOf(minus(ranked, shifting)), lengthOf(shifting)]
    const active = own.reduce((sum, { length }) => sum + length, 0)
    const planned = lengthOf(observed)
    return {
      ...{ id, soleMs, shiftingMs, episodes: made.size },
      frequency: plannedMs === 0 ? null : (soleMs + shiftingMs) / plannedMs,
      severityMs: meanLength([...made]),
      utilisation: planned === 0 ? null : active / planned,
      meanActiveMs: meanLength(own),
    }
  })
  return {
    machines: verdicts.sort(byFrequency),
    momentary: momentaryOf(chain, overlaps),
    plannedMs,
  }
}

const byFrequency = (a: MachineVerdict, b: MachineVerdict): number =>
  b.soleMs + b.shiftingMs - (a.soleMs + a.shiftingMs) ||
  b.soleMs - a.soleMs ||
  (a.id < b.id ? -1 : 1)

const lengthOf = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { from, to }) => sum + to - from, 0)
const meanLength = (periods: readonly Period[]): number | null =>
  periods.length === 0
    ? null
    : periods.reduce((sum, { length }) => sum + length, 0) / periods.length

/** Time that was not planned ends no period, and makes none longer: a break is no waiting. */
function periodsOf({ id, active, busy }: Machine, ignoreGapMs: number): readonly Period[] {
  const worked = intersect(union(active), busy)
  // Milliseconds of planned time before the beginning of each planned stretch.
  const before: number[] = []
  busy.reduce((sum, { from, to }) => (before.push(sum), sum + to - from), 0)
  let index = 0
  const plannedUntil = (at: number): number => {
    while (index + 1 < busy.length && busy[index + 1]!.from <= at) index++
    const here = busy[index]!
    return before[index]! + Math.min(at, here.to) - here.from
  }
  const periods: { cover: Stretch[]; length: number }[] = []
  let ended = -Infinity
  for (const stretch of worked) {
    const begins = plannedUntil(stretch.from)
    const last = periods.at(-1)
    if (last && begins - ended <= ignoreGapMs) {
      last.cover.push(stretch)
      last.length += stretch.to - stretch.from
    } else periods.push({ cover: [stretch], length: stretch.to - stretch.from })
    ended = plannedUntil(stretch.to)
  }
  return periods.map(({ cover, length }) => ({
    ...{ id, cover, length, from: cover[0]!.from, to: cover.at(-1)!.to },
  }))
}

interface Ranked extends Stretch {
  readonly period: Period
}

/** Paints time from the longest period down; what is painted stays. By time, without overlap. */
function longestAtEachMoment(periods: readonly Period[]): readonly Ranked[] {
  const moments = [
    ...new Set(periods.flatMap(({ cover }) => cover.flatMap(({ from, to }) => [from, to]))),
  ].sort((a, b) => a - b)
  const placeOf = new Map(moments.map((moment, place) => [moment, place]))
  const owner: (Period | undefined)[] = Array.from({ length: moments.length })
  // The next place without an owner, found along ever shorter paths.
  const next = moments.map((_, place) => place)
  const free = (place: number): number => {
    let root = place
    while (next[root] !== root) root = next[root]!
    for (let at = place; at !== root;) [at, next[at]] = [next[at]!, root]
    return root
  }
  const last = moments.length - 1
  for (const period of [...periods].sort(byLength))
    for (const { from, to } of period.cover) {
      const end = placeOf.get(to)!
      for (let at = free(placeOf.get(from)!); at < end; at = free(at)) {
        owner[at] = period
        next[at] = Math.min(at + 1, last)
      }
    }
  const ranked: Ranked[] = []
  owner.forEach((period, place) => {
    if (!period || place === last) return
    const [from, to] = [moments[place]!, moments[place + 1]!]
    const before = ranked.at(-1)
    if (before?.period === period && before.to === from)
      ranked[ranked.length - 1] = { ...before, to }
    else ranked.push({ from, to, period })
  })
  return ranked
}

/** Of periods of one length the earlier, then by name: arrival does not matter. */
const byLength = (a: Period, b: Period): number =>
  b.length - a.length || a.from - b.from || (a.id < b.id ? -1 : 1)

interface Overlap extends Stretch {
  readonly ids: readonly [string, string]
}

/** Where one bottleneck and the next are both active: the one shifts to the other. */
function overlapsOf(chain: readonly Ranked[]): readonly Overlap[] {
  const overlaps: Overlap[] = []
  for (let i = 1; i < chain.length; i++) {
    const [a, b] = [chain[i - 1]!.period, chain[i]!.period]
    if (a.id === b.id) continue
    for (const both of intersect(a.cover, b.cover))
      overlaps.push({ from: both.from, to: both.to, ids: [a.id, b.id] })
  }
  return overlaps
}

function momentaryOf(chain: readonly Ranked[], overlaps: readonly Overlap[]): readonly Momentary[] {
  const sorted = [...overlaps].sort((a, b) => a.from - b.from || a.to - b.to)
  const found: Momentary[] = []
  let start = 0
  for (const { from, to, period } of chain) {
    while (start < sorted.length && sorted[start]!.to <= from) start++
    let at = from
    for (let i = start; i < sorted.length && sorted[i]!.from < to; i++) {
      const { ids, ...overlap } = sorted[i]!
      if (!ids.includes(period.id) || overlap.to <= at) continue
      const begin = Math.max(at, overlap.from)
      const end = Math.min(to, overlap.to)
      if (begin > at) found.push({ from: at, to: begin, id: period.id, shiftingWith: null })
      const other = ids[0] === period.id ? ids[1] : ids[0]
      if (end > begin) found.push({ from: begin, to: end, id: period.id, shiftingWith: other })
      at = Math.max(at, end)
    }
    if (at < to) found.push({ from: at, to, id: period.id, shiftingWith: null })
  }
  return found
}
