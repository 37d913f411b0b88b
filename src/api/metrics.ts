import type { ProjectionStatus } from '../projections/read-models.ts'

/** Upper bounds of the duration buckets in seconds: from a cached read to the request timeout. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

interface Histogram {
  readonly counts: number[]
  sum: number
  count: number
}

/** The newest recall drill of a site: 1 where it failed. */
export interface FailedDrill {
  readonly site: string
  readonly failed: number
}

/**
 * What the API counts, in the text format of Prometheus. Three series need no library: prom-client
 * would bring two dependencies and a global registry.
 */
export interface Metrics {
  operation(outcome: 'ok' | 'failed', seconds: number): void
  request(status: number): void
  /** @param head position of the last event of the log */
  text(
    projections: readonly ProjectionStatus[],
    head: number,
    drills: readonly FailedDrill[],
  ): string
}

export function createMetrics(): Metrics {
  const operations = new Map<string, Histogram>()
  const requests = new Map<number, number>()
  const gauges = (projections: readonly ProjectionStatus[], head: number): string[] => [
    ...series('taktlog_log_position', 'gauge', 'Position of the last event of the log.', [
      ['', head],
    ]),
    ...series(
      'taktlog_projection_lag_events',
      'gauge',
      'Events a read model has not seen yet.',
      projections.map((p) => [`projection="${p.name}"`, p.lag]),
    ),
    ...series(
      'taktlog_projection_failed',
      'gauge',
      '1 when a read model stopped at an event it could not fold.',
      projections.map((p) => [`projection="${p.name}"`, p.state === 'FAILED' ? 1 : 0]),
    ),
    ...series('taktlog_memory_bytes', 'gauge', 'Resident memory of this process.', [
      ['', process.memoryUsage.rss()],
    ]),
  ]
  return {
    operation(outcome, seconds) {
      const h = operations.get(outcome) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 }
      operations.set(outcome, h)
      const bucket = BUCKETS.findIndex((bound) => seconds <= bound)
      if (bucket >= 0) h.counts[bucket]! += 1
      h.sum += seconds
      h.count += 1
    },
    request: (status) => void requests.set(status, (requests.get(status) ?? 0) + 1),
    text: (projections, head, drills) =>
      [
        ...gauges(projections, head),
        ...series(
          'taktlog_recall_drill_failed',
          'gauge',
          '1 when the newest recall drill of a site failed.',
          drills.map(({ site, failed }) => [`site=${JSON.stringify(site)}`, failed]),
        ),
        ...series(
          'taktlog_http_requests_total',
          'counter',
          'Answered HTTP requests.',
          [...requests].map(([status, count]) => [`status="${status}"`, count]),
        ),
        ...histogram(operations),
        '',
      ].join('\n'),
  }
}

const series = (
  name: string,
  type: string,
  help: string,
  values: readonly (readonly [string, number])[],
): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  ...values.map(([labels, value]) => `${name}${labels && `{${labels}}`} ${value}`),
]

function histogram(operations: ReadonlyMap<string, Histogram>): string[] {
  const name = 'taktlog_graphql_operation_seconds'
  const lines = [`# HELP ${name} Duration of GraphQL operations.`, `# TYPE ${name} histogram`]
  for (const [outcome, { counts, sum, count }] of operations) {
    let below = 0
    for (const [i, bound] of BUCKETS.entries())
      lines.push(`${name}_bucket{outcome="${outcome}",le="${bound}"} ${(below += counts[i]!)}`)
    lines.push(`${name}_bucket{outcome="${outcome}",le="+Inf"} ${count}`)
    lines.push(`${name}_sum{outcome="${outcome}"} ${sum}`)
    lines.push(`${name}_count{outcome="${outcome}"} ${count}`)
  }
  return lines
}
