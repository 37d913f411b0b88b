import { isRejection, type Rejection } from '../domain/decider.ts'
import type { Assumption, Scenario } from '../commands/whatif/scenario.ts'
import { builder } from './builder.ts'
import { Denied, InvalidInput, Rejected, refusalType, siteMissing, siteOf } from './commands.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'

const AssumptionRef = builder.objectRef<Assumption>('Assumption').implement({
  description: 'What a scenario takes for granted: a command that is decided in it alone.',
  fields: (t) => ({
    type: t.exposeString('type', { description: 'Name of the command, e.g. ReleaseOrder.' }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is assumed to happen; null: at the fork.',
    }),
    input: t.string({
      description: 'Content of the command as JSON.',
      resolve: ({ input }) => JSON.stringify(input),
    }),
  }),
})

export const ScenarioRef = builder.objectRef<Scenario>('Scenario').implement({
  description:
    'A question about the plant: history up to a position, and what is assumed from there on. It is kept ' +
    'apart; nothing of it is ever a fact. `asKnownAt: { scenario: ID }` answers any question under it.',
  fields: (t) => ({
    scenarioId: t.exposeID('scenarioId', { description: 'Which one.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    name: t.exposeString('name', { description: 'What it asks.' }),
    position: t.expose('position', {
      type: 'Position',
      description: 'History up to here is real.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'The moment of the fork.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.exposeID('createdBy', { description: 'Who made it.' }),
    kept: t.exposeBoolean('kept', {
      description: 'Of those that are not, the oldest makes room for a new one.',
    }),
    assumptions: t.expose('assumptions', {
      type: [AssumptionRef],
      description: 'In the order in which they are decided.',
    }),
  }),
})

const Result = builder.unionType('ScenarioResult', {
  description: 'What became of a wish about a scenario.',
  types: [ScenarioRef, Rejected, InvalidInput, Denied],
  resolveType: (value) => (isRejection(value) ? refusalType(value) : 'Scenario'),
})

const AssumptionInput = builder.inputType('AssumptionInput', {
  description: 'A command that is decided in the scenario alone, by the rules of the real one.',
  fields: (t) => ({
    type: t.string({
      required: true,
      description:
        'Name of the command, e.g. PlanDownTime; or ScaleCycleTime { equipmentId factor }: all that is still to be ' +
        'done on a machine takes so many times as long.',
    }),
    occurredAt: t.field({
      type: 'DateTime',
      description: 'When it happens; at the fork if absent.',
    }),
    input: t.string({ required: true, description: 'Content of the command as JSON.' }),
  }),
})

/** Null when the principal may: then it is `site` that the scenario is of. */
async function denied(type: string, site: string, { access }: Context) {
  return access.check({ kind: 'command', context: 'planning', type, site })
}

function parsed(text: string, number: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw apiError('InvalidInput', `assumptions.${number}.input is not JSON.`)
  }
}

builder.mutationField('createScenario', (t) =>
  t.field({
    type: Result,
    description:
      'Fork the history, now or at a position of it, and assume something from there on. The log is not ' +
      'written to, and no policy or connector sees any of it.',
    args: {
      scenarioId: t.arg.id({ required: true, description: 'Chosen by the caller.' }),
      site: t.arg.id({ description: 'ISA-95 site; the only one of the principal by default.' }),
      name: t.arg.string({ required: true, description: 'What it asks.' }),
      at: t.arg({ type: 'Position', description: 'Position to fork at; the end of the log.' }),
      assumptions: t.arg({
        type: [AssumptionInput],
        required: true,
        description: 'Commands, decided in this order. None: history as it is.',
      }),
    },
    resolve: async (_, args, context): Promise<Scenario | Rejection> => {
      const site = siteOf(args.site, context)
      if (site === undefined) return siteMissing
      const denial = await denied('CreateScenario', site, context)
      if (denial) return denial
      const assumptions = args.assumptions.map((one, number) => ({
        type: one.type,
        ...(one.occurredAt == null ? {} : { occurredAt: one.occurredAt }),
        input: parsed(one.input, number),
      }))
      const { scenarioId, name } = args
      return scenariosOf(context).create({
        input: { scenarioId, name, assumptions },
        ...{ site, actor: context.principal.actor, position: args.at ?? null },
      })
    },
  }),
)

/** @throws GraphQLError where this process keeps none */
export function scenariosOf({ scenarios }: Context) {
  if (!scenarios) throw apiError('InvalidInput', 'no scenarios are kept here.')
  return scenarios
}

/** The scenario, as far as the principal may see its site. */
export async function visible(scenarioId: string, context: Context): Promise<Scenario | null> {
  const scenario = await scenariosOf(context).find(scenarioId)
  const { sites } = context.principal
  return scenario && (sites === null || sites.includes(scenario.site)) ? scenario : null
}

builder.queryField('scenario', (t) =>
  t.field({
    type: ScenarioRef,
    nullable: true,
    description: 'One scenario.',
    args: { scenarioId: t.arg.id({ required: true, description: 'Which one.' }) },
    resolve: async (_, { scenarioId }, context) => {
      await context.access.demand({ kind: 'read', context: 'planning', site: null })
      return visible(scenarioId, context)
    },
  }),
)

builder.queryField('scenarios', (t) =>
  t.field({
    type: [ScenarioRef],
    description: 'Scenarios, newest first; 100 of a site at most.',
    resolve: async (_, __, context) => {
      await context.access.demand({ kind: 'read', context: 'planning', site: null })
      return [...(await scenariosOf(context).list(context.principal.sites))]
    },
  }),
)

const change = (
  name: 'keepScenario' | 'dropScenario',
  description: string,
  apply: (scenario: Scenario, context: Context) => Promise<Scenario>,
): void => {
  const type = name === 'keepScenario' ? 'KeepScenario' : 'DropScenario'
  builder.mutationField(name, (t) =>
    t.field({
      type: Result,
      description,
      args: { scenarioId: t.arg.id({ required: true, description: 'Which one.' }) },
      resolve: async (_, { scenarioId }, context): Promise<Scenario | Rejection> => {
        const scenario = await visible(scenarioId, context)
        const denial = await denied(type, scenario?.site ?? '*', context)
        if (denial) return denial
        return scenario
          ? apply(scenario, context)
          : { rejected: 'ScenarioUnknown', why: `scenarioId ${scenarioId}: no such scenario.` }
      },
    }),
  )
}

change('keepScenario', 'Keep a scenario until it is dropped.', async (scenario, context) => {
  await scenariosOf(context).keep(scenario.scenarioId, true)
  return { ...scenario, kept: true }
})
change('dropScenario', 'Forget a scenario.', async (scenario, context) => {
  await scenariosOf(context).drop(scenario.scenarioId)
  return scenario
})
