import { addTo, type Elements } from '../../domain/kpi/elements.ts'
import { union, type Stretch } from '../../domain/kpi/pieces.ts'
import { plansOf } from './evaluate.ts'
import {
  createBins,
  isFilteredByWork,
  keyOfRange,
  keyOfSubject,
  keyOfWork,
  shiftCounts,
  type Bins,
  type Dimension,
  type GroupKey,
  type KpiFilter,
} from './groups.ts'
import type { KpiInputs, Scope } from './inputs.ts'
import { daysIn, type Range } from './plan.ts'

/** Whom and what something that no machine tells is about; null: it names none. */
export interface About {
  /** Place and what it stands in, narrowest first; empty for one that nobody named. */
  readonly path: readonly Scope[]
  readonly orderId: string | null
  readonly materialId: string | null
  readonly personId: string | null
}

/** Where a fact counts: a group, and the part of its time that counts there. */
export interface Cell extends Stretch {
  readonly bin: number
}

export interface Binning {
  readonly bins: Bins
  /** A moment is a stretch of no length: it lies in one group of shifts or days, or in none. */
  readonly cells: (about: About, stretch: Stretch) => readonly Cell[]
}

/** Elements as a whole and told apart, to be added to those of machines and work. */
export interface Extra {
  readonly whole: Elements
  readonly groups: readonly { readonly keys: readonly GroupKey[]; readonly elements: Elements }[]
  /** Of the facts behind them. */
  readonly streams?: readonly string[]
}

interface Question {
  readonly groupBy: readonly Dimension[]
  readonly filter: KpiFilter
}

/** Puts facts of inspections, attendance, movements and meters in the same groups as machine time. */
export function binning(inputs: KpiInputs, { groupBy, filter }: Question): Binning {
  const bins = createBins()
  if (groupBy.length === 0) bins.of([])
  const byTime = groupBy.some((d) => d === 'SHIFT' || d === 'DAY') || filter.shiftIds != null
  const rangesAt = rangesOf(inputs, filter)
  const passing = passesAbout(filter)
  const cells = (about: About, { from, to }: Stretch): readonly Cell[] => {
    if (!passing(about) || groupBy.includes('REASON')) return []
    const keys = (range: Range | null) =>
      groupBy.map(
        (d) => keyOfSubject(d, about) ?? (range && keyOfRange(d, range)) ?? ofWork(d, about),
      )
    const [begin, end] = [Math.max(from, inputs.window.from), Math.min(to, inputs.window.to)]
    if (begin > end || (from === to && from >= inputs.window.to)) return []
    if (!byTime) return [{ bin: bins.of(keys(null)), from: begin, to: end }]
    return rangesAt(about.path[0]?.id ?? null).flatMap(({ range, stretches }) =>
      stretches.flatMap((s): readonly Cell[] => {
        const part = { from: Math.max(begin, s.from), to: Math.min(end, s.to) }
        const isIn = from === to ? from >= s.from && from < s.to : part.from < part.to
        return isIn ? [{ ...part, bin: bins.of(keys(range)) }] : []
      }),
    )
  }
  return { bins, cells }

  function ofWork(dimension: Dimension, { orderId, materialId, personId }: About) {
    if (dimension === 'MATERIAL' && materialId !== null)
      return { dimension, id: materialId, name: materialId }
    if (orderId === null && dimension !== 'PERSON') return { dimension, id: null, name: 'none' }
    return keyOfWork(dimension, { orderId: orderId ?? '', personId }, inputs)
  }

  function passesAbout({ orderIds, materialIds, personIds }: KpiFilter) {
    if (!isFilteredByWork(filter)) return () => true
    const has = (ids: readonly string[] | null | undefined, id: string | null) =>
      ids == null || (id !== null && ids.includes(id))
    return ({ orderId, materialId, personId }: About): boolean =>
      has(orderIds, orderId) &&
      has(personIds, personId) &&
      has(materialIds, materialId ?? inputs.orders.get(orderId ?? '')?.materialId ?? null)
  }
}

interface Ranged {
  readonly range: Range
  readonly stretches: readonly Stretch[]
}

/** Shifts and days at a place: what its machines have in common counts once. */
function rangesOf(inputs: KpiInputs, filter: KpiFilter) {
  const plan = plansOf(inputs)
  const counts = shiftCounts(filter)
  const known = new Map<string | null, readonly Ranged[]>()
  return (placeId: string | null): readonly Ranged[] => {
    const found = known.get(placeId)
    if (found) return found
    const there = inputs.subjects.filter(({ path }) => path.some(({ id }) => id === placeId))
    const subjects = there.length > 0 ? there : inputs.subjects
    const all = new Set(subjects.flatMap((subject) => plan(subject).ranges).filter(counts))
    if (subjects.length === 0) for (const day of daysIn(inputs.window, 'UTC')) all.add(day)
    const byName = Map.groupBy(all, ({ shift, day }) => JSON.stringify([shift?.key ?? null, day]))
    const ranges = [...byName.values()].map((same) => ({ range: same[0]!, stretches: union(same) }))
    known.set(placeId, ranges)
    return ranges
  }
}

/** Adds up elements by group. @param zero what holds where nothing was said */
export function summing({ bins, cells }: Binning, zero: Elements) {
  const sums: Elements[] = []
  return {
    add(about: About, stretch: Stretch, elements: (cell: Cell) => Elements): void {
      for (const cell of cells(about, stretch)) addTo((sums[cell.bin] ??= {}), elements(cell))
    },
    groups: () => bins.keys.map((keys, bin) => ({ keys, elements: { ...zero, ...sums[bin] } })),
  }
}

/** The same question twice: as a whole, and told apart. */
export function both(
  question: Question,
  of: (question: Question) => Extra['groups'],
  zero: Elements = {},
): Extra {
  const whole = { ...zero, ...of({ ...question, groupBy: [] })[0]?.elements }
  return { whole, groups: question.groupBy.length === 0 ? [] : of(question) }
}
