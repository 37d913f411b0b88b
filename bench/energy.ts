import { request } from 'node:http'
import { createExecute } from '../src/commands/execute.ts'
import { systemClock } from '../src/commands/ports.ts'
import { isRejection } from '../src/domain/decider.ts'
import { meter } from '../src/domain/energy/meter.ts'
import type { System } from '../src/system.ts'
import { median, row, type Benchmark } from './row.ts'
import { envelope, SITE, withSystem } from './support.ts'

const QUARTERS = 365 * 96
const QUARTER_MS = 15 * 60_000
const START = Date.UTC(2025, 0, 1)
const BATCH = 5_000
const ROUNDS = 15
const TIMEOUT_MS = 60_000

/** A year of a meter in quarters of an hour: total, coverage, peak, base load and days, over HTTP. */
export const energyBench: Benchmark = {
  name: 'energy',
  about: `${QUARTERS} quarters of an hour of one meter, computed on when asked`,
  run: () =>
    withSystem(
      ['api', 'projector'],
      async (system) => {
        await fill(system)
        const bare = async (): Promise<number> => {
          const began = performance.now()
          await system.pool.query(
            `select "from", "to", quantity from read.energy_intervals where "meterId" = 'E'`,
          )
          return performance.now() - began
        }
        const [ours, rows]: [number[], number[]] = [[], []]
        for (let n = 0; n <= ROUNDS; n++) {
          const times = [await ask(system, YEAR), await bare()] as const
          if (n === 0) continue
          ours.push(times[0])
          rows.push(times[1])
        }
        return [
          row(
            'a year of quarter hours: total, days, peak, base load',
            { value: median(ours), unit: 'ms' },
            { reference: 'its rows read bare', value: median(rows) },
            { atMost: 300 },
          ),
        ]
      },
      { TAKTLOG_PORT: '0' },
    ),
}

const at = (quarter: number): string => new Date(START + quarter * QUARTER_MS).toISOString()
const WINDOW = `meterIds: ["E"], from: "${at(0)}", to: "${at(QUARTERS)}"`
const YEAR = `{
  energy(${WINDOW}, groupBy: DAY) { total { value } coverage buckets { from quantity { value } } }
  loadCurve(${WINDOW}) { peaks { kw at } meanKw baseLoad { kw } }
}`

async function fill({ store, services, reads, pool }: System): Promise<void> {
  const execute = createExecute({ store, clock: systemClock })
  const content = { meterId: 'E', name: 'E', scopeId: null, medium: 'ELECTRICITY' }
  const outcome = await execute(meter, { type: 'RegisterMeter', ...content }, envelope('meter'))
  if (isRejection(outcome)) throw new Error(outcome.why)
  for (let from = 0; from < QUARTERS; from += BATCH) {
    const count = Math.min(BATCH, QUARTERS - from)
    const observations = Array.from({ length: count }, (_, i) => measured(from + i))
    await services.record(observations, { source: 'meter', site: SITE, actor: 'bench' })
  }
  await reads.waitFor(await store.head(), TIMEOUT_MS)
  await pool.query('analyze')
}

const measured = (n: number) => ({
  type: 'EnergyMeasured',
  data: { meterId: 'E', from: at(n), to: at(n + 1), energyKwh: 20 + (n % 96) + (n % 7) },
  occurredAt: at(n + 1),
})

/** Milliseconds from the request to the whole answer. */
function ask(system: System, query: string): Promise<number> {
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const options = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const sent = request(`${system.api!.url}/graphql`, options, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      if (text.includes('"errors"')) reject(new Error(text.slice(0, 500)))
      else resolve(performance.now() - began)
    })
  })
  sent.on('error', reject)
  sent.end(JSON.stringify({ query }))
  return promise
}
