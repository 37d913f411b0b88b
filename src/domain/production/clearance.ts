import { reject, type Consultation, type Given, type Rejection } from '../decider.ts'
import {
  clearanceOf,
  personFold,
  qualificationRulesFold,
  requiredAt,
  type Clearance,
  type Person,
  type QualificationRules,
} from '../personnel/events.ts'
import type { OrderCommand } from './order-commands.ts'
import type { KnownOrder } from './order-state.ts'

/** Who wants to work, and what the site asks of whoever does. */
export interface Consulted {
  readonly person: Person
  readonly rules: QualificationRules
}

const personOf = (command: OrderCommand): string | null =>
  command.type === 'StartOperation' || command.type === 'ResumeOperation' ? command.personId : null

/** Looked at when the decision is made: what was revoked a moment before counts no more. */
export const consultsEach: { [K in keyof Consulted]: Consultation<OrderCommand, Consulted[K]> } = {
  person: { decider: personFold, id: personOf },
  rules: {
    decider: qualificationRulesFold,
    id: (command, site) => (personOf(command) === null ? null : site),
  },
}

interface Work {
  readonly orderId: string
  readonly operationId: string
  readonly personId: string
  readonly equipmentId: string | null
}

/**
 * What shows that the person may work there, to be kept in the fact; null where nothing is asked.
 * Whether somebody unqualified is refused or only noted is a rule of the site.
 */
export function clear(
  work: Work,
  { released }: KnownOrder,
  { at, consulted: { person, rules } }: Given<Consulted>,
): Clearance | null | Rejection<'NotQualified'> {
  const operation = released.operations.find((o) => o.operationId === work.operationId)!
  const places = [operation.workCentreId, work.equipmentId].filter((place) => place !== null)
  const asked = requiredAt(rules, places, operation.qualifications ?? [])
  const cleared = clearanceOf(person, asked, at)
  if (!cleared || cleared.qualified || rules.enforcement === 'WARN') return cleared
  const lacks = cleared.missing.map(
    ({ qualificationId, minVersion, why }) => `${qualificationId} version ${minVersion} (${why})`,
  )
  return reject(
    'NotQualified',
    `personId ${work.personId} lacks ${lacks.join(', ')} for operation ${work.operationId} of order ${work.orderId}.`,
  )
}
