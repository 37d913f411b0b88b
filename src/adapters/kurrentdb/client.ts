import type * as kurrent from '@kurrent/kurrentdb-client'

/** The client package, which is an optional dependency. */
export type Kurrent = typeof kurrent
export type Client = kurrent.KurrentDBClient

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
