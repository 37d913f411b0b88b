import type { Projection } from '../projections/projection.ts'
import { asOfMoment } from './as-of.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import type { Moment } from './reader.ts'

export const AsKnownAt = builder.inputType('AsKnownAt', {
  description: 'As the log knew it then: what was recorded later is left out.',
  isOneOf: true,
  fields: (t) => ({
    recordedAt: t.field({
      type: 'DateTime',
      description: 'What the log had taken by this moment.',
    }),
    position: t.field({ type: 'Position', description: 'What the log held up to this position.' }),
    scenario: t.field({
      type: 'ID',
      description:
        'History up to the fork of a scenario, and what is assumed there: the same question under another ' +
        'rule. Takes the scope read:planning.',
    }),
  }),
})

/** What an `AsKnownAt` argument says. */
export interface KnownAt {
  readonly recordedAt?: string
  readonly position?: number
  readonly scenario?: string
}

export const knownAt = (given: KnownAt | null | undefined): Moment => ({
  recordedAt: given?.recordedAt,
  position: given?.position,
  ...(given?.scenario === undefined ? {} : { scenario: given.scenario }),
})

export interface LookupOptions<Row extends object> {
  readonly projection: Projection<Row>
  /** GraphQL type of the row. */
  readonly node: any
  readonly description: string
  /** Arguments that name the object: ID! each, by name with their description. */
  readonly by: Readonly<Record<string, string>>
  /** Key of the row; the value itself where there is one argument. */
  readonly key?: (args: any) => string
  /** Streams whose facts make the row; without them the field knows no `at` and `asKnownAt`. */
  readonly streams?: (args: any, context: Context) => readonly string[] | Promise<readonly string[]>
}

/**
 * A root field that looks one row up: from the read model, or, when asked as of a moment, folded in
 * memory from the streams concerned.
 */
export function lookupField<Row extends object>(name: string, options: LookupOptions<Row>): void {
  const { projection: p, node, description, by, streams } = options
  const names = Object.keys(by)
  const keyOf = options.key ?? ((args) => args[names[0]!] as string)
  builder.queryField(name, (t: any) =>
    t.field({
      type: node,
      nullable: true,
      description,
      args: {
        ...Object.fromEntries(
          names.map((arg) => [arg, t.arg.id({ required: true, description: by[arg] })]),
        ),
        ...(streams ? momentArgs(t) : {}),
        atLeast: t.arg({
          type: 'Position',
          description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
        }),
      },
      complexity: 2,
      resolve: async (_: unknown, args: any, context: Context) => {
        const { reads } = context
        if (args.at == null && args.asKnownAt == null) {
          await reads.waitFor(args.atLeast)
          return reads.load(p, keyOf(args))
        }
        if (args.atLeast != null)
          throw apiError('InvalidInput', 'atLeast does not go with at or asKnownAt.')
        const moment = { at: args.at ?? undefined, ...knownAt(args.asKnownAt) }
        const row = await reads.asOf(p, keyOf(args), await streams!(args, context), moment)
        return asOfMoment(row, moment)
      },
    }),
  )
}

const momentArgs = (t: any) => ({
  at: t.arg({
    type: 'DateTime',
    description: 'State at this moment: what happened later is left out.',
  }),
  asKnownAt: t.arg({ type: AsKnownAt, description: 'As the log knew it at that time.' }),
})
