import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AuditFilter } from '../commands/audit-trail.ts'
import { auditPage, type AuditLine, type Folded } from './audit-reader.ts'
import { authorise, type Principal } from './authorise.ts'
import { createContext, type Services } from './context.ts'
import { csvLine } from './csv.ts'
import { problem } from './rest.ts'

/** Lines read at once: an export of any length takes the memory of one page. */
const PAGE = 500

const text = z.string().min(1).optional()
const instant = z.iso.datetime({ offset: true }).optional()
/** The conditions of `auditTrail`, as query parameters; `types` with commas. */
const Query = z.strictObject({
  ...{ stream: text, actor: text, person: text, source: text, site: text },
  types: z
    .string()
    .min(1)
    .transform((list) => list.split(','))
    .optional(),
  ...{ occurredFrom: instant, occurredBefore: instant },
  ...{ recordedFrom: instant, recordedBefore: instant },
})

const COLUMNS = [
  ...['position', 'recordedAt', 'occurredAt', 'kind', 'type', 'object', 'stream', 'revision'],
  ...['actor', 'person', 'source', 'site', 'commandId', 'reason', 'changes', 'data', 'eventId'],
] as const

/** `GET /audit-trail.csv`: the audit trail in the order of the log, streamed, for `read:audit`. */
export function auditExport(
  app: FastifyInstance,
  services: Services,
  principalOf: (request: FastifyRequest) => Principal | null,
): void {
  const { auditTrail: trail, store } = services
  if (!trail) return
  app.get('/audit-trail.csv', async (request, reply) => {
    const principal = principalOf(request)
    if (!principal) return problem(reply, 'Unauthenticated')
    const access = { kind: 'read', context: 'audit', site: null } as const
    if (authorise(principal, access)) {
      await createContext(services, principal).access.check(access)
      return problem(reply, 'Forbidden')
    }
    const query = Query.safeParse(request.query)
    if (!query.success) return problem(reply, 'InvalidInput', z.prettifyError(query.error))
    const filter = Object.fromEntries(
      Object.entries(query.data).filter(([, value]) => value !== undefined),
    ) as AuditFilter
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit-trail.csv"')
      .send(Readable.from(csv({ trail, store }, filter, principal.sites)))
  })
}

async function* csv(
  from: Parameters<typeof auditPage>[0],
  filter: AuditFilter,
  sites: readonly string[] | null,
): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`
  const folded: Folded = new Map()
  for (let after = 0; ;) {
    const page = { limit: PAGE, direction: 'forward', after } as const
    const { lines, more } = await auditPage(from, filter, page, sites, folded)
    const rows = await Promise.all(lines.map(row))
    yield rows.join('')
    if (!more) return
    after = lines.at(-1)!.fact.position
  }
}

async function row(line: AuditLine): Promise<string> {
  const { fact, kind, object, person, reason } = line
  const { actor, source, site, commandId, occurredAt } = fact.metadata
  const changes = await line.changes()
  const cells = [
    ...[fact.position, fact.recordedAt, occurredAt, kind, fact.type, object, fact.stream],
    ...[fact.revision, actor, person, source, site, commandId, reason],
    ...[changes && JSON.stringify(changes), JSON.stringify(fact.data), fact.id],
  ]
  return csvLine(cells)
}
