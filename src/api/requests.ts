import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Execute } from '../commands/execute.ts'
import type { Telemetry } from '../commands/telemetry.ts'
import { traceOf, validTraceparent, type Span } from '../commands/tracing.ts'

/**
 * The request that something was done for. Its id is the correlation id of all facts it causes, unless
 * the caller names another, and stands in every line of the log about it.
 */
export interface Errand {
  readonly id: string
  /** Of the innermost span under way, else what the caller sent. */
  traceparent: string | undefined
  /** Aborts when the client goes away, or has its answer. Absent where nothing tells. */
  readonly gone?: () => AbortSignal
}

declare module 'fastify' {
  interface FastifyRequest {
    errand: Errand
    span: Span | null
  }
}

/** What a caller may choose as the id of a request. */
const REQUEST_ID = /^[\w.:-]{1,128}$/
/** Asked for every few seconds by machines: not worth a trace. */
const UNTRACED = /^\/(health|metrics)/

export const newErrand = (): Errand => ({ id: randomUUID(), traceparent: undefined })

/** GraphQL tells of an error, but not in answering which request it came up. */
const underWay = new AsyncLocalStorage<Errand>()
/** Does work for an errand. Of a subscription that is its beginning: what comes later has no errand. */
export const doneFor = <T>(errand: Errand, work: () => T): T => underWay.run(errand, work)
/** Id of the request under way here; undefined where none is. */
export const requestUnderWay = (): string | undefined => underWay.getStore()?.id

/** `x-request-id` of the caller, else a new one. */
export const requestId = (headers: Readonly<Record<string, unknown>>): string => {
  const given = headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}

/** Has every request counted, traced and logged (level debug), without its content. */
export function watchRequests(app: FastifyInstance, { metrics, tracer }: Telemetry): void {
  app.decorateRequest('span', null)
  // Each request gets its own; fastify wants the shape.
  app.decorateRequest('errand')
  app.addHook('onRequest', async (request, reply) => {
    const { id, method, headers } = request
    const route = request.routeOptions.url ?? 'none'
    const parent = validTraceparent(headers['traceparent'])
    request.span = UNTRACED.test(route)
      ? null
      : tracer.start(`${method} ${route}`, {
          ...{ kind: 'server', parent },
          attributes: { 'http.request.method': method, 'http.route': route, 'taktlog.request': id },
        })
    request.errand = {
      ...{ id, traceparent: request.span?.traceparent ?? parent },
      gone: () => closing(reply.raw),
    }
    reply.header('x-request-id', id)
  })
  app.addHook('onResponse', async ({ span, log, method, routeOptions: { url }, errand }, reply) => {
    const status = reply.statusCode
    metrics.count('taktlog_http_requests_total', { status: String(status) })
    span?.set({ 'http.response.status_code': status })
    if (status >= 500) span?.fail(new Error('Internal'))
    span?.end()
    const ms = Math.round(reply.elapsedTime)
    log.debug(
      { method, route: url, status, ms, trace: traceOf(errand ?? {}).traceparent },
      'answered',
    )
  })
}

function closing(response: ServerResponse): AbortSignal {
  const closed = new AbortController()
  if (response.closed) closed.abort()
  else response.once('close', () => closed.abort())
  return closed.signal
}

/** Commands of an errand carry its id and its trace. */
export const onErrand =
  (execute: Execute, errand: Errand | undefined): Execute =>
  (decider, command, envelope) =>
    execute(decider, command, { ...originOf(errand), ...envelope })

export const originOf = (errand: Errand | undefined) =>
  errand === undefined
    ? {}
    : {
        correlationId: errand.id,
        ...(errand.traceparent === undefined ? {} : { traceparent: errand.traceparent }),
      }
