import { reject } from '../domain/decider.ts'
import { scheduleDecider } from '../domain/planning/schedule-decider.ts'
import { askPlanning } from './ask-planning.ts'
import { builder } from './builder.ts'
import { CommandResult, SOURCE, siteMissing, siteOf } from './commands.ts'
import type { Context } from './context.ts'
import { plannerOf } from './planning-read.ts'

/** Wishes that need the problem of the moment before they can be decided. */

const envelopeArgs = (t: any) => ({
  commandId: t.arg.id({
    required: true,
    description: 'Chosen once per wish; sending it again answers with the first Ack.',
  }),
  site: t.arg.id({ description: 'ISA-95 site; the only one of the principal by default.' }),
})

/** More than this takes hours on a large plant. */
const MAX_ITERATIONS = 1_000_000

builder.mutationField('requestPlan', (t: any) =>
  t.field({
    type: CommandResult,
    description:
      'Have a plan made from the facts as they are. It is searched for in the background: see ' +
      'planProgress, then accept one of its proposals. The stream of the Ack ends with the planId.',
    args: {
      ...envelopeArgs(t),
      seed: t.arg({ type: 'Long', description: 'What chance follows from; 1 by default.' }),
      iterations: t.arg.int({
        description: 'Of each worker; more take longer and find better plans.',
      }),
      reason: t.arg.string({ description: 'Why, for people.' }),
    },
    complexity: 500,
    resolve: async (_: unknown, args: any, context: Context) => {
      const site = siteOf(args.site, context)
      if (site === undefined) return siteMissing
      const { commandId, seed, iterations, reason } = args
      if (iterations != null && (iterations < 1 || iterations > MAX_ITERATIONS))
        return reject(
          'InvalidInput',
          `iterations ${iterations} is not from 1 to ${MAX_ITERATIONS}.`,
        )
      const access = { kind: 'command', context: 'planning', type: 'RequestPlan', site } as const
      const denial = await context.access.check(access)
      if (denial) return denial
      const wish = {
        ...{ site, commandId, actor: context.principal.actor, source: SOURCE },
        ...(seed == null ? {} : { seed }),
        ...(iterations == null ? {} : { iterations }),
        ...(reason == null ? {} : { reason }),
      }
      return plannerOf(context).request(wish, context.execute)
    },
  }),
)

const operationArgs = (t: any) => ({
  orderId: t.arg.id({ required: true, description: 'Order it is of.' }),
  operationId: t.arg.id({ required: true, description: 'Operation of its routing.' }),
})

builder.mutationField('pinOperation', (t: any) =>
  t.field({
    type: CommandResult,
    description: 'Keep an operation where the plan in force has it, also in plans to come.',
    args: { ...envelopeArgs(t), ...operationArgs(t) },
    resolve: async (_: unknown, args: any, context: Context) => {
      const { orderId, operationId } = args
      const site = siteOf(args.site, context)
      if (site === undefined) return siteMissing
      const access = { kind: 'command', context: 'planning', type: 'PinOperation', site } as const
      const denial = await context.access.check(access)
      if (denial) return denial
      const { plan } = await plannerOf(context).contents.inForce(site)
      const one = plan?.operations.find(
        (o) => o.orderId === orderId && o.operationId === operationId,
      )
      if (!plan || !one) return notPlanned(args)
      const { equipmentId, personId, startsAt, endsAt } = one
      return decide(args, site, context, {
        ...{ type: 'PinOperation', equipmentId, personId, startsAt, endsAt },
        basePlanId: plan.planId,
      })
    },
  }),
)

builder.mutationField('moveOperation', (t: any) =>
  t.field({
    type: CommandResult,
    description:
      'Move an operation of the plan in force. Refused with the rules it would break; otherwise it ' +
      'stays there, also in plans to come, until it is unpinned.',
    args: {
      ...envelopeArgs(t),
      ...operationArgs(t),
      equipmentId: t.arg.id({ required: true, description: 'Where it is to be done.' }),
      startsAt: t.arg({ type: 'DateTime', required: true, description: 'When it is to begin.' }),
      personId: t.arg.id({ description: 'Who is to do it; whoever the plan has by default.' }),
    },
    complexity: 100,
    resolve: async (_: unknown, args: any, context: Context) => {
      const site = siteOf(args.site, context)
      if (site === undefined) return siteMissing
      const access = { kind: 'command', context: 'planning', type: 'MoveOperation', site } as const
      const denial = await context.access.check(access)
      if (denial) return denial
      const planner = plannerOf(context)
      const { plan } = await planner.contents.inForce(site)
      if (!plan) return notPlanned(args)
      const { orderId, operationId, equipmentId, startsAt } = args
      const wish = {
        orderId,
        operationId,
        equipmentId,
        startsAt,
        personId: args.personId ?? undefined,
      }
      const { problem, horizon } = await planner.problemOf(site)
      const checked = await askPlanning(context, 'move', {
        ...{ problem, at: horizon.at, seconds: horizon.seconds },
        ...{ plan: plan.operations, wish },
      })
      const before = plan.operations.find(
        (o) => o.orderId === orderId && o.operationId === operationId,
      )
      if (typeof checked === 'string' || !before)
        return notPlanned(args, typeof checked === 'string' ? checked : undefined)
      return decide(args, site, context, {
        ...{ type: 'MoveOperation', equipmentId, ...checked, basePlanId: plan.planId },
        violations: checked.violations.slice(0, MAX_SAID),
        from: { equipmentId: before.equipmentId, startsAt: before.startsAt },
      })
    },
  }),
)

/** The first broken rules say enough. */
const MAX_SAID = 20

const notPlanned = (
  { orderId, operationId }: { readonly orderId: string; readonly operationId: string },
  why = 'it is not in the plan in force',
) => reject('NotPlanned', `operation ${operationId} of order ${orderId}: ${why}.`)

const decide = (
  { commandId, orderId, operationId }: any,
  site: string,
  context: Context,
  command: Readonly<Record<string, unknown>>,
): ReturnType<Context['execute']> =>
  context.execute(
    scheduleDecider,
    { ...command, orderId, operationId },
    { commandId, actor: context.principal.actor, site, source: SOURCE },
  )
