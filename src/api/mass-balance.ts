import type { LotMovementRow } from '../projections/material/lot-movements.ts'
import { lotMovements } from '../projections/material/lot-movements.ts'
import {
  balanceOf,
  stockOf,
  type BalanceEntry,
  type BalanceName,
  type MassBalance,
} from '../projections/material/trace/balance.ts'
import { edgesAt } from '../projections/material/trace/statements.ts'
import type { Edge, View } from '../projections/material/trace/view.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import type { Context } from './context.ts'
import { askOf, clockArgs, viewOf, type Clocks } from './genealogy-view.ts'

const NAMES: Record<BalanceName, string> = {
  RECEIVED: 'From a supplier.',
  PRODUCED: 'Made here.',
  TRANSFORMED_IN: 'Came out of a transformation.',
  TRANSFERRED_IN: 'From another lot, by a split or merge.',
  RETURNED: 'Back from a customer.',
  FOUND: 'Counts found more than was known.',
  CONSUMED: 'Used.',
  TRANSFORMED: 'Went into a transformation.',
  TRANSFERRED_OUT: 'Into another lot, by a split or merge.',
  IN_TRANSFER: 'Left for another lot, and not there yet.',
  PACKED: 'On boxes, pallets or containers, shipped or not.',
  SHIPPED: 'To a customer, on no logistic unit.',
  SCRAPPED: 'Thrown away.',
  LOST: 'Counts found less than was known.',
  STOCK: 'On hand.',
  UNEXPLAINED: 'No edge accounts for it: the genealogy is not what the log says.',
}
const NameRef = builder.enumType('MassBalanceName', {
  description: 'Where a quantity of a lot came from or went.',
  values: Object.fromEntries(
    Object.entries(NAMES).map(([name, description]) => [name, { description }]),
  ) as Record<BalanceName, { description: string }>,
})

type EntryNode = BalanceEntry & { readonly unit: string }
const EntryRef = builder.objectRef<EntryNode>('MassBalanceEntry').implement({
  description: 'One named part of a balance.',
  fields: (t) => ({
    name: t.expose('name', { type: NameRef, description: 'Which part.' }),
    incoming: t.boolean({
      description: 'It adds to what was there; else it accounts for where that is.',
      resolve: ({ side }) => side === 'IN',
    }),
    quantity: t.field({
      type: QuantityRef,
      description: 'How much.',
      complexity: 0,
      resolve: (entry) => quantity(entry.quantity, entry.unit),
    }),
  }),
})

type Figure = 'in' | 'out' | 'stock' | 'scrap' | 'loss' | 'unexplained'
const FIGURES: Readonly<Record<Figure, string>> = {
  in: 'Received, produced, yielded, arrived and returned.',
  out: 'Consumed, transformed, transferred, packed and shipped.',
  stock: 'On hand, folded from the facts of the lot itself.',
  scrap: 'Thrown away.',
  loss: 'What counts found missing, less what they found too much.',
  unexplained: 'in - out - stock - scrap - loss: 0, or an edge is missing.',
}

export const MassBalanceRef = builder.objectRef<MassBalance>('MassBalance').implement({
  description: 'in = out + stock + scrap + loss of one lot, every difference with its name.',
  fields: (t) => ({
    lotId: t.exposeID('lotId', { description: 'The lot.' }),
    balanced: t.boolean({
      description: 'Nothing is unexplained.',
      resolve: ({ unexplained }) => unexplained === 0,
    }),
    ...Object.fromEntries(
      (Object.keys(FIGURES) as Figure[]).map((figure) => [
        figure,
        t.field({
          type: QuantityRef,
          description: FIGURES[figure],
          complexity: 0,
          resolve: (balance) => quantity(balance[figure], balance.unit),
        }),
      ]),
    ),
    entries: t.field({
      type: [EntryRef],
      description: 'All that is not zero.',
      resolve: ({ entries, unit }) => entries.map((entry) => ({ ...entry, unit })),
    }),
  }),
})

/** The balance of a lot in a view; null where the log knew no such lot. */
export async function readBalance(
  lotId: string,
  view: View,
  context: Context,
): Promise<MassBalance | null> {
  const { at, position } = view
  const [edges, [movements]] = await Promise.all([
    askOf(context)<Edge>(edgesAt({ ...view, kinds: null }, `lot-${lotId}`)),
    context.reads.allAsOf([lotMovements], [`lot-${lotId}`], { position }),
  ])
  const rows = movements as readonly Keyed<LotMovementRow>[]
  return rows.length === 0 ? null : balanceOf(lotId, edges, stockOf(rows, at))
}

builder.queryField('massBalance', (t) =>
  t.field({
    type: MassBalanceRef,
    nullable: true,
    description: 'Where all of a lot came from and went, to the unit; null for an unknown lot.',
    args: {
      lotId: t.arg.id({ required: true, description: 'Number of the lot.' }),
      ...clockArgs(t),
    },
    complexity: 20,
    resolve: async (_, args, context) =>
      readBalance(args.lotId, await viewOf(args as Clocks, null, context), context),
  }),
)
