import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { MAX_REQUIRED, proof, required } from '../personnel/events.ts'
import { id, reason, text } from '../types.ts'

/** What a signature means (21 CFR 11.50(a)(3)). */
export const meaning = z.enum(['REVIEW', 'APPROVAL', 'RESPONSIBILITY', 'AUTHORSHIP'])
export type Meaning = z.output<typeof meaning>

/** First part of the name of the stream that is signed: `order`, `inspection`, `lot`. */
export const recordKind = z.string().regex(/^[a-zA-Z]{1,40}$/, 'must be a kind such as order')

/** Components of identity that were shown (21 CFR 11.200(a)(1)). */
export const components = z.enum(['IDENTITY_AND_SECRET', 'SECRET_IN_SESSION'])

/** A signature names who, never how that person is called: names live outside the log. */
export const signatureEvents = {
  signed: event(
    'RecordSigned',
    z.object({
      signatureId: id,
      kind: recordKind,
      recordId: id,
      /** Last fact of the record that was signed, 0-based; all before it are signed too. */
      revision: z.number().int().nonnegative(),
      /** SHA-256 in hexadecimal of the canonical bytes of these facts. */
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      meaning,
      remark: text.nullable(),
      personId: id,
      components,
      /** What the signer held of what the rule of the site asks for. */
      proof: z.array(proof),
    }),
  ),
}
export type SignatureEvent = EventOf<typeof signatureEvents>
export type Signed = SignatureEvent['data']

export const requirement = z.object({
  meaning,
  classes: z
    .array(id)
    .max(100)
    .default([])
    .describe('Personnel classes; the signer has to be in one of them. None: anybody.'),
  qualifications: z
    .array(required)
    .max(MAX_REQUIRED)
    .default([])
    .describe('The signer has to hold all of them.'),
  independent: z
    .boolean()
    .default(true)
    .describe('A second person: has done nothing of the work and gives no other signature here.'),
})
export type Requirement = z.output<typeof requirement>

/**
 * Commands that a rule may hold back until the record is signed as it stands: the kind of record, and the
 * fact that the command adds to it. Each is a last word on its record: done, free, gone.
 */
export const SIGNED_OFF = {
  COMPLETE_ORDER: { command: 'CompleteOrder', kind: 'order', fact: 'OrderCompleted' },
  RELEASE_LOT: { command: 'ReleaseLot', kind: 'lot', fact: 'LotReleased' },
  SHIP_LOT: { command: 'ShipLot', kind: 'lot', fact: 'LotShipped' },
  SHIP_UNIT: { command: 'ShipUnit', kind: 'unit', fact: 'UnitShipped' },
} as const
export const signedOff = z.enum(['COMPLETE_ORDER', 'RELEASE_LOT', 'SHIP_LOT', 'SHIP_UNIT'])
export type SignedOff = z.output<typeof signedOff>

/** What the signatures of a record are asked for: who gives them, and what has to wait for them. */
export interface SignatureRule {
  readonly requirements: readonly Requirement[]
  readonly before: readonly SignedOff[]
}

/** Which signatures records of a kind need at a site; none lifts the rule. */
export const signatureRulesEvents = {
  required: event(
    'SignaturesRequired',
    z.object({
      kind: recordKind,
      requirements: z.array(requirement).max(4),
      before: z.array(signedOff),
      reason,
    }),
    [(v1) => ({ ...v1, before: [] })],
  ),
}
export type SignatureRulesEvent = EventOf<typeof signatureRulesEvents>

const onPerson = { personId: id }
export const failure = z.enum(['WRONG_SECRET', 'WRONG_LOGIN', 'LOCKED'])

/** What became of somebody's signing secret. The secret and its hash are nowhere in the log. */
export const signingEvents = {
  /** By an administrator: it opens nothing but the change to one that only its owner knows. */
  secretSet: event(
    'SigningSecretSet',
    z.object({ ...onPerson, secretId: id, login: id.nullable() }),
  ),
  secretChanged: event('SigningSecretChanged', z.object({ ...onPerson, secretId: id })),
  secretRevoked: event('SigningSecretRevoked', z.object({ ...onPerson, reason })),
  attemptFailed: event(
    'SigningAttemptFailed',
    z.object({
      ...onPerson,
      attemptId: id,
      why: failure,
      /** Stream that was to be signed; null for the change of a secret. */
      stream: text.nullable(),
      /** In a row, this one included. */
      failures: z.number().int().positive(),
    }),
  ),
  locked: event('SigningLocked', z.object({ ...onPerson, failures: z.number().int() })),
  unlocked: event('SigningUnlocked', z.object({ ...onPerson, reason })),
  /** The right secret after wrong ones: they count no more. */
  confirmed: event('SigningIdentityConfirmed', z.object(onPerson)),
}
export type SigningEvent = EventOf<typeof signingEvents>
