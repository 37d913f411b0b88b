import type { StopCategory } from '../../domain/equipment/events.ts'
import { countsAs, type Classified } from '../../domain/kpi/classified.ts'
import { intersect, minus, union, type Stretch } from '../../domain/kpi/pieces.ts'
import { codeOf, FAULT, msOf, NO_DATA, stateOf } from '../../domain/kpi/states.ts'
import type { DayOfChanges } from '../../domain/kpi/time-model.ts'
import type { WorkingTime } from '../../domain/calendar/working-time.ts'
import { groupsOf, type StopDecision } from '../equipment/stop-parts.ts'
import { commonOf } from '../equipment/stops.ts'

/** One machine, from some time before the stops in question to where knowledge ends. */
export interface Standing {
  readonly id: string
  readonly from: number
  readonly until: number
  /** State that held before the first day, as a code. */
  readonly carry: number
  readonly days: readonly DayOfChanges[]
  /** Null: all time counts as planned. */
  readonly working: WorkingTime | null
}

interface Reason {
  readonly name: string
  readonly category: StopCategory
}

/**
 * Stretches that people gave a reason, as the stops of the equipment context have them, of the packed
 * days alone: a run of standing still ends where the machine runs, with a gap in the data, and where
 * nothing was planned.
 * @param decisions of this machine that may touch the time, in any order
 * @param reasonOf undefined for a reason that nobody defined
 */
export function classifiedStops(
  machine: Standing,
  decisions: readonly StopDecision[],
  rules: {
    readonly limitAt: (moment: string) => number
    readonly reasonOf: (decision: StopDecision) => Reason | undefined
  },
): readonly Classified[] {
  const states = statesOf(machine)
  const standing = union(states.filter(({ state }) => state !== RUNNING && state !== NO_DATA))
  const runs = intersect(standing, plannedOf(machine)).map(({ from, to }) => ({
    ...{ from: iso(from), to: iso(to), isOpen: to === machine.until, pieces: [] },
  }))
  const found: Classified[] = []
  for (const group of groupsOf(runs, decisions, rules.limitAt)) {
    const decision = commonOf(group)
    const reason = decision && rules.reasonOf(decision)
    if (!decision || !reason) continue
    for (const part of group) {
      const [from, to] = [Date.parse(part.from), Date.parse(part.to)]
      const before = found.at(-1)
      const said = states.find((s) => s.from < from && s.to >= from)?.state
      const inFault = before?.to === from ? before.state === 'FAULT' : said === FAULT
      found.push({
        ...{ from, to, ...countsAs(reason.category), begins: !inFault && part === group[0] },
        ...{ reasonId: decision.reasonId!, reason: reason.name },
        stream: `stops-${machine.id}-${decision.day}`,
      })
    }
  }
  return found
}

const RUNNING = codeOf('RUNNING')
const iso = (ms: number): string => new Date(ms).toISOString()

interface Said extends Stretch {
  readonly state: number
}

function statesOf({ from, until, carry, days }: Standing): readonly Said[] {
  const states: Said[] = []
  let [state, since] = [carry, from]
  const close = (at: number): void => {
    if (at > since) states.push({ from: since, to: at, state })
    since = Math.max(since, at)
  }
  for (const { start, changes } of days)
    for (const packed of changes) {
      const at = start + msOf(packed)
      if (at >= until) break
      close(at)
      state = stateOf(packed)
    }
  close(until)
  return states
}

/** Breaks included: they end no stop. */
function plannedOf({ working, from, until }: Standing): readonly Stretch[] {
  if (working === null) return [{ from, to: until }]
  const span = (s: { readonly from: string; readonly to: string }): Stretch => ({
    ...{ from: Date.parse(s.from), to: Date.parse(s.to) },
  })
  return minus(union(working.shifts.map(span)), union(working.plannedDown.map(span)))
}
