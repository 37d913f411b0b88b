import type { Recorded } from '../domain/event.ts'
import { builder } from './builder.ts'
import { connectionType, listCost, cursorArgs, pageSize, type PageOf } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'

/** A fact of the log: what, when, when known, by whom, because of what. */
export const EventRef = builder.objectRef<Recorded>('Event').implement({
  description: 'A recorded fact; it never changes.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the event.' }),
    type: t.exposeString('type', { description: 'Event type, e.g. OrderReleased.' }),
    schemaVersion: t.exposeInt('schemaVersion', { description: 'Version it was recorded in.' }),
    data: t.expose('data', { type: 'JSON', description: 'Payload in the schema of today.' }),
    stream: t.exposeString('stream', { description: 'Stream it belongs to.' }),
    revision: t.exposeInt('revision', { description: 'Place within its stream, from 0.' }),
    position: t.expose('position', { type: 'Position', description: 'Place within the log.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When the log took it.' }),
    occurredAt: t.field({
      type: 'DateTime',
      description: 'When it happened at the source.',
      resolve: (fact) => fact.metadata.occurredAt,
    }),
    ...metadata(t),
  }),
})

function metadata(t: any) {
  const field = (name: string, type: string, nullable: boolean, description: string) =>
    t.field({
      type,
      nullable,
      description,
      resolve: (fact: any) => fact.metadata[name] ?? null,
    })
  return {
    source: field('source', 'String', false, 'Connector, importer or client that reported it.'),
    sourceSequence: field('sourceSequence', 'Long', true, 'Counter of the source, if it counts.'),
    site: field('site', 'ID', false, 'ISA-95 site.'),
    actor: field('actor', 'ID', false, 'Principal that sent it.'),
    commandId: field('commandId', 'ID', true, 'Command it came of.'),
    correlationId: field('correlationId', 'ID', false, 'Errand it belongs to.'),
    causationId: field('causationId', 'ID', false, 'Command or event that caused it.'),
  }
}

const Where = builder.inputType('EventFilter', {
  description: 'Which facts: all conditions have to hold.',
  fields: (t) => ({
    types: t.stringList({ description: 'Of one of these event types.' }),
    categories: t.stringList({ description: 'In streams of one of these categories, e.g. order.' }),
    stream: t.string({ description: 'In this stream, e.g. order-4711.' }),
    occurredFrom: t.field({ type: 'DateTime', description: 'Happened then or later.' }),
    occurredBefore: t.field({ type: 'DateTime', description: 'Happened before.' }),
    site: t.id({ description: 'Of this site.' }),
  }),
})
type Where = typeof Where.$inferInput

export const LogDirection = builder.enumType('LogDirection', {
  description: 'Which way the log is read.',
  values: {
    FORWARD: { value: 'forward', description: 'From its beginning, in the order it was recorded.' },
    BACKWARD: { value: 'backward', description: 'From its end: latest first.' },
  } as const,
})

export const EventConnection = connectionType('Event', EventRef)

builder.queryField('events', (t: any) =>
  t.field({
    type: EventConnection,
    nullable: true,
    description:
      'The log itself, latest first by default. A page may be short although more follow, when few match.',
    complexity: listCost,
    args: {
      ...cursorArgs(t),
      where: t.arg({ type: Where, description: 'Only these.' }),
      direction: t.arg({ type: LogDirection, description: 'Backward by default.' }),
    },
    resolve: (_: unknown, args: Args, context: Context) => readEvents(args, context),
  }),
)

interface Args {
  readonly first?: number | null
  readonly after?: string | null
  readonly where?: Where | null
  readonly direction?: 'forward' | 'backward' | null
}

async function readEvents(args: Args, { reads }: Context): Promise<PageOf<Recorded>> {
  const limit = pageSize(args.first)
  const direction = args.direction ?? 'backward'
  const where = args.where ?? {}
  const start = direction === 'forward' ? 0 : Infinity
  const from = args.after == null ? start : positionOf(args.after)
  const { facts, scannedTo, more } = await reads.facts(
    {
      from,
      direction,
      limit,
      ...(where.types ? { types: where.types } : {}),
      ...categories(where),
    },
    matching(where),
  )
  const edges = facts.map((node) => ({ node, cursor: String(node.position) }))
  return {
    edges,
    pageInfo: {
      hasNextPage: more,
      hasPreviousPage: args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: more ? String(scannedTo) : (edges.at(-1)?.cursor ?? null),
    },
  }
}

const categories = ({ categories: named, stream }: Where) => {
  if (stream != null) return { categories: [stream.slice(0, stream.indexOf('-'))] }
  return named ? { categories: named } : {}
}

const matching =
  ({ stream, occurredFrom, occurredBefore, site }: Where) =>
  ({ metadata: m, ...fact }: Recorded): boolean =>
    (stream == null || fact.stream === stream) &&
    (occurredFrom == null || m.occurredAt >= occurredFrom) &&
    (occurredBefore == null || m.occurredAt < occurredBefore) &&
    (site == null || m.site === site)

/** @throws GraphQLError `InvalidInput` for a cursor of another list */
export function positionOf(cursor: string): number {
  const position = Number(cursor)
  if (Number.isSafeInteger(position) && position >= 0) return position
  throw apiError('InvalidInput', `after ${JSON.stringify(cursor)} is not a cursor of this list.`)
}
