import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { holderOf } from './folder-lock.ts'
import { EMBEDDED, type Connection } from './server.ts'

/** Lines of postmaster.pid: pid, data folder, start, port, socket folder, ... (PostgreSQL, pidfile.h). */
const SOCKET_FOLDER_LINE = 4

/**
 * The embedded server of a data folder that another Taktlog has started: a tool of the command line
 * works through it. Null when nobody holds the folder.
 * @throws Error when the folder is held but its server cannot be found (starting, or another user's)
 */
export function attachPostgres(dataFolder: string): Connection | null {
  const folder = resolve(dataFolder)
  const holder = holderOf(folder)
  if (holder === null) return null
  try {
    const lines = readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
    const host = lines[SOCKET_FOLDER_LINE]
    if (host) return { host, ...EMBEDDED }
  } catch (error) {
    throw new Error(
      `the data folder ${folder} is in use by Taktlog process ${holder}, but its database cannot be ` +
        `reached from here: ${(error as Error).message}`,
      { cause: error },
    )
  }
  throw new Error(`the database of ${folder} is still starting; try again in a moment`)
}
