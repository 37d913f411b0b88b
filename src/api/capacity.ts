import type { Load, ResourceGroup } from '../domain/planning/capacity.ts'
import type { Shortage } from '../domain/planning/shortages.ts'
import { rowsOf } from '../projections/planning/check-move.ts'
import type { CapacityQuestion } from '../projections/planning/questions.ts'
import type { Horizon } from '../projections/planning/seconds.ts'
import { askPlanning } from './ask-planning.ts'
import { builder } from './builder.ts'
import { LevellingRef } from './levelling.ts'
import { apiError } from './errors.ts'
import { plannerOf } from './planning-read.ts'

/** Days of a year, and more groups than a site has. */
const MAX_BUCKETS = 400
const MAX_GROUPS = 100
const MAX_WEIGHT = 1_000

const GroupInput = builder.inputType('ResourceGroupInput', {
  description: 'Work units that can do the same, or all people with a qualification.',
  fields: (t) => ({
    groupId: t.id({ required: true, description: 'Its name in the answer.' }),
    equipmentIds: t.idList({ description: 'Its work units.' }),
    qualificationId: t.id({ description: 'Instead: the qualification of its people.' }),
    overloadWeight: t.float({
      description: 'For levelling: how bad its overload is against that of other groups; 1.',
    }),
  }),
})

interface Shown {
  readonly horizon: Horizon
}
const when = (seconds: number, { horizon }: Shown): string => horizon.instant(seconds)
const OrderLoadRef = builder.objectRef<Load['orders'][number]>('OrderLoad').implement({
  description: 'What an order takes of a group.',
  fields: (t) => ({
    orderId: t.exposeID('order', { description: 'Which order.' }),
    loadMs: t.field({
      ...{ type: 'Long', description: 'For how long.' },
      resolve: ({ seconds }) => seconds * 1_000,
    }),
  }),
})
const LoadRef = builder.objectRef<Load & Shown>('CapacityLoad').implement({
  description: 'Load of a group against what it can do, in a stretch of time.',
  fields: (t) => ({
    groupId: t.exposeID('group', { description: 'Which group.' }),
    from: t.field({
      ...{ type: 'DateTime', description: 'Start of the stretch.' },
      resolve: (one) => when(one.from, one),
    }),
    until: t.field({
      ...{ type: 'DateTime', description: 'End of the stretch.' },
      resolve: (one) => when(one.to, one),
    }),
    capacityMs: t.field({
      ...{ type: 'Long', description: 'By calendars and shifts; people count in each group.' },
      resolve: ({ capacity }) => capacity * 1_000,
    }),
    loadMs: t.field({
      ...{ type: 'Long', description: 'What is wanted of it.' },
      resolve: ({ load }) => load * 1_000,
    }),
    overloadMs: t.field({
      ...{ type: 'Long', description: 'What is too much; 0: it fits.' },
      resolve: ({ overload }) => overload * 1_000,
    }),
    orders: t.field({
      ...{ type: [OrderLoadRef], description: 'Orders that load it, the most first.' },
      resolve: ({ orders }) => [...orders],
    }),
  }),
})
const ShortageRef = builder.objectRef<Shortage & Shown>('PlanShortage').implement({
  description: 'Too little of a material or too few of a tool.',
  fields: (t) => ({
    kind: t.string({
      description: '`material` or `tool`.',
      resolve: ({ kind }) => kind,
    }),
    subjectId: t.exposeID('id', { description: 'Which one.' }),
    from: t.field({
      ...{ type: 'DateTime', description: 'From when on.' },
      resolve: (one) => when(one.from, one),
    }),
    until: t.field({
      ...{ type: 'DateTime', nullable: true, description: 'Until it is made good; null: never.' },
      resolve: (one) => (one.to === null ? null : when(one.to, one)),
    }),
    missing: t.exposeFloat('missing', { description: 'What is missing at worst.' }),
    orderIds: t.field({
      ...{ type: ['ID'], description: 'Orders that want it then.' },
      resolve: ({ orders }) => [...orders],
    }),
  }),
})

interface Capacity {
  readonly loads: readonly (Load & Shown)[]
  readonly shortages: readonly (Shortage & Shown)[]
  readonly question: CapacityQuestion
  readonly horizon: Horizon
}
const CapacityRef = builder.objectRef<Capacity>('Capacity').implement({
  description: 'Rough cut: what is planned as planned, the rest as late as its due dates allow.',
  fields: (t) => ({
    loads: t.field({
      ...{ type: [LoadRef], description: 'By group and stretch.' },
      resolve: ({ loads }) => [...loads],
    }),
    shortages: t.field({
      ...{ type: [ShortageRef], description: 'Of materials and tools, by date.' },
      resolve: (one) => [...one.shortages],
    }),
    levelling: t.field({
      ...{ type: LevellingRef, complexity: 200 },
      description:
        'Least overload, and the least work moved for it: within release and due date of each order, never past ' +
        'what an operation waits for. A linear program, so work is cut wherever it helps; changeovers are left to a plan.',
      resolve: async ({ question, horizon }, _, context) => ({
        ...(await askPlanning(context, 'levelling', question)),
        horizon,
      }),
    }),
  }),
})

builder.queryField('capacity', (t) =>
  t.field({
    type: CapacityRef,
    description: 'Load of a site against its capacity, from weeks to a year.',
    args: {
      site: t.arg.id({ required: true, description: 'ISA-95 site.' }),
      groups: t.arg({ type: [GroupInput], required: true, description: 'Whose load.' }),
      bounds: t.arg({
        ...{ type: ['DateTime'], required: true },
        description: 'Where one stretch of time ends and the next begins, in order.',
      }),
    },
    complexity: { field: 100, multiplier: 10 },
    resolve: async (_, { site, groups, bounds }, context): Promise<Capacity> => {
      await context.access.demand({ kind: 'read', context: 'planning', site })
      if (bounds.length < 2 || bounds.length > MAX_BUCKETS + 1 || groups.length > MAX_GROUPS)
        throw apiError(
          'InvalidInput',
          `bounds: 2 to ${MAX_BUCKETS + 1}, groups: at most ${MAX_GROUPS}.`,
        )
      const planner = plannerOf(context)
      const { plan } = await planner.contents.inForce(site)
      const { problem, horizon } = await planner.problemOf(site)
      const cuts = bounds.map((bound) => horizon.floor(bound))
      if (cuts.some((cut, i) => i > 0 && cut <= cuts[i - 1]!))
        throw apiError('InvalidInput', 'bounds: each has to be later than the one before.')
      const question: CapacityQuestion = {
        problem,
        rows: rowsOf(problem, plan?.operations ?? [], horizon.floor),
        groups: groups.map(groupOf),
        buckets: cuts.slice(1).map((to, i) => ({ from: cuts[i]!, to })),
      }
      const { loads, shortages } = await askPlanning(context, 'capacity', question)
      const shown = <T extends object>(one: T): T & Shown => ({ ...one, horizon })
      return { loads: loads.map(shown), shortages: shortages.map(shown), question, horizon }
    },
  }),
)

function groupOf({
  groupId,
  equipmentIds,
  qualificationId,
  overloadWeight,
}: typeof GroupInput.$inferInput): ResourceGroup {
  const weight = overloadWeight ?? 1
  if (!(weight > 0 && weight <= MAX_WEIGHT))
    throw apiError(
      'InvalidInput',
      `overloadWeight ${weight} of group ${groupId} is not above 0 and up to ${MAX_WEIGHT}.`,
    )
  return qualificationId
    ? { id: groupId, weight, qualification: qualificationId }
    : { id: groupId, weight, equipment: equipmentIds ?? [] }
}
