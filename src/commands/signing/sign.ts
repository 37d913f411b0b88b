import { randomUUID } from 'node:crypto'
import { isRejection, reject, streamOf, type Rejection } from '../../domain/decider.ts'
import type { Recorded } from '../../domain/event.ts'
import type { Meaning, Signed } from '../../domain/workflow/events.ts'
import { signature } from '../../domain/workflow/signature.ts'
import type { CommandEnvelope } from '../../domain/command.ts'
import { recordRejection } from '../rejections.ts'
import { isWorkOf, recordHash } from './record-hash.ts'
import {
  asSigner,
  keepSession,
  sessionOf,
  type SentBy,
  type Shown,
  type SigningDeps,
} from './signer.ts'

/** What somebody wants to sign, and how he shows who he is. */
export interface SigningWish {
  readonly signatureId: string
  /** First part of the record's stream: `order`, `inspection`, `lot`. */
  readonly kind: string
  readonly recordId: string
  /** Last revision the signer has seen: what came later is not signed. */
  readonly revision: number
  readonly meaning: Meaning
  readonly remark: string | null
  /** Needed for the first of a series, with `session` null. */
  readonly personId: string | null
  readonly session: string | null
  readonly secret: string
}

export interface SignedRecord {
  readonly signature: Signed
  /** UTC, by the clock of the server. */
  readonly signedAt: string
  readonly position: number
  readonly session: { readonly token: string; readonly expiresAt: string }
}

type Envelope = Pick<CommandEnvelope, 'commandId' | 'correlationId'>

/**
 * Signs a record as it stands at a revision: who it is, what exactly is signed, and whether this person
 * may. Refusals are facts; the secret is in none.
 */
export async function signRecord(
  deps: SigningDeps,
  wish: SigningWish,
  by: SentBy,
  envelope: Envelope,
): Promise<SignedRecord | Rejection> {
  const refused = (rejection: Rejection) =>
    recordRefusal(deps, rejection, wish, { ...by, ...envelope })
  const identity = await identityOf(deps, wish, by)
  if (isRejection(identity)) return refused(identity)
  const { personId } = identity
  const stream = `${wish.kind}-${wish.recordId}`
  const claim = { personId, secret: wish.secret, stream }
  let decided = false
  const outcome = await asSigner(deps, claim, by, async (shown) => {
    if (shown.initial)
      return reject('SecretMustBeChanged', 'the secret was set by somebody else; change it first.')
    if (identity.secretId !== null && identity.secretId !== shown.secretId)
      return reject('SessionEnded', 'the secret was changed; sign with personId and secret.')
    if (!(await deps.names.find([personId])).has(personId))
      return reject('NameMissing', `personId ${personId} has no name that could be printed.`)
    decided = true
    return append(deps, wish, shown, { ...by, ...envelope })
  })
  return isRejection(outcome) && !decided ? refused(outcome) : outcome
}

async function identityOf(
  deps: SigningDeps,
  { personId, session }: SigningWish,
  by: SentBy,
): Promise<{ readonly personId: string; readonly secretId: string | null } | Rejection> {
  if (session !== null) return sessionOf(deps, session, by)
  return personId === null
    ? reject('IdentityMissing', 'personId is missing: only a session goes without it.')
    : { personId, secretId: null }
}

async function append(
  deps: SigningDeps,
  wish: SigningWish,
  shown: Shown,
  sent: SentBy & Envelope,
): Promise<SignedRecord | Rejection> {
  const { kind, recordId, revision, signatureId, meaning, remark, session } = wish
  const { personId, login } = shown
  const stream = `${kind}-${recordId}`
  const all = await deps.store.readStream(stream, { asStored: true })
  const facts = all[0]?.metadata.site === sent.site ? all : []
  const signed = facts.slice(0, revision + 1)
  const command = {
    ...{ type: 'SignRecord', signatureId, kind, recordId, revision, meaning, remark, personId },
    head: facts.length - 1,
    hash: recordHash(stream, signed),
    ownWork: signed.some((fact) => isWorkOf(personId, login, fact)),
    components: session === null ? 'IDENTITY_AND_SECRET' : 'SECRET_IN_SESSION',
  }
  // Without occurredAt: when it was signed is said by the clock of the server alone.
  const ack = await deps.execute(signature, command, sent)
  if (isRejection(ack)) return ack
  const made = (await deps.store.readStream(ack.stream)) as readonly Recorded<{
    type: 'RecordSigned'
    data: Signed
  }>[]
  const isWanted = ({ data }: { readonly data: Signed }): boolean =>
    data.personId === personId && data.meaning === meaning && data.revision === revision
  const fact = made.find(isWanted)!
  return {
    signature: fact.data,
    signedAt: fact.metadata.occurredAt,
    position: fact.position,
    session: await keepSession(deps, shown, sent, session ?? undefined),
  }
}

/** For the audit trail: what was refused before it came to a decision, without the secret. */
async function recordRefusal(
  { store, clock }: SigningDeps,
  rejection: Rejection,
  wish: SigningWish,
  sent: SentBy & Envelope,
): Promise<Rejection> {
  const { kind, recordId, revision, signatureId, meaning, personId } = wish
  const command = { type: 'SignRecord', signatureId, kind, recordId, revision, meaning, personId }
  const now = clock.now()
  await recordRejection(store, {
    ...{ rejection, command, envelope: sent, at: now, now, id: randomUUID() },
    stream: streamOf(signature, `${kind}-${recordId}`),
  })
  return rejection
}
