import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GraphQLError } from 'graphql'
import { z } from 'zod'
import { documentText, queryDocument } from '../projections/epcis/document.ts'
import type { EpcisEventRow } from '../projections/epcis/epcis-events.ts'
import { DEFAULT_NAMING } from '../projections/epcis/names.ts'
import type { Principal } from './authorise.ts'
import { createContext, type Context, type Services } from './context.ts'
import { eventsBetween, eventsOfTrace, search } from './epcis-export.ts'
import { asksForErrors, parseQuery, tokenOf } from './epcis-query.ts'
import { apiError, apiErrors, type ApiErrorCode } from './errors.ts'
import { problem } from './rest.ts'

const JSON_LD = 'application/ld+json; charset=utf-8'
const VERSIONS = { 'GS1-EPCIS-Version': '2.0.0', 'GS1-CBV-Version': '2.0.0' }
const WAYS = {
  BACKWARD: ['BACKWARD'],
  FORWARD: ['FORWARD'],
  BOTH: ['BACKWARD', 'FORWARD'],
} as const
const KINDS = ['LOT', 'SERIAL', 'ORDER', 'TRANSFORMATION', 'LOGISTIC_UNIT', 'DELIVERY'] as const

const instant = z.iso.datetime({ offset: true }).optional()
const Window = z.strictObject({ from: instant, to: instant })
const Trace = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(KINDS).nullable().default(null),
  direction: z.enum(['BACKWARD', 'FORWARD', 'BOTH']).default('BOTH'),
})

type Answer = (request: FastifyRequest, reply: FastifyReply, context: Context) => Promise<unknown>

/**
 * The query interface of EPCIS 2.0 over REST, and whole documents of a window or a trace. All of it is
 * for `read:material`.
 */
export function epcisRoutes(
  app: FastifyInstance,
  services: Services,
  principalOf: (request: FastifyRequest) => Principal | null,
): void {
  const naming = services.naming ?? DEFAULT_NAMING
  const get = (path: string, answer: Answer): void => {
    app.get(path, async (request, reply) => {
      const principal = principalOf(request)
      if (!principal) return problem(reply.header('www-authenticate', 'Bearer'), 'Unauthenticated')
      const context = createContext(services, principal)
      try {
        await context.access.demand({ kind: 'read', context: 'material', site: null })
        return await answer(request, reply.headers(VERSIONS).type(JSON_LD), context)
      } catch (error) {
        const code = error instanceof GraphQLError ? error.extensions['code'] : null
        if (typeof code !== 'string' || !(code in apiErrors)) throw error
        return problem(reply, code as ApiErrorCode, (error as Error).message)
      }
    })
  }
  /** The first page is read before anything is sent: what fails at once is answered as an error. */
  const document = async (reply: FastifyReply, rows: AsyncGenerator<EpcisEventRow>) => {
    const first = await rows.next()
    const all = (async function* () {
      if (!first.done) yield first.value
      yield* rows
    })()
    return reply
      .header('content-disposition', 'attachment; filename="epcis.jsonld"')
      .send(Readable.from(documentText(all, services.clock.now())))
  }

  get('/epcis/events', async ({ query }, reply, context) => {
    const { filter, page } = parseQuery(query as Record<string, unknown>)
    const rows = await search(filter, { ...page, limit: page.limit + 1 }, context)
    const shown = rows.slice(0, page.limit)
    const last = shown.at(-1)
    if (rows.length > page.limit && last) {
      const time = page.orderBy === 'eventTime' ? last.eventTime : last.recordedAt
      const next = new URLSearchParams(query as Record<string, string>)
      next.set('nextPageToken', tokenOf(time, last.key))
      reply.header('link', `</epcis/events?${next.toString()}>; rel="next"`)
    }
    const only = asksForErrors(filter) ? 'declared' : 'all'
    return reply.send(JSON.stringify(queryDocument(shown, services.clock.now(), only)))
  })

  get('/epcis/events/*', async ({ params }, reply, context) => {
    const id = (params as { '*': string })['*']
    const page = { orderBy: 'eventTime', direction: 'asc', limit: 1, after: null } as const
    const rows = await search({ EQ_eventID: [id] }, page, context)
    if (rows.length === 0) reply.code(404)
    return reply.send(JSON.stringify(queryDocument(rows, services.clock.now())))
  })

  get('/epcis/document', async ({ query }, reply, context) => {
    const wanted = Window.safeParse(query)
    if (!wanted.success) throw apiError('InvalidInput', z.prettifyError(wanted.error))
    return document(reply, eventsBetween(wanted.data, context))
  })

  get('/epcis/trace', async ({ query }, reply, context) => {
    const wanted = Trace.safeParse(query)
    if (!wanted.success) throw apiError('InvalidInput', z.prettifyError(wanted.error))
    const { id, kind, direction } = wanted.data
    const rows = await eventsOfTrace({ id, kind, ways: WAYS[direction] }, naming, context)
    if (rows === null)
      throw apiError('InvalidInput', `id ${id}: the genealogy knows nothing of it.`)
    return document(reply, rows)
  })
}
