import { execFile, type ChildProcess } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { findBinaries } from './binaries.ts'
import { lockFolder } from './folder-lock.ts'
import { accountFor, assertReachable, giveTo, ids, type Account } from './server-account.ts'
import { launch, shutDown, stopOrphan, type ServerFiles } from './server-process.ts'
import { SERVER_SETTINGS } from './server-settings.ts'

/** Who connects to what, whichever process started the server. */
export const EMBEDDED = { user: 'taktlog', database: 'taktlog' } as const

/** The path of a Unix socket is limited to 107 bytes (104 on macOS), its name included. */
const MAX_SOCKET_FOLDER = 100 - '/.s.PGSQL.5432'.length
/** A server that died is started again, ever more slowly, for as long as Taktlog runs. */
const RESTART_MS = { first: 200, most: 10_000 }

/** What pg's Pool and Client need to reach the embedded server. */
export interface Connection {
  /** Folder of the Unix socket; there is no TCP port. */
  readonly host: string
  readonly user: string
  readonly database: string
}

export interface EmbeddedPostgres {
  readonly connection: Connection
  /** Process id of the server; changes when it had to be restarted. */
  readonly pid: number
  /** Clean shutdown; releases the data folder. */
  stop(): Promise<void>
}

interface Log {
  info(message: string): void
  warn(message: string): void
}

/**
 * Starts the PostgreSQL of a data folder, which is created on first use, and keeps it running.
 * After a crash of either process the next start recovers by itself.
 * @param settings server settings over those of `SERVER_SETTINGS`; tests switch fsync off
 * @throws Error in plain words: folder in use, unreachable for the unprivileged user, no binaries
 */
export async function startPostgres(options: {
  readonly dataFolder: string
  readonly log?: Log
  readonly settings?: Readonly<Record<string, string>>
}): Promise<EmbeddedPostgres> {
  const dataFolder = resolve(options.dataFolder)
  const settings = { ...SERVER_SETTINGS, ...options.settings }
  const binaries = await findBinaries()
  mkdirSync(dataFolder, { recursive: true })
  const release = lockFolder(dataFolder)
  let socketFolder: string | undefined
  try {
    const account = accountFor(dataFolder)
    const pgData = join(dataFolder, 'postgres')
    assertReachable(account, [binaries.initdb, binaries.postgres, dataFolder])
    await stopOrphan(pgData)
    await createCluster(pgData, binaries.initdb, account)
    socketFolder = makeSocketFolder(dataFolder, account)
    const logFile = join(dataFolder, 'postgres.log')
    const files = { postgres: binaries.postgres, pgData, socketFolder, logFile }
    const server = await supervise(files, account, settings, options.log)
    const connection = { host: socketFolder, ...EMBEDDED }
    await createDatabase(connection)
    return {
      connection,
      get pid() {
        return server.pid()
      },
      async stop() {
        await server.stop()
        rmSync(connection.host, { recursive: true, force: true })
        release()
      },
    }
  } catch (error) {
    if (socketFolder) rmSync(socketFolder, { recursive: true, force: true })
    release()
    throw error
  }
}

/** Runs initdb once, aside, so that a crash in the middle leaves nothing that looks complete. */
async function createCluster(pgData: string, initdb: string, account: Account): Promise<void> {
  if (existsSync(join(pgData, 'PG_VERSION'))) {
    assertOwn(pgData)
    giveTo(account, pgData)
    return
  }
  const draft = `${pgData}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  giveTo(account, draft)
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const access = ['--username', EMBEDDED.user, '--auth=trust', '--no-instructions']
  await promisify(execFile)(initdb, ['-D', draft, ...locale, '--locale=C', ...access], {
    ...ids(account),
    cwd: draft,
  })
  renameSync(draft, pgData)
}

function assertOwn(pgData: string): void {
  const me = process.getuid?.()
  const { uid } = statSync(pgData)
  if (me !== 0 && uid !== me)
    throw new Error(
      `${pgData} belongs to user ${uid}, and this is user ${me}: start as that user, ` +
        `or give the folder away with "chown -R ${me} ${pgData}"`,
    )
}

/** Private to the server's user (and root): whoever reaches the socket is trusted. */
function makeSocketFolder(dataFolder: string, account: Account): string {
  const near = join(dataFolder, 'run')
  const fits = Buffer.byteLength(near) <= MAX_SOCKET_FOLDER
  if (fits) {
    rmSync(near, { recursive: true, force: true })
    mkdirSync(near, { mode: 0o700 })
  }
  const folder = fits ? near : mkdtempSync(join(tmpdir(), 'taktlog-'))
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid!)
  return folder
}

async function createDatabase(connection: Connection): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' })
  // Lost between two statements: the next one says so.
  client.on('error', () => {})
  await client.connect()
  try {
    const found = await client.query('select from pg_database where datname = $1', [
      EMBEDDED.database,
    ])
    if (found.rowCount === 0) await client.query(`create database ${EMBEDDED.database}`)
  } finally {
    await client.end()
  }
}

/** Keeps one server process alive until it is stopped on purpose. */
async function supervise(
  files: ServerFiles,
  account: Account,
  settings: Readonly<Record<string, string>>,
  log?: Log,
): Promise<{ pid(): number; stop(): Promise<void> }> {
  const stopping = new AbortController()
  let child: ChildProcess = await launch(files, account, settings)
  let restarting: Promise<void> = Promise.resolve()

  const restart = async (): Promise<void> => {
    for (let wait = RESTART_MS.first; ; wait = Math.min(wait * 2, RESTART_MS.most)) {
      await delay(wait, undefined, { signal: stopping.signal, ref: false }).catch(() => {})
      if (stopping.signal.aborted) return
      try {
        child = await launch(files, account, settings)
        watch()
        log?.info(`PostgreSQL runs again, process ${child.pid}`)
        return
      } catch (error) {
        log?.warn(`PostgreSQL could not be restarted: ${(error as Error).message}`)
      }
    }
  }
  const watch = (): void => {
    child.once('exit', (code, signalName) => {
      if (stopping.signal.aborted) return
      log?.warn(`PostgreSQL ended unexpectedly (${signalName ?? code}); starting it again`)
      restarting = restart()
    })
  }
  watch()

  return {
    pid: () => child.pid!,
    async stop() {
      stopping.abort()
      await restarting
      await shutDown(child)
    },
  }
}
