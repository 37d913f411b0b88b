import { z } from 'zod'
import { partsOf, scheduledOperations } from '../domain/planning/plan-text.ts'
import type { Promised, Pushed } from '../domain/planning/promise.ts'
import { orderCommands } from '../domain/production/order-commands.ts'
import { id, instant, positiveQuantity } from '../domain/types.ts'
import { wishedOrder, type OrderWish } from '../projections/planning/routing.ts'
import type { Finding } from '../projections/planning/rows.ts'
import { askPlanning } from './ask-planning.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { inputObject } from './inputs.ts'
import { FindingRef } from './planning.ts'
import { plannerOf } from './planning-read.ts'
import { PlannedOperationRef } from './schedule.ts'

/** Open operations up to which some fifty plans are decoded for a promise. */
const MAX_OPEN = 10_000

const { operations } = orderCommands.ReleaseOrder.shape
const wish = z.object({
  orderId: id.default('PROMISE').describe('What the answer calls the order.'),
  materialId: id.describe('What it is to make.'),
  quantity: positiveQuantity.describe('How many.'),
  releaseAt: instant.nullable().default(null).describe('No work before; null: at once.'),
  dueAt: instant.nullable().default(null).describe('When it is wanted; null: it does not matter.'),
  operations: operations
    .nullable()
    .default(null)
    .describe(
      'As it would be released; null: as the latest order of this product, or its segments.',
    ),
})

interface Shown extends Promised {
  /** When the plan begins, ISO-8601. */
  readonly at: string
}
const PushedRef = builder.objectRef<Pushed>('PushedOrder').implement({
  description: 'An order that would be done later than the plan has it.',
  fields: (t) => ({
    orderId: t.exposeID('order', { description: 'Which order.' }),
    delayMs: t.field({
      ...{ type: 'Long', nullable: true },
      description: 'By how much; null: it would no longer be done within what is planned ahead.',
      resolve: ({ seconds }) => (seconds === Infinity ? null : seconds * 1_000),
    }),
    turnsLate: t.exposeBoolean('turnsLate', { description: 'In time without, late with it.' }),
  }),
})
const PromisedRef = builder.objectRef<Shown>('PossiblePromise').implement({
  description: 'When the order would be done, where, and at whose cost.',
  fields: (t) => ({
    endsAt: t.field({
      ...{ type: 'DateTime', description: 'When its last operation ends.' },
      resolve: ({ at, end }) => new Date(Date.parse(at) + end * 1_000).toISOString(),
    }),
    operations: t.field({
      ...{ type: [PlannedOperationRef], description: 'Its operations, in order.' },
      resolve: ({ at, rows }) => [...scheduledOperations(partsOf(rows, new Set()).flat(), at)],
    }),
    pushed: t.field({
      ...{ type: [PushedRef], description: 'Orders that would be done later, the latest first.' },
      resolve: ({ pushed }) => [...pushed],
    }),
  }),
})

interface Answer {
  readonly inGaps: Shown | null
  readonly first: Shown | null
  readonly inTime: Shown | null
  readonly findings: readonly Finding[]
}
const possible = { type: PromisedRef, nullable: true } as const
const AnswerRef = builder.objectRef<Answer>('Promise').implement({
  description:
    'What could be promised for an order, by the plan in force as far as it still holds.',
  fields: (t) => ({
    inGaps: t.expose('inGaps', {
      ...{ ...possible, description: 'The earliest that moves nothing; null: nothing would do.' },
    }),
    first: t.expose('first', {
      ...{ ...possible, description: 'The earliest there is, ahead of whatever is not fixed.' },
    }),
    inTime: t.expose('inTime', {
      ...possible,
      description: 'Of those in time the one that delays others least; null: none, or no dueAt.',
    }),
    findings: t.field({
      ...{
        type: [FindingRef],
        description: 'What was assumed for it, or why it cannot be planned.',
      },
      resolve: ({ findings }) => [...findings],
    }),
  }),
})

/** Comes after the commands, whose input types it shares. */
export function promiseField(): void {
  const input = inputObject('PromiseInput', wish.shape, 'An order that could be taken.')
  builder.queryField('promise', (t) =>
    t.field({
      type: AnswerRef,
      nullable: true,
      description:
        'Capable to promise: when a new order could be done, and which orders it would push out by how ' +
        'much. Nothing is reserved. Null where no plan is in force.',
      args: {
        site: t.arg.id({ required: true, description: 'ISA-95 site.' }),
        input: t.arg({ type: input.type, required: true, description: 'The order.' }),
      },
      complexity: { field: 200, multiplier: 10 },
      resolve: async (_, args, context): Promise<Answer | null> => {
        const { site } = args
        await context.access.demand({ kind: 'read', context: 'planning', site })
        const parsed = wish.safeParse(input.convert(args.input))
        if (!parsed.success)
          throw apiError(
            'InvalidInput',
            parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}.`).join(' '),
          )
        const asked = parsed.data.operations
        const routing = asked ?? (await plannerOf(context).routingOf(site, parsed.data.materialId))
        if (typeof routing === 'string')
          throw apiError('InvalidInput', `operations: null, but ${routing}.`)
        return promised({ ...parsed.data, operations: routing }, site, context)
      },
    }),
  )
}

async function promised(order: OrderWish, site: string, context: Context): Promise<Answer | null> {
  const planner = plannerOf(context)
  const row = wishedOrder(order, site, context.clock.now())
  const { problem, horizon, findings, basePlanId } = await planner.problemOf(site, [row])
  if (basePlanId === null) return null
  const { orderId } = order
  const named = problem.orders.filter(({ id: one }) => one === orderId)
  if (named.length > 1)
    throw apiError('InvalidInput', `orderId ${orderId}: there is such an order already.`)
  const rest = { ...problem, orders: problem.orders.filter(({ id: one }) => one !== orderId) }
  const open = rest.orders.reduce((sum, one) => sum + one.operations.length, 0)
  if (open > MAX_OPEN)
    throw apiError(
      'InvalidInput',
      `site ${site} has ${open} open operations; promises are reckoned up to ${MAX_OPEN}.`,
    )
  const own = findings.filter((one) => one.orderId === orderId)
  const [added] = named
  if (added?.operations.length !== order.operations.length)
    return { inGaps: null, first: null, inTime: null, findings: own }
  const found = await askPlanning(context, 'promise', { problem: rest, order: added })
  const shown = (one: Promised | null) => one && { ...one, at: horizon.at }
  return {
    ...{ inGaps: shown(found.inGaps), first: shown(found.first), inTime: shown(found.inTime) },
    findings: own,
  }
}
