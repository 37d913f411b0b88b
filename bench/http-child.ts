/**
 * `node bench/http-child.ts JOB`: asks two targets in turns over kept connections, and says how many
 * answers a second each gave. In a process of its own, so that its work is not the server's.
 */
import { Agent, request } from 'node:http'
import { concurrently } from './support.ts'
import { median, seconds } from './row.ts'

export interface Job {
  readonly inFlight: number
  readonly rounds: number
  readonly requests: number
  readonly targets: readonly Target[]
}
export interface Target {
  readonly url: string
  /** Sent by POST as JSON; absent for a GET. */
  readonly body?: string
  /** Something that must stand in the answer. */
  readonly expect: string
}

const job = JSON.parse(process.argv[2]!) as Job
const agent = new Agent({ keepAlive: true, maxSockets: job.inFlight })

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

const rates = job.targets.map((): number[] => [])
for (let round = 0; round <= job.rounds; round++)
  for (const [i, target] of job.targets.entries()) {
    const work = () => concurrently(job.requests, job.inFlight, () => ask(target))
    const rate = job.requests / (await seconds(work))
    // The first round is warm-up: connections, plans, compiled code.
    if (round > 0) rates[i]!.push(rate)
  }
agent.destroy()
console.log(JSON.stringify(rates.map((of) => median(of))))
