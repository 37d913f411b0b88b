import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The user PostgreSQL runs as; undefined ids mean "as this process does". */
export interface Account {
  readonly name: string
  readonly uid?: number
  readonly gid?: number
}

/** Accounts to fall back to when root owns the data folder; PostgreSQL refuses to run as root. */
const UNPRIVILEGED = ['postgres', 'nobody']

/** The owner of the data folder if that is not root, else the first unprivileged account there is. */
export function accountFor(dataFolder: string): Account {
  if (process.getuid?.() !== 0) return { name: `user ${process.getuid?.()}` }
  const { uid, gid } = statSync(dataFolder)
  if (uid !== 0) return { name: idOf(['-un', String(uid)]) ?? `user ${uid}`, uid, gid }
  for (const name of UNPRIVILEGED) {
    const found = idOf(['-u', name])
    if (found !== null) return { name, uid: Number(found), gid: Number(idOf(['-g', name])) }
  }
  throw new Error(
    'started by root, but PostgreSQL does not run as root and there is no user "postgres" or ' +
      `"nobody": give the data folder ${dataFolder} to an ordinary user with chown`,
  )
}

/**
 * @param paths absolute paths of programs and folders that the account must be able to reach
 * @throws Error naming the first folder it may not pass, the account, and what to do
 */
export function assertReachable(account: Account, paths: readonly string[]): void {
  if (account.uid === undefined) return
  const steps = [...new Set(paths.flatMap((path) => [...parents(path), path]))]
  const script = 'for p do test -x "$p" || { echo "$p"; exit; }; done'
  const { stdout, error } = spawnSync('/bin/sh', ['-c', script, 'sh', ...steps], {
    ...ids(account),
    cwd: '/',
    encoding: 'utf8',
  })
  if (error) throw error
  const closed = stdout.trim()
  if (closed)
    throw new Error(
      `started by root, so PostgreSQL runs as user "${account.name}", who may not enter ${closed}: ` +
        `allow it with "chmod o+x ${closed}", or install and keep the data elsewhere (not below ` +
        'a private home such as /root), or start as an ordinary user',
    )
}

/** Gives a folder to the account, with everything in it when it belonged to another. */
export function giveTo(account: Account, folder: string): void {
  if (account.uid === undefined || account.gid === undefined) return
  if (lstatSync(folder).uid === account.uid) return
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownUnlessLink(join(folder, name), account.uid, account.gid)
  chownSync(folder, account.uid, account.gid)
}

/** Options for spawn; Node drops the supplementary groups along with root. */
export const ids = ({ uid, gid }: Account): { uid?: number; gid?: number } =>
  uid === undefined || gid === undefined ? {} : { uid, gid }

function chownUnlessLink(path: string, uid: number, gid: number): void {
  if (!lstatSync(path).isSymbolicLink()) chownSync(path, uid, gid)
}

const parents = (path: string): readonly string[] => {
  const parent = dirname(path)
  return parent === path ? [] : [...parents(parent), parent]
}

function idOf(args: readonly string[]): string | null {
  try {
    return execFileSync('id', args, { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return null
  }
}
