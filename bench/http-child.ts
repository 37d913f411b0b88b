/**
 * Forked: asks the target of each job it is sent over kept connections, and answers with the seconds it
 * took. In a process of its own, so that its work is not the server's.
 */
import { Agent, request } from 'node:http'
import { seconds } from './row.ts'
import { concurrently } from './support.ts'

export interface Job {
  readonly inFlight: number
  readonly requests: number
  readonly target: Target
}
export interface Target {
  readonly url: string
  /** Sent by POST as JSON; absent for a GET. */
  readonly body?: string
  /** Something that must stand in the answer. */
  readonly expect: string
}

const agent = new Agent({ keepAlive: true })

function ask({ url, body, expect }: Target): Promise<void> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const how = body === undefined ? {} : { method: 'POST', headers }
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, ...how }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks)
        if (response.statusCode === 200 && text.includes(expect)) resolve()
        else reject(new Error(`${url}: ${response.statusCode} ${text.toString().slice(0, 500)}`))
      })
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function run({ requests, inFlight, target }: Job): Promise<void> {
  process.send!(await seconds(() => concurrently(requests, inFlight, () => ask(target))))
}

// Of a job that fails the process ends, and whoever waits for it hears of that.
process.on('message', (job: Job) => void run(job))
