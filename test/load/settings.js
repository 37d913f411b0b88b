/** What `npm run load` passes on, with defaults for a run of k6 by hand. */
const text = (name, fallback) => __ENV[name] || fallback
const number = (name, fallback) => Number(__ENV[name] || fallback)

export const URL = text('TAKTLOG_LOAD_URL', 'http://127.0.0.1:4000')
export const KEY = text('TAKTLOG_LOAD_KEY', '')
/** The demo's plant, which the queries look at too, and one beside it, where the commands are sent. */
export const DEMO_SITE = 'ULM'
export const SITE = 'LOAD'
/** Ids of this run; another one finds its own orders, not those of the run before. */
export const RUN = text('TAKTLOG_LOAD_RUN', 'r')
export const SECONDS = number('TAKTLOG_LOAD_SECONDS', 60)
/** Seconds in which the load grows to what is asked for; they are not measured. */
export const WARM_UP = number('TAKTLOG_LOAD_WARM_UP', 20)
export const COMMANDS = number('TAKTLOG_LOAD_COMMANDS', 1000)
/** Commands in one request, executed one after the other: what a terminal or gateway has collected. */
export const BATCH = number('TAKTLOG_LOAD_BATCH', 5)
export const QUERIES = number('TAKTLOG_LOAD_QUERIES', 500)
export const SUBSCRIBERS = number('TAKTLOG_LOAD_SUBSCRIBERS', 20)
/** Milliseconds at the 95th and 99th percentile of commands and queries that a run must stay below. */
export const P95 = number('TAKTLOG_LOAD_P95', 100)
export const P99 = number('TAKTLOG_LOAD_P99', 500)

/**
 * Requests a second that begin whether or not those before have been answered: a slow system cannot
 * slow down what is asked of it. VUs are who waits; each takes one request at a time.
 */
export const arriving = (rate, exec) => ({
  ...{ executor: 'ramping-arrival-rate', startRate: 1, exec, timeUnit: '1s' },
  stages: [
    { target: rate, duration: `${WARM_UP}s` },
    { target: rate, duration: `${SECONDS}s` },
  ],
  preAllocatedVUs: Math.max(4, Math.ceil(rate / 2)),
  gracefulStop: '10s',
})
export const DURATIONS = [`p(95)<${P95}`, `p(99)<${P99}`]
