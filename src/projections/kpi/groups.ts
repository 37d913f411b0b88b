import type { Classified } from '../../domain/kpi/classified.ts'
import type { Elements } from '../../domain/kpi/elements.ts'
import type { KpiInputs, Scope, Subject, Work } from './inputs.ts'
import type { Range } from './plan.ts'

/** What a key figure can be told apart by. */
export const DIMENSIONS = [
  'EQUIPMENT',
  'WORK_CENTRE',
  'AREA',
  'SITE',
  'SHIFT',
  'DAY',
  'ORDER',
  'MATERIAL',
  'PERSON',
  'REASON',
] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Only what these worked on or made counts; null and absent: everything. */
export interface KpiFilter {
  readonly orderIds?: readonly string[] | null
  readonly materialIds?: readonly string[] | null
  readonly personIds?: readonly string[] | null
  /** Ids of shifts, such as NIGHT. */
  readonly shiftIds?: readonly string[] | null
}

/** One value of each dimension, in the order they were asked for. */
export interface GroupKey {
  readonly dimension: Dimension
  /** Null: of none, such as work outside of shifts. */
  readonly id: string | null
  readonly name: string
}

export interface Group {
  readonly keys: readonly GroupKey[]
  readonly elements: Elements
  /** Pieces of which no ideal cycle time is known. */
  readonly unpriced: number
}

/** Levels of the hierarchy that a dimension is about. */
export const LEVELS: Readonly<Record<'WORK_CENTRE' | 'AREA' | 'SITE', readonly string[]>> = {
  WORK_CENTRE: [
    ...['WORK_CENTRE', 'PROCESS_CELL', 'PRODUCTION_UNIT', 'PRODUCTION_LINE', 'STORAGE_ZONE'],
  ],
  AREA: ['AREA'],
  SITE: ['SITE'],
}

const ofScope = (dimension: Dimension, scope: Scope | undefined): GroupKey => ({
  ...{ dimension, id: scope?.id ?? null, name: scope?.name ?? 'none' },
})

/** A machine's own value of a dimension; null for one that is not about machines. */
export function keyOfSubject(
  dimension: Dimension,
  { path }: Pick<Subject, 'path'>,
): GroupKey | null {
  if (dimension === 'EQUIPMENT') return ofScope(dimension, path[0])
  if (dimension !== 'WORK_CENTRE' && dimension !== 'AREA' && dimension !== 'SITE') return null
  return ofScope(
    dimension,
    path.find(({ level }) => LEVELS[dimension].includes(level)),
  )
}

/** The value of a dimension that a stretch of the plan has; null for one that is not about time. */
export function keyOfRange(dimension: Dimension, range: Range): GroupKey | null {
  if (dimension === 'DAY') return { dimension, id: range.day, name: range.day }
  if (dimension !== 'SHIFT') return null
  const { shift } = range
  return {
    dimension,
    id: shift === null ? null : shift.key,
    name: shift === null ? 'outside of shifts' : `${range.day} ${shift.name}`,
  }
}

/** What people called a stretch of standing still; null: nothing, or the machine ran. */
type Reason = Pick<Classified, 'reasonId' | 'reason'> | null

const keyOfReason = (dimension: Dimension, reason: Reason): GroupKey | null =>
  dimension === 'REASON'
    ? { dimension, id: reason?.reasonId ?? null, name: reason?.reason ?? 'of no reason' }
    : null

type Worked = Pick<Work, 'orderId' | 'personId'>

/** The value of a dimension that work has; null for one that is not about work. */
export function keyOfWork(
  dimension: Dimension,
  { orderId, personId }: Worked,
  { orders }: KpiInputs,
): GroupKey | null {
  if (dimension === 'ORDER') return { dimension, id: orderId, name: orderId }
  if (dimension === 'PERSON') return { dimension, id: personId, name: personId ?? 'none' }
  if (dimension !== 'MATERIAL') return null
  const id = orders.get(orderId)?.materialId ?? null
  return { dimension, id, name: id ?? 'none' }
}

export const isOfWork = (dimension: Dimension): boolean =>
  dimension === 'ORDER' || dimension === 'PERSON' || dimension === 'MATERIAL'

/** Whether work counts under a filter. */
export const passes =
  ({ orderIds, materialIds, personIds }: KpiFilter, inputs: KpiInputs) =>
  ({ orderId, personId }: Worked): boolean =>
    (orderIds == null || orderIds.includes(orderId)) &&
    (personIds == null || (personId !== null && personIds.includes(personId))) &&
    (materialIds == null || materialIds.includes(inputs.orders.get(orderId)?.materialId ?? ''))

export const isFilteredByWork = (filter: KpiFilter): boolean =>
  filter.orderIds != null || filter.materialIds != null || filter.personIds != null

/** Whether what falls in a shift counts under a filter. */
export const shiftCounts =
  ({ shiftIds }: KpiFilter) =>
  ({ shift }: Range): boolean =>
    shiftIds == null || (shift !== null && shiftIds.includes(shift.key.split('/').at(-2)!))

/** Groups in the making, by their keys. */
export interface Bins {
  /** Index of the bin of these keys; made when first asked for. */
  of(keys: readonly (GroupKey | null)[]): number
  readonly keys: readonly (readonly GroupKey[])[]
}

export function createBins(): Bins {
  const byName = new Map<string, number>()
  const all: (readonly GroupKey[])[] = []
  return {
    keys: all,
    of(keys) {
      const name = keys.length === 0 ? '' : JSON.stringify(keys.map((key) => key?.id))
      const known = byName.get(name)
      if (known !== undefined) return known
      byName.set(name, all.length)
      return all.push(keys.filter((key) => key !== null)) - 1
    },
  }
}

/**
 * Finds the bins of one machine after the other. What a bin is called is worked out once for each
 * stretch of the plan, not for each of the thousand times it is met.
 */
export function createBinner(groupBy: readonly Dimension[], inputs: KpiInputs, bins: Bins) {
  const known = new Map<string, Map<Range, number>>()
  const isTold = groupBy.some(isOfWork)
  return (subject: Subject) => {
    const keys = groupBy.map((d) => keyOfSubject(d, subject))
    const own = JSON.stringify(keys.map((key) => key?.id))
    const byRange = known.get(own) ?? new Map<Range, number>()
    known.set(own, byRange)
    const binOf = (range: Range, of: Worked | null, reason: Reason = null): number => {
      const work = isTold ? of : null
      const isPlain = work === null && reason === null
      const bin = isPlain ? byRange.get(range) : undefined
      if (bin !== undefined) return bin
      const all = groupBy.map(
        (d, i) =>
          keys[i] ??
          keyOfRange(d, range) ??
          keyOfReason(d, reason) ??
          (work === null ? null : keyOfWork(d, work, inputs)),
      )
      const found = bins.of(all)
      if (isPlain) byRange.set(range, found)
      return found
    }
    return { own, binOf }
  }
}
