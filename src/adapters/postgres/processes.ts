import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Between two looks at something that another process changes. */
const POLL_MS = 20

/** Waits until the condition holds; false when the time ran out first. */
export async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; ;) {
    if (condition()) return true
    if (Date.now() >= end) return false
    await delay(POLL_MS)
  }
}

/** Whether the process can still act: a killed one that its parent has not reaped cannot. */
export const isAlive = (pid: number): boolean => exists(pid) && !isZombie(pid)

/** Whether the number is taken, be it by a zombie. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Live processes whose working directory this is, as every PostgreSQL process's is its data folder. */
export const processesIn = (folder: string): readonly number[] =>
  process.platform === 'linux'
    ? readdirSync('/proc')
        .map(Number)
        .filter((pid) => pid > 0 && workingFolder(pid) === folder && isAlive(pid))
    : []

/** Sends a signal to a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * When a process started, in a form that only serves to compare: process ids are used again (a
 * container's first process is always 1), the pair of id and start is not. Empty when it is gone.
 */
export const startOf = (pid: number): string =>
  process.platform === 'linux' ? (procStat(pid)[19] ?? '') : ps(pid, 'lstart=')

export const commandLine = (pid: number): string =>
  process.platform === 'linux'
    ? readProc(pid, 'cmdline').replaceAll('\0', ' ')
    : ps(pid, 'command=')

const isZombie = (pid: number): boolean => process.platform === 'linux' && procStat(pid)[0] === 'Z'

/** The fields of proc(5) stat after the command name, which may itself contain spaces. */
const procStat = (pid: number): readonly string[] => {
  const stat = readProc(pid, 'stat')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

const readProc = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

const workingFolder = (pid: number): string => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

const ps = (pid: number, column: string): string => {
  try {
    return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}
