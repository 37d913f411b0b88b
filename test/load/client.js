import exec from 'k6/execution'
import http from 'k6/http'
import { Counter, Rate, Trend } from 'k6/metrics'
import { KEY, URL, WARM_UP } from './settings.js'

/** Requests that were not answered with what was asked for. */
export const failed = new Rate('failed')
const durations = {
  command: new Trend('command_ms', true),
  observe: new Trend('observe_ms', true),
  query: new Trend('query_ms', true),
}
const counts = {
  command: new Counter('command_count'),
  observe: new Counter('observe_count'),
  query: new Counter('query_count'),
}
/** The first failures of a VU are shown; all of them are counted. */
const MAX_SHOWN = 1
const ENDPOINT = `${URL}/graphql`
let shown = 0

/** What stands in an answer that says no. */
const REFUSED = ['"errors"', '"Rejected"', '"InvalidInput"', '"Denied"']
const isRefusal = (body) => REFUSED.some((word) => body.includes(word))
const headers = { 'content-type': 'application/json', accept: 'application/json' }
if (KEY) headers.authorization = `Bearer ${KEY}`

const params = Object.fromEntries(
  Object.keys(durations).map((kind) => [kind, { headers, timeout: '30s', tags: { name: kind } }]),
)
let measuredFrom = 0

/**
 * @param expected something that must stand in the answer
 * @param count how many commands or queries the request is
 * @returns the text of the answer, or null
 */
export function ask(kind, query, variables, expected, count = 1) {
  const answer = http.post(ENDPOINT, JSON.stringify({ query, variables }), params[kind])
  const body = answer.body || ''
  const ok = answer.status === 200 && body.includes(expected) && !isRefusal(body)
  failed.add(!ok)
  measuredFrom = measuredFrom || exec.scenario.startTime + WARM_UP * 1000
  if (Date.now() >= measuredFrom) {
    counts[kind].add(count)
    durations[kind].add(answer.timings.duration)
  }
  if (!ok && shown++ < MAX_SHOWN)
    console.error(`${kind}: ${answer.status} ${answer.error} ${body.slice(0, 500)}`)
  return ok ? body : null
}
