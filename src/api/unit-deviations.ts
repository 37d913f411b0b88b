import type { LotMovementRow } from '../projections/material/lot-movements.ts'
import type { Edge } from '../projections/material/trace/view.ts'
import type { UnitRow } from '../projections/material/units.ts'
import type { Keyed } from '../projections/projection.ts'
import type { InspectionRow } from '../projections/quality/inspections.ts'
import type { ProcessValueRow } from '../projections/quality/process-values.ts'
import { builder } from './builder.ts'
import { personField } from './person-field.ts'

const KINDS = {
  PROCESS_VALUE: 'A process value was out of its limits.',
  INSPECTION: 'An inspection failed.',
  REWORK: 'It was reworked.',
  HOLD: 'Its lot, or a lot that went into it, was put on hold.',
  RELEASE: 'Such a hold was lifted.',
  REMOVED: 'A component was taken out or replaced.',
  RETURNED: 'A customer sent it back.',
  SCRAPPED: 'It was thrown away.',
} as const
type DeviationKind = keyof typeof KINDS

export interface Deviation {
  readonly kind: DeviationKind
  readonly at: string
  /** Parameter, inspection, hold, component or lot. */
  readonly subject: string | null
  readonly reason: string | null
  readonly personId: string | null
}

const KindRef = builder.enumType('UnitDeviationKind', {
  description: 'What did not go as planned.',
  values: Object.fromEntries(
    Object.entries(KINDS).map(([kind, description]) => [kind, { description }]),
  ) as Record<DeviationKind, { description: string }>,
})

export const DeviationRef = builder.objectRef<Deviation>('UnitDeviation').implement({
  description: 'What did not go as planned for an item.',
  fields: (t) => ({
    kind: t.expose('kind', { type: KindRef, description: 'What it was.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    subject: t.exposeID('subject', {
      nullable: true,
      description: 'The parameter, inspection, lot and hold, component, order or delivery.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, as it was said.' }),
    personId: t.exposeID('personId', { nullable: true, description: 'Who did or found it.' }),
    person: personField(t, 'Who did or found it, by name.'),
  }),
})

/** All that is known to have gone wrong, oldest first. */
export function deviationsOf(known: {
  readonly unit: UnitRow
  readonly values: readonly ProcessValueRow[]
  readonly inspections: readonly InspectionRow[]
  /** Of the lot it is counted in, and of the lots that went into it. */
  readonly movements: readonly Keyed<LotMovementRow>[]
  /** Edges that end at the item or begin with it, over or not. */
  readonly edges: readonly Edge[]
}): Deviation[] {
  const { unit, values, inspections, movements, edges } = known
  const found: Deviation[] = [
    ...values
      .filter(({ verdict }) => verdict === 'FAIL')
      .map(({ at, parameterId, value, personId }) => ({
        ...{ kind: 'PROCESS_VALUE' as const, at, subject: parameterId },
        ...{ reason: String(value), personId },
      })),
    ...inspections
      .filter(({ verdict }) => verdict === 'FAIL')
      .map(({ at, inspectionId, failed, personId }) => ({
        ...{ kind: 'INSPECTION' as const, at, subject: inspectionId, personId },
        reason: `${failed} results out of limits`,
      })),
    ...movements
      .filter(({ kind }) => kind === 'HELD' || kind === 'RELEASED')
      .map(({ kind, occurredAt: at, lotId, bookingId, reason, personId }) => ({
        kind: kind === 'HELD' ? ('HOLD' as const) : ('RELEASE' as const),
        ...{ at, subject: `${lotId} ${bookingId}`, reason, personId },
      })),
    ...edges.flatMap(deviationOf),
  ]
  if (unit.scrappedAt !== null && !found.some(({ kind }) => kind === 'SCRAPPED'))
    found.push({
      ...{ kind: 'SCRAPPED', at: unit.scrappedAt, subject: null },
      ...{ reason: unit.scrapReason, personId: null },
    })
  return found.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1))
}

/** What an edge says has gone wrong; most say nothing of the kind. */
function deviationOf(edge: Edge): Deviation[] {
  const { kind, occurredAt, endedAt, endReason, reason, personId, fromNode, toNode } = edge
  const id = (node: string | null) => node && node.slice(node.indexOf('-') + 1)
  const ended = { at: endedAt ?? occurredAt, reason: endReason ?? reason }
  if (kind === 'REWORKED')
    return [{ kind: 'REWORK', at: occurredAt, subject: id(fromNode), reason, personId }]
  if (kind === 'SCRAPPED')
    return [{ kind: 'SCRAPPED', at: occurredAt, subject: null, reason, personId }]
  // Who ended an edge is not on it; who began it is somebody else.
  if (kind === 'REMOVED' || kind === 'REPLACED')
    return [{ kind: 'REMOVED', ...ended, subject: id(fromNode), personId: null }]
  if (kind === 'RETURNED')
    return [{ kind: 'RETURNED', ...ended, subject: id(toNode), personId: null }]
  return []
}
