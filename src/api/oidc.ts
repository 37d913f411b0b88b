import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose'
import type { Principal } from './authorise.ts'
import type { OidcOptions } from './options.ts'

/** Signatures by a key pair only: a shared secret (HS256) or none would let anybody sign. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']
/** Clocks of two servers differ by that much at most. */
const CLOCK_TOLERANCE_S = 30

/**
 * Verifies JWTs of one issuer against its published keys, which are fetched when first needed and again
 * when a token names an unknown one. Resolves to null for a token that is not valid.
 */
export function createOidcVerifier(options: OidcOptions) {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl))
  return async (token: string): Promise<Principal | null> => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'sub'],
      })
      return toPrincipal(payload, options)
    } catch (error) {
      if (isInvalid(error)) return null
      throw error
    }
  }
}

/** What jose says of a bad token. Keys that cannot be fetched are an outage, not a bad token. */
const isInvalid = (error: unknown): boolean => {
  const { code = '' } = error as { code?: string }
  return /^ERR_(JW[TSA]_|JOSE_(ALG|NOT))/.test(code) || code === 'ERR_JWKS_NO_MATCHING_KEY'
}

function toPrincipal(payload: JWTPayload, options: OidcOptions): Principal {
  const expiresMs = (payload.exp! + CLOCK_TOLERANCE_S) * 1_000
  const sites = words(payload[options.sitesClaim ?? 'sites'])
  return {
    actor: payload.sub!,
    scopes: new Set(words(payload[options.scopeClaim ?? 'scope'])),
    sites: sites.includes('*') ? null : sites,
    stillValid: async () => Date.now() < expiresMs,
  }
}

const words = (claim: unknown): readonly string[] =>
  typeof claim === 'string'
    ? claim.split(' ').filter((word) => word !== '')
    : Array.isArray(claim)
      ? claim.filter((word) => typeof word === 'string')
      : []
