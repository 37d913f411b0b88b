import { unitOperations, type UnitOperationRow } from '../projections/material/unit-operations.ts'
import { madeOf, touchedBy, type Window } from '../projections/material/recall/selection.ts'
import { known } from '../projections/material/trace/statements.ts'
import type { View } from '../projections/material/trace/view.ts'
import type { Projection } from '../projections/projection.ts'
import { processValues, type ProcessValueRow } from '../projections/quality/process-values.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { askOf, nodeOf } from './genealogy-view.ts'

/** What a recall begins with: one of these. */
export interface RecallSelection {
  readonly lots?: readonly string[] | null
  readonly serials?: readonly string[] | null
  readonly material?: (Window & { readonly materialId: string }) | null
  readonly equipment?: (Window & { readonly equipmentId: string }) | null
  readonly person?: (Window & { readonly personId: string }) | null
  readonly processValue?: (Window & ProcessValueWish) | null
}
interface ProcessValueWish {
  readonly parameterId: string
  readonly equipmentId?: string | null
}

/** More would be no recall any more, and the first statement of the walk takes them all. */
const MAX_ROOTS = 10_000
/** Streams folded at once for a moment of the past. */
const CHUNK = 500

/** What a selection asks for by number. */
export const namedIn = ({ lots, serials }: RecallSelection): readonly string[] => [
  ...(lots ?? []).map((id) => nodeOf('LOT', id)),
  ...(serials ?? []).map((id) => nodeOf('SERIAL', id)),
]

/** Names of what a selection is about, sorted. @throws GraphQLError InvalidInput for a bad one */
export async function rootsOf(
  selection: RecallSelection,
  view: View,
  dated: boolean,
  context: Context,
): Promise<readonly string[]> {
  const ask = askOf(context)
  const nodes = async (query: Parameters<typeof ask>[0]): Promise<readonly string[]> =>
    (await ask<{ readonly node: string }>(query)).map(({ node }) => node)
  const { material, equipment, person, processValue } = selection
  for (const window of [material, equipment, person, processValue])
    if (window && window.from >= window.to)
      throw apiError('InvalidInput', `from ${window.from} is not before to ${window.to}.`)
  const found = namedIn(selection)
  const roots = new Set(found.length > 0 ? await nodes(known(view, found)) : [])
  const add = (names: readonly string[]) => names.forEach((name) => roots.add(name))
  if (material) add(await nodes(madeOf(view, material.materialId, material)))
  for (const [by, id, window] of [
    ['equipmentId', equipment?.equipmentId, equipment],
    ['personId', person?.personId, person],
  ] as const)
    if (id != null && window) {
      add(await nodes(touchedBy(view, by, id, window)))
      add(await processed(by, id, window, dated ? view : null, context))
    }
  if (processValue) add(await outOfLimits(processValue, dated ? view : null, context))
  if (roots.size > MAX_ROOTS)
    throw apiError('InvalidInput', `more than ${MAX_ROOTS} things; take a shorter window.`)
  return [...roots].sort()
}

/** Serials that the machine or person worked on at any moment of the window. */
async function processed(
  by: 'equipmentId' | 'personId',
  id: string,
  { from, to }: Window,
  view: View | null,
  { reads }: Context,
): Promise<readonly string[]> {
  const rows = await reads.query<{ serial: string }>('material', (sites) => ({
    text: `select distinct serial from read.unit_operations
      where "${by}" = $2 and "startedAt" < $4 and "endedAt" >= $3
        and ($1::text[] is null or site = any($1)) order by 1 limit ${MAX_ROOTS + 1}`,
    values: [sites, id, from, to],
  }))
  const serials = rows.map(({ serial }) => serial)
  const holds = (row: UnitOperationRow) =>
    row[by] === id && row.startedAt < to && row.endedAt >= from
  const then = view
    ? (await rowsThen(unitOperations, serials.map(unitNode), view, reads))
        .filter(holds)
        .map(({ serial }) => serial)
    : serials
  return then.map(unitNode)
}
const unitNode = (serial: string): string => nodeOf('SERIAL', serial)

/** Items and lots with a value of this parameter that did not keep its limits. */
async function outOfLimits(
  { parameterId, equipmentId = null, from, to }: Window & ProcessValueWish,
  view: View | null,
  { reads }: Context,
): Promise<readonly string[]> {
  const rows = await reads.query<{ subjectId: string; subjectKind: string }>(
    'quality',
    (sites) => ({
      text: `select distinct "subjectKind", "subjectId" from read.process_values
      where "parameterId" = $2 and at >= $3 and at < $4 and verdict = 'FAIL'
        and ($5::text is null or "equipmentId" = $5)
        and ($1::text[] is null or site = any($1)) order by 1, 2 limit ${MAX_ROOTS + 1}`,
      values: [sites, parameterId, from, to, equipmentId],
    }),
  )
  const streams = [...new Set(rows.map(({ subjectId }) => `processValue-${subjectId}`))]
  const holds = (row: ProcessValueRow) =>
    row.parameterId === parameterId &&
    row.verdict === 'FAIL' &&
    row.at >= from &&
    row.at < to &&
    (equipmentId === null || row.equipmentId === equipmentId)
  const then = view ? (await rowsThen(processValues, streams, view, reads)).filter(holds) : rows
  return then.map(({ subjectKind, subjectId }) =>
    nodeOf(subjectKind === 'SERIAL' ? 'SERIAL' : 'LOT', subjectId),
  )
}

/** Rows of streams in a view of the past; today's rows only say which streams to look at. */
async function rowsThen<Row extends object>(
  p: Projection<Row>,
  streams: readonly string[],
  { at, position }: View,
  reads: Context['reads'],
): Promise<Row[]> {
  const rows: Row[] = []
  for (let i = 0; i < streams.length; i += CHUNK) {
    const moment = { at: at ?? undefined, position }
    const [found] = await reads.allAsOf([p], streams.slice(i, i + CHUNK), moment)
    rows.push(...(found as readonly unknown[] as readonly Row[]))
  }
  return rows
}
