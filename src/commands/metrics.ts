/**
 * What Taktlog counts and measures of itself: every series there is, and the port through which inner
 * layers tell. Names and base units are those that Prometheus asks for; labels take values from a
 * small, bounded set, never an id.
 */
interface Series {
  readonly help: string
  readonly labels?: readonly string[]
}
interface HistogramSeries extends Series {
  readonly buckets: readonly number[]
}

/** Seconds: from a cached read to the timeout of a request. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Sizes of what is done at once, up to the largest batch of the projector. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096]

export const counters = {
  taktlog_commands_total: {
    help: 'Commands by category of their stream, and what became of them.',
    labels: ['category', 'outcome'],
  },
  taktlog_rejections_total: { help: 'Refused commands by the code of the rule.', labels: ['code'] },
  taktlog_observations_total: {
    help: 'Observations that were recorded, known already (duplicate) or quarantined.',
    labels: ['outcome'],
  },
  taktlog_appended_events_total: { help: 'Events this process appended to the log.' },
  taktlog_append_conflicts_total: { help: 'Appends that lost a race and were decided again.' },
  taktlog_projected_events_total: { help: 'Events folded live into the read models.' },
  taktlog_policy_reactions_total: { help: 'Commands that policies sent.', labels: ['policy'] },
  taktlog_dead_letters_total: {
    help: 'Messages that were set aside, by why: a code of the dead letters, or of the rule.',
    labels: ['code'],
  },
  taktlog_http_requests_total: { help: 'Answered HTTP requests.', labels: ['status'] },
  taktlog_scrape_failures_total: { help: 'Gauges that could not be read in time at a scrape.' },
} satisfies Record<string, Series>

export const histograms = {
  taktlog_command_seconds: {
    help: 'Duration of commands, from validated input to the Ack or the refusal.',
    labels: ['outcome'],
    buckets: SECONDS,
  },
  taktlog_append_seconds: {
    help: 'Duration of appends as their callers see it: waiting for a group, and its commit.',
    buckets: SECONDS,
  },
  taktlog_append_commit_seconds: {
    help: 'Duration of one group in the database, commit included.',
    buckets: SECONDS,
  },
  taktlog_append_group_size: { help: 'Appends that were committed together.', buckets: SIZES },
  taktlog_projection_batch_seconds: {
    help: 'Duration of one live batch: folded, written, announced.',
    buckets: SECONDS,
  },
  taktlog_projection_batch_events: { help: 'Events of one live batch.', buckets: SIZES },
  taktlog_graphql_operation_seconds: {
    help: 'Duration of GraphQL queries and mutations.',
    labels: ['kind', 'outcome'],
    buckets: SECONDS,
  },
} satisfies Record<string, HistogramSeries>

export const gauges = {
  taktlog_log_position: { help: 'Position of the last event of the log.' },
  taktlog_projection_lag_events: {
    help: 'Distance of a read model from the end of the log: events, in an embedded log.',
    labels: ['projection'],
  },
  taktlog_projection_lag_seconds: {
    help: 'How long ago the oldest event that a read model has not seen was recorded.',
    labels: ['projection'],
  },
  taktlog_projection_failed: {
    help: '1 when a read model stopped at an event it could not fold.',
    labels: ['projection'],
  },
  taktlog_rebuild_progress_ratio: {
    help: 'Share of the log that a table being built has seen; absent when none is built.',
    labels: ['projection'],
  },
  taktlog_publishing_lag_events: {
    help: 'Distance of what was published from the end of the log; 0 where nothing is left to publish.',
  },
  taktlog_publishing_lag_seconds: {
    help: 'How long ago the oldest event that is not published was recorded.',
  },
  taktlog_recall_drill_failed: {
    help: '1 when the newest recall drill of a site failed.',
    labels: ['site'],
  },
  taktlog_graphql_subscriptions: { help: 'Open GraphQL subscriptions.' },
  taktlog_pool_connections: {
    help: 'Connections to PostgreSQL: busy, idle, and calls waiting for one.',
    labels: ['pool', 'state'],
  },
} satisfies Record<string, Series>

export type CounterName = keyof typeof counters
export type HistogramName = keyof typeof histograms
export type GaugeName = keyof typeof gauges
export type Labels = Readonly<Record<string, string>>
/** Values of one gauge, by labels. */
export type Readings = readonly (readonly [labels: Labels, value: number])[]

export interface Metrics {
  count(name: CounterName, labels?: Labels, by?: number): void
  observe(name: HistogramName, value: number, labels?: Labels): void
  /** Has these gauges read at each scrape; what fails or takes too long is left out of it. */
  gauges(read: () => Promise<Partial<Record<GaugeName, Readings>>>): void
  /** Everything, in the text format of Prometheus. */
  text(): Promise<string>
}

/** Where nobody asks. */
export const noMetrics: Metrics = {
  count() {},
  observe() {},
  gauges() {},
  text: async () => '',
}
