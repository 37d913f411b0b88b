import type { EdgeKind } from '../projections/material/genealogy-row.ts'
import { genealogyEdges } from '../projections/material/genealogy-edges.ts'
import type { Ask } from '../projections/material/trace/walk.ts'
import type { View } from '../projections/material/trace/view.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { AsKnownAt, type KnownAt } from './lookup.ts'

/** The two clocks of a question about the genealogy, as every field about it takes them. */
export interface Clocks {
  readonly at?: string | null
  readonly asKnownAt?: KnownAt | null
  readonly atLeast?: number | null
}

export const clockArgs = (t: any) => ({
  at: t.arg({
    type: 'DateTime',
    description: 'State of the plant at this moment: what happened later is left out.',
  }),
  asKnownAt: t.arg({
    type: AsKnownAt,
    description: 'As the log knew it then; the same question has the same answer for ever.',
  }),
  atLeast: t.arg({
    type: 'Position',
    description: 'Position of an Ack the answer has to include; waits for it, for a few seconds.',
  }),
})

/** SQL over the genealogy in the name of the caller. The statements limit themselves by the view. */
export const askOf =
  ({ reads }: Context): Ask =>
  (query) =>
    reads.query(genealogyEdges.context, () => query)

/**
 * What the caller may see of the genealogy. A question about now is one about the position the read
 * model has reached: what is recorded while its pages are fetched does not disturb it.
 */
export async function viewOf(
  { at, asKnownAt, atLeast }: Clocks,
  kinds: readonly EdgeKind[] | null,
  { reads, principal }: Context,
): Promise<View> {
  if (asKnownAt?.scenario !== undefined)
    throw apiError('InvalidInput', 'asKnownAt.scenario: the genealogy knows what happened only.')
  const position = asKnownAt?.recordedAt
    ? await reads.positionAt(asKnownAt.recordedAt)
    : asKnownAt?.position
  await reads.waitFor(Math.max(atLeast ?? 0, asKnownAt?.recordedAt ? position! : 0))
  return {
    at: at ?? null,
    position: position ?? (await reads.freshness(genealogyEdges))?.position ?? 0,
    kinds,
    sites: principal.sites,
  }
}

const NODE_KINDS = {
  LOT: { category: 'lot', description: 'A lot.' },
  SERIAL: { category: 'unit', description: 'A serialised item.' },
  ORDER: {
    category: 'order',
    description: 'A production order: what it used and made, where no more is known than that.',
  },
  TRANSFORMATION: { category: 'transformation', description: 'It makes m lots out of n.' },
  LOGISTIC_UNIT: { category: 'logisticUnit', description: 'A box, pallet or container.' },
  DELIVERY: { category: 'delivery', description: 'What went to a customer.' },
} as const
export type NodeKind = keyof typeof NODE_KINDS

export const NodeKindRef = builder.enumType('GenealogyNodeKind', {
  description: 'What stands at the ends of edges.',
  values: Object.fromEntries(
    Object.entries(NODE_KINDS).map(([kind, { description }]) => [kind, { description }]),
  ) as Record<NodeKind, { description: string }>,
})

/** Name of a node in the read model. */
export const nodeOf = (kind: NodeKind, id: string): string => `${NODE_KINDS[kind].category}-${id}`

/** Names of everything that may have this id. */
export const nodesOf = (id: string): readonly string[] =>
  (Object.keys(NODE_KINDS) as NodeKind[]).map((kind) => nodeOf(kind, id))

/** Kind and id of a node by its name. */
export function partsOf(node: string): { readonly kind: NodeKind; readonly id: string } {
  const dash = node.indexOf('-')
  const category = node.slice(0, dash)
  const [kind] = Object.entries(NODE_KINDS).find(([, k]) => k.category === category)!
  return { kind: kind as NodeKind, id: node.slice(dash + 1) }
}
