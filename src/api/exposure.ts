import type { ApiOptions } from './options.ts'

/** Refused to start; the message says what to configure. */
export class ExposureError extends Error {
  override readonly name = 'ExposureError'
}

/** 127.0.0.0/8, ::1 and localhost, as an address to listen on or as the Host of a request. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * Without authentication everybody who reaches the port may do everything, so it listens on loopback.
 * @throws ExposureError for any other address
 */
export function checkExposure({ host, auth }: Pick<ApiOptions, 'host' | 'auth'>): void {
  if (auth.mode === 'none' && !isLoopback(host))
    throw new ExposureError(
      `host ${host} can be reached by others, and no authentication is configured. Either listen on ` +
        '127.0.0.1, or set TAKTLOG_AUTH=keys (then create a key with "taktlog key create") or ' +
        'TAKTLOG_AUTH=oidc with TAKTLOG_OIDC_ISSUER, TAKTLOG_OIDC_AUDIENCE and TAKTLOG_OIDC_JWKS_URL.',
    )
  if (auth.mode.includes('oidc') && !auth.oidc)
    throw new ExposureError(
      `auth ${auth.mode} needs issuer, audience and JWKS URL of the OIDC provider.`,
    )
}
