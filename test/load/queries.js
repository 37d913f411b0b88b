/** What screens ask: mostly single orders and boards, now and then something that has to be reckoned. */
import { ask } from './client.js'
import { arriving, DEMO_SITE, DURATIONS, QUERIES } from './settings.js'

const DAY_MS = 86_400_000
const window = () => {
  const now = Date.now()
  return {
    from: new Date(now - DAY_MS / 3).toISOString(),
    to: new Date(now + DAY_MS / 24).toISOString(),
  }
}
const pick = (list) => list[Math.floor(Math.random() * list.length)]

const ORDER = `query Order($id: ID!) { order(orderId: $id) {
  orderId status priority dueAt quantity { value unit }
  operations { operationId name status startedAt endedAt good { value } scrap { value } }
} }`
const BOARD = `{ orders(first: 20, orderBy: { field: releasedAt, direction: DESC }) { nodes {
  orderId materialId status quantity { value unit }
  operations { name status good { value } }
} } }`
const MACHINES = `{ equipment(first: 20, where: { level: [WORK_UNIT, WORK_CELL] }) { nodes {
  equipmentId name state since reason program counters { counter reading { value unit } }
} } }`
const LOTS = `{ lots(first: 20, orderBy: { field: createdAt, direction: DESC }) {
  nodes { lotId materialId status quantity { value unit } }
} }`
const LOT = `query Lot($id: ID!) { lot(lotId: $id) {
  lotId materialId status quantity { value unit } supplierId
} }`
const TRACE = `query Trace($id: ID!) { lot(lotId: $id) { trace(direction: BACKWARD, first: 50) {
  nodes { kind id level } edges { kind from { id } to { id } }
} } }`
const SHIFTS = `query Shifts($from: DateTime!, $to: DateTime!) {
  shifts(scopeId: "${DEMO_SITE}", from: $from, to: $to) { shifts { shiftId day from to } }
}`
const STOPS = `query Stops($from: DateTime!, $to: DateTime!) {
  stops(first: 10, where: { from: $from, to: $to, equipmentIds: ["MILL-1"] }) {
    nodes { from to durationMs kind category }
  }
}`
const ENERGY = `{ energyIntervals(first: 12) { nodes { meterId from to quantity { value unit } } } }`
const OEE = `query Oee($from: DateTime!, $to: DateTime!) {
  kpi(name: "oee", scope: ["MILL-3"], window: { from: $from, to: $to }) { value coverage }
}`

/** Answers after which the ids to ask for are taken anew; to read every one would cost k6 more than to ask. */
const FRESH_FOR = 20
/** The next query for these ids goes by what a list shows. @returns the ids, and how to ask the list */
const listOf = (query, field) => {
  let ids = []
  let asked = 0
  const refresh = () => {
    const text = ask('query', query, {}, '"nodes"')
    if (text === null || (ids.length > 0 && asked++ % FRESH_FOR > 0)) return
    const found = [...text.matchAll(new RegExp(`"${field}":"([^"]+)"`, 'g'))]
    if (found.length > 0) ids = found.map((match) => match[1])
  }
  return { ids: () => ids, refresh }
}
const board = listOf(BOARD, 'orderId')
const lots = listOf(LOTS, 'lotId')
const oneOf = (list, query, expected) => () => {
  if (list.ids().length === 0) return list.refresh()
  ask('query', query, { id: pick(list.ids()) }, expected)
}

/** Share of each in a hundred queries. */
const MIX = [
  [36, oneOf(board, ORDER, '"operations"')],
  [18, board.refresh],
  [15, () => ask('query', MACHINES, {}, '"nodes"')],
  [8, lots.refresh],
  [10, oneOf(lots, LOT, '"materialId"')],
  [4, oneOf(lots, TRACE, '"nodes"')],
  [3, () => ask('query', SHIFTS, window(), '"shifts"')],
  [3, () => ask('query', ENERGY, {}, '"nodes"')],
  [2, () => ask('query', STOPS, window(), '"nodes"')],
  [1, () => ask('query', OEE, window(), '"kpi"')],
]
const turns = MIX.flatMap(([share, run]) => Array.from({ length: share }, () => run))

export const query = () => pick(turns)()

export const scenarios = { queries: arriving(QUERIES, 'query') }
export const thresholds = {
  query_ms: DURATIONS,
  failed: ['rate==0'],
  dropped_iterations: ['count==0'],
}
export const options = { scenarios, thresholds }
