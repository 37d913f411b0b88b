import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { instant } from '../domain/types.ts'
import type { RecallLine } from '../projections/material/recall/lines.ts'
import { totalsOf } from '../projections/material/recall/totals.ts'
import type { Principal } from './authorise.ts'
import { createContext, type Services } from './context.ts'
import { csvLine } from './csv.ts'
import { partsOf } from './genealogy-view.ts'
import { htmlPage, htmlTable } from './html.ts'
import { MAX_RECALL_NODES, readRecall, type Recall } from './recall-read.ts'
import type { RecallSelection } from './recall-roots.ts'
import { orProblem, problem } from './rest.ts'

const text = z.string().min(1).optional()
const list = z
  .string()
  .min(1)
  .transform((ids) => ids.split(','))
  .optional()
/** The arguments of `recall`, as query parameters; lists with commas. */
const Query = z.strictObject({
  ...{ lots: list, serials: list },
  ...{ materialId: text, equipmentId: text, personId: text, parameterId: text },
  ...{ from: instant.optional(), to: instant.optional() },
  at: instant.optional(),
  /** A position of the log, or when it was recorded. */
  asKnownAt: z.union([z.coerce.number().int().nonnegative(), instant]).optional(),
})
type Asked = z.output<typeof Query>

const COLUMNS = [
  ...['disposition', 'kind', 'id', 'site', 'materialId', 'quantity', 'unit', 'certain', 'contains'],
  ...['locationId', 'logisticUnitIds', 'parentSerial', 'customerId', 'deliveryId', 'shippedAt'],
] as const

/** `GET /recall.csv` and `/recall.html`: a recall as files, for `read:material`. */
export function recallExport(
  app: FastifyInstance,
  services: Services,
  principalOf: (request: FastifyRequest) => Principal | null,
): void {
  for (const format of ['csv', 'html'] as const)
    app.get(`/recall.${format}`, async (request, reply) => {
      const principal = principalOf(request)
      if (!principal) return problem(reply.header('www-authenticate', 'Bearer'), 'Unauthenticated')
      const query = Query.safeParse(request.query)
      if (!query.success) return problem(reply, 'InvalidInput', z.prettifyError(query.error))
      const selection = selectionOf(query.data)
      if (!selection)
        return problem(
          reply,
          'InvalidInput',
          'name lots, serials, or a materialId, equipmentId, personId or parameterId with from and to.',
        )
      return orProblem(reply, async () => {
        const { at = null, asKnownAt } = query.data
        const known =
          typeof asKnownAt === 'number' ? { position: asKnownAt } : { recordedAt: asKnownAt! }
        const clocks = { at, asKnownAt: asKnownAt === undefined ? null : known }
        const context = createContext(services, principal)
        const recall = await readRecall(selection, clocks, MAX_RECALL_NODES, context)
        return format === 'csv'
          ? reply
              .type('text/csv; charset=utf-8')
              .header('content-disposition', 'attachment; filename="recall.csv"')
              .send(Readable.from(csv(recall)))
          : reply
              .type('text/html; charset=utf-8')
              .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
              .send(Readable.from(html(recall, selection, at)))
      })
    })
}

/** Null where the parameters name nothing, or a window is not whole. */
function selectionOf(asked: Asked): RecallSelection | null {
  const { lots, serials, materialId, equipmentId, personId, parameterId, from, to } = asked
  if (lots || serials) return { lots: lots ?? null, serials: serials ?? null }
  if (from === undefined || to === undefined) return null
  if (parameterId)
    return { processValue: { parameterId, equipmentId: equipmentId ?? null, from, to } }
  if (materialId) return { material: { materialId, from, to } }
  if (equipmentId) return { equipment: { equipmentId, from, to } }
  return personId ? { person: { personId, from, to } } : null
}

const cells = (line: RecallLine) => {
  const { kind, id } = partsOf(line.node)
  const contains = line.contains
    .map(({ atLeast, atMost, unit }) =>
      atLeast === atMost ? `${atLeast} ${unit}` : `${atLeast} to ${atMost} ${unit}`,
    )
    .join('; ')
  return [
    ...[line.disposition, kind, id, line.site, line.materialId, line.quantity, line.unit],
    ...[line.certain ? 'certain' : 'candidate', contains, line.locationId],
    ...[line.logisticUnitIds.join(' > '), line.parentSerial, line.customerId, line.deliveryId],
    line.shippedAt,
  ]
}

function* csv({ lines, truncated, unknown }: Recall): Generator<string> {
  yield csvLine(COLUMNS)
  for (const line of lines) yield csvLine(cells(line))
  for (const node of unknown) yield csvLine([`UNKNOWN: ${named(node)}`])
  if (truncated) yield csvLine([TRUNCATED])
}
const TRUNCATED = `INCOMPLETE: more than ${MAX_RECALL_NODES} things are affected; begin with less.`

const named = (node: string): string => Object.values(partsOf(node)).join(' ')

/** What was asked for, in words. */
function askedIn({
  lots,
  serials,
  material,
  equipment,
  person,
  processValue,
}: RecallSelection): string {
  const between = ({ from, to }: { readonly from: string; readonly to: string }) =>
    `from ${from} to ${to}`
  if (material) return `what was made of material ${material.materialId} ${between(material)}`
  if (equipment) return `what ${equipment.equipmentId} worked on ${between(equipment)}`
  if (person) return `what ${person.personId} worked on ${between(person)}`
  if (!processValue) return [...(lots ?? []), ...(serials ?? [])].join(', ')
  const { parameterId, equipmentId } = processValue
  const on = equipmentId == null ? '' : ` on ${equipmentId}`
  return `what had ${parameterId} out of limits${on} ${between(processValue)}`
}

/** More would fill a page before the report begins. */
const MAX_NAMES = 30

function* html(recall: Recall, asked: RecallSelection, at: string | null): Generator<string> {
  const { roots, lines, unknown, view, truncated } = recall
  const names =
    roots.length > MAX_NAMES ? `${roots.length} lots and serials` : roots.map(named).join(', ')
  yield* htmlPage('Recall report', [
    `Asked for: ${askedIn(asked)}. Recalled: ${names || 'nothing that is known'}.`,
    ...(unknown.length > 0 ? [`UNKNOWN: ${unknown.map(named).join(', ')}.`] : []),
    `${at === null ? '' : `State of the plant at ${at}. `}As known to the log at position ${view.position}.`,
    'Candidate: known for an order only, so it may hold none of the recalled.',
    ...(truncated ? [TRUNCATED] : []),
  ])
  yield '<h2>Quantities by place</h2>'
  yield* htmlTable(
    [
      ...['disposition', 'material', 'quantity', 'certain', 'unit', 'lines'],
      ...['location', 'customer', 'delivery', 'pallet', 'shipped'],
    ],
    totalsOf(lines).map((t) => [
      ...[t.disposition, t.materialId, t.quantity, t.certainQuantity, t.unit, t.lines],
      ...[t.locationId, t.customerId, t.deliveryId, t.palletId, t.shippedAt],
    ]),
  )
  yield '<h2>Everything that is affected</h2>'
  yield* htmlTable(COLUMNS, lines.map(cells))
}
