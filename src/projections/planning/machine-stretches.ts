import { msOf, STATES, stateOf, type KnownState } from '../../domain/kpi/states.ts'
import { dayStart, type EquipmentDayRow } from '../kpi/equipment-days.ts'
import { changesOf } from '../kpi/packed-changes.ts'

/** A machine in one state; epoch milliseconds. */
export interface Stretch {
  readonly state: KnownState
  readonly from: number
  readonly to: number
}

/**
 * What one machine did from its first change of state on: a state at midnight goes on. The last one has no length, as
 * nobody said yet how long it goes on.
 * @param since day, YYYY-MM-DD; what was said before is left out
 */
export function stretchesOf(days: readonly EquipmentDayRow[], since: string): readonly Stretch[] {
  const found: Stretch[] = []
  for (const { day, changes } of days.toSorted((a, b) => (a.day < b.day ? -1 : 1))) {
    if (day < since) continue
    const start = dayStart(day)
    for (const one of changesOf(changes)) {
      const state = STATES[stateOf(one)]!
      const last = found.at(-1)
      if (last?.state === state) continue
      const at = start + msOf(one)
      if (last) found[found.length - 1] = { ...last, to: at }
      found.push({ state, from: at, to: at })
    }
  }
  return found
}
