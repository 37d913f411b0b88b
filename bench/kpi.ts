import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { createExecute } from '../src/commands/execute.ts'
import { NO_STREAM, type NewEvent } from '../src/commands/event-store.ts'
import { systemClock } from '../src/commands/ports.ts'
import { calendar } from '../src/domain/calendar/calendar.ts'
import { isRejection, type Decider } from '../src/domain/decider.ts'
import { cycleTime } from '../src/domain/equipment/cycle-time.ts'
import { hierarchyScope } from '../src/domain/site/hierarchy-scope.ts'
import { createLogger, openLog, startSystem, type Log } from '../src/system.ts'
import { median, percentile, row, type Benchmark } from './row.ts'
import { concurrently, configOf, envelope, SITE, withFolder } from './support.ts'

const MACHINES = 500
const CENTRES = 10
const DAYS = 30
const CHANGES_A_DAY = 100
/** Shifts of a machine's day, each with its count of pieces. */
const SHIFTS = 3
const DAY_MS = 86_400_000
const START = Date.UTC(2026, 2, 1)
/** Observations of one call, of one machine and some days. */
const DAYS_A_CALL = 15
const SINGLE_QUERIES = 200
const MONTH_QUERIES = 7
const COLD_STARTS = 3
/** On a few days of the month people book work: a shift on some machines, and much elsewhere at the site. */
const BUSY_DAYS = 3
const BOOKINGS_ELSEWHERE = 15_000
const BOOKINGS_AN_ORDER = 100
const SHOPS = 100
const PEOPLE = 200
const WORKED_ON = 100
const TIMEOUT_MS = 300_000
const STATES = ['RUNNING', 'IDLE', 'RUNNING', 'WAITING', 'RUNNING', 'SETUP', 'FAULT'] as const

/** Key figures reckoned from the facts when asked, over HTTP, with shifts, breaks and cycle times. */
export const kpiBench: Benchmark = {
  name: 'kpi',
  about: `OEE from the time model, ${MACHINES} machines, ${DAYS} days, ${CHANGES_A_DAY} changes a day`,
  run: () =>
    withFolder(async (folder) => {
      await fill(folder)
      const cold: number[] = []
      let warm: number[] = []
      let single: number[] = []
      let whole: number[] = []
      for (let start = 0; start < COLD_STARTS; start++)
        await withApi(folder, async (ask) => {
          // Connections and plans are there; of the machines of the month one.
          for (let i = 0; i < 20; i++) await ask(oneMachine(0, i % DAYS))
          cold.push(await ask(month))
          warm = []
          for (let i = 0; i < MONTH_QUERIES; i++) warm.push(await ask(month))
          single = []
          for (let i = 0; i < SINGLE_QUERIES; i++)
            single.push(await ask(oneMachine((i * 7) % MACHINES, i % (2 * BUSY_DAYS))))
          whole = []
          for (let i = 0; i < MONTH_QUERIES; i++) whole.push(await ask(wholeSite))
        })
      const of = `OEE of ${MACHINES} machines by shift, a month (1.5 M changes)`
      return [
        row('OEE of one machine, one day, p99', ms(percentile(single, 0.99)), null, { atMost: 30 }),
        row(`${of}, cold`, ms(median(cold)), null, { atMost: 2_000 }),
        row(`${of}, warm`, ms(median(warm)), null, { atMost: 200 }),
        row(
          `the same with ${BUSY_DAYS * BOOKINGS_ELSEWHERE} bookings elsewhere`,
          ms(median(whole)),
          null,
        ),
      ]
    }),
}

const ms = (value: number) => ({ value, unit: 'ms' })
const at = (epochMs: number): string => new Date(epochMs).toISOString()
const window = (from: number, days: number): string =>
  `window: { from: "${at(from)}", to: "${at(from + days * DAY_MS)}" }`
const VALUE = 'value coverage numerator denominator'
const oneMachine = (machine: number, day: number): string =>
  `{ kpi(name: "oee", scope: ["M${machine}"], ${window(START + day * DAY_MS, 1)}) { ${VALUE} } }`
const monthOf = (scope: readonly string[]): string =>
  `{ kpi(name: "oee", scope: ${JSON.stringify(scope)}, ${window(START, DAYS)}, groupBy: [SHIFT]) {
  ${VALUE} groups { keys { name } ${VALUE} } } }`
const month = monthOf(Array.from({ length: CENTRES }, (_, i) => `C${i}`))
const wholeSite = monthOf([SITE])

/** A site with machines, shifts and cycle times, and all that its machines reported. */
async function fill(folder: string): Promise<void> {
  const config = configOf(folder)
  const log = await openLog(config, createLogger(config))
  try {
    await masterData(log)
    const parts = DAYS / DAYS_A_CALL
    await concurrently(MACHINES * parts, 4, async (i) => {
      const machine = Math.floor(i / parts)
      const context = { source: `plc-${machine}`, site: SITE, actor: 'bench' }
      await log.services.record(reportsOf(machine, (i % parts) * DAYS_A_CALL), context)
    })
    for (let day = 0; day < BUSY_DAYS; day++) await work(log, START + day * DAY_MS)
  } finally {
    await log.close()
  }
}

async function masterData({ store }: Log): Promise<void> {
  const execute = createExecute({ store, clock: systemClock })
  let sent = 0
  const send = async (decider: Decider, command: object): Promise<void> => {
    const how = { ...envelope(`kpi-${sent++}`), occurredAt: at(START) }
    const outcome = await execute(decider, command, how)
    if (isRejection(outcome)) throw new Error(outcome.why)
  }
  const scope = (scopeId: string, level: string, parentId: string | null) =>
    send(hierarchyScope, {
      ...{ type: 'DefineHierarchyScope', scopeId, level, parentId, name: scopeId },
      timeZone: level === 'SITE' ? 'Europe/Berlin' : null,
    })
  await scope(SITE, 'SITE', null)
  for (let i = 0; i < CENTRES; i++) await scope(`C${i}`, 'WORK_CENTRE', SITE)
  for (let i = 0; i < MACHINES; i++) await scope(`M${i}`, 'WORK_UNIT', `C${i % CENTRES}`)
  await scope('ELSEWHERE', 'WORK_CENTRE', SITE)
  const onSite = { scopeId: SITE, kind: 'EQUIPMENT' }
  await send(calendar, {
    ...{ type: 'DefineCalendar', ...onSite, name: 'Plant', timeZone: 'Europe/Berlin' },
  })
  const days = [0, 1, 2, 3, 4, 5, 6]
  const shift = (shiftId: string, hours: readonly string[]) => {
    const [start, pause, resume, end] = hours
    return { shiftId, name: shiftId, start, end, days, breaks: [{ start: pause, end: resume }] }
  }
  const shifts = [
    shift('EARLY', ['06:00', '10:00', '10:30', '14:00']),
    shift('LATE', ['14:00', '18:00', '18:30', '22:00']),
    shift('NIGHT', ['22:00', '02:00', '02:30', '06:00']),
  ]
  await send(calendar, {
    ...{ type: 'ChangeShiftPattern', ...onSite, from: '2026-03-01', pattern: { shifts } },
  })
  const cycle = { type: 'DefineCycleTime', idealMs: 40_000, validFrom: at(START) }
  for (let i = 0; i < MACHINES; i++) await send(cycleTime, { ...cycle, equipmentId: `M${i}` })
}

/** States that change after times that differ from machine to machine, and pieces by shift. */
function reportsOf(machine: number, firstDay: number) {
  const equipmentId = `M${machine}`
  const step = DAY_MS / CHANGES_A_DAY
  return Array.from({ length: DAYS_A_CALL }, (_, d) => START + (firstDay + d) * DAY_MS).flatMap(
    (day) => [
      ...Array.from({ length: CHANGES_A_DAY }, (_, i) => ({
        type: 'EquipmentStateChanged',
        data: { equipmentId, state: STATES[i % STATES.length]! },
        occurredAt: at(day + i * step + ((machine * 7_919 + i * 104_729) % step)),
      })),
      ...Array.from({ length: SHIFTS }, (_, i) => ({
        type: 'CounterAdvanced',
        data: { equipmentId, counter: 'parts', delta: 300, unit: 'C62' },
        occurredAt: at(day + ((i + 0.5) * DAY_MS) / SHIFTS),
      })),
    ],
  )
}

/** Orders of one day, each with its bookings one after the other. */
async function work({ store }: Log, day: number): Promise<void> {
  const hour = DAY_MS / 24
  const onMachines = Array.from({ length: WORKED_ON }, (_, i) => ({
    ...{ personId: `P${i}`, equipmentId: `M${i}` },
    ...{ from: day + 6 * hour, to: day + 13 * hour },
  }))
  const elsewhere = Array.from({ length: BOOKINGS_ELSEWHERE }, (_, i) => {
    const from = day + Math.floor((i * DAY_MS) / BOOKINGS_ELSEWHERE)
    const to = Math.min(from + hour / 4, day + DAY_MS)
    return { personId: `Q${i % PEOPLE}`, equipmentId: `B${i % SHOPS}`, from, to }
  })
  const all = [...onMachines, ...elsewhere]
  const orders = Array.from({ length: all.length / BOOKINGS_AN_ORDER }, (_, n) => {
    const orderId = `${at(day).slice(0, 10)}-${n}`
    const mine = all.slice(n * BOOKINGS_AN_ORDER, (n + 1) * BOOKINGS_AN_ORDER)
    const what = { orderId, materialId: 'gear', quantity: 1_000, unit: 'C62' }
    const content = { ...what, dueAt: null, priority: 500, operations: [OPERATION] }
    return {
      stream: `order-${orderId}`,
      expected: NO_STREAM,
      events: [
        fact('OrderReleased', content, at(day)),
        ...mine.map((booking, i) => booked(orderId, `b${i}`, booking)),
      ],
    }
  })
  await store.append(orders)
}

const OPERATION = {
  ...{ operationId: '10', sequence: 10, name: 'Mill', workCentreId: 'ELSEWHERE' },
  ...{ setupTimeMs: null, runTimeMsPerUnit: 40_000 },
}
const booked = (
  orderId: string,
  bookingId: string,
  { from, to, ...by }: { from: number; to: number; personId: string; equipmentId: string },
): NewEvent => {
  const made = { good: 10, scrap: 0, scrapReason: null, rework: 0, awaitingDisposition: 0 }
  const when = { startedAt: at(from), endedAt: at(to) }
  const what = { orderId, bookingId, operationId: '10', activity: 'PRODUCTION', isRework: false }
  return fact('WorkBooked', { ...what, ...by, ...when, ...made }, when.endedAt)
}
function fact(type: string, data: object, occurredAt: string): NewEvent {
  const id = randomUUID()
  const by = { source: 'bench', site: SITE, actor: 'bench', correlationId: id, causationId: id }
  return { id, type, schemaVersion: 1, data, metadata: { occurredAt, ...by } }
}

/** A server on the folder whose read models have everything. */
async function withApi(
  folder: string,
  work: (ask: (query: string) => Promise<number>) => Promise<void>,
): Promise<void> {
  const settings = { TAKTLOG_PORT: '0', TAKTLOG_RATE_LIMIT: '1000000', TAKTLOG_MAX_COST: '1000000' }
  const config = configOf(folder, { ...settings, TAKTLOG_ROLES: 'api,projector' })
  const system = await startSystem(config, createLogger(config))
  try {
    if (!(await system.reads.waitFor(await system.store.head(), TIMEOUT_MS)))
      throw new Error('the read models stay behind')
    await work((query) => answered(`${system.api!.url}/graphql`, query))
  } finally {
    await system.close()
  }
}

/** Milliseconds until the whole answer is there. */
function answered(url: string, query: string): Promise<number> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const sent = request(url, { method: 'POST', headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => {
        if (response.statusCode === 200 && text.includes('"coverage":1'))
          resolve(performance.now() - start)
        else reject(new Error(`${response.statusCode} ${text.slice(0, 500)}`))
      })
    })
    sent.on('error', reject)
    sent.end(JSON.stringify({ query }))
  })
}
