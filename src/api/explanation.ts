import type { Gain } from '../domain/planning/counterfactual.ts'
import type { PlannedOperation, Problem } from '../domain/planning/problem.ts'
import type { Delay } from '../domain/planning/waiting.ts'
import type { Explanation } from '../domain/planning/why-late.ts'
import { rowsOf } from '../projections/planning/check-move.ts'
import type { Horizon } from '../projections/planning/seconds.ts'
import { askPlanning } from './ask-planning.ts'
import { builder } from './builder.ts'
import { plannerOf } from './planning-read.ts'
import { StartCause } from './schedule.ts'

/** Operations up to which a plan is decoded once more per cause: about 0.3 s. */
const MAX_CONFIRMED = 2_000

const DelayRef = builder.objectRef<Delay>('PlanDelay').implement({
  description: 'A share of the waiting of an order.',
  fields: (t) => ({
    cause: t.expose('cause', { type: StartCause, description: 'What it waits for.' }),
    resourceId: t.exposeID('resource', {
      ...{ nullable: true, description: 'Machine, person, tool or material, where it is one.' },
    }),
    behindOrderId: t.exposeID('behind', { nullable: true, description: 'The order that has it.' }),
    waitingMs: t.field({
      ...{ type: 'Long', description: 'For how long.' },
      resolve: ({ seconds }) => seconds * 1_000,
    }),
  }),
})

const GainRef = builder.objectRef<Gain>('PlanGain').implement({
  description: 'What an order would gain without a cause.',
  fields: (t) => ({
    cause: t.expose('cause', { type: StartCause, description: 'Taken away for this order.' }),
    gainedMs: t.field({
      ...{ type: 'Long', description: 'By how much it would end earlier; below 0: later.' },
      resolve: ({ seconds }) => seconds * 1_000,
    }),
  }),
})

interface ShownExplanation extends Explanation {
  readonly problem: Problem
  readonly rows: readonly PlannedOperation[]
  readonly horizon: Horizon
}

const ms = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1_000)

const ExplanationRef = builder.objectRef<ShownExplanation>('PlanExplanation').implement({
  description:
    'Why an order ends when it does: from start to end every moment is work or waiting, and lateness is all waiting less slack.',
  fields: (t) => ({
    orderId: t.exposeID('order', { description: 'Which order.' }),
    startsAt: t.field({
      ...{ type: 'DateTime', description: 'Its release, or the start of the plan.' },
      resolve: ({ horizon, from }) => horizon.instant(from),
    }),
    endsAt: t.field({
      ...{ type: 'DateTime', description: 'Its planned end.' },
      resolve: ({ horizon, end }) => horizon.instant(end),
    }),
    workMs: t.field({
      ...{ type: 'Long', description: 'Runs of the operations that decide the end.' },
      resolve: ({ work }) => work * 1_000,
    }),
    slackMs: t.field({
      ...{ type: 'Long', nullable: true, description: 'What it could wait and still be in time.' },
      resolve: ({ slack }) => ms(slack),
    }),
    latenessMs: t.field({
      ...{ type: 'Long', nullable: true, description: 'Above 0: late. Null without a due date.' },
      resolve: ({ lateness }) => ms(lateness),
    }),
    operationIds: t.field({
      ...{ type: ['ID'], description: 'Operations that decide the end, the first first.' },
      resolve: ({ chain }) => [...chain],
    }),
    delays: t.field({
      ...{ type: [DelayRef], description: 'All waiting by cause, resource and order.' },
      resolve: ({ delays }) => [...delays],
    }),
    gains: t.field({
      ...{ type: [GainRef], nullable: true, complexity: 100 },
      description: `The plan decoded again without each cause; null above ${MAX_CONFIRMED} open operations.`,
      resolve: ({ problem, rows, order }, _, context) =>
        rows.length > MAX_CONFIRMED
          ? null
          : askPlanning(context, 'gains', { problem, rows, order }),
    }),
  }),
})

builder.queryField('explanation', (t) =>
  t.field({
    type: ExplanationRef,
    nullable: true,
    description:
      'Why an order ends when the plan in force says so; null where it is not all in it.',
    args: {
      site: t.arg.id({ required: true, description: 'ISA-95 site.' }),
      orderId: t.arg.id({ required: true, description: 'Which order.' }),
    },
    complexity: { field: 50, multiplier: 10 },
    resolve: async (_, { site, orderId }, context) => {
      await context.access.demand({ kind: 'read', context: 'planning', site })
      const planner = plannerOf(context)
      const { plan } = await planner.contents.inForce(site)
      if (!plan) return null
      const { problem, horizon } = await planner.problemOf(site)
      const rows = rowsOf(problem, plan.operations, horizon.floor)
      const why = await askPlanning(context, 'whyLate', { problem, rows, order: orderId })
      return why && { ...why, problem, rows, horizon }
    },
  }),
)
