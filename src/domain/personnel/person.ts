import { reject, type Decider, type Rejection } from '../decider.ts'
import { personEvents as e, personFold, type Person, type PersonEvent } from './events.ts'
import { personCommands, type PersonCommand } from './person-commands.ts'
import { standingOf, type HoldingChange, type KnownPerson } from './person-state.ts'
import { qualification, type Qualification } from './qualification.ts'

/**
 * Somebody who works here, and what he or she is qualified for. The stream guards that a grant counts
 * once, that only what is held is suspended or revoked, and that nobody forgotten comes back.
 */
export type PersonRefusal =
  | 'PersonUnknown'
  | 'PersonDiffers'
  | 'PersonRetired'
  | 'PersonForgotten'
  | 'QualificationUnknown'
  | 'QualificationWithdrawn'
  | 'QualificationHeld'
  | 'QualificationNotHeld'
  | 'GrantDiffers'
  | 'ExpiresBeforeGrant'

type Decision = readonly PersonEvent[] | Rejection<PersonRefusal>

export const person: Decider<PersonCommand, Person, PersonEvent, PersonRefusal, Qualification> = {
  ...personFold,
  context: 'personnel',
  commands: personCommands,
  events: e,
  id: (command) => command.personId,
  consults: {
    decider: qualification,
    id: (command) =>
      command.type === 'GrantQualification' || command.type === 'RenewQualification'
        ? command.qualificationId
        : null,
  },

  decide(command, state, { at, consulted }) {
    if (command.type === 'RegisterPerson') return register(command, state)
    if (state.status === 'unknown')
      return reject('PersonUnknown', `personId ${command.personId} has not been registered.`)
    switch (command.type) {
      case 'ChangePerson':
        return isSame(command, state) ? [] : (forgotten(state, command) ?? [e.changed(command)])
      case 'RetirePerson':
        return state.status === 'active' ? [e.retired(command)] : []
      case 'ReinstatePerson':
        return state.status === 'active'
          ? []
          : (forgotten(state, command) ?? [e.reinstated(command)])
      case 'ForgetPerson':
        return state.status === 'forgotten' ? [] : [e.forgotten(command)]
      case 'GrantQualification':
      case 'RenewQualification':
        return grant(command, state, consulted, at)
      case 'SuspendQualification':
      case 'LiftQualificationSuspension':
      case 'RevokeQualification':
        return change(command, state, at)
    }
  },
}

interface Profile {
  readonly employer: string | null
  readonly classes: readonly string[]
}
const isSame = (a: Profile, b: Profile): boolean =>
  a.employer === b.employer && JSON.stringify(a.classes) === JSON.stringify(b.classes)

function register(
  command: Extract<PersonCommand, { type: 'RegisterPerson' }>,
  state: Person,
): Decision {
  if (state.status === 'unknown') return [e.registered(command)]
  return isSame(command, state.registered) || isSame(command, state)
    ? []
    : reject('PersonDiffers', `personId ${command.personId} is registered with other content.`)
}

type Granting = Extract<PersonCommand, { grantId: string }>

function grant(
  command: Granting,
  state: KnownPerson,
  definition: Qualification,
  at: string,
): Decision {
  const { personId, qualificationId: id, grantId } = command
  const before = [...state.holdings].flatMap(([held, changes]) =>
    changes.flatMap((c) => (c.grantId === grantId ? [{ held, ...c }] : [])),
  )[0]
  if (before) return isRepeated(command, before) ? [] : grantDiffers(command)
  if (state.status !== 'active')
    return forgotten(state, command) ?? reject('PersonRetired', `personId ${personId} has left.`)
  if (definition.status === 'unknown')
    return reject('QualificationUnknown', `qualificationId ${id} has not been defined.`)
  if (definition.status === 'withdrawn')
    return reject('QualificationWithdrawn', `qualificationId ${id} has been withdrawn.`)
  const { version, validity } = definition.current
  const expiresAt = command.expiresAt ?? (validity === null ? null : end(at, validity))
  if (expiresAt !== null && expiresAt <= at)
    return reject('ExpiresBeforeGrant', `expiresAt ${expiresAt} is not after ${at}.`)
  const { status, grant: held } = standingOf(state, id, at)
  const holds = status === 'HELD' || status === 'SUSPENDED'
  if (command.type === 'RenewQualification')
    return holds || status === 'EXPIRED'
      ? [e.renewed({ ...command, version, expiresAt })]
      : notHeld(command, at)
  return holds && held!.version === version
    ? reject(
        'QualificationHeld',
        `${personId} holds ${id} in version ${version} already; renew it, or lift its suspension.`,
      )
    : [e.granted({ ...command, version, expiresAt })]
}

/** The moment a validity ends, in calendar units of UTC. */
const end = (at: string, validity: string): string =>
  new Date(
    Temporal.Instant.from(at).toZonedDateTimeISO('UTC').add(validity).epochMilliseconds,
  ).toISOString()

const isRepeated = (command: Granting, c: HoldingChange & { readonly held: string }): boolean =>
  c.held === command.qualificationId &&
  c.kind === (command.type === 'GrantQualification' ? 'GRANTED' : 'RENEWED') &&
  (command.expiresAt === null || command.expiresAt === c.expiresAt) &&
  command.evidence === c.evidence &&
  command.testedAt === c.testedAt

function change(
  command: Extract<
    PersonCommand,
    { type: 'SuspendQualification' | 'LiftQualificationSuspension' | 'RevokeQualification' }
  >,
  state: KnownPerson,
  at: string,
): Decision {
  const { status } = standingOf(state, command.qualificationId, at)
  switch (command.type) {
    case 'SuspendQualification':
      if (status === 'SUSPENDED') return []
      return isGone(status) ? notHeld(command, at) : [e.suspended(command)]
    case 'LiftQualificationSuspension':
      if (status === 'SUSPENDED') return [e.suspensionLifted(command)]
      return isGone(status) ? notHeld(command, at) : []
    case 'RevokeQualification':
      if (status === 'REVOKED') return []
      return isGone(status) ? notHeld(command, at) : [e.revoked(command)]
  }
}

const isGone = (status: string): boolean => status === 'NOT_HELD' || status === 'REVOKED'

const notHeld = (c: { readonly personId: string; readonly qualificationId: string }, at: string) =>
  reject('QualificationNotHeld', `${c.personId} does not hold ${c.qualificationId} at ${at}.`)
const grantDiffers = ({ grantId }: Granting) =>
  reject('GrantDiffers', `grantId ${grantId} was recorded with other content.`)
const forgotten = ({ status }: KnownPerson, { personId }: { readonly personId: string }) =>
  status === 'forgotten' ? reject('PersonForgotten', `personId ${personId} was forgotten.`) : null
