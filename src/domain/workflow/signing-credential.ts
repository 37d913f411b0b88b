import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { personFold, type Person } from '../personnel/events.ts'
import { id, reason, text } from '../types.ts'
import { failure, signingEvents as e, type SigningEvent } from './events.ts'

/**
 * Whether somebody can sign: which secret counts, and how often a wrong one came in a row. Its stream
 * guards the lock-out over all processes. The secret itself is elsewhere, under its secretId.
 */

/** Guessing right in so few attempts is as good as impossible, and mistyping this often is rare. */
export const MAX_FAILURES = 5

const onPerson = { personId: id }
const commands = {
  SetSigningSecret: z.object({
    type: z.literal('SetSigningSecret'),
    ...onPerson,
    secretId: id,
    login: id.nullable().default(null),
  }),
  ChangeSigningSecret: z.object({
    type: z.literal('ChangeSigningSecret'),
    ...onPerson,
    secretId: id,
    before: id,
  }),
  RevokeSigningSecret: z
    .object({ type: z.literal('RevokeSigningSecret'), ...onPerson, reason })
    .describe(
      'End the signing secret of a person, lost or no longer needed. Old signatures stand.',
    ),
  UnlockSigning: z
    .object({ type: z.literal('UnlockSigning'), ...onPerson, reason })
    .describe('Let a person sign again who was locked out after wrong secrets.'),
  RecordFailedSigning: z.object({
    type: z.literal('RecordFailedSigning'),
    ...onPerson,
    attemptId: id,
    why: failure,
    stream: text.nullable().default(null),
  }),
  ConfirmSigner: z.object({ type: z.literal('ConfirmSigner'), ...onPerson, secretId: id }),
}
export type SigningCommand = CommandOf<typeof commands>

/** Ids of secrets and attempts that were told: the same again is already so. */
type Told = ReadonlySet<string>
export type SigningCredential =
  | { readonly status: 'none'; readonly told: Told }
  | {
      readonly status: 'usable' | 'locked'
      readonly secretId: string
      /** Not yet changed by its owner: it signs nothing. */
      readonly initial: boolean
      /** Principal that has to send the signature; null where any terminal may. */
      readonly login: string | null
      readonly failures: number
      readonly told: Told
    }
type Kept = Exclude<SigningCredential, { status: 'none' }>

export type SigningRefusal =
  | 'PersonUnknown'
  | 'PersonGone'
  | 'SecretUnknown'
  | 'SecretChangedMeanwhile'
  | 'SigningLocked'
type Decision = readonly SigningEvent[] | Rejection<SigningRefusal>

export const signingCredential: Decider<
  SigningCommand,
  SigningCredential,
  SigningEvent,
  SigningRefusal,
  Person
> = {
  context: 'workflow',
  category: 'signingCredential',
  commands,
  events: e,
  internal: ['SetSigningSecret', 'ChangeSigningSecret', 'RecordFailedSigning', 'ConfirmSigner'],
  id: ({ personId }) => personId,
  initial: { status: 'none', told: new Set() },
  consults: {
    decider: personFold,
    id: (command) => (command.type === 'SetSigningSecret' ? command.personId : null),
  },

  decide(command, state, { consulted }): Decision {
    if (command.type === 'SetSigningSecret') return set(command, state, consulted)
    if (state.status === 'none')
      return command.type === 'RevokeSigningSecret'
        ? []
        : reject('SecretUnknown', `personId ${command.personId} has no signing secret.`)
    switch (command.type) {
      case 'ChangeSigningSecret':
        if (state.told.has(command.secretId)) return []
        return (
          usable(command.personId, command.before, state) ?? [
            e.secretChanged({ personId: command.personId, secretId: command.secretId }),
          ]
        )
      case 'RevokeSigningSecret':
        return [e.secretRevoked(command)]
      case 'UnlockSigning':
        return state.status === 'locked' ? [e.unlocked(command)] : []
      case 'RecordFailedSigning':
        return failed(command, state)
      case 'ConfirmSigner':
        return (
          usable(command.personId, command.secretId, state) ??
          (state.failures === 0 ? [] : [e.confirmed({ personId: command.personId })])
        )
    }
  },

  evolve(state, event) {
    const { told } = state
    if (event.type === 'SigningSecretSet') {
      const { secretId, login } = event.data
      const fresh = { secretId, login, initial: true, failures: 0 }
      return { status: 'usable', ...fresh, told: new Set(told).add(secretId) }
    }
    if (event.type === 'SigningSecretRevoked') return { status: 'none', told }
    if (state.status === 'none') return state
    switch (event.type) {
      case 'SigningSecretChanged': {
        const { secretId } = event.data
        const seen = new Set(told).add(secretId)
        return { ...state, secretId, initial: false, failures: 0, told: seen }
      }
      case 'SigningAttemptFailed': {
        const { failures, attemptId } = event.data
        return { ...state, failures, told: new Set(told).add(attemptId) }
      }
      case 'SigningLocked':
        return { ...state, status: 'locked' }
      case 'SigningUnlocked':
        return { ...state, status: 'usable', failures: 0 }
      case 'SigningIdentityConfirmed':
        return { ...state, failures: 0 }
    }
  },
}

function set(
  command: Extract<SigningCommand, { type: 'SetSigningSecret' }>,
  state: SigningCredential,
  person: Person,
): Decision {
  const { personId } = command
  if (state.told.has(command.secretId)) return []
  if (person.status === 'unknown')
    return reject('PersonUnknown', `personId ${personId} has not been registered.`)
  return person.status === 'active'
    ? [e.secretSet(command)]
    : reject('PersonGone', `personId ${personId} does not work here any more.`)
}

function failed(
  command: Extract<SigningCommand, { type: 'RecordFailedSigning' }>,
  state: Kept,
): Decision {
  if (state.told.has(command.attemptId)) return []
  const failures = state.failures + 1
  const attempt = e.attemptFailed({ ...command, failures })
  const locks = failures >= MAX_FAILURES && state.status !== 'locked'
  return locks ? [attempt, e.locked({ personId: command.personId, failures })] : [attempt]
}

/** Null when this secret counts now. */
function usable(personId: string, secretId: string, state: Kept): Rejection<SigningRefusal> | null {
  if (state.status === 'locked')
    return reject('SigningLocked', `personId ${personId} is locked out; see UnlockSigning.`)
  return state.secretId === secretId
    ? null
    : reject('SecretChangedMeanwhile', `the secret of personId ${personId} is another by now.`)
}
