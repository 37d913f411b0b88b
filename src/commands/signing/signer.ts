import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { isRejection, reject, type Rejection } from '../../domain/decider.ts'
import {
  signingCredential as credentialDecider,
  type SigningCommand,
  type SigningCredential,
} from '../../domain/workflow/signing-credential.ts'
import type { EventStore } from '../event-store.ts'
import type { Execute } from '../execute.ts'
import { createLanes } from '../lanes.ts'
import type { PersonNames } from '../person-names.ts'
import type { Clock } from '../ports.ts'
import { isSecret, type SigningSecrets } from './secrets.ts'

export interface SigningDeps {
  readonly store: EventStore
  /** In the name of Taktlog itself: the caller has been asked whether the principal may. */
  readonly execute: Execute
  readonly secrets: SigningSecrets
  readonly names: PersonNames
  readonly clock: Clock
}

/** Who sends it, and through what. */
export interface SentBy {
  readonly actor: string
  readonly source: string
  readonly site: string
}

type Usable = Exclude<SigningCredential, { status: 'none' }>
/** Somebody who showed both components of identity, with the secret that counts. */
export interface Shown extends Usable {
  readonly personId: string
}

/** A break this long ends a series of signings: the next shows both components again. */
const SESSION_MS = 15 * 60_000
const TOKEN_BYTES = 32

/** Guesses at one secret wait for each other, so that no more are tried than are counted. */
const inLane = createLanes()
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** What the log says of somebody's secret, and the site that keeps it. */
export async function credentialOf(
  { store }: Pick<SigningDeps, 'store'>,
  personId: string,
): Promise<{ readonly credential: SigningCredential; readonly site: string | null }> {
  const facts = await store.readStream(`${credentialDecider.category}-${personId}`)
  const credential = facts.reduce<SigningCredential>(
    (state, fact) => credentialDecider.evolve(state, fact as never, fact.metadata.occurredAt),
    credentialDecider.initial,
  )
  return { credential, site: facts[0]?.metadata.site ?? null }
}

/**
 * Runs `work` for somebody who showed who he is, one at a time for each person. Every failure is a
 * fact; after too many the person is locked out, the right secret or not.
 * @param stream what is to be signed; null for the change of a secret
 */
export async function asSigner<T>(
  deps: SigningDeps,
  claim: { readonly personId: string; readonly secret: string; readonly stream: string | null },
  by: SentBy,
  work: (shown: Shown) => Promise<T | Rejection>,
): Promise<T | Rejection> {
  return inLane([claim.personId], async () => {
    const { personId, secret, stream } = claim
    const { credential, site } = await credentialOf(deps, personId)
    const send = (command: SigningCommand) =>
      deps.execute(credentialDecider, command, {
        ...by,
        site: site ?? by.site,
        commandId: randomUUID(),
      })
    const none = credential.status === 'none'
    const kept = none ? null : await deps.secrets.find(personId, credential.secretId)
    const right = await isSecret(secret, kept)
    if (none || credential.status === 'locked' || !right || !isLogin(credential, by)) {
      const why = none || !right ? 'WRONG_SECRET' : 'WRONG_LOGIN'
      const locked = credential.status === 'locked'
      const attemptId = randomUUID()
      await send({
        ...{ type: 'RecordFailedSigning', personId, attemptId, stream },
        why: locked ? 'LOCKED' : why,
      })
      return locked
        ? reject('SigningLocked', `personId ${personId} is locked out; see UnlockSigning.`)
        : reject('WrongSecret', 'personId and secret are not those of one who may sign here.')
    }
    // The log decides whether it still counts: another process may have locked or changed it meanwhile.
    const confirmed = await send({
      ...{ type: 'ConfirmSigner', personId, secretId: credential.secretId },
    })
    return isRejection(confirmed) ? confirmed : work({ ...credential, personId })
  })
}

const isLogin = ({ login }: Usable, { actor }: SentBy): boolean => login === null || login === actor

/** Opens or goes on with a series of signings. The token is shown to the signer only. */
export async function keepSession(
  { secrets, clock }: SigningDeps,
  { personId, secretId }: Shown,
  { actor }: SentBy,
  token = randomBytes(TOKEN_BYTES).toString('base64url'),
): Promise<{ readonly token: string; readonly expiresAt: string }> {
  const expiresAt = new Date(Date.parse(clock.now()) + SESSION_MS).toISOString()
  await secrets.keep({ tokenHash: hashOf(token), personId, secretId, actor, expiresAt })
  return { token, expiresAt }
}

/** Whose series of signings it is: `personId`, and the secret it was opened with. */
export async function sessionOf(
  { secrets, clock }: SigningDeps,
  token: string,
  { actor }: SentBy,
): Promise<{ readonly personId: string; readonly secretId: string } | Rejection> {
  const session = await secrets.session(hashOf(token))
  return session && session.actor === actor && session.expiresAt > clock.now()
    ? session
    : reject('SessionEnded', 'session has ended; sign with personId and secret.')
}
