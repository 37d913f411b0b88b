import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { instant } from '../domain/types.ts'
import type { Condition, Page } from '../projections/read-models.ts'
import { signatures, type SignatureRow } from '../projections/workflow/signatures.ts'
import type { Principal } from './authorise.ts'
import { createContext, type Context, type Services } from './context.ts'
import { csvLine } from './csv.ts'
import { apiError } from './errors.ts'
import { htmlPage, htmlTable } from './html.ts'
import { nameOf } from './person-field.ts'
import { orProblem, problem } from './rest.ts'
import { checkSignature } from './signature-check.ts'

/** Signatures of one manifest. It is a document about records, not the whole history of a plant. */
const MAX_SIGNATURES = 5_000
const PAGE = 500

const text = z.string().min(1).optional()
const Query = z.strictObject({
  ...{ kind: text, recordId: text, personId: text, site: text },
  ...{ from: instant.optional(), to: instant.optional() },
})
const CONDITIONS = [
  ...(['kind', 'recordId', 'personId', 'site'] as const).map(
    (column) => ({ name: column, column, op: '=' }) as const,
  ),
  { name: 'from', column: 'signedAt', op: '>=' },
  { name: 'to', column: 'signedAt', op: '<' },
] as const

const COLUMNS = [
  ...['printedName', 'signedAtUtc', 'meaning', 'kind', 'recordId', 'revision', 'status'],
  ...['personId', 'remark', 'components', 'site', 'signatureId', 'sha256'],
]
type Cells = readonly (string | number | null)[]

/**
 * `GET /signatures.csv` and `/signatures.html`: signatures with printed name, UTC time and meaning
 * (21 CFR 11.50), each held against its record. For `read:workflow` and `read:personnel`.
 */
export function signatureManifest(
  app: FastifyInstance,
  services: Services,
  principalOf: (request: FastifyRequest) => Principal | null,
): void {
  for (const format of ['csv', 'html'] as const)
    app.get(`/signatures.${format}`, async (request, reply) => {
      const principal = principalOf(request)
      if (!principal) return problem(reply.header('www-authenticate', 'Bearer'), 'Unauthenticated')
      const query = Query.safeParse(request.query)
      if (!query.success) return problem(reply, 'InvalidInput', z.prettifyError(query.error))
      return orProblem(reply, async () => {
        const context = createContext(services, principal)
        const rows = await manifest(query.data, context)
        return format === 'csv'
          ? reply
              .type('text/csv; charset=utf-8')
              .header('content-disposition', 'attachment; filename="signatures.csv"')
              .send(Readable.from(csv(rows)))
          : reply
              .type('text/html; charset=utf-8')
              .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
              .send(Readable.from(html(rows, services.clock.now())))
      })
    })
}

async function manifest(
  asked: z.output<typeof Query>,
  context: Context,
): Promise<readonly Cells[]> {
  const where: Condition<SignatureRow>[] = CONDITIONS.flatMap(({ name, column, op }) =>
    asked[name] === undefined ? [] : [{ column, op, value: asked[name] }],
  )
  const found: Cells[] = []
  for (let after: string | null = null; ;) {
    const page: Page<SignatureRow> = await context.reads.page(signatures, {
      ...{ where, first: PAGE, after },
      orderBy: { column: 'signedAt', direction: 'asc' },
    })
    found.push(...(await Promise.all(page.rows.map(({ row }) => cells(row, context)))))
    if (!page.hasNextPage) return found
    if (found.length >= MAX_SIGNATURES) throw apiError('InvalidInput', TOO_MANY)
    after = page.rows.at(-1)!.cursor
  }
}

async function cells(row: SignatureRow & { readonly site: string }, context: Context) {
  const [name, check] = await Promise.all([
    nameOf(row.personId, context),
    checkSignature(row, context),
  ])
  const later = `broken: ${check.later.length} facts came after it`
  const status = check.hashMatches
    ? check.valid
      ? 'valid'
      : later
    : 'broken: the record is not what was signed'
  return [
    ...[name, row.signedAt, row.meaning, row.kind, row.recordId, row.revision, status],
    ...[row.personId, row.remark, row.components, row.site, row.signatureId, row.hash],
  ]
}

const TOO_MANY = `more than ${MAX_SIGNATURES} signatures; name a record, a person or a window.`

function* csv(rows: readonly Cells[]): Generator<string> {
  yield csvLine(COLUMNS)
  for (const row of rows) yield csvLine(row)
}

function* html(rows: readonly Cells[], now: string): Generator<string> {
  yield* htmlPage('Electronic signatures', [
    `Printed ${now}; every hash was computed anew from the log. Names are those of the day of printing.`,
  ])
  yield* htmlTable(COLUMNS, rows)
}
