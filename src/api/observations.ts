import type { Recording } from '../commands/record.ts'
import { isRejection } from '../domain/decider.ts'
import type { ObservationDefinition } from '../domain/observation.ts'
import type { z } from 'zod'
import { builder } from './builder.ts'
import { Denied, InvalidInput, refusalType, siteMissing, siteOf } from './commands.ts'
import { inputObject } from './inputs.ts'

/** Most observations of one call: some megabytes of JSON, a second of work. */
const MAX_OBSERVATIONS = 10_000

const Quarantined = builder
  .objectRef<Recording['quarantined'][number]>('QuarantinedObservation')
  .implement({
    description: 'An observation that broke its schema; kept aside with its raw content.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Its place in the list that was sent, from 0.' }),
      message: t.exposeString('why', { description: 'What is wrong with it.' }),
    }),
  })

const RecordingRef = builder.objectRef<Recording>('Recording').implement({
  description: 'What was new is durable. A read with `atLeast: position` includes it.',
  fields: (t) => ({
    recorded: t.exposeInt('recorded', { description: 'How many were new.' }),
    duplicates: t.exposeInt('duplicates', { description: 'How many the log already had.' }),
    quarantined: t.expose('quarantined', {
      type: [Quarantined],
      description: 'What was put aside.',
    }),
    position: t.expose('position', { type: 'Position', description: 'Where it is in the log.' }),
  }),
})

const RecordResult = builder.unionType('RecordResult', {
  description: 'What became of a list of observations.',
  types: [RecordingRef, InvalidInput, Denied],
  resolveType: (value) => (isRejection(value) ? refusalType(value) : 'Recording'),
})

/** One mutation per observation: `record<EventType>`, taking a list. */
export function observationMutation({ event }: ObservationDefinition): void {
  const schema = event.schema as z.ZodObject
  const data = inputObject(`${event.type}Input`, schema.shape, `Content of ${event.type}.`)
  const Observed = builder.inputType(`${event.type}Observation`, {
    description: `${event.type} as its source saw it.`,
    fields: (t: any) => ({
      occurredAt: t.field({
        type: 'DateTime',
        required: true,
        description: 'When it happened at the source.',
      }),
      sourceSequence: t.field({
        type: 'Long',
        description: 'Strictly increasing per source; without it the content tells duplicates.',
      }),
      data: t.field({ type: data.type, required: true, description: 'What was observed.' }),
    }),
  })
  builder.mutationField(`record${event.type}`, (t) =>
    t.field({
      type: RecordResult,
      description:
        schema.description ?? `Records ${event.type} observations: never refused, told apart once.`,
      args: {
        source: t.arg.id({ required: true, description: 'Connector or device that reports.' }),
        site: t.arg.id({ description: 'ISA-95 site; the only one of the principal by default.' }),
        observations: t.arg({
          type: [Observed],
          required: true,
          description: `Oldest first, at most ${MAX_OBSERVATIONS}.`,
        }),
      },
      resolve: async (_, args, ctx) => {
        const site = siteOf(args.site, ctx)
        if (site === undefined) return siteMissing
        const list = args.observations
        if (list.length > MAX_OBSERVATIONS)
          return {
            rejected: 'InvalidInput',
            why: `observations ${list.length}: send at most ${MAX_OBSERVATIONS} at once.`,
          }
        const observations = list.map((o) => ({
          type: event.type,
          data: data.convert(o.data),
          occurredAt: o.occurredAt as string,
          ...(o.sourceSequence == null ? {} : { sourceSequence: o.sourceSequence as number }),
        }))
        const by = { source: args.source, site, actor: ctx.principal.actor }
        return ctx.record(observations, by)
      },
    }),
  )
}
