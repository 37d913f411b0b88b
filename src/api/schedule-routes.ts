import type { FastifyInstance, FastifyRequest } from 'fastify'
import { orderPromises } from '../projections/planning/order-promises.ts'
import { hierarchy } from '../projections/site/hierarchy.ts'
import type { Principal } from './authorise.ts'
import { createContext, type Context, type Services } from './context.ts'
import { apiError } from './errors.ts'
import { ganttSvg } from './gantt.ts'
import { shownSchedule, type ShownSchedule } from './planning-read.ts'
import { orProblem, problem } from './rest.ts'
import { scheduleCsv, scheduleIcs } from './schedule-ics.ts'

/** What one chart, calendar or table shows without being asked for more. */
const DAYS_BACK = 1
const DAYS_AHEAD = 6
const DAY_MS = 86_400_000
const MAX_DAYS = 400
/** Of a chart, before its first bar and behind its last. */
const MARGIN_MS = 1_800_000
/** A chart with more bars can be neither drawn by a browser nor read. */
const MAX_BARS = 5_000

const TYPES = {
  svg: 'image/svg+xml; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  ics: 'text/calendar; charset=utf-8',
} as const
type Format = keyof typeof TYPES

/** `/schedules/<site>.svg|csv|ics?equipmentId=&from=&to=`: the plan in force, for eyes and programs. */
export function scheduleRoutes(
  app: FastifyInstance,
  services: Services,
  principalOf: (request: FastifyRequest) => Principal | null,
): void {
  app.get('/schedules/:file', async (request, reply) => {
    const principal = principalOf(request)
    if (!principal) return problem(reply.header('www-authenticate', 'Bearer'), 'Unauthenticated')
    return orProblem(reply, async () => {
      const { file } = request.params as { file: string }
      const [site, format] = nameOf(file)
      const context = createContext(services, principal)
      const text = await fileOf(site, format, request.query as Query, context)
      return reply.type(TYPES[format]).send(text)
    })
  })
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>

function nameOf(file: string): readonly [string, Format] {
  const dot = file.lastIndexOf('.')
  const format = file.slice(dot + 1)
  if (dot < 1 || !(format in TYPES))
    throw apiError('InvalidInput', `${file}: ask for /schedules/<site>.svg, .csv or .ics.`)
  return [file.slice(0, dot), format as Format]
}

async function fileOf(
  site: string,
  format: Format,
  query: Query,
  context: Context,
): Promise<string> {
  const now = context.clock.now()
  const around = (days: number): string => new Date(Date.parse(now) + days * DAY_MS).toISOString()
  const asked = { ...momentOf('from', query), ...momentOf('to', query) }
  const { from = around(-DAYS_BACK), to = around(DAYS_AHEAD) } = asked
  const length = Date.parse(to) - Date.parse(from)
  if (length <= 0 || length > MAX_DAYS * DAY_MS)
    throw apiError(
      'InvalidInput',
      `from ${from} to ${to} is not a window of up to ${MAX_DAYS} days.`,
    )
  const only = query['equipmentId']
  const equipmentIds = only === undefined ? null : [only].flat()
  const question = { site, plan: null, from, to, equipmentIds, orderIds: null }
  const shown = await shownSchedule(question, context)
  if (!shown) throw apiError('InvalidInput', `site ${site}: no plan is in force.`)
  switch (format) {
    case 'csv':
      return scheduleCsv(shown.operations)
    case 'ics':
      return scheduleIcs(`Schedule ${site}`, shown.operations, now)
    case 'svg':
      return svgOf(shown, { now, ...spanOf(shown.operations, now), ...asked }, context)
  }
}

async function svgOf(
  { site, plan, operations }: ShownSchedule,
  window: { readonly from: string; readonly to: string; readonly now: string },
  { reads }: Context,
): Promise<string> {
  if (operations.length > MAX_BARS)
    throw apiError('InvalidInput', `more than ${MAX_BARS} operations; ask for a shorter time.`)
  const orderIds = [...new Set(operations.map(({ orderId }) => orderId))]
  const [node, ...promises] = await Promise.all([
    reads.load(hierarchy, site),
    ...orderIds.map((orderId) => reads.load(orderPromises, orderId)),
  ])
  const late = new Set(promises.flatMap((row) => (row?.isLate ? [row.key] : [])))
  const title = `${site}: plan ${plan.planId.slice(0, 13)} from ${plan.startsAt}`
  return ganttSvg({ title, operations, ...window, timeZone: node?.timeZone ?? 'UTC', late })
}

/** A chart that nobody gave a time reaches as far as its bars do, and to now. */
function spanOf(
  operations: ShownSchedule['operations'],
  now: string,
): { readonly from: string; readonly to: string } {
  const moments = operations.flatMap(({ setupStartsAt, endsAt }) => [setupStartsAt, endsAt])
  const [from, to] = [Math.min, Math.max].map((most) =>
    moments.map((at) => Date.parse(at)).reduce((a, b) => most(a, b), Date.parse(now)),
  )
  return {
    from: new Date(from! - MARGIN_MS).toISOString(),
    to: new Date(to! + MARGIN_MS).toISOString(),
  }
}

function momentOf<Name extends 'from' | 'to'>(name: Name, query: Query): { [K in Name]?: string } {
  const value = query[name]
  if (value === undefined) return {}
  const time = typeof value === 'string' ? Date.parse(value) : NaN
  if (Number.isNaN(time))
    throw apiError('InvalidInput', `${name} ${String(value)} is not an instant.`)
  return { [name]: new Date(time).toISOString() } as { [K in Name]?: string }
}
