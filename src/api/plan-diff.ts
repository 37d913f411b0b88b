import {
  planDiff,
  type MovedOperation,
  type OrderShift,
  type PlanDiff,
} from '../projections/planning/plan-diff.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { plannerOf } from './planning-read.ts'
import { PlannedOperationRef, PlanRefInput } from './schedule.ts'

const MovedRef = builder.objectRef<MovedOperation>('MovedOperation').implement({
  description: 'An operation that two plans have at different places.',
  fields: (t) => ({
    orderId: t.exposeID('orderId', { description: 'Order it is of.' }),
    operationId: t.exposeID('operationId', { description: 'Operation of its routing.' }),
    before: t.expose('before', { type: PlannedOperationRef, description: 'In the first plan.' }),
    after: t.expose('after', { type: PlannedOperationRef, description: 'In the second plan.' }),
    movedMs: t.expose('movedMs', {
      ...{ type: 'Long', description: 'By how much it starts later, in milliseconds.' },
    }),
  }),
})
const OrderShiftRef = builder.objectRef<OrderShift>('OrderShift').implement({
  description: 'An order that two plans end at different times.',
  fields: (t) => ({
    orderId: t.exposeID('orderId', { description: 'Which order.' }),
    before: t.expose('before', {
      ...{ type: 'DateTime', nullable: true, description: 'End in the first plan.' },
    }),
    after: t.expose('after', {
      ...{ type: 'DateTime', nullable: true, description: 'End in the second plan.' },
    }),
  }),
})
const PlanDiffRef = builder.objectRef<PlanDiff>('PlanDiff').implement({
  description: 'What one plan changes against another.',
  fields: (t) => ({
    moved: t.field({
      type: [MovedRef],
      description: 'At another time, on another machine, or by somebody else.',
      resolve: ({ moved }) => [...moved],
    }),
    added: t.field({
      ...{ type: [PlannedOperationRef], description: 'Only in the second.' },
      resolve: ({ added }) => [...added],
    }),
    removed: t.field({
      ...{ type: [PlannedOperationRef], description: 'Only in the first.' },
      resolve: ({ removed }) => [...removed],
    }),
    unchanged: t.exposeInt('unchanged', { description: 'How many are where they were.' }),
    orders: t.field({
      ...{ type: [OrderShiftRef], description: 'Orders that end at another time.' },
      resolve: ({ orders: all }) => [...all],
    }),
  }),
})

builder.queryField('planDiff', (t: any) =>
  t.field({
    type: PlanDiffRef,
    description: 'What a plan changes against another, or against the one in force.',
    args: {
      site: t.arg.id({ required: true, description: 'ISA-95 site.' }),
      from: t.arg({ type: PlanRefInput, description: 'The plan in force by default.' }),
      to: t.arg({ type: PlanRefInput, required: true, description: 'The plan to compare.' }),
    },
    complexity: { field: 20, multiplier: 20 },
    resolve: async (_: unknown, { site, from, to }: any, context: Context) => {
      await context.access.demand({ kind: 'read', context: 'planning', site })
      const { contents } = plannerOf(context)
      const [before, after] = await Promise.all([
        from ? contents.content(from, [site]) : contents.inForce(site).then(({ plan }) => plan),
        contents.content(to, [site]),
      ])
      if (!after) throw apiError('InvalidInput', `planId ${to.planId} has no such proposal.`)
      return planDiff(before?.operations ?? [], after.operations)
    },
  }),
)
