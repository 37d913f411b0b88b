import { planVariant } from '../domain/planning/plan-events.ts'
import { findingCodes, type Finding } from '../projections/planning/rows.ts'
import { plans, type PlanRow, type Proposal } from '../projections/planning/plans.ts'
import { schedules, type Pin } from '../projections/planning/schedules.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { connectionField } from './connection.ts'
import { describe } from './describe.ts'
import { lookupField } from './lookup.ts'
import { plannerOf } from './planning-read.ts'
import { PlanVariant } from './schedule.ts'

/** Plans from the request to what is in force, and what people change in them. */

interface ShownProposal extends Proposal {
  readonly variant: string
}
const ProposalRef = builder.objectRef<ShownProposal>('PlanProposal').implement({
  description: 'A plan that was found: repaired as far as needed, or the best there was time for.',
  fields: (t) => ({
    variant: t.field({
      ...{ type: PlanVariant, description: 'Which of the two.' },
      resolve: ({ variant }) => variant,
    }),
    costs: t.expose('costs', {
      type: 'JSON',
      description: 'What it costs by part of the objective; times in seconds, lateness weighted.',
    }),
    bound: t.exposeFloat('bound', {
      description: 'No plan is done earlier: seconds from its start.',
    }),
    iteration: t.exposeInt('iteration', { description: 'Iteration in which it was found.' }),
    operationCount: t.exposeInt('operationCount', { description: 'Operations that have a place.' }),
    proposedAt: t.expose('proposedAt', { type: 'DateTime', description: 'When it was proposed.' }),
  }),
})

const PlanStatus = builder.enumType('PlanStatus', {
  description: 'What became of a plan.',
  values: {
    REQUESTED: { description: 'It is being searched for.' },
    PROPOSED: { description: 'It can be accepted or rejected.' },
    ACCEPTED: { description: 'It is, or was, in force.' },
    REJECTED: { description: 'It was turned down.' },
    FAILED: { description: 'No plan could be made.' },
  },
})

const request = <K extends keyof NonNullable<PlanRow['request']>>(name: K) => ({
  resolve: ({ request: asked }: Keyed<PlanRow>) => asked?.[name] ?? null,
})

const PlanRef = builder.objectRef<Keyed<PlanRow>>('Plan').implement({
  description: 'A plan of a site: what it was made from, what it costs, and what became of it.',
  fields: (t: any) => ({
    planId: t.exposeID('key', { description: 'Its number.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    status: t.expose('status', { type: PlanStatus, description: 'What became of it.' }),
    requestedAt: t.expose('requestedAt', {
      ...{ type: 'DateTime', nullable: true, description: 'When it was asked for.' },
    }),
    startsAt: t.field({
      ...{
        type: 'DateTime',
        nullable: true,
        description: 'When it begins.',
        ...request('startsAt'),
      },
    }),
    position: t.field({
      ...{ type: 'Position', nullable: true, ...request('position') },
      description: 'Facts up to here made its problem; null where read models were not all at one.',
    }),
    problemHash: t.field({
      ...{ type: 'String', nullable: true, ...request('problemHash') },
      description:
        'SHA-256 of its problem: with seed, iterations and workers it can be made again.',
    }),
    seed: t.field({
      ...{
        type: 'Long',
        nullable: true,
        description: 'What chance followed from.',
        ...request('seed'),
      },
    }),
    iterations: t.field({
      ...{ type: 'Int', nullable: true, description: 'Of each worker.', ...request('iterations') },
    }),
    basePlanId: t.field({
      ...{ type: 'ID', nullable: true, ...request('basePlanId') },
      description: 'The plan in force when it was asked for.',
    }),
    reason: t.exposeString('reason', {
      ...{ nullable: true, description: 'Why it failed or was rejected.' },
    }),
    cause: t.field({
      ...{
        type: 'String',
        nullable: true,
        description: 'Why it was asked for.',
        ...request('reason'),
      },
    }),
    acceptedAt: t.expose('acceptedAt', {
      ...{ type: 'DateTime', nullable: true, description: 'When it was put in force.' },
    }),
    acceptedVariant: t.expose('acceptedVariant', {
      ...{ type: PlanVariant, nullable: true, description: 'Which proposal was.' },
    }),
    proposals: t.field({
      type: [ProposalRef],
      description: 'Repaired, and improved: the difference is the price of stability.',
      resolve: ({ proposals }: Keyed<PlanRow>): ShownProposal[] =>
        planVariant.options.flatMap((variant) => {
          const proposal = proposals[variant]
          return proposal ? [{ ...proposal, variant }] : []
        }),
    }),
  }),
})

connectionField('plans', {
  projection: plans,
  node: PlanRef,
  description: 'Plans, the latest first.',
  filters: {
    status: { column: 'status', op: 'in', type: [PlanStatus], description: 'In one of these.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['requestedAt', 'key'],
  defaultOrder: { column: 'requestedAt', direction: 'desc' },
})
lookupField('plan', {
  projection: plans,
  node: PlanRef,
  description: 'One plan.',
  by: { planId: 'Its number.' },
})

const FindingCode = builder.enumType('PlanningFindingCode', {
  description: 'What planning lacks or assumes.',
  values: Object.fromEntries(
    findingCodes.map((code) => [code, { description: describe(code, undefined) }]),
  ),
})
export const FindingRef = builder.objectRef<Finding>('PlanningFinding').implement({
  description: 'Something that planning has to do without, or to assume.',
  fields: (t) => ({
    code: t.expose('code', { type: FindingCode, description: 'What kind of thing.' }),
    omitted: t.exposeBoolean('omitted', {
      description: 'True: the operation is not planned for it. False: it is, as the sentence says.',
    }),
    orderId: t.exposeID('orderId', { nullable: true, description: 'Order concerned.' }),
    operationId: t.exposeID('operationId', { nullable: true, description: 'Operation concerned.' }),
    subjectId: t.exposeID('subjectId', {
      ...{ nullable: true, description: 'Equipment, person, material or tool it is about.' },
    }),
    why: t.exposeString('why', {
      description: 'One sentence: what is missing, and what was done.',
    }),
  }),
})
builder.queryField('planningFindings', (t) =>
  t.field({
    type: [FindingRef],
    description:
      'What a plan of this site would leave out or assume now, from the facts as they are.',
    args: { site: t.arg.id({ required: true, description: 'ISA-95 site.' }) },
    complexity: { field: 50, multiplier: 10 },
    resolve: async (_, { site }, context) => {
      await context.access.demand({ kind: 'read', context: 'planning', site })
      return [...(await plannerOf(context).problemOf(site)).findings]
    },
  }),
)

const PinRef = builder.objectRef<Pin>('Pin').implement({
  description: 'An operation that people want to stay where it is.',
  fields: (t) => ({
    orderId: t.exposeID('orderId', { description: 'Order it is of.' }),
    operationId: t.exposeID('operationId', { description: 'Operation of its routing.' }),
    equipmentId: t.exposeID('equipmentId', { description: 'Where.' }),
    personId: t.exposeID('personId', {
      nullable: true,
      description: 'Who; null: whoever is there.',
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it begins.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When it ends.' }),
  }),
})
builder.queryField('pins', (t) =>
  t.field({
    type: [PinRef],
    description: 'Operations of a site that are pinned or were moved.',
    args: { site: t.arg.id({ required: true, description: 'ISA-95 site.' }) },
    resolve: async (_, { site }, { reads }) => [
      ...((await reads.load(schedules, site))?.pins ?? []),
    ],
  }),
)
