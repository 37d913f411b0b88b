import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from './exposure.ts'
import type { ApiOptions } from './options.ts'

/**
 * Whether a request may come from where a browser says it comes from. Keeps pages of other origins from
 * acting in a user's name (CSRF), over HTTP and WebSocket alike. Programs send no Origin and pass.
 * Without authentication the Host has to be loopback too, or a name that was rebound to 127.0.0.1
 * would make a foreign page "same origin" (DNS rebinding).
 */
export function createOriginCheck({ origins, auth }: Pick<ApiOptions, 'origins' | 'auth'>) {
  const allowed = new Set(origins)
  return (headers: IncomingHttpHeaders): boolean => {
    const host = headers.host ?? ''
    if (auth.mode === 'none' && !isLoopback(host.replace(/:\d+$/, ''))) return false
    const { origin } = headers
    if (origin === undefined) return !CROSS.has(headers['sec-fetch-site'] ?? 'none')
    return allowed.has(origin) || hostOf(origin) === host
  }
}

/** What browsers say of a request that another site's page caused. */
const CROSS: ReadonlySet<string> = new Set(['cross-site', 'same-site'])

const hostOf = (origin: string): string | null =>
  URL.canParse(origin) ? new URL(origin).host : null
