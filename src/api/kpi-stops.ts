import type { Classified } from '../domain/kpi/classified.ts'
import { codeOf, NO_DATA } from '../domain/kpi/states.ts'
import { classifiedStops } from '../projections/kpi/classified-stops.ts'
import type { StopDecision } from '../projections/equipment/stop-parts.ts'
import { stopReasonKey, stopReasonTree } from '../projections/equipment/stop-reasons.ts'
import { limitAt } from '../projections/equipment/stop-rules.ts'
import type { Context } from './context.ts'
import { reportedBy, type Reported } from './kpi-days.ts'
import { plannedFor, type Candidate } from './kpi-scope.ts'
import { rulesOf } from './machine-around.ts'
import { decisionsOn } from './machine-stops.ts'
import type { Moment } from './reader.ts'

/** A stop that was open when it was given its reason is looked for in the window so long after. */
const MAX_OPEN_MS = 31 * 86_400_000
const RUNNING = codeOf('RUNNING')
const iso = (ms: number): string => new Date(ms).toISOString()

type Decisions = Awaited<ReturnType<typeof decisionsOn>>
interface Span {
  readonly from: number
  readonly to: number
}

/**
 * Stops of a window that people gave a reason, by machine, now or as the log knew them. Only machines
 * of which somebody decided something cost more than the one query for that.
 */
export async function classifiedFor(
  candidates: readonly Candidate[],
  window: Span,
  known: {
    readonly decisions: Decisions
    readonly reported: ReadonlyMap<string, Reported>
    readonly moment: Moment | null
  },
  context: Context,
): Promise<ReadonlyMap<string, readonly Classified[]>> {
  const concerned = candidates.flatMap((candidate) => {
    const carry = known.reported.get(candidate.id)?.carry ?? NO_DATA
    const decisions = touching(known.decisions.get(candidate.id) ?? [], window, carry)
    return decisions.some(({ kind }) => kind === 'CLASSIFIED') ? [{ candidate, decisions }] : []
  })
  if (concerned.length === 0) return new Map()
  const reasons = await reasonsOf(
    concerned.flatMap(({ decisions }) => decisions),
    context,
  )
  const found = await Promise.all(
    concerned.map(async ({ candidate, decisions }) => {
      const path = candidate.path.map(({ id }) => id)
      const [machine, limits] = await Promise.all([
        standing(candidate, { ...window, from: begin(decisions, window) }, known.moment, context),
        rulesOf(path, known.moment, context),
      ])
      const stops = classifiedStops(machine, decisions, {
        limitAt: (moment) => limitAt(limits, path, moment),
        reasonOf: (decision) => reasons.get(stopReasonKey(decision.site, decision.reasonId!)),
      })
      return [candidate.id, stops] as const
    }),
  )
  return new Map(found)
}

const isOpen = ({ to, seenTo }: StopDecision, { from }: Span): boolean =>
  to === null && seenTo < iso(from)

/** One about a stop that was open before the window counts where that stop may still last. */
const touching = (decisions: readonly StopDecision[], window: Span, carry: number) => {
  const stands = carry !== RUNNING && carry !== NO_DATA
  const since = iso(window.from - MAX_OPEN_MS)
  return decisions.filter((d) => !isOpen(d, window) || (stands && d.seenTo >= since))
}

const begin = (decisions: readonly StopDecision[], window: Span): number =>
  decisions
    .filter((d) => isOpen(d, window))
    .reduce((at, { from }) => Math.min(at, Date.parse(from)), window.from)

/** What the machine said from then on; nothing of it is read twice where that is the window itself. */
async function standing(
  candidate: Candidate,
  { from, to }: Span,
  moment: Moment | null,
  context: Context,
) {
  const { id } = candidate
  const [reported, planned] = await Promise.all([
    reportedBy([id], { from, to }, moment, context),
    plannedFor([candidate], { from: iso(from), to: iso(to) }, moment, context),
  ])
  const { carry, days } = reported.get(id)!
  return { id, from, until: to, carry, days, working: planned.get(id) ?? null }
}

/** What a reason counts as never changes, so today's tree serves every moment. */
async function reasonsOf(decisions: readonly StopDecision[], { reads }: Context) {
  const keys = new Set(
    decisions.flatMap(({ site, reasonId }) => (reasonId ? [stopReasonKey(site, reasonId)] : [])),
  )
  const rows = await Promise.all([...keys].map((key) => reads.load(stopReasonTree, key)))
  return new Map(rows.flatMap((row) => (row ? [[row.key, row] as const] : [])))
}
