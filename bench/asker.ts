import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Job } from './http-child.ts'

const CHILD = join(import.meta.dirname, 'http-child.ts')

/** Asks over HTTP from a process of its own. @returns seconds */
export type Ask = (job: Job) => Promise<number>

export async function withAsker<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
  const child = fork(CHILD)
  const gone = once(child, 'exit')
  const ask: Ask = async (job) => {
    const answered = once(child, 'message')
    child.send(job)
    const [answer] = await Promise.race([answered, gone.then(() => [])])
    if (typeof answer !== 'number') throw new Error(`asking ${job.target.url} failed`)
    return answer
  }
  try {
    return await work(ask)
  } finally {
    child.kill()
    await gone
  }
}
