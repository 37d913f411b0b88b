import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** Hash of a signing secret; which one counts, the log says by its secretId. */
export interface KeptSecret {
  readonly personId: string
  readonly secretId: string
  /** `scrypt$N$r$p$salt$hash`, the last two in base64. */
  readonly hash: string
}

/** A series of signings by one person at one terminal. */
export interface SigningSession {
  /** SHA-256 of the token in hexadecimal. */
  readonly tokenHash: string
  readonly personId: string
  readonly secretId: string
  /** Principal it was opened by; no other may use it. */
  readonly actor: string
  /** ISO-8601 UTC. */
  readonly expiresAt: string
}

/** Parameters of scrypt. */
export interface SecretCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** Where secrets and sessions are kept: beside the log, never in it. */
export interface SigningSecrets {
  /** What one guess at a secret costs that is kept from now on. */
  readonly cost: SecretCost
  put(secret: KeptSecret): Promise<void>
  find(personId: string, secretId: string): Promise<KeptSecret | null>
  /** Every secret of the person but this one, and with null all, with the sessions they opened. */
  erase(personId: string, but: string | null): Promise<void>
  /** Opens the session, or prolongs it. */
  keep(session: SigningSession): Promise<void>
  session(tokenHash: string): Promise<SigningSession | null>
}

/** 32 MiB and some 250 ms (OWASP password storage, scrypt with N = 2^15). */
export const SECRET_COST: SecretCost = { N: 2 ** 15, r: 8, p: 3 }
const MAX_MEMORY = 64 * 2 ** 20
const SALT_BYTES = 16
const HASH_BYTES = 32

const derive = (secret: string, salt: Buffer, cost: SecretCost): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(secret.normalize('NFC'), salt, HASH_BYTES, { ...cost, maxmem: MAX_MEMORY }, (e, key) =>
      e ? reject(e) : resolve(key),
    ),
  )

export async function hashSecret(secret: string, cost: SecretCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(secret, salt, cost)
  const { N, r, p } = cost
  return ['scrypt', N, r, p, salt.toString('base64'), key.toString('base64')].join('$')
}

/** Whether it is the secret of this hash. Takes as long where there is none. */
export async function isSecret(secret: string, kept: KeptSecret | null): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = (kept?.hash ?? '').split('$')
  const cost = kept ? { N: Number(N), r: Number(r), p: Number(p) } : SECRET_COST
  const key = await derive(secret, Buffer.from(salt, 'base64'), cost)
  const expected = kept ? Buffer.from(hash, 'base64') : Buffer.alloc(HASH_BYTES)
  return timingSafeEqual(key, expected) && kept !== null
}
