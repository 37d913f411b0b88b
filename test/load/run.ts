/**
 * `npm run load`: k6 plays a plant against a running Taktlog, which is watched meanwhile. With `--verify`
 * (on the machine and with the settings of that Taktlog) its read models are compared with a rebuild
 * afterwards. Exits with 1 when a threshold was crossed or a read model is not what the log says.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readConfig } from '../../src/config.ts'
import { createLogger, openLog } from '../../src/system.ts'
import { postmasterOf } from '../support/taktlog-process.ts'
import { findK6, HOW_TO_GET_K6, startK6, type Summary, type Wish } from './k6.ts'
import { verifyReadModels } from './verify.ts'
import { cpuOf, sample, type Sample } from './watch.ts'

const USAGE = `npm run load -- [options]

  --url URL           a running Taktlog (http://127.0.0.1:4000)
  --key KEY           API key, or TAKTLOG_LOAD_KEY
  --seconds N         how long it is measured (60), after --warm-up N seconds (20)
  --commands N        commands a second (1000), --batch N of them in one request (5)
  --queries N         queries a second (500)
  --subscribers N     open boards (20)
  --data FOLDER       data folder of that Taktlog, on this machine
  --verify            compare its read models with a rebuild afterwards`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    url: { type: 'string', default: 'http://127.0.0.1:4000' },
    key: { type: 'string', default: process.env['TAKTLOG_LOAD_KEY'] ?? '' },
    seconds: { type: 'string', default: '60' },
    'warm-up': { type: 'string', default: '20' },
    commands: { type: 'string', default: '1000' },
    queries: { type: 'string', default: '500' },
    batch: { type: 'string', default: '5' },
    subscribers: { type: 'string', default: '20' },
    data: { type: 'string' },
    verify: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const wish: Wish = {
  ...{ url: values.url, key: values.key, seconds: Number(values.seconds) },
  warmUp: Number(values['warm-up']),
  ...{ commands: Number(values.commands), queries: Number(values.queries) },
  ...{ batch: Number(values.batch), subscribers: Number(values.subscribers) },
}
/** So many lines tell of the whole run. */
const LINES = 30
const ANSWERS_WITHIN_MS = 5_000
const QUIET_WITHIN_MS = 120_000
/** CPU seconds of k6 when it was last looked at: it is gone when it has ended. */
let k6Cpu = 0

const k6 = findK6()
if (!k6) fail(HOW_TO_GET_K6)
const config = readConfig(
  { ...process.env, TAKTLOG_LOG_LEVEL: 'warn' },
  values.data ? { dataFolder: values.data } : {},
)
const isEmbedded = !config.databaseUrl && values.verify
const database = (): number => (isEmbedded ? cpuOf(postmasterOf(config.dataFolder)) : 0)
const first = await sample(wish.url, wish.key).catch((error: Error) =>
  fail(`no Taktlog answers: ${error.message}. Start it, or say where it is with --url`),
)
const databaseCpu = database()
console.log(
  `${wish.commands} commands/s and ${wish.queries} queries/s, ${wish.subscribers} open boards, ` +
    `${wish.batch} commands a request, ${wish.seconds} s\n\n    s   events  resident MB  heap MB   lag s  event loop p99 ms`,
)
const running = startK6(k6, wish)
const samples = await watch(first, running)
const { held, summary } = await running.done
const [last, databaseCpuAfter] = [samples.at(-1)!, database()]
report(summary)
cost(first, last, databaseCpuAfter - databaseCpu)
const same = values.verify ? await verify() : true
process.exit(held && same ? 0 : 1)

async function watch(
  began: Sample,
  { child, done }: ReturnType<typeof startK6>,
): Promise<readonly Sample[]> {
  const found = [began]
  const start = performance.now()
  const ended = done.then(() => true)
  for (let over = false; !over;) {
    over = await Promise.race([ended, delay((wish.seconds * 1_000) / LINES).then(() => false)])
    const cpu = child.pid === undefined ? 0 : cpuOf(child.pid)
    if (cpu > 0) k6Cpu = cpu
    const s = await sample(wish.url, wish.key).catch(() => null)
    if (!s) continue
    found.push(s)
    const cells = [
      ...[((performance.now() - start) / 1_000).toFixed(0), String(s.position - began.position)],
      ...[s.residentMb.toFixed(0), s.heapMb.toFixed(0)],
      ...[s.lagSeconds.toFixed(2), s.eventLoopP99Ms.toFixed(0)],
    ]
    console.log(cells.map((cell, i) => cell.padStart([5, 9, 13, 9, 8, 19][i]!)).join(''))
  }
  return found
}

function report(metrics: Summary): void {
  console.log('\n               count   a second   p95 ms   p99 ms   longest ms')
  for (const name of ['command', 'query', 'observe']) {
    const trend = metrics[`${name}_ms`]
    if (!trend) continue
    const count = metrics[`${name}_count`]?.['count'] ?? 0
    const cells = [
      ...[name, String(count), (count / wish.seconds).toFixed(1)],
      ...[trend['p(95)'], trend['p(99)'], trend['max']].map((ms) => (ms ?? 0).toFixed(1)),
    ]
    console.log(cells.map((cell, i) => cell.padStart([10, 10, 11, 9, 9, 13][i]!)).join(''))
  }
  const failed = metrics['failed']?.['passes'] ?? 0
  const dropped = metrics['dropped_iterations']?.['count'] ?? 0
  const pushed = metrics['subscription_messages']?.['count'] ?? 0
  console.log(`${failed} failed, ${dropped} not sent in time, ${pushed} pushed to open boards`)
  for (const [name, { thresholds = {} }] of Object.entries(metrics))
    for (const [rule, crossed] of Object.entries(thresholds))
      if (crossed === true) console.log(`crossed: ${name} ${rule}`)
}

function cost(before: Sample, after: Sample, databaseSeconds: number): void {
  const asked = (wish.commands + wish.queries) * wish.seconds
  const share = (seconds: number): string =>
    `${((seconds / wish.seconds) * 100).toFixed(0)} % of a core, ` +
    `${((seconds / asked) * 1_000).toFixed(2)} ms a command or query`
  console.log(`CPU: Taktlog ${share(after.cpuSeconds - before.cpuSeconds)}`)
  if (databaseSeconds > 0) console.log(`     PostgreSQL ${share(databaseSeconds)}`)
  console.log(`     k6 ${share(k6Cpu)}`)
}

/** Waits for the read models, then holds them against a rebuild. */
async function verify(): Promise<boolean> {
  const until = performance.now() + QUIET_WITHIN_MS
  while ((await sample(wish.url, wish.key)).lagSeconds > 0)
    if (performance.now() > until) fail('the read models do not catch up')
    else await delay(ANSWERS_WITHIN_MS / 10)
  const log = await openLog(config, createLogger(config), { attach: true })
  try {
    const { readModels, rows, events, rebuildSeconds, different } = await verifyReadModels(log)
    console.log(
      `\n${readModels} read models, ${rows} rows, rebuilt from ${events} events in ` +
        `${rebuildSeconds.toFixed(0)} s: ` +
        (different.length === 0
          ? 'the same, row for row'
          : `not the same: ${different.join(', ')}`),
    )
    return different.length === 0
  } finally {
    await log.close()
  }
}

function fail(why: string): never {
  console.error(why)
  process.exit(2)
}
