import type { FastifyInstance, FastifyRequest } from 'fastify'
import { calendarKind } from '../domain/calendar/events.ts'
import type { Principal } from './authorise.ts'
import { calendarIcs } from './calendar-ics.ts'
import { createContext, type Services } from './context.ts'
import { apiError } from './errors.ts'
import { orProblem, problem } from './rest.ts'
import { checkWindow } from './shifts.ts'
import { workingCalendars } from './working-calendars.ts'

/** What a calendar program wants to see without asking for more: some weeks back, half a year ahead. */
const DAYS_BACK = 31
const DAYS_AHEAD = 184

/** `/calendars/<scopeId>.ics`: the working time of a scope for calendar programs and other systems. */
export function calendarRoute(
  app: FastifyInstance,
  services: Services,
  principalOf: (request: FastifyRequest) => Principal | null,
): void {
  app.get('/calendars/:file', async (request, reply) => {
    const principal = principalOf(request)
    if (!principal) return problem(reply.header('www-authenticate', 'Bearer'), 'Unauthenticated')
    return orProblem(reply, async () => {
      const { file } = request.params as { file: string }
      const query = request.query as Query
      const text = await icsOf(file, query, createContext(services, principal))
      return reply.type('text/calendar; charset=utf-8').send(text)
    })
  })
}

type Query = Readonly<Record<string, string | undefined>>

async function icsOf(
  file: string,
  query: Query,
  context: ReturnType<typeof createContext>,
): Promise<string> {
  if (!file.endsWith('.ics'))
    throw apiError('InvalidInput', `${file}: ask for /calendars/<scopeId>.ics.`)
  const scopeId = file.slice(0, -'.ics'.length)
  const kind = calendarKind.safeParse(query['kind'] ?? 'EQUIPMENT')
  if (!kind.success) throw apiError('InvalidInput', `kind ${query['kind']} is no kind of calendar.`)
  const now = context.clock.now()
  const today = Temporal.Instant.from(now)
  const window = {
    from: momentOf('from', query) ?? iso(today.subtract({ hours: 24 * DAYS_BACK })),
    to: momentOf('to', query) ?? iso(today.add({ hours: 24 * DAYS_AHEAD })),
  }
  checkWindow(window)
  const { path, calendars } = await workingCalendars(scopeId, kind.data, null, context)
  if (calendars.size === 0)
    throw apiError('InvalidInput', `${scopeId}: no ${kind.data} calendar holds for this scope.`)
  return calendarIcs({ scopeId, path, calendars, window, now })
}

function momentOf(name: string, query: Query): string | null {
  const value = query[name]
  if (value === undefined) return null
  const time = Date.parse(value)
  if (Number.isNaN(time)) throw apiError('InvalidInput', `${name} ${value} is not an instant.`)
  return new Date(time).toISOString()
}

const iso = (instant: Temporal.Instant): string => new Date(instant.epochMilliseconds).toISOString()
