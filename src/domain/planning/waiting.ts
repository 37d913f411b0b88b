import type { Compiled } from './compile.ts'
import { causes, type Cause } from './problem.ts'
import { readiness } from './readiness.ts'
import type { Schedule } from './schedule.ts'

/** A share of the waiting of an order. */
export interface Delay {
  readonly cause: Cause
  /** The machine, person, tool or material waited for. */
  readonly resource: string | null
  /** The order that had it. */
  readonly behind: string | null
  readonly seconds: number
}

/** Takes one share of waiting. */
export type Charge = (delay: Delay) => void

/** What an operation waited for from `ready` until `until`, cut along what kept it and what kept that. */
export function createWaiting(compiled: Compiled, schedule: Schedule, charge: Charge) {
  const { problem, operations, firstOfOrder } = compiled
  const machines = byMachine(compiled, schedule)
  const orderOf = (at: number) => problem.orders[operations[at]!.order]!
  const given = (at: number) => orderOf(at).operations[at - firstOfOrder[operations[at]!.order]!]!
  const equipmentOf = (at: number) => operations[at]!.modes[schedule.mode[at]!]!.equipment

  const resourceOf = (at: number, cause: Cause): string | null => {
    const mode = given(at).modes[schedule.mode[at]!]!
    if (cause === 'tool') return mode.tool ?? null
    if (cause === 'material')
      return (
        given(at)
          .consumes?.map(({ material }) => material)
          .join(', ') ?? null
      )
    if (cause === 'person') {
      const person = schedule.person[at]!
      return person < 0 ? null : problem.persons![person]!.id
    }
    return mode.equipment
  }

  /** The last one on the machine before `at`, or -1. */
  const beforeOnMachine = (at: number): number => {
    const all = machines[equipmentOf(at)]!
    const i = all.indexOf(at)
    return i > 0 ? all[i - 1]! : -1
  }

  return (at: number, ready: number, until: number): void => {
    let who = at
    let to = until
    let cause = causes[schedule.cause[at]!]!
    let culprit = schedule.culprit[at]!
    // What the operation itself waits for, while those before it wait for something else.
    let [kind, resource]: [Cause, string | null] = ['machine', resourceOf(at, 'machine')]
    const take = (from: number, what: Cause, of: string | null, behind: number): void => {
      const seconds = to - Math.max(from, ready)
      if (seconds > 0)
        charge({
          cause: what,
          resource: of,
          behind: behind < 0 ? null : orderOf(behind).id,
          seconds,
        })
      to = Math.min(to, Math.max(from, ready))
    }
    // A plan made elsewhere might name its culprits in a circle.
    for (let steps = 0; steps < operations.length; steps++) {
      if (to <= ready) return
      if (culprit >= 0 && BLOCKING.has(cause)) {
        kind = cause === 'setup' ? 'machine' : cause
        resource = resourceOf(who, kind)
        take(schedule.setupStart[culprit]!, kind, resource, culprit)
        who = culprit
        cause = causes[schedule.cause[who]!]!
        culprit = schedule.culprit[who]!
      } else if (cause === 'calendar') {
        const last = beforeOnMachine(who)
        take(last < 0 ? ready : schedule.end[last]!, 'calendar', resourceOf(who, 'machine'), -1)
        cause = 'machine'
        culprit = last
      } else break
    }
    if (to <= ready) return
    if (who !== at)
      take(ready, cause === 'material' || cause === 'price' ? 'machine' : kind, resource, who)
    else if (cause === 'material' || cause === 'price')
      take(ready, cause, resourceOf(at, cause), -1)
    else if (paced(at)) take(ready, 'predecessor', null, -1)
    else take(ready, 'frozen', null, -1)
  }

  /** It starts later so that it does not run out of the pieces handed on. */
  function paced(at: number): boolean {
    const mode = operations[at]!.modes[schedule.mode[at]!]!
    return readiness(compiled, schedule, at, mode)?.endFrom === schedule.end[at]
  }
}

/** Causes that another operation is. */
const BLOCKING: ReadonlySet<Cause> = new Set(['machine', 'setup', 'person', 'tool', 'frozen'])

function byMachine({ operations, equipment }: Compiled, schedule: Schedule): number[][] {
  const all = equipment.map((): number[] => [])
  for (const [at, { modes }] of operations.entries())
    if (schedule.scheduled[at]) all[modes[schedule.mode[at]!]!.equipment]!.push(at)
  for (const list of all) list.sort((a, b) => schedule.start[a]! - schedule.start[b]! || a - b)
  return all
}
