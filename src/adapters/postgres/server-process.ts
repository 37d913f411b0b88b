import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, exists, isAlive, processesIn, signal, until } from './processes.ts'
import { ids, type Account } from './server-account.ts'
import { SERVER_ALLOCATOR } from './server-settings.ts'

/** A fast shutdown writes one checkpoint; past this, recovery at the next start is the lesser evil. */
const STOP_TIMEOUT_MS = 10_000
/** The same for a server whose Taktlog is gone: the start it delays has to end in 5 s. */
const ORPHAN_TIMEOUT_MS = 3_000
/** Replaying 1 GB of log on a slow disk. */
const READY_TIMEOUT_MS = 120_000
const MAX_LOG_BYTES = 10 * 1024 * 1024
const LOG_TAIL = 2_000

export interface ServerFiles {
  readonly postgres: string
  /** PostgreSQL's own folder. */
  readonly pgData: string
  readonly socketFolder: string
  readonly logFile: string
}

/** Starts the server program and waits until it accepts connections. */
export async function launch(
  files: ServerFiles,
  account: Account,
  settings: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const args = Object.entries({ ...settings, unix_socket_directories: files.socketFolder }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  )
  const log = openLog(files.logFile)
  // A session of its own: Ctrl-C reaches Taktlog, which then stops the server after its own work.
  const child = spawn(files.postgres, ['-D', files.pgData, ...args], {
    ...ids(account),
    cwd: files.pgData,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...SERVER_ALLOCATOR, ...process.env, TZ: 'UTC', LC_ALL: 'C' },
  })
  closeSync(log)
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  const ended = () => child.exitCode !== null || child.signalCode !== null
  const ready = () => readPidFile(files.pgData)?.pid === child.pid && isReady(files.pgData)
  await Promise.race([until(() => ended() || ready(), READY_TIMEOUT_MS), failed])
  if (ended() || !ready()) {
    child.kill('SIGQUIT')
    throw new Error(
      `PostgreSQL did not start in ${files.pgData}; its log ${files.logFile} ends: ` +
        readFileSync(files.logFile, 'utf8').slice(-LOG_TAIL),
    )
  }
  child.unref()
  return child
}

/** Fast shutdown: open transactions are rolled back, everything committed is kept. */
export async function shutDown(child: ChildProcess): Promise<void> {
  const ended = () => child.exitCode !== null || child.signalCode !== null
  child.ref()
  child.kill('SIGINT')
  if (await until(ended, STOP_TIMEOUT_MS)) return
  child.kill('SIGQUIT')
  await until(ended, STOP_TIMEOUT_MS)
}

/**
 * After Taktlog was killed, its server lives on. It is stopped rather than adopted, so that the new
 * one is our child and runs with the settings of today. PostgreSQL would refuse to start over a pid
 * file whose process is dead but not reaped (a container's init may never do it), or whose number
 * another program has got meanwhile; that file is removed once nothing works in the folder.
 */
export async function stopOrphan(pgData: string): Promise<void> {
  const file = readPidFile(pgData)
  if (!file || !exists(file.pid)) return
  if (isAlive(file.pid) && commandLine(file.pid).includes(pgData)) {
    signal(file.pid, 'SIGINT')
    if (!(await until(() => !isAlive(file.pid), ORPHAN_TIMEOUT_MS))) signal(file.pid, 'SIGQUIT')
  }
  const idle = () => processesIn(pgData).length === 0
  if (!(await until(idle, ORPHAN_TIMEOUT_MS)))
    for (const pid of processesIn(pgData)) signal(pid, 'SIGQUIT')
  if (!(await until(idle, STOP_TIMEOUT_MS)))
    throw new Error(`processes ${processesIn(pgData).join(', ')} still work in ${pgData}; end them`)
  rmSync(join(pgData, 'postmaster.pid'), { force: true })
}

/** Lines of postmaster.pid: pid, folder, start, port, socket folder, address, memory key, status. */
function readPidFile(
  pgData: string,
): { readonly pid: number; readonly status: string | undefined } | null {
  try {
    const lines = readFileSync(join(pgData, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), status: lines[7]?.trim() }
  } catch {
    return null
  }
}

const isReady = (pgData: string): boolean => readPidFile(pgData)?.status === 'ready'

function openLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES)
    renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o640)
}
