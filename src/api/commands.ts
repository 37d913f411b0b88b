import type { Ack } from '../commands/execute.ts'
import type { CommandSchema } from '../domain/command.ts'
import { isRejection, type Decider, type Rejection } from '../domain/decider.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { inputObject } from './inputs.ts'

/** `source` of whatever arrives as a command over GraphQL. */
export const SOURCE = 'api'

const AppendedEvent = builder.objectRef<Ack['events'][number]>('AppendedEvent').implement({
  description: 'A fact that a command recorded.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the event.' }),
    type: t.exposeString('type', { description: 'Event type, e.g. OrderReleased.' }),
  }),
})

const AckRef = builder.objectRef<Ack>('Ack').implement({
  description: 'The facts are durable. A read with `atLeast: position` includes them.',
  fields: (t) => ({
    stream: t.exposeString('stream', { description: 'Stream the command was decided on.' }),
    revision: t.exposeInt('revision', { description: 'Revision of its last event, from 0.' }),
    position: t.expose('position', { type: 'Position', description: 'Where it is in the log.' }),
    events: t.expose('events', {
      type: [AppendedEvent],
      description: 'What was recorded; empty when it was already so.',
    }),
  }),
})

const refusal = (name: string, description: string) =>
  builder.objectRef<Rejection>(name).implement({
    description,
    fields: (t) => ({
      code: t.exposeString('rejected', { description: 'Stable code of the rule.' }),
      message: t.exposeString('why', {
        description: 'One sentence that names the field, the value and the rule.',
      }),
    }),
  })
export const Rejected = refusal('Rejected', 'Understood and refused; kept in the audit trail.')
export const InvalidInput = refusal('InvalidInput', 'Not understood; nothing was decided.')
export const Denied = refusal('Denied', 'Not allowed for this principal; kept in the audit trail.')

/** Which member of a result union a refusal is. */
export const refusalType = ({ rejected }: Rejection): 'Denied' | 'InvalidInput' | 'Rejected' =>
  rejected === 'Forbidden' ? 'Denied' : rejected === 'InvalidInput' ? 'InvalidInput' : 'Rejected'

export const CommandResult = builder.unionType('CommandResult', {
  description: 'What became of a command.',
  types: [AckRef, Rejected, InvalidInput, Denied],
  resolveType: (value) => (isRejection(value) ? refusalType(value) : 'Ack'),
})

/** The site said, else the only one the principal has. */
export function siteOf(site: string | null | undefined, { principal }: Context) {
  const only = principal.sites?.length === 1 ? principal.sites[0] : undefined
  return site ?? only
}

export const siteMissing: Rejection<'InvalidInput'> = {
  rejected: 'InvalidInput',
  why: 'site is missing: the principal has not exactly one, so say which.',
}

/** One mutation per command of the decider, made from its zod schema. */
export function commandMutations(decider: Decider): void {
  for (const [type, schema] of Object.entries(decider.commands))
    if (!decider.internal?.includes(type)) commandMutation(decider, type, schema)
}

function commandMutation(decider: Decider, type: string, schema: CommandSchema): void {
  const input = inputObject(`${type}Input`, schema.shape, `Content of ${type}.`)
  builder.mutationField(type[0]!.toLowerCase() + type.slice(1), (t) =>
    t.field({
      type: CommandResult,
      description: schema.description ?? `Command ${type}.`,
      args: {
        commandId: t.arg.id({
          required: true,
          description: 'Chosen once per wish; sending it again answers with the first Ack.',
        }),
        site: t.arg.id({ description: 'ISA-95 site; the only one of the principal by default.' }),
        occurredAt: t.arg({
          type: 'DateTime',
          description: 'When it happened; the moment of receipt by default.',
        }),
        correlationId: t.arg.id({ description: 'Ties together what belongs to one errand.' }),
        input: t.arg({ type: input.type, required: true, description: 'The command.' }),
      },
      resolve: async (_, args, context) => {
        const site = siteOf(args.site, context)
        if (site === undefined) return siteMissing
        const command = { ...input.convert(args.input), type }
        return context.execute(decider, command, {
          commandId: args.commandId,
          actor: context.principal.actor,
          site,
          source: SOURCE,
          ...(args.occurredAt == null ? {} : { occurredAt: args.occurredAt }),
          ...(args.correlationId == null ? {} : { correlationId: args.correlationId }),
        })
      },
    }),
  )
}
