import type { Fold } from '../decider.ts'
import type { Enforcement, QualificationRulesEvent } from './events.ts'
import type { Required } from './required.ts'

export interface QualificationRules {
  readonly enforcement: Enforcement
  /** By equipment or work centre; under null what the whole site asks for. */
  readonly byScope: ReadonlyMap<string | null, readonly Required[]>
}

export const qualificationRulesFold: Fold<QualificationRules> = {
  category: 'qualificationRules',
  initial: { enforcement: 'REFUSE', byScope: new Map() },

  evolve(state: QualificationRules, event: QualificationRulesEvent): QualificationRules {
    switch (event.type) {
      case 'QualificationEnforcementSet':
        return { ...state, enforcement: event.data.enforcement }
      case 'QualificationRequirementSet': {
        const { scopeId, qualifications } = event.data
        return { ...state, byScope: new Map(state.byScope).set(scopeId, qualifications) }
      }
    }
  },
}

/**
 * What is asked of somebody who works in these places of a site, on top of what the work itself asks
 * for. A qualification that is asked for twice is asked for in the higher version.
 */
export function requiredAt(
  { byScope }: Pick<QualificationRules, 'byScope'>,
  places: readonly (string | null)[],
  ofWork: readonly Required[],
): readonly Required[] {
  if (byScope.size === 0) return ofWork
  const highest = new Map<string, Required>()
  for (const one of [...ofWork, ...[null, ...places].flatMap((p) => byScope.get(p) ?? [])]) {
    const known = highest.get(one.qualificationId)
    if (!known || known.minVersion < one.minVersion) highest.set(one.qualificationId, one)
  }
  return [...highest.values()]
}
