import type { Contained, Disposition, RecallLine } from '../projections/material/recall/lines.ts'
import { totalsOf, type RecallTotal } from '../projections/material/recall/totals.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import { apiError } from './errors.ts'
import { GenealogyEndRef } from './genealogy-edge.ts'
import { clockArgs, NodeKindRef, partsOf, type Clocks } from './genealogy-view.ts'
import { MAX_RECALL_NODES, readRecall, type Recall } from './recall-read.ts'
import type { RecallSelection } from './recall-roots.ts'

const DEFAULT_LINES = 500
const MAX_LINES = 5_000
const DEFAULT_NODES = 20_000

const DISPOSITIONS: Record<Disposition, string> = {
  ON_HAND: 'In stock.',
  HELD: 'In stock, and on hold.',
  PACKED: 'On a box, pallet or container that has not left.',
  IN_TRANSFER: 'Left for another lot, and not there yet.',
  IN_PROCESS: 'Machines have worked on it; nobody has reported it as made.',
  IN_ORDER: 'In an order; in which of what it makes, nobody said.',
  INSTALLED: 'Built into another item, which is affected too.',
  SHIPPED: 'With a customer.',
  SCRAPPED: 'Thrown away.',
}
const DispositionRef = builder.enumType('RecallDisposition', {
  description: 'Where something affected is.',
  values: Object.fromEntries(
    Object.entries(DISPOSITIONS).map(([name, description]) => [name, { description }]),
  ) as Record<Disposition, { description: string }>,
})
const STOCK: readonly Disposition[] = ['ON_HAND', 'HELD', 'PACKED', 'IN_TRANSFER']
const MAKING: readonly Disposition[] = ['IN_PROCESS', 'IN_ORDER']

const ContainedRef = builder.objectRef<Contained>('RecallContained').implement({
  description: 'How much of what is recalled is in something, weighted as in a trace.',
  fields: (t) => ({
    atLeast: t.field({
      type: QuantityRef,
      description: 'For certain.',
      resolve: ({ atLeast, unit }) => quantity(atLeast, unit),
    }),
    atMost: t.field({
      type: QuantityRef,
      description: 'At most.',
      resolve: ({ atMost, unit }) => quantity(atMost, unit),
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

const LineRef = builder.objectRef<RecallLine>('RecallLine').implement({
  description: 'Something affected in one place. A lot in three places has three lines.',
  fields: (t) => ({
    disposition: t.expose('disposition', { type: DispositionRef, description: 'Where it is.' }),
    kind: t.field({
      type: NodeKindRef,
      description: 'Lot, serial or order.',
      resolve: ({ node }) => partsOf(node).kind,
    }),
    id: t.id({ description: 'Its number.', resolve: ({ node }) => partsOf(node).id }),
    quantity: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'All that is there; null for an order.',
      resolve: (line) =>
        line.quantity === null || line.unit === null ? null : quantity(line.quantity, line.unit),
    }),
    certain: t.exposeBoolean('certain', {
      description: 'It has some of the recalled in it; else it is one of the candidates.',
    }),
    contains: t.field({
      type: [ContainedRef],
      description: 'How much of the recalled is in it, by unit of measure.',
      resolve: ({ contains }) => [...contains],
    }),
    ...maybe(t, {
      site: 'ISA-95 site.',
      materialId: 'What it is.',
      locationId: 'Storage location of stock, where it was said.',
      parentSerial: 'What it is built into.',
      customerId: 'Who has it.',
      deliveryId: 'Delivery it went with.',
    }),
    logisticUnitIds: t.exposeIDList('logisticUnitIds', {
      description: 'The box it lies in, the pallet that box is on, and so on.',
    }),
    shippedAt: t.expose('shippedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it left.',
    }),
  }),
})

const TotalRef = builder.objectRef<RecallTotal>('RecallTotal').implement({
  description: 'All lines of one material in one place.',
  fields: (t) => ({
    disposition: t.expose('disposition', { type: DispositionRef, description: 'Where it is.' }),
    ...maybe(t, {
      materialId: 'What it is.',
      locationId: 'Storage location of stock.',
      customerId: 'Who has it.',
      deliveryId: 'Delivery it went with.',
      palletId: 'The outermost logistic unit it is on.',
    }),
    shippedAt: t.expose('shippedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it left.',
    }),
    lines: t.exposeInt('lines', { description: 'Lots, serials and orders.' }),
    quantity: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'How much, candidates included; null where nobody measured it.',
      resolve: (total) => (total.unit === null ? null : quantity(total.quantity, total.unit)),
    }),
    certainQuantity: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'How much has some of the recalled in it for certain.',
      resolve: (total) =>
        total.unit === null ? null : quantity(total.certainQuantity, total.unit),
    }),
  }),
})

const listArgs = (t: any) => ({
  first: t.arg.int({
    description: `Most lines: ${DEFAULT_LINES} by default, up to ${MAX_LINES}. All are in the export.`,
  }),
  skip: t.arg.int({ defaultValue: 0, description: 'Lines to leave out before the first.' }),
})
type ListArgs = { readonly first?: number | null; readonly skip?: number | null }

const listOf = (t: any, description: string, dispositions: readonly Disposition[]) =>
  t.field({
    type: [LineRef],
    description,
    args: listArgs(t),
    complexity: ({ first }: ListArgs) => ({
      field: 1,
      multiplier: Math.min(first ?? DEFAULT_LINES, MAX_LINES) / 10,
    }),
    resolve: ({ lines }: Recall, { first, skip }: ListArgs) => {
      const count = first ?? DEFAULT_LINES
      if (count < 0 || count > MAX_LINES)
        throw apiError('InvalidInput', `first ${count} is not between 0 and ${MAX_LINES}.`)
      const start = Math.max(0, skip ?? 0)
      return lines
        .filter(({ disposition }) => dispositions.includes(disposition))
        .slice(start, start + count)
    },
  })

const RecallRef = builder.objectRef<Recall>('Recall').implement({
  description: 'Everything that what is recalled went into, and where that is.',
  fields: (t) => ({
    roots: t.field({
      type: [GenealogyEndRef],
      description: 'What the recall begins with.',
      resolve: ({ roots }) => roots.map((node) => ({ node })),
    }),
    unknown: t.field({
      type: [GenealogyEndRef],
      description:
        'What was asked for by number and nobody knows, in this view: mistyped, or of another site.',
      resolve: ({ unknown }) => unknown.map((node) => ({ node })),
    }),
    totals: t.field({
      type: [TotalRef],
      description: 'Quantities by where they are: location, customer, delivery, pallet.',
      resolve: ({ lines }) => totalsOf(lines),
    }),
    stock: listOf(t, 'Affected stock, with its location or pallet.', STOCK),
    inProcess: listOf(t, 'Items and orders that are being made.', MAKING),
    shipments: listOf(t, 'What customers have, with delivery and pallet.', ['SHIPPED']),
    components: listOf(t, 'What is built into other items.', ['INSTALLED']),
    scrapped: listOf(t, 'What was thrown away.', ['SCRAPPED']),
    truncated: t.exposeBoolean('truncated', {
      description: 'There is more than `maxNodes`: begin with less, or this is not all.',
    }),
    asKnownAt: t.field({
      type: 'Position',
      description: 'What the log held up to here; ask with it for the same answer again.',
      resolve: ({ view }) => view.position,
    }),
  }),
})

const windowed = (name: string, description: string, fields: Readonly<Record<string, string>>) =>
  builder.inputType(name, {
    description,
    fields: (t: any) => ({
      ...Object.fromEntries(
        Object.entries(fields).map(([field, about], i) => [
          field,
          t.id({ required: i === 0, description: about }),
        ]),
      ),
      from: t.field({ type: 'DateTime', required: true, description: 'From this moment on.' }),
      to: t.field({ type: 'DateTime', required: true, description: 'To before this one.' }),
    }),
  })

const Selection = builder.inputType('RecallSelection', {
  description: 'What a recall begins with: one of these.',
  isOneOf: true,
  fields: (t: any) => ({
    lots: t.idList({ description: 'These lots.' }),
    serials: t.idList({ description: 'These serials.' }),
    material: t.field({
      type: windowed('RecallMaterial', 'What was received or made of a material.', {
        materialId: 'Material.',
      }),
      description: 'All that was received or made of a material within a window.',
    }),
    equipment: t.field({
      type: windowed('RecallEquipment', 'What a machine had in hand.', {
        equipmentId: 'Machine or line.',
      }),
      description: 'All that a machine worked on within a window.',
    }),
    person: t.field({
      type: windowed('RecallPerson', 'What somebody had in hand.', { personId: 'Person.' }),
      description: 'All that a person worked on within a window.',
    }),
    processValue: t.field({
      type: windowed('RecallProcessValue', 'What a parameter did not keep its limits for.', {
        parameterId: 'Parameter.',
        equipmentId: 'On this machine only.',
      }),
      description: 'All with a process value out of its limits within a window.',
    }),
  }),
})

builder.queryField('recall', (t) =>
  t.field({
    type: RecallRef,
    description:
      'Where everything is that something bad went into: stock, work in process, customers. What is ' +
      'known for certain and what is only a candidate. GET /recall.csv and /recall.html give the ' +
      'same as files.',
    args: {
      of: t.arg({ type: Selection, required: true, description: 'What is recalled.' }),
      maxNodes: t.arg.int({
        description: `Most nodes to follow: ${DEFAULT_NODES} by default, up to ${MAX_RECALL_NODES}.`,
      }),
      ...clockArgs(t),
    },
    complexity: 100,
    resolve: (_, args, context) => {
      const maxNodes = args.maxNodes ?? DEFAULT_NODES
      if (maxNodes < 1 || maxNodes > MAX_RECALL_NODES)
        throw apiError('InvalidInput', `maxNodes is not between 1 and ${MAX_RECALL_NODES}.`)
      return readRecall(args.of as unknown as RecallSelection, args as Clocks, maxNodes, context)
    },
  }),
)
