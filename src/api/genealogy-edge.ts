import type { EdgeKind } from '../projections/material/genealogy-row.ts'
import type { Edge } from '../projections/material/trace/view.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import { NodeKindRef, partsOf } from './genealogy-view.ts'

const KINDS: Record<EdgeKind, string> = {
  RECEIVED: 'Came from a supplier.',
  PRODUCED: 'Was made by the order.',
  MEMBER: 'The item is counted in the lot.',
  CONSUMED: 'Was used in it; in an order where no more is known than that.',
  TRANSFORMED: 'Went into a transformation, or came out of it.',
  SPLIT: 'Was split off.',
  MERGED: 'Was put into it.',
  INSTALLED: 'Is built into it.',
  REWORKED: 'Was reworked, for the order where there is one.',
  PACKED: 'Lies in the box, pallet or container.',
  SHIPPED: 'Went to a customer.',
  RETURNED: 'Came back from a customer.',
  SCRAPPED: 'Was thrown away.',
  ADJUSTED: 'A count found more or less.',
  REMOVED: 'Was built in, and taken out.',
  REPLACED: 'Was built in, and another took its place.',
  REPACKED: 'Lay in the box, pallet or container, and was taken out or changed.',
}

export const EdgeKindRef = builder.enumType('GenealogyEdgeKind', {
  description: 'What an edge says.',
  values: Object.fromEntries(
    Object.entries(KINDS).map(([kind, description]) => [kind, { description }]),
  ) as Record<EdgeKind, { description: string }>,
})

export const GenealogyEndRef = builder
  .objectRef<{ readonly node: string }>('GenealogyEnd')
  .implement({
    description: 'One end of an edge.',
    fields: (t) => ({
      kind: t.field({
        type: NodeKindRef,
        description: 'What it is.',
        complexity: 0,
        resolve: ({ node }) => partsOf(node).kind,
      }),
      id: t.id({
        description: 'Its number.',
        complexity: 0,
        resolve: ({ node }) => partsOf(node).id,
      }),
    }),
  })

const maybe = (t: any, ids: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(ids).map(([id, description]) => [
      id,
      t.exposeID(id, { nullable: true, description }),
    ]),
  )
const end = (node: string | null) => (node === null ? null : { node })

export const GenealogyEdgeRef = builder.objectRef<Edge>('GenealogyEdge').implement({
  description: 'Material that went from one thing into another, in the view of the question.',
  fields: (t) => ({
    kind: t.expose('kind', { type: EdgeKindRef, description: 'What it says.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    from: t.field({
      type: GenealogyEndRef,
      nullable: true,
      description: 'Where it came from; null for a supplier, a count or a return.',
      resolve: ({ fromNode }) => end(fromNode),
    }),
    to: t.field({
      type: GenealogyEndRef,
      nullable: true,
      description: 'Where it went; null for scrap and what a count found missing.',
      resolve: ({ toNode }) => end(toNode),
    }),
    quantity: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'How much, in the unit of what was used; null where nothing was.',
      complexity: 0,
      resolve: (edge) =>
        edge.quantity === null || edge.unit === null ? null : quantity(edge.quantity, edge.unit),
    }),
    perOrderOnly: t.boolean({
      description: 'Known for an order only: which of its serials it is in, nobody said.',
      resolve: ({ fromNode, toNode }) =>
        fromNode?.startsWith('order-') === true || toNode?.startsWith('order-') === true,
    }),
    arrived: t.exposeBoolean('arrived', {
      description: 'False while a split or merge is on its way: it is in neither lot.',
    }),
    role: t.exposeString('role', {
      nullable: true,
      description: 'Of a yield: PRODUCT, CO_PRODUCT or BY_PRODUCT.',
    }),
    ...maybe(t, {
      materialId: 'What it is.',
      orderId: 'Production order.',
      operationId: 'Operation of that order.',
      equipmentId: 'On which machine or line.',
      personId: 'Who did it.',
      partyId: 'Supplier or customer.',
      reference: 'Lot of the supplier, delivery of a return, or place in the parent.',
      bookingId: 'The movement, transfer or binding that says so.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, where one is needed.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When the log took it.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ceased to hold; null while it does.',
    }),
    endReason: t.exposeString('endReason', { nullable: true, description: 'Why it ended.' }),
  }),
})
