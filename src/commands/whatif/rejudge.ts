import { isRejection } from '../../domain/decider.ts'
import type { Recorded } from '../../domain/event.ts'
import type { InspectionEvent, InspectionPlanEvent } from '../../domain/quality/events.ts'
import type { InspectionCommand } from '../../domain/quality/inspection-commands.ts'
import { inspection, type Inspection } from '../../domain/quality/inspection.ts'
import { inspectionPlan, type InspectionPlan } from '../../domain/quality/inspection-plan.ts'
import type { Overlay } from './overlay.ts'

/** A plan that a scenario assumes, and from when on. */
interface Rule {
  readonly from: string
  readonly plan: Extract<InspectionPlan, { status: 'defined' }>
}

/**
 * The same log, with inspections judged by the plans that a scenario assumes: what was measured from the moment of
 * a new version on is decided again with it, by the decider of inspections. A characteristic that the version no
 * longer has counts no more, and its corrections go with it. Inspections without a plan stay as they are.
 */
export function rejudging(overlay: Overlay): Overlay {
  const rules = rulesOf(overlay.own)
  if (rules.size === 0) return overlay
  const { own, touched, append } = overlay
  return {
    ...{ own, touched, append },
    async readStream(stream, options = {}) {
      const facts = await overlay.readStream(stream, options)
      // Whole streams are folded; a part of one does not tell what it was judged by.
      return stream.startsWith(`${inspection.category}-`) && options.from === undefined
        ? judgedAnew(facts as readonly Recorded<InspectionEvent>[], rules)
        : facts
    },
  }
}

function rulesOf(own: readonly Recorded[]): ReadonlyMap<string, readonly Rule[]> {
  const rules = new Map<string, Rule[]>()
  for (const fact of own) {
    if (!isPlan(fact)) continue
    const plan = inspectionPlan.evolve(inspectionPlan.initial, fact, fact.metadata.occurredAt)
    if (plan.status !== 'defined') continue
    const { planId } = fact.data
    rules.set(planId, [...(rules.get(planId) ?? []), { from: fact.metadata.occurredAt, plan }])
  }
  return rules
}

const isPlan = (fact: Recorded): fact is Recorded<InspectionPlanEvent> =>
  fact.type === 'InspectionPlanDefined'

function judgedAnew(
  facts: readonly Recorded<InspectionEvent>[],
  rules: ReadonlyMap<string, readonly Rule[]>,
): readonly Recorded[] {
  const [first] = facts
  if (first?.type !== 'InspectionRecorded') return facts
  const { planId } = first.data
  const at = first.metadata.occurredAt
  const rule = rules.get(planId ?? '')?.findLast(({ from }) => from <= at)
  if (!rule) return facts
  let state: Inspection = inspection.initial
  return facts.flatMap((fact) => {
    const command = commandOf(fact, rule)
    if (command === null) return []
    const decided = inspection.decide(command, state, {
      at: fact.metadata.occurredAt,
      consulted: rule.plan,
    })
    if (isRejection(decided) || !decided[0]) return []
    state = inspection.evolve(state, decided[0], fact.metadata.occurredAt)
    return [{ ...fact, data: decided[0].data }]
  })
}

/** What was sent then; null where the rule leaves nothing to judge. */
function commandOf(fact: Recorded<InspectionEvent>, { plan }: Rule): InspectionCommand | null {
  if (fact.type === 'InspectionResultCorrected') {
    const { before: _before, verdict: _verdict, after, ...correction } = fact.data
    const { value, passed } = after
    return { type: 'CorrectInspectionResult', ...correction, value, passed }
  }
  const { planVersion: _version, missing: _missing, verdict: _verdict, ...inspected } = fact.data
  const results = inspected.results
    .filter(({ characteristicId }) => plan.characteristics.has(characteristicId))
    .map(({ characteristicId, sample, value, passed, instrumentId }) => ({
      ...{ characteristicId, sample, value, passed, instrumentId },
      ...{ name: null, kind: null, nominal: null, lowerLimit: null, upperLimit: null, unit: null },
    }))
  return results.length === 0 ? null : { type: 'RecordInspection', ...inspected, results }
}
