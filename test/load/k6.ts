import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const SCRIPT = join(import.meta.dirname, 'plant.js')
/**
 * Hundreds of virtual users make a large heap of which little is garbage, so collecting it as eagerly as
 * Go does by default is a good part of what k6 costs; the limit keeps it in bounds.
 */
const GO = { GOGC: '800', GOMEMLIMIT: '2GiB' }
export const HOW_TO_GET_K6 = 'k6 is not here: go install go.k6.io/k6@v1.8.1 (Go 1.24 or later)'

/** What is asked of the system, and by whom. */
export interface Wish {
  readonly url: string
  readonly key: string
  readonly seconds: number
  /** Seconds before those, in which the load grows. */
  readonly warmUp: number
  readonly commands: number
  readonly queries: number
  /** Commands in one request. */
  readonly batch: number
  readonly subscribers: number
  /** Limits in milliseconds; those of the scripts where absent. */
  readonly p95?: number
  readonly p99?: number
}

/** One metric of k6's summary: a trend, a counter, a rate, with what became of its thresholds. */
export type Summary = Readonly<
  Record<string, Readonly<Record<string, number>> & { readonly thresholds?: object }>
>

/** Path of k6: on the PATH, or where `go install` puts it; null where it is not. */
export function findK6(): string | null {
  const places = ['k6', join(homedir(), 'go/bin/k6')]
  return places.find((place) => spawnSync(place, ['version']).status === 0) ?? null
}

/** Starts the whole plant of the scripts. `done` has the summary, and whether every threshold held. */
export function startK6(
  k6: string,
  wish: Wish,
): { readonly child: ChildProcess; readonly done: Promise<{ held: boolean; summary: Summary }> } {
  const folder = mkdtempSync(join(tmpdir(), 'taktlog-load-'))
  const file = join(folder, 'summary.json')
  const args = ['run', '--quiet', '--no-usage-report', '--summary-export', file, SCRIPT]
  const child = spawn(k6, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...GO, ...process.env, ...environmentOf(wish) },
  })
  const done = once(child, 'close').then(([code]) => {
    try {
      const { metrics } = JSON.parse(readFileSync(file, 'utf8')) as { metrics: Summary }
      return { held: code === 0, summary: metrics }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
  return { child, done }
}

const environmentOf = (wish: Wish): Record<string, string> => ({
  TAKTLOG_LOAD_URL: wish.url,
  TAKTLOG_LOAD_KEY: wish.key,
  TAKTLOG_LOAD_RUN: Date.now().toString(36),
  TAKTLOG_LOAD_SECONDS: String(wish.seconds),
  TAKTLOG_LOAD_WARM_UP: String(wish.warmUp),
  TAKTLOG_LOAD_COMMANDS: String(wish.commands),
  TAKTLOG_LOAD_BATCH: String(wish.batch),
  TAKTLOG_LOAD_QUERIES: String(wish.queries),
  TAKTLOG_LOAD_SUBSCRIBERS: String(wish.subscribers),
  ...(wish.p95 === undefined ? {} : { TAKTLOG_LOAD_P95: String(wish.p95) }),
  ...(wish.p99 === undefined ? {} : { TAKTLOG_LOAD_P99: String(wish.p99) }),
})
