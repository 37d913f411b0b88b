import type { Recorded } from '../../domain/event.ts'
import { shiftReportId, type ShiftReportEvent } from '../../domain/kpi/shift-events.ts'

/** One shift of one scope, and the stretch it was last told to be. */
export interface ClosedShift {
  readonly scopeId: string
  readonly shiftId: string
  readonly day: string
  readonly site: string
  readonly from: string
  readonly to: string
}

/** A stretch of time of some scopes of which a fact tells something. */
export interface Concerned {
  /** Machines, places of work, and scopes of calendars. */
  readonly scopes: readonly string[]
  readonly from: string
  /** Null: it has no end. */
  readonly to: string | null
}

interface Told {
  readonly data: Recorded<ShiftReportEvent>['data']
  readonly metadata: { readonly site: string }
}

/** Which closed shifts a fact concerns: a fold of the reports. */
export function createShiftIndex() {
  const shifts = new Map<string, ClosedShift>()
  const byScope = new Map<string, Set<string>>()
  let latest = ''

  const link = (scope: string, key: string): void => {
    const keys = byScope.get(scope) ?? new Set()
    byScope.set(scope, keys.add(key))
  }

  return {
    /** Whether any closed shift reaches beyond a moment: most facts are newer than all of them. */
    reachesBeyond: (moment: string): boolean => latest > moment,

    apply({ data, metadata: { site } }: Told): ClosedShift {
      const key = shiftReportId(data)
      const { scopeId, shiftId, day, from, to } = data
      const shift = { scopeId, shiftId, day, site, from, to }
      shifts.set(key, shift)
      if (to > latest) latest = to
      link(scopeId, key)
      if ('concerns' in data) for (const scope of data.concerns) link(scope, key)
      return shift
    },

    concerned({ scopes, from, to }: Concerned): readonly (readonly [string, ClosedShift])[] {
      const found = new Map<string, ClosedShift>()
      for (const scope of scopes)
        for (const key of byScope.get(scope) ?? []) {
          const shift = shifts.get(key)!
          if (shift.to > from && (to === null || shift.from < to)) found.set(key, shift)
        }
      return [...found]
    },
  }
}

export type ShiftIndex = ReturnType<typeof createShiftIndex>
