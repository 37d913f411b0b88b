import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from './ports.ts'

/**
 * An API key is `tk_<id>_<secret>`. The id is public and finds the row; of the secret only the hash is
 * kept. It has 256 random bits, so a fast hash is enough: there is nothing to guess.
 */
export interface ApiKey {
  /** 16 hexadecimal characters; `key:<id>` is the actor of its facts. */
  readonly id: string
  /** What it is for, in the words of who created it. */
  readonly name: string
  readonly scopes: readonly string[]
  /** Null opens all sites. */
  readonly sites: readonly string[] | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
}

/** Where keys are kept. Never in the event log: a revoked key should be gone for good one day. */
export interface ApiKeyStore {
  insert(key: ApiKey, secretHash: string): Promise<void>
  /** The key with the SHA-256 of its secret in hexadecimal, null where there is none. */
  find(id: string): Promise<{ readonly key: ApiKey; readonly secretHash: string } | null>
  list(): Promise<readonly ApiKey[]>
  /** False where there is no such key or it was revoked before. */
  revoke(id: string, at: string): Promise<boolean>
}

const SCOPE = /^(\*|admin|(read|observe|command):[a-z]+|command:[a-z]+\.[A-Z][A-Za-z]+)$/
const TOKEN = /^tk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/
const ID_BYTES = 8
const SECRET_BYTES = 32

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export interface KeyRequest {
  readonly name: string
  readonly scopes: readonly string[]
  readonly sites: readonly string[] | null
  readonly expiresAt?: string | null
}

/**
 * Creates a key. The token is shown this once and cannot be had again.
 * @throws Error naming a scope that is none
 */
export async function createKey(
  store: ApiKeyStore,
  clock: Clock,
  { name, scopes, sites, expiresAt = null }: KeyRequest,
): Promise<{ readonly key: ApiKey; readonly token: string }> {
  const wrong = scopes.find((scope) => !SCOPE.test(scope))
  if (wrong !== undefined || scopes.length === 0)
    throw new Error(
      `scope ${JSON.stringify(wrong ?? '')}: give *, admin, read:<context>, observe:<context>, ` +
        'command:<context> or command:<context>.<CommandType>.',
    )
  const id = randomBytes(ID_BYTES).toString('hex')
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const createdAt = clock.now()
  const key: ApiKey = { id, name, scopes, sites, createdAt, expiresAt, revokedAt: null }
  await store.insert(key, sha256(secret))
  return { key, token: `tk_${id}_${secret}` }
}

export const listKeys = (store: ApiKeyStore): Promise<readonly ApiKey[]> => store.list()

/** False where there is no such key or it was revoked before. It stops working within seconds. */
export const revokeKey = (store: ApiKeyStore, clock: Clock, id: string): Promise<boolean> =>
  store.revoke(id, clock.now())

/** The key a token belongs to, unless it is unknown, revoked or expired. Takes as long either way. */
export async function verifyKey(
  store: ApiKeyStore,
  clock: Clock,
  token: string,
): Promise<ApiKey | null> {
  const [, id, secret] = TOKEN.exec(token) ?? []
  if (id === undefined || secret === undefined) return null
  const found = await store.find(id)
  const expected = Buffer.from(found?.secretHash ?? sha256(''), 'hex')
  const same = timingSafeEqual(Buffer.from(sha256(secret), 'hex'), expected)
  if (!same || !found || found.key.revokedAt !== null) return null
  const { expiresAt } = found.key
  return expiresAt !== null && expiresAt <= clock.now() ? null : found.key
}
