import type { LogisticUnitEvent, LotEvent, UnitEvent } from '../../domain/material/events.ts'
import { projection } from '../projection.ts'
import { logisticUnitEdges } from './genealogy-logistics.ts'
import { lotEdges } from './genealogy-lots.ts'
import type { GenealogyEdgeRow } from './genealogy-row.ts'
import { unitEdges } from './genealogy-units.ts'

/**
 * The genealogy: a row per edge, with both clocks, and the positions between which the log held it
 * for true. So a question "as known then" is a condition on rows, and no second copy of anything.
 * Every fact that closes a range is of the stream that opened it.
 */
export const genealogyEdges = projection<GenealogyEdgeRow>()<
  LotEvent | UnitEvent | LogisticUnitEvent
>({
  name: 'genealogy_edges',
  context: 'material',
  version: 2,
  columns: {
    kind: 'text',
    fromNode: 'text',
    toNode: 'text',
    quantity: 'double precision',
    unit: 'text',
    materialId: 'text',
    role: 'text',
    orderId: 'text',
    operationId: 'text',
    equipmentId: 'text',
    personId: 'text',
    partyId: 'text',
    reference: 'text',
    reason: 'text',
    bookingId: 'text',
    occurredAt: 'timestamptz',
    recordedAt: 'timestamptz',
    endedAt: 'timestamptz',
    endKind: 'text',
    endReason: 'text',
    knownFrom: 'bigint',
    knownTo: 'bigint',
    endKnownFrom: 'bigint',
    endKnownTo: 'bigint',
    arrivedFrom: 'bigint',
  },
  positions: ['knownFrom', 'knownTo', 'endKnownFrom', 'endKnownTo', 'arrivedFrom'],
  indexes: [
    ['fromNode'],
    ['toNode'],
    ['equipmentId', 'occurredAt'],
    ['personId', 'occurredAt'],
    ['materialId', 'occurredAt'],
  ],
  on: { ...lotEdges, ...unitEdges, ...logisticUnitEdges },
})
