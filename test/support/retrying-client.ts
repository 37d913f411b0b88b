import { setTimeout as delay } from 'node:timers/promises'

/** Between two tries of a request that nobody answered. */
const RETRY_MS = 30
/** A request that got no answer by then is sent again. */
const PATIENCE_MS = 10_000
const PASSING = new Set(['StoreUnavailable', 'RequestTimeout', 'ReadModelBehind'])

export interface RetryingClient {
  /** Sends until it is answered, always the same; answers with `data`. @throws on any other error */
  send(query: string, variables?: object): Promise<Readonly<Record<string, any>>>
  /** Requests that were sent again because nobody answered, or the log could not be reached. */
  readonly retries: () => number
}

/**
 * A client that does what the documentation tells it: whatever was not acknowledged is sent again with
 * the same commandId or sourceSequence.
 * @param url asked anew for each try: it changes when the server comes back elsewhere
 */
export function createRetryingClient(url: () => string): RetryingClient {
  let retries = 0
  const once = async (body: string): Promise<Record<string, any> | null> => {
    try {
      const response = await fetch(`${url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      const answer = (await response.json()) as Record<string, any>
      const code = answer['errors']?.[0]?.extensions?.code
      return code !== undefined && PASSING.has(code) ? null : answer
    } catch {
      // Refused, reset, or cut off in the middle: whether it took effect is not known here.
      return null
    }
  }
  return {
    retries: () => retries,
    async send(query, variables = {}) {
      const body = JSON.stringify({ query, variables })
      for (;;) {
        const answer = await once(body)
        if (answer?.['errors']) throw new Error(JSON.stringify(answer['errors']))
        if (answer) return answer['data']
        retries++
        await delay(RETRY_MS)
      }
    },
  }
}
