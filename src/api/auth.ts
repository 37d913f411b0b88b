import type { Clock } from '../commands/ports.ts'
import { sha256, verifyKey, type ApiKey, type ApiKeyStore } from '../commands/api-keys.ts'
import type { Principal } from './authorise.ts'
import { createOidcVerifier } from './oidc.ts'
import type { AuthOptions } from './options.ts'

/** How long a key that was found is believed: what revoking it takes at most. */
const KEY_CACHE_MS = 5_000
/** Keys in use at the same time; a plant has some dozens. */
const MAX_CACHED_KEYS = 1_000

/** Everybody who reaches a loopback port without authentication is logged on to this machine. */
export const localPrincipal: Principal = {
  actor: 'local',
  scopes: new Set(['*']),
  sites: null,
}

/** The principal of an `Authorization` header (`Bearer <key or token>`), null where it is none. */
export type Authenticate = (authorization: string | undefined) => Promise<Principal | null>

/** @throws Error when keys are configured without a place to keep them */
export function createAuthenticate(
  { mode, oidc }: AuthOptions,
  clock: Clock,
  keys?: ApiKeyStore,
): Authenticate {
  if (mode === 'none') return async () => localPrincipal
  const byKey = mode.includes('keys') ? keyVerifier(keys, clock) : null
  const byToken = oidc && mode.includes('oidc') ? createOidcVerifier(oidc) : null
  return async (authorization) => {
    const [, token] = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? '') ?? []
    if (token === undefined) return null
    if (token.startsWith('tk_')) return byKey?.(token) ?? null
    return byToken?.(token) ?? null
  }
}

function keyVerifier(store: ApiKeyStore | undefined, clock: Clock) {
  if (!store) throw new Error('authentication by keys needs a place to keep them')
  const cache = new Map<string, { readonly key: ApiKey; readonly until: number }>()

  const verify = async (token: string): Promise<ApiKey | null> => {
    const now = Date.parse(clock.now())
    const hash = sha256(token)
    const cached = cache.get(hash)
    if (cached && now < cached.until) return cached.key
    cache.delete(hash)
    const key = await verifyKey(store, clock, token)
    if (!key) return null
    const expires = key.expiresAt === null ? Infinity : Date.parse(key.expiresAt)
    cache.set(hash, { key, until: Math.min(now + KEY_CACHE_MS, expires) })
    if (cache.size > MAX_CACHED_KEYS) cache.delete(cache.keys().next().value!)
    return key
  }

  return async (token: string): Promise<Principal | null> => {
    const key = await verify(token)
    return (
      key && {
        actor: `key:${key.id}`,
        scopes: new Set(key.scopes),
        sites: key.sites,
        stillValid: async () => (await verify(token)) !== null,
      }
    )
  }
}
