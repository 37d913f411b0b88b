import type { EdgeKind } from '../projections/material/genealogy-row.ts'
import { lots } from '../projections/material/lots.ts'
import { sitesBeyond } from '../projections/material/trace/statements.ts'
import { units } from '../projections/material/units.ts'
import { asOfMoment, relatedOf } from './as-of.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import type { Context } from './context.ts'
import { EdgeKindRef, GenealogyEdgeRef } from './genealogy-edge.ts'
import {
  askOf,
  clockArgs,
  NodeKindRef,
  partsOf,
  viewOf,
  type Clocks,
  type NodeKind,
} from './genealogy-view.ts'
import { MassBalanceRef, readBalance } from './mass-balance.ts'
import { LotRef } from './material.ts'
import { cursorOf, parseCursor, within } from './trace-arguments.ts'
import { amountsIn, edgesOf, rootOf, visitsOf, type Traced, type TraceOf } from './trace-read.ts'
import { UnitRef } from './units.ts'

const DEFAULT_PAGE = 100
/** A page of these with ten fields each is what one operation may cost by default. */
const MAX_PAGE = 2_000
const DEFAULT_MAX_NODES = 10_000
/** Memory of one trace stays below some 100 MB. */
const MAX_NODES = 100_000

const Direction = builder.enumType('TraceDirection', {
  description: 'Which way material is followed.',
  values: {
    BACKWARD: { description: 'What went into it, and into that, to the suppliers.' },
    FORWARD: { description: 'What it went into, and that went into, to the customers.' },
    BOTH: { description: 'First backward, then forward; never zigzag.' },
  },
})
const WAYS = {
  BACKWARD: ['BACKWARD'],
  FORWARD: ['FORWARD'],
  BOTH: ['BACKWARD', 'FORWARD'],
} as const

/** What a field of a trace is answered from. */
interface Trace {
  readonly of: TraceOf
  readonly page: readonly Traced[]
  /** Number of the page's last node in the whole. */
  readonly end: number
  readonly more: boolean
  /** Resolves late: it needs the whole trace. */
  readonly truncated: () => Promise<boolean>
  /** It is about a moment, and so is what hangs below its nodes. */
  readonly dated: boolean
  /** Needs the whole trace, so it is made once, and only where somebody asks. */
  readonly amounts: () => ReturnType<typeof amountsIn>
}
interface NodeOfTrace {
  readonly visit: Traced
  readonly trace: Trace
}

const amountOf = async ({ visit, trace }: NodeOfTrace) =>
  (await trace.amounts())(visit.node, visit.way)

const measured = (value: number, unit: string | null) =>
  unit === null || !Number.isFinite(value) ? null : quantity(value, unit)

const TraceNodeRef = builder.objectRef<NodeOfTrace>('TraceNode').implement({
  description: 'One thing that was reached: a lot, a serial, an order, a pallet, a delivery.',
  fields: (t) => ({
    kind: t.field({
      type: NodeKindRef,
      description: 'What it is.',
      complexity: 0,
      resolve: ({ visit }) => partsOf(visit.node).kind,
    }),
    id: t.id({ description: 'Its number.', resolve: ({ visit }) => partsOf(visit.node).id }),
    level: t.int({
      description: 'Edges between it and the root, on the shortest way.',
      resolve: ({ visit }) => visit.level,
    }),
    direction: t.field({
      type: Direction,
      description: 'Which way it lies from the root.',
      resolve: ({ visit }) => visit.way,
    }),
    certain: t.boolean({
      description:
        'False where every way to it leads through an order or transformation that made several ' +
        'things: then it is known for the order only, and this is one of the candidates.',
      resolve: async (node) => (await amountOf(node)).certain,
    }),
    atLeast: t.field({
      type: QuantityRef,
      nullable: true,
      description:
        'Forward: how much of the root is in it for certain, backward how much of it is in the ' +
        'root. Null where nobody said in which unit.',
      complexity: 0,
      resolve: async (node) => {
        const { atLeast, unit } = await amountOf(node)
        return measured(atLeast, unit)
      },
    }),
    atMost: t.field({
      type: QuantityRef,
      nullable: true,
      description: 'How much it may be at most; the same as `atLeast` where it is known.',
      complexity: 0,
      resolve: async (node) => {
        const { atMost, unit } = await amountOf(node)
        return measured(atMost, unit)
      },
    }),
    continuesAt: t.idList({
      description:
        'Sites the caller may not see at which the genealogy goes on from here: the border of what ' +
        'is shown.',
      complexity: 2,
      resolve: async ({ visit, trace }, _, context) => {
        const { view } = trace.of
        if (view.sites === null) return []
        const found = await askOf(context)<{ site: string }>(
          sitesBeyond(view, visit.way, visit.node),
        )
        return found.map(({ site }) => site)
      },
    }),
    lot: t.field({
      type: LotRef,
      nullable: true,
      description: 'The lot, as of the moment of the trace where it has one.',
      resolve: (node, _, context) => related(node, 'LOT', context),
    }),
    unit: t.field({
      type: UnitRef,
      nullable: true,
      description: 'The serialised item, as of the moment of the trace where it has one.',
      resolve: (node, _, context) => related(node, 'SERIAL', context),
    }),
  }),
})

async function related(node: NodeOfTrace, wanted: NodeKind, context: Context): Promise<any> {
  const { kind, id: key } = partsOf(node.visit.node)
  if (kind !== wanted) return null
  const stream = node.visit.node
  return kind === 'LOT'
    ? relatedOf(node, lots, { key, stream }, context)
    : relatedOf(node, units, { key, stream }, context)
}

const TraceRef = builder.objectRef<Trace>('Trace').implement({
  description: 'A part of the genealogy, flat: nodes nearest first, and the edges between them.',
  fields: (t) => ({
    nodes: t.field({
      type: [TraceNodeRef],
      description: 'The nodes of this page; the root is the first of the first page.',
      complexity: { field: 0, multiplier: 1 },
      resolve: (trace) => trace.page.map((visit) => nodeOfTrace(visit, trace)),
    }),
    edges: t.field({
      type: [GenealogyEdgeRef],
      description: 'The edges by which the trace goes on from the nodes of this page.',
      complexity: { field: 0, multiplier: 1 },
      resolve: ({ page }) => [...edgesOf(page)],
    }),
    truncated: t.boolean({
      description: 'There is more than `maxNodes`; amounts are then those of what was reached.',
      resolve: ({ truncated }) => truncated(),
    }),
    hasNextPage: t.exposeBoolean('more', { description: 'More nodes follow.' }),
    endCursor: t.string({
      nullable: true,
      description: 'The `after` of the next page; null where there was nothing.',
      resolve: ({ page, end, of }) => (page.length === 0 ? null : cursorOf(end, of)),
    }),
    asKnownAt: t.field({
      type: 'Position',
      description: 'What the log held up to here; ask with it for the same answer again.',
      resolve: ({ of }) => of.view.position,
    }),
    balance: t.field({
      type: MassBalanceRef,
      nullable: true,
      description: 'Of the root, in the same view; null where it is no lot.',
      complexity: 20,
      resolve: ({ of: { root, view } }, _, context) => {
        const { kind, id } = partsOf(root)
        return kind === 'LOT' ? readBalance(id, view, context) : null
      },
    }),
  }),
})

function nodeOfTrace(visit: Traced, trace: Trace): NodeOfTrace {
  const { at, position } = trace.of.view
  return asOfMoment({ visit, trace }, trace.dated ? { at: at ?? undefined, position } : undefined)!
}

const traceArgs = (t: any) => ({
  direction: t.arg({ type: Direction, defaultValue: 'BACKWARD', description: 'Which way.' }),
  kinds: t.arg({
    type: [EdgeKindRef],
    description:
      'Follow only these edges. By default all that hold; what ended (REMOVED, REPLACED, ' +
      'REPACKED, RETURNED) only where it is named.',
  }),
  maxNodes: t.arg.int({
    description: `Most nodes of all pages: ${DEFAULT_MAX_NODES} by default, up to ${MAX_NODES}.`,
  }),
  first: t.arg.int({
    description: `Nodes of the page: ${DEFAULT_PAGE} by default, up to ${MAX_PAGE}.`,
  }),
  after: t.arg.string({
    description: 'Cursor after which the page begins; goes with the same other arguments.',
  }),
  ...clockArgs(t),
})
const traceCost = ({ first }: { first?: any }) => ({
  field: 20,
  multiplier: Math.min(first ?? DEFAULT_PAGE, MAX_PAGE),
})

builder.queryField('trace', (t) =>
  t.field({
    type: TraceRef,
    nullable: true,
    description:
      'What something was made of and went into, to any depth; null where nobody knows it.',
    args: {
      id: t.arg.id({ required: true, description: 'Number of the lot, serial, order, pallet ...' }),
      kind: t.arg({
        type: NodeKindRef,
        description: 'What it is; needed only where several things have this number.',
      }),
      ...traceArgs(t),
    },
    complexity: traceCost,
    resolve: (_, args, context) => readTrace(args as Args, context),
  }),
)

for (const [ref, kind] of [
  [LotRef, 'LOT'],
  [UnitRef, 'SERIAL'],
] as const)
  builder.objectField(ref as typeof LotRef, 'trace', (t) =>
    t.field({
      type: TraceRef,
      nullable: true,
      description:
        'What it was made of and went into, to any depth, now unless the clocks are set.',
      args: traceArgs(t),
      complexity: traceCost,
      resolve: ({ key: id }, args, context) => readTrace({ ...(args as Args), id, kind }, context),
    }),
  )

interface Args extends Clocks {
  readonly id: string
  readonly kind?: NodeKind | null
  readonly direction?: keyof typeof WAYS | null
  readonly kinds?: readonly EdgeKind[] | null
  readonly maxNodes?: number | null
  readonly first?: number | null
  readonly after?: string | null
}

async function readTrace(args: Args, context: Context): Promise<Trace | null> {
  const first = within('first', args.first ?? DEFAULT_PAGE, MAX_PAGE)
  const maxNodes = within('maxNodes', args.maxNodes ?? DEFAULT_MAX_NODES, MAX_NODES)
  const cursor = args.after == null ? null : parseCursor(args.after)
  const asKnownAt = cursor ? { position: cursor.position } : (args.asKnownAt ?? null)
  const view = await viewOf({ ...args, asKnownAt }, args.kinds ?? null, context)
  const root = await rootOf(args.id, args.kind ?? null, view, context)
  if (root === null) return null
  const of = { root, ways: WAYS[args.direction ?? 'BACKWARD'], view, maxNodes }
  const start = cursor?.end ?? 0
  const { visits, complete } = await visitsOf(of, start + first, context)
  const page = visits.slice(start, start + first)
  const end = start + page.length
  let amounts: ReturnType<typeof amountsIn> | undefined
  return {
    of,
    page,
    end,
    more: !complete && end < maxNodes,
    truncated: async () => !(await visitsOf(of, maxNodes, context)).complete,
    dated: args.at != null || args.asKnownAt != null,
    amounts: () => (amounts ??= amountsIn(of, context)),
  }
}
