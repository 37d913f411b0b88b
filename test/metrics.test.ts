import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../src/adapters/prometheus/metrics.ts'
import { showReadModels } from '../src/api/gauges.ts'
import { counters, gauges, histograms } from '../src/commands/metrics.ts'
import { ConfigError, readConfig } from '../src/config.ts'
import { order } from '../src/domain/production/order.ts'
import { createLogger, startSystem, type System } from '../src/system.ts'
import { databaseUrlOf, freshDatabase, type FreshDatabase } from './support/postgres.ts'

let database: FreshDatabase
let system: System
beforeAll(async () => {
  database = await freshDatabase()
  system = await start({ TAKTLOG_ROLES: 'projector,policy', TAKTLOG_METRICS_PORT: '0' })
})
afterAll(async () => {
  await system.close()
  await database.drop()
})

const start = (settings: Record<string, string>): Promise<System> => {
  const databaseUrl = databaseUrlOf(database.connection)
  const config = readConfig({ TAKTLOG_PORT: '0', TAKTLOG_LOG_LEVEL: 'fatal', ...settings })
  return startSystem({ ...config, databaseUrl }, createLogger(config))
}

/** What is appended before the read models were built once is not folded live. */
const live = async () => {
  const states = async () => new Set((await system.reads.status()).map(({ state }) => state))
  await expect.poll(states, { timeout: 30_000 }).toEqual(new Set(['LIVE']))
}

const get = (path: string) => fetch(`http://127.0.0.1:${system.scraped!.port}${path}`)

/** Value of one series as it is scraped; undefined where it is not there. */
async function valueOf(series: string): Promise<number | undefined> {
  const line = (await system.metrics.text()).split('\n').find((l) => l.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

const command = (type: string, input: object, commandId: string) =>
  system.execute(
    order,
    { type, ...input },
    { commandId, actor: 'test', site: 'S1', source: 'test' },
  )

const release = (orderId: string, commandId: string) => {
  const operations = [{ operationId: '10', sequence: 0, name: 'Mill', workCentreId: 'MILLS' }]
  const input = { orderId, materialId: 'gear', quantity: 1, unit: 'C62', operations }
  return command('ReleaseOrder', input, commandId)
}

test('a process without the API serves metrics and health on a port of its own', async () => {
  const page = await get('/metrics')
  expect(page.headers.get('content-type')).toBe('text/plain; version=0.0.4')
  const text = await page.text()
  for (const name of Object.keys({ ...counters, ...gauges, ...histograms }))
    expect(text).toContain(`# TYPE ${name} `)
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes'])
    expect(text).toMatch(new RegExp(`^${name} [\\d.e+-]+$`, 'm'))
  expect(await (await get('/health/live')).json()).toEqual({ status: 'live' })
  await live()
  expect(await (await get('/health/ready')).json()).toEqual({ status: 'ready' })
  expect((await get('/graphql')).status).toBe(404)
})

test('commands, refusals, appends and what the read models made of them are counted', async () => {
  await live()
  const first = await release('PO-1', 'one')
  expect(await release('PO-1', 'one')).toEqual(first)
  await release('PO-1', 'already so')
  const refused = await command('CancelOrder', { orderId: 'PO-2', reason: 'none' }, 'refused')
  const { rejected: code } = refused as { rejected: string }
  await system.reads.waitFor(await system.store.head(), 10_000)
  const commands = (outcome: string) =>
    valueOf(`taktlog_commands_total{category="order",outcome="${outcome}"}`)
  expect(await commands('acknowledged')).toBe(2)
  expect(await commands('unchanged')).toBe(1)
  expect(await commands('rejected')).toBe(1)
  expect(await valueOf(`taktlog_rejections_total{code="${code}"}`)).toBe(1)
  expect(await valueOf('taktlog_command_seconds_count{outcome="rejected"}')).toBe(1)
  // The refusal is a fact too.
  expect(await valueOf('taktlog_appended_events_total')).toBe(2)
  expect(await valueOf('taktlog_append_seconds_count')).toBe(2)
  expect(await valueOf('taktlog_append_group_size_sum')).toBe(2)
  await expect.poll(() => valueOf('taktlog_projected_events_total'), { timeout: 10_000 }).toBe(2)
  expect(await valueOf('taktlog_log_position')).toBe(await system.store.head())
  expect(await valueOf('taktlog_projection_lag_events{projection="orders"}')).toBe(0)
  expect(await valueOf('taktlog_projection_lag_seconds{projection="orders"}')).toBe(0)
  expect(await valueOf('taktlog_pool_connections{pool="log",state="busy"}')).toBeGreaterThan(-1)
})

test('observations are counted by what became of them', async () => {
  const seen = (sourceSequence: number, data: object) => ({
    ...{ type: 'EquipmentStateChanged', occurredAt: '2026-03-02T06:00:00Z', sourceSequence, data },
  })
  const running = seen(1, { equipmentId: 'M1', state: 'RUNNING' })
  const context = { source: 'plc', site: 'S1', actor: 'test' }
  await system.services.record([running, running, seen(2, { state: 'BROKEN' })], context)
  const counted = (outcome: string) => valueOf(`taktlog_observations_total{outcome="${outcome}"}`)
  expect(await counted('recorded')).toBe(1)
  expect(await counted('duplicate')).toBe(1)
  expect(await counted('quarantined')).toBe(1)
})

test('lag is told in events and in seconds since the oldest one, a rebuild by its share', async () => {
  const metrics = createMetrics()
  const status = { version: 1, state: 'LIVE', error: null } as const
  showReadModels(metrics, {
    clock: { now: () => '2026-03-02T06:00:10.000Z' },
    reads: {
      query: async () => [],
      status: async () => [
        { ...status, name: 'orders', position: 4, lag: 6, building: null },
        { ...status, name: 'lots', position: 10, lag: 0, building: 5 },
      ],
    },
    store: {
      head: async () => 10,
      readAll: async ({ from }) => [
        { ...(await anyFact()), position: from + 1, recordedAt: '2026-03-02T06:00:02.500Z' },
      ],
    },
  })
  const text = await metrics.text()
  expect(text).toContain('taktlog_projection_lag_events{projection="orders"} 6\n')
  expect(text).toContain('taktlog_projection_lag_seconds{projection="orders"} 7.5\n')
  expect(text).toContain('taktlog_projection_lag_seconds{projection="lots"} 0\n')
  expect(text).toContain('taktlog_rebuild_progress_ratio{projection="lots"} 0.5\n')
  expect(text).not.toContain('taktlog_rebuild_progress_ratio{projection="orders"}')
})

const anyFact = async () => (await system.store.readAll({ from: 0, limit: 1 }))[0]!

test('a gauge that cannot be read is absent, counted, and takes nothing else with it', async () => {
  const metrics = createMetrics()
  metrics.gauges(() => Promise.reject(new Error('away')))
  metrics.count('taktlog_projected_events_total', {}, 3)
  await metrics.text()
  const text = await metrics.text()
  expect(text).toContain('taktlog_scrape_failures_total 2\n')
  expect(text).toContain('taktlog_projected_events_total 3\n')
  expect(text).not.toMatch(/^taktlog_log_position/m)
})

test('a port that is taken is refused with the setting that names it', async () => {
  const port = String(system.scraped!.port)
  const started = start({ TAKTLOG_ROLES: 'notary', TAKTLOG_METRICS_PORT: port })
  await expect(started).rejects.toThrow(ConfigError)
  await expect(started).rejects.toThrow(/TAKTLOG_METRICS_PORT=\d+: another program listens there/)
})

test('README lists every series', () => {
  const readme = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8')
  const listed = [...readme.matchAll(/`(taktlog_[a-z_]+)[{`]/g)].map(([, name]) => name!)
  expect(new Set(listed)).toEqual(new Set(Object.keys({ ...counters, ...gauges, ...histograms })))
})
