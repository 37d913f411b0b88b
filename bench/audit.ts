import type { AuditFilter } from '../src/commands/audit-trail.ts'
import { runAuditIndex } from '../src/adapters/postgres/audit-trail.ts'
import type { Log } from '../src/system.ts'
import { percentile, row, seconds, type Benchmark } from './row.ts'
import { withLog } from './support.ts'
import { BLOCK, play } from './traffic.ts'

const EVENTS = Number(process.env['TAKTLOG_BENCH_AUDIT_EVENTS'] ?? 1_000_000)
const ROUNDS = 40
const PAGE = 50

/** What an auditor asks of a log of a million events. */
export const auditBench: Benchmark = {
  name: 'audit',
  about: `pages of 50 of the audit trail of ${EVENTS.toLocaleString('en-US')} events`,
  run: () =>
    withLog(async (log) => {
      await play(log, 0, EVENTS / BLOCK)
      const events = await log.store.head()
      const indexing = await seconds(() => untilIndexed(log, events))
      await log.pool.query('vacuum analyze audit.entries')
      const samples: number[] = []
      for (const filter of await filtersOf(log, events)) {
        const took: number[] = []
        for (let i = 0; i < ROUNDS; i++) {
          const page = { limit: PAGE, direction: 'backward' } as const
          took.push(await seconds(() => log.auditTrail.page(filter, page, null)))
        }
        console.error(`  ${JSON.stringify(filter)}: p99 ${ms(percentile(took, 0.99))} ms`)
        samples.push(...took)
      }
      return [
        row(
          'page of the audit trail, p99',
          { value: ms(percentile(samples, 0.99)), unit: 'ms' },
          null,
          {
            atMost: 100,
          },
        ),
        row('filling the audit index', { value: events / indexing, unit: 'events/s' }, null),
      ]
    }),
}

const ms = (s: number): number => Math.round(s * 10_000) / 10

async function untilIndexed({ database, auditTrail }: Log, head: number): Promise<void> {
  const stop = new AbortController()
  const running = runAuditIndex(database, stop.signal)
  while ((await auditTrail.upTo()) < head) await new Promise((resolve) => setTimeout(resolve, 50))
  stop.abort()
  await running
}

/** One of each kind, about something in the middle of the log. */
async function filtersOf({ store }: Log, events: number): Promise<readonly AuditFilter[]> {
  const [fact] = await store.readAll({ from: Math.floor(events / 2), limit: 1 })
  const { stream, type, recordedAt, metadata } = fact!
  const { occurredAt, actor, source, site } = metadata
  const dayLater = new Date(Date.parse(occurredAt) + 86_400_000).toISOString()
  return [
    {},
    { stream },
    { actor },
    { person: actor },
    { types: [type], source },
    { site, types: ['CommandRejected'] },
    { recordedBefore: recordedAt },
    { occurredFrom: occurredAt, occurredBefore: dayLater },
    { person: 'nobody' },
  ]
}
