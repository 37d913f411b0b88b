import { randomUUID } from 'node:crypto'
import { isRejection, type Rejection } from '../../domain/decider.ts'
import { signingCredential } from '../../domain/workflow/signing-credential.ts'
import type { Execute } from '../execute.ts'
import { hashSecret, type SigningSecrets } from './secrets.ts'
import { asSigner, type SentBy, type SigningDeps } from './signer.ts'

/** The hash first: what the log names must be there. A hash that the log does not name opens nothing. */
async function keeping<T>(
  { secrets }: Pick<SigningDeps, 'secrets'>,
  of: { readonly personId: string; readonly secret: string },
  tell: (secretId: string) => Promise<T | Rejection>,
): Promise<Rejection | null> {
  const secretId = randomUUID()
  const hash = await hashSecret(of.secret, secrets.cost)
  await secrets.put({ personId: of.personId, secretId, hash })
  const outcome = await tell(secretId)
  if (isRejection(outcome)) return outcome
  await secrets.erase(of.personId, secretId)
  return null
}

/**
 * Gives a person a first secret, or a new one after it was lost. It has to be changed by that person
 * before it signs anything, so that nobody else knows what signs.
 * @param login principal that alone may send this person's signatures; null lets every terminal
 */
export const setSecret = (
  deps: SigningDeps,
  wish: { readonly personId: string; readonly secret: string; readonly login: string | null },
  by: SentBy,
): Promise<Rejection | null> =>
  keeping(deps, wish, (secretId) => {
    const { personId, login } = wish
    const command = { type: 'SetSigningSecret', personId, secretId, login }
    return deps.execute(signingCredential, command, { ...by, commandId: randomUUID() })
  })

/** Changes a secret to one that only its owner knows. Wrong old ones count as failures. */
export async function changeSecret(
  deps: SigningDeps,
  wish: { readonly personId: string; readonly secret: string; readonly newSecret: string },
  by: SentBy,
): Promise<Rejection | null> {
  const { personId, secret, newSecret } = wish
  return asSigner(deps, { personId, secret, stream: null }, by, ({ secretId: before }) =>
    keeping(deps, { personId, secret: newSecret }, (secretId) => {
      const command = { type: 'ChangeSigningSecret', personId, secretId, before }
      return deps.execute(signingCredential, command, { ...by, commandId: randomUUID() })
    }),
  )
}

/** The same `execute`; after a secret was revoked, or its owner forgotten, its hash is gone. */
export const erasingSecrets =
  (execute: Execute, secrets: SigningSecrets): Execute =>
  async (decider, command, envelope) => {
    const outcome = await execute(decider, command, envelope)
    const { type, personId } = command as { readonly type?: unknown; readonly personId: string }
    const ends = type === 'RevokeSigningSecret' || type === 'ForgetPerson'
    if (ends && !isRejection(outcome)) await secrets.erase(personId, null)
    return outcome
  }
