/** A whole plant at once: commands, observations, queries and open boards. What is set to 0 is left out. */
import * as commands from './commands.js'
import * as queries from './queries.js'
import { COMMANDS, QUERIES, SUBSCRIBERS } from './settings.js'
import * as subscriptions from './subscriptions.js'

const parts = [
  ...(COMMANDS > 0 ? [commands] : []),
  ...(QUERIES > 0 ? [queries] : []),
  ...(SUBSCRIBERS > 0 ? [subscriptions] : []),
]

export const options = {
  scenarios: Object.assign({}, ...parts.map(({ scenarios }) => scenarios)),
  thresholds: Object.assign({}, ...parts.map(({ thresholds }) => thresholds)),
  // Each tag costs k6 a look-up for each of the dozen samples of a request; the name of its kind is enough.
  systemTags: [],
  summaryTrendStats: ['avg', 'med', 'p(95)', 'p(99)', 'max'],
}
export const command = commands.command
export const observe = commands.observe
export const query = queries.query
export const subscribe = subscriptions.subscribe
