import type { Machine } from '../../domain/kpi/active-period.ts'
import { intersect, minus, union, type Stretch } from '../../domain/kpi/pieces.ts'
import { msOf, NO_DATA, stateOf, STATES, type KnownState } from '../../domain/kpi/states.ts'
import type { Timeline } from '../../domain/kpi/time-model.ts'
import { plansOf, timelineOf } from './evaluate.ts'
import type { KpiInputs } from './inputs.ts'

/** Busy with itself: others have to wait for it. A machine that waits, idles or is off waits for them. */
const ACTIVE: readonly KnownState[] = [
  ...(['RUNNING', 'SETUP', 'FAULT', 'MAINTENANCE', 'STOPPED_INTERNAL'] as const),
]

/** When machines were active, and when they were to be, within the window. */
export function machineActivity(inputs: KpiInputs): readonly Machine[] {
  const { window } = inputs
  const workBy = Map.groupBy(inputs.work, ({ subjectId }) => subjectId)
  const plan = plansOf(inputs)
  return inputs.subjects.map((subject) => {
    const timeline = timelineOf(subject, workBy.get(subject.id) ?? [])
    const slots = plan(subject).slots.filter(({ kind }) => kind === 'BUSY')
    const busy = union(intersect(slots, [window]))
    const { active, unknown } = activeIn(timeline, window)
    return {
      ...{ id: subject.id, busy, observed: minus(busy, unknown) },
      active: intersect(active, [window]),
    }
  })
}

/** What sums up says not when it was in a state: it counts only where it was in it all the time. */
function activeIn({ carry, days, spans }: Timeline, window: Stretch) {
  const active: Stretch[] = []
  const unknown: Stretch[] = []
  let [state, since] = [carry, window.from]
  const close = (to: number): void => {
    if (to > since && state === NO_DATA) unknown.push({ from: since, to })
    else if (to > since && ACTIVE.includes(STATES[state]!)) active.push({ from: since, to })
  }
  for (const { start, changes } of days)
    for (const packed of changes) {
      const at = start + msOf(packed)
      if (at >= window.to) break
      if (at > since) {
        close(at)
        since = at
      }
      state = stateOf(packed)
    }
  close(window.to)
  const whole = spans.filter(({ share }) => share === 1)
  const said = union(whole.filter((span) => ACTIVE.includes(span.state)))
  const denied = union(whole.filter((span) => !ACTIVE.includes(span.state)))
  const told = intersect(minus(said, denied), unknown)
  return {
    active: union([...active, ...told]),
    unknown: minus(unknown, union([...said, ...denied])),
  }
}
