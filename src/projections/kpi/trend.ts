import { addTo, elementIds, isMean, type Elements } from '../../domain/kpi/elements.ts'
import type { Group } from './groups.ts'

/** One stretch of a trend. */
export interface Bucket {
  /** Shift key, or plant day or Monday of the week, YYYY-MM-DD. */
  readonly id: string
  readonly name: string
  readonly elements: Elements
  readonly unpriced: number
}

const MONDAY = 1
/** Monday of the week of a day, as ISO 8601 has weeks. @param day YYYY-MM-DD */
export function weekOf(day: string): string {
  const date = Temporal.PlainDate.from(day)
  return date.subtract({ days: date.dayOfWeek - MONDAY }).toString()
}

type By = 'DAY' | 'SHIFT' | 'WEEK'

/** Groups by one dimension of time, in its order. What lies outside of all shifts is in none. */
export function bucketsOf(groups: readonly Group[], by: By): readonly Bucket[] {
  const told = groups.flatMap(({ keys: [key], elements, unpriced }) =>
    key?.id == null ? [] : [{ id: key.id, name: key.name, elements, unpriced }],
  )
  const all = by === 'WEEK' ? weeks(told) : told
  return [...all].sort((a, b) => compare(beginOf(a.id), beginOf(b.id)) || compare(a.id, b.id))
}

/** A shift's key ends with its beginning. */
const beginOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A mean of a week is not told by its days; an element that is not known of one day is not known of its week. */
function weeks(days: readonly Bucket[]): readonly Bucket[] {
  return [...Map.groupBy(days, ({ id }) => weekOf(id))].map(([monday, mine]) => {
    const elements: Elements = {}
    for (const day of mine) addTo(elements, day.elements)
    for (const id of elementIds)
      if (isMean(id) || mine.some((day) => day.elements[id] === undefined)) delete elements[id]
    const unpriced = mine.reduce((sum, day) => sum + day.unpriced, 0)
    return { id: monday, name: `week of ${monday}`, elements, unpriced }
  })
}
