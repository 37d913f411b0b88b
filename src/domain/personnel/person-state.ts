import type { Fold } from '../decider.ts'
import type { PersonEvent } from './events.ts'
import type { Clearance, Lack, Proof, Required } from './required.ts'

type Change = Extract<PersonEvent, { data: { qualificationId: string } }>

/** One change of a holding. They are kept in the order in which they happened, however they arrived. */
export interface HoldingChange {
  /** ISO-8601 UTC. */
  readonly at: string
  readonly kind: 'GRANTED' | 'RENEWED' | 'SUSPENDED' | 'LIFTED' | 'REVOKED'
  /** Of a grant or renewal; null for what changes neither. */
  readonly grantId: string | null
  readonly version: number | null
  readonly expiresAt: string | null
  readonly evidence: string | null
  readonly testedAt: string | null
  readonly reason: string | null
}

const KINDS = {
  QualificationGranted: 'GRANTED',
  QualificationRenewed: 'RENEWED',
  QualificationSuspended: 'SUSPENDED',
  QualificationSuspensionLifted: 'LIFTED',
  QualificationRevoked: 'REVOKED',
} as const satisfies Record<Change['type'], HoldingChange['kind']>

/** The changes with one more, in its place; of two at one moment the later recorded comes later. */
export const withChange = (
  changes: readonly HoldingChange[],
  { type, data }: Change,
  at: string,
): HoldingChange[] => {
  const { grantId, version, expiresAt, evidence, testedAt } = { ...NOTHING_GRANTED, ...data }
  const { reason } = data
  const change = { at, kind: KINDS[type], grantId, version, expiresAt, evidence, testedAt, reason }
  const place = changes.findLastIndex((c) => c.at <= at) + 1
  return changes.toSpliced(place, 0, change)
}
const NOTHING_GRANTED = {
  grantId: null,
  version: null,
  expiresAt: null,
  evidence: null,
  testedAt: null,
}

export type StandingStatus = 'NOT_HELD' | 'HELD' | 'EXPIRED' | 'SUSPENDED' | 'REVOKED'
export interface Standing {
  readonly status: StandingStatus
  /** The grant or renewal that counts at the moment; null where none does. */
  readonly grant: HoldingChange | null
}

/** How a holding stands at a moment, ISO-8601 UTC. */
export function standingAt(changes: readonly HoldingChange[], at: string): Standing {
  let grant: HoldingChange | null = null
  let status: StandingStatus = 'NOT_HELD'
  for (const change of changes) {
    if (change.at > at) break
    if (change.kind === 'GRANTED') [status, grant] = ['HELD', change]
    // What was revoked or never granted is not brought back by a change that was booked late.
    else if (status === 'NOT_HELD' || status === 'REVOKED') continue
    else if (change.kind === 'RENEWED') grant = change
    else if (change.kind === 'LIFTED') status = 'HELD'
    else status = change.kind
  }
  const expired = status === 'HELD' && grant?.expiresAt != null && grant.expiresAt <= at
  return { status: expired ? 'EXPIRED' : status, grant }
}

export type Person =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'active' | 'retired' | 'forgotten'
      readonly employer: string | null
      readonly classes: readonly string[]
      /** As registered: the same wish sent again is already fulfilled. */
      readonly registered: { readonly employer: string | null; readonly classes: readonly string[] }
      /** When somebody who is gone left. */
      readonly goneAt: string | null
      /** Changes by qualification. */
      readonly holdings: ReadonlyMap<string, readonly HoldingChange[]>
    }
export type KnownPerson = Exclude<Person, { status: 'unknown' }>

export const personFold: Fold<Person> = {
  category: 'person',
  initial: { status: 'unknown' },

  evolve(state: Person, event: PersonEvent, at): Person {
    if (event.type === 'PersonRegistered') {
      const { employer, classes } = event.data
      const registered = { employer, classes }
      return { status: 'active', ...registered, registered, goneAt: null, holdings: new Map() }
    }
    if (state.status === 'unknown') return state
    switch (event.type) {
      case 'PersonChanged':
        return { ...state, employer: event.data.employer, classes: event.data.classes }
      case 'PersonRetired':
        return { ...state, status: 'retired', goneAt: at }
      case 'PersonReinstated':
        return { ...state, status: 'active', goneAt: null }
      case 'PersonForgotten':
        return { ...state, status: 'forgotten', goneAt: state.goneAt ?? at }
      case 'QualificationGranted':
      case 'QualificationRenewed':
      case 'QualificationSuspended':
      case 'QualificationSuspensionLifted':
      case 'QualificationRevoked': {
        const { qualificationId: id } = event.data
        const changes = withChange(state.holdings.get(id) ?? [], event, at)
        return { ...state, holdings: new Map(state.holdings).set(id, changes) }
      }
    }
  },
}

/**
 * Whether a person may do at a moment what asks for these qualifications, and what stands behind it.
 * Null where nothing is asked for: everybody may, also somebody who was never registered.
 */
export function clearanceOf(
  person: Person,
  asked: readonly Required[],
  at: string,
): Clearance | null {
  if (asked.length === 0) return null
  const proof: Proof[] = []
  const missing: Lack[] = []
  for (const one of asked) {
    const { status, grant } = standingOf(person, one.qualificationId, at)
    const why = lackOf(person, status, at)
    if (why !== null) missing.push({ ...one, why })
    else if (grant!.version! < one.minVersion) missing.push({ ...one, why: 'OLD_VERSION' })
    else {
      const { version, grantId, expiresAt } = grant!
      const { qualificationId } = one
      proof.push({ qualificationId, version: version!, grantId: grantId!, expiresAt })
    }
  }
  return { qualified: missing.length === 0, proof, missing }
}

function lackOf(person: Person, status: StandingStatus, at: string): Lack['why'] | null {
  if (person.status === 'unknown') return 'PERSON_UNKNOWN'
  if (person.goneAt !== null && person.goneAt <= at) return 'PERSON_GONE'
  return status === 'HELD' ? null : status
}

export const standingOf = (person: Person, qualificationId: string, at: string): Standing =>
  standingAt((person.status !== 'unknown' && person.holdings.get(qualificationId)) || [], at)
