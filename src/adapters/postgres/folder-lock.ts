import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, startOf } from './processes.ts'

const LOCK = 'taktlog.pid'

/**
 * Makes this process the only Taktlog on a data folder. A lock whose holder died, however it died,
 * is taken over. @returns the release.
 * @throws Error naming the folder and the holder's process id when another one lives.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, LOCK)
  const mine = `${process.pid}\n${startOf(process.pid)}\n`
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, mine)
  try {
    while (!tryLink(draft, path)) {
      const held = readIfThere(path)
      if (held === null) continue
      refuseIfAlive(held, folder)
      removeStale(path, held)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  return () => {
    if (readIfThere(path) === mine) rmSync(path, { force: true })
  }
}

/** A link appears with its content in one step, so nobody ever reads half a lock. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Process id of the living Taktlog that holds the folder; null when none does. */
export function holderOf(folder: string): number | null {
  const held = readIfThere(join(folder, LOCK))
  return held === null ? null : livingHolder(held)
}

function livingHolder(held: string): number | null {
  const [pid, start] = held.split('\n')
  return isAlive(Number(pid)) && startOf(Number(pid)) === start ? Number(pid) : null
}

function refuseIfAlive(held: string, folder: string): void {
  const pid = livingHolder(held)
  if (pid !== null)
    throw new Error(
      `the data folder ${folder} is in use by another Taktlog, process ${pid}; ` +
        'stop that one, or choose another folder with --data',
    )
}

/** Two processes may find the same stale lock; the slower must not remove the faster one's new lock. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${process.pid}.stale`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readFileSync(aside, 'utf8') !== stale) tryLink(aside, path)
  rmSync(aside, { force: true })
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
