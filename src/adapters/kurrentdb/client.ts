import type * as kurrent from '@kurrent/kurrentdb-client'

/** The client package, which is an optional dependency. */
export type Kurrent = typeof kurrent
export type Client = kurrent.KurrentDBClient

type Yielded<T> = T extends AsyncIterable<infer Y> ? Y : never
/** What reads of the client's native bridge yield: some events at a time, with the bytes of their payloads. */
export type BridgedEvents = Yielded<ReturnType<Client['rustClient']['readAll']>>
export type BridgedEvent = NonNullable<BridgedEvents[number]['event']>

/**
 * A client for reads. They go through the native bridge, which stays with a node that died: after a
 * failure reads need a client of their own made anew, while appends and subscriptions, which find the
 * new leader by themselves, keep theirs.
 */
export interface Reader {
  current(): Client
  /** Makes another, unless somebody has done it since. */
  renew(lost: Client): void
}

/** Connects when it is first used. */
export function createReader({ KurrentDBClient }: Kurrent, url: string): Reader {
  let client = KurrentDBClient.connectionString(url)
  return {
    current: () => client,
    renew(lost) {
      if (lost === client) client = KurrentDBClient.connectionString(url)
    },
  }
}

/**
 * Loads the client (Apache-2.0; its native bridge is under the Kurrent License).
 * @throws Error in plain words where it is not installed
 */
export async function loadClient(): Promise<Kurrent> {
  try {
    return await import('@kurrent/kurrentdb-client')
  } catch (error) {
    throw new Error(
      'KURRENTDB_URL needs the optional package @kurrent/kurrentdb-client: install it with ' +
        '"npm install --include=optional". Without KURRENTDB_URL the log is kept in PostgreSQL.',
      { cause: error },
    )
  }
}
