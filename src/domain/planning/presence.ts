import type { Span } from './problem.ts'
import { alwaysOpen, intersection, workingTime, type WorkingTime } from './working-time.ts'

/** When a machine and each of some people are there at once: few such pairs are met by very many modes. */
export function presence(machines: readonly WorkingTime[], units: readonly WorkingTime[]) {
  interface Times {
    readonly attended: readonly WorkingTime[]
    readonly unattended: readonly WorkingTime[]
  }
  const both = memoised(intersection)
  const known = machines.map(() => new Map<readonly number[] | null, Times>())
  return (machine: number, people: readonly number[] | null): Times => {
    const found = known[machine]!.get(people)
    if (found) return found
    const open = machines[machine]!
    const attended = people?.map((person) => both(open, units[person]!)) ?? [open]
    const times = { attended, unattended: attended.map(() => open) }
    known[machine]!.set(people, times)
    return times
  }
}

/** Many share a shift calendar: equal ones are one. */
export function calendars(): (spans: readonly Span[] | undefined) => WorkingTime {
  const known = new Map<string, WorkingTime>()
  return (spans) => {
    if (spans === undefined) return alwaysOpen
    const key = spans.map(({ from, to }) => `${from} ${to}`).join()
    const found = known.get(key) ?? workingTime(spans)
    known.set(key, found)
    return found
  }
}

function memoised(of: typeof intersection): typeof intersection {
  const known = new Map<WorkingTime, Map<WorkingTime, WorkingTime>>()
  return (a, b) => {
    const row = known.get(a) ?? new Map<WorkingTime, WorkingTime>()
    known.set(a, row)
    const found = row.get(b) ?? of(a, b)
    row.set(b, found)
    return found
  }
}
