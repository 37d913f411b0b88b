import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const PROGRAM = resolve(import.meta.dirname, '../../src/main.ts')
/** A whole start on a machine where everything else runs too. */
const MAX_START_MS = 60_000

/** How a run of the program ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The real program, as a user starts it. */
export interface Program {
  readonly child: ChildProcess
  readonly pid: number
  /** Resolves when it has ended and both its outputs are closed. */
  readonly ended: Promise<Ended>
  /** Resolves with the match as soon as its output has it; rejects when it ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

/** Starts `taktlog ARGS`. Settings of the environment of the tests do not reach it. */
export function runTaktlog(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TAKTLOG_') && name !== 'DATABASE_URL' && name !== 'NODE_OPTIONS',
  )
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(own), ...env },
  })
  const said = { stdout: '', stderr: '' }
  const looking = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
      for (const look of [...looking]) look()
    })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }))
  return {
    child,
    pid: child.pid!,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(said.stdout + said.stderr)
          if (!match) return
          looking.delete(look)
          resolve(match)
        }
        looking.add(look)
        look()
        void ended.then(({ code, stdout, stderr }) =>
          reject(
            new Error(`taktlog ended with ${code} and never said ${pattern}: ${stdout}${stderr}`),
          ),
        )
      }),
  }
}

/** A running `taktlog serve` that answers. */
export interface Served extends Program {
  readonly url: string
  /** From the start of the process until it answered a query. */
  readonly startMs: number
}

/** `taktlog serve` on a folder, on a free port; resolves once it has answered a query. */
export async function serveTaktlog(
  dataFolder: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<Served> {
  const began = performance.now()
  const quiet = ['--log-level', 'warn', '--port', '0']
  const program = runTaktlog(['serve', '--data', dataFolder, ...quiet, ...args], env)
  const timer = setTimeout(() => program.child.kill('SIGKILL'), MAX_START_MS)
  try {
    const [, url] = await program.says(/GraphQL at (\S+)\/graphql/)
    const answer = await fetch(`${url}/graphql?query={__typename}`)
    if (!answer.ok && answer.status !== 401) throw new Error(`answers with ${answer.status}`)
    await answer.body?.cancel()
    return { ...program, url: url!, startMs: performance.now() - began }
  } finally {
    clearTimeout(timer)
  }
}

/** Process id of the embedded PostgreSQL of a data folder. @throws when none was started on it */
export const postmasterOf = (dataFolder: string): number =>
  Number(readFileSync(join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

/** Sends SIGKILL; a process that is gone already stays so. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
