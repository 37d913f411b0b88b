import type { StateChange } from '../projections/audit/state-changes.ts'
import { auditPage, type AuditKind, type AuditLine } from './audit-reader.ts'
import { builder } from './builder.ts'
import { connectionType, cursorArgs, listCost, pageSize, type PageOf } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { EventRef, LogDirection, positionOf } from './events.ts'

/** Reading an object's stream and folding it. */
const CHANGES_COST = 5

const Kind = builder.enumType('AuditKind', {
  description: 'What a line of the audit trail tells.',
  values: {
    FACT: { description: 'Something that happened or was decided.' },
    REJECTED_COMMAND: { description: 'A command that was refused or denied.' },
    DENIED_ACCESS: { description: 'A read or recording that was denied.' },
    QUARANTINED: { description: 'An observation that was malformed.' },
  },
})

const Change = builder.objectRef<StateChange>('AuditChange').implement({
  description: 'A value of an object before and after a command.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Which one, e.g. bookings.b1.quantities.good.' }),
    old: t.expose('old', { type: 'JSON', nullable: true, description: 'Before; null for none.' }),
    new: t.expose('new', { type: 'JSON', nullable: true, description: 'After; null for none.' }),
  }),
})

const Line = builder.objectRef<AuditLine>('AuditEntry').implement({
  description: 'A line of the audit trail; the event has who, when, source and what.',
  fields: (t) => ({
    kind: t.field({
      type: Kind,
      description: 'What it tells.',
      resolve: ({ kind }): AuditKind => kind,
    }),
    object: t.exposeString('object', {
      description: 'Stream it is about; of a refused command the one it was for.',
    }),
    person: t.exposeID('person', {
      nullable: true,
      description: 'Person that the fact names; the actor may be a terminal.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Reason that was given, or the rule that refused.',
    }),
    event: t.expose('fact', { type: EventRef, description: 'The event.', complexity: 0 }),
    changes: t.field({
      type: [Change],
      nullable: true,
      description: 'Old and new values of what a decision changed; null for an observation.',
      complexity: { field: CHANGES_COST, multiplier: 5 },
      resolve: async (line) => [...((await line.changes()) ?? [])],
    }),
  }),
})

const Where = builder.inputType('AuditEntryFilter', {
  description: 'Which lines: all conditions have to hold.',
  fields: (t) => ({
    stream: t.string({ description: 'About this object, e.g. order-4711.' }),
    actor: t.id({ description: 'Sent by this principal.' }),
    person: t.id({ description: 'Naming this person, or sent by them.' }),
    types: t.stringList({ description: 'Of one of these event types.' }),
    source: t.string({ description: 'Through this connector or client.' }),
    site: t.id({ description: 'Of this site.' }),
    occurredFrom: t.field({ type: 'DateTime', description: 'Happened then or later.' }),
    occurredBefore: t.field({ type: 'DateTime', description: 'Happened before.' }),
    recordedFrom: t.field({ type: 'DateTime', description: 'Recorded then or later.' }),
    recordedBefore: t.field({ type: 'DateTime', description: 'Recorded before.' }),
  }),
})

interface Args {
  readonly first?: number | null
  readonly after?: string | null
  readonly where?: typeof Where.$inferInput | null
  readonly direction?: 'forward' | 'backward' | null
}

builder.queryField('auditTrail', (t: any) =>
  t.field({
    type: connectionType('AuditEntry', Line),
    nullable: true,
    description:
      'Every fact, refused command and denied access: who, when, what, why; latest first by default. ' +
      'As CSV at /audit-trail.csv.',
    complexity: listCost,
    args: {
      ...cursorArgs(t),
      where: t.arg({ type: Where, description: 'Only these.' }),
      direction: t.arg({ type: LogDirection, description: 'Backward by default.' }),
    },
    resolve: (_: unknown, args: Args, context: Context) => readTrail(args, context),
  }),
)

async function readTrail(args: Args, context: Context): Promise<PageOf<AuditLine>> {
  const { access, auditTrail: trail, store, principal } = context
  await access.demand({ kind: 'read', context: 'audit', site: null })
  if (!trail) throw apiError('InvalidInput', 'this log has no audit index.')
  const given = Object.entries(args.where ?? {}).filter(([, value]) => value != null)
  const { lines, more } = await auditPage(
    { trail, store },
    Object.fromEntries(given),
    {
      limit: pageSize(args.first),
      direction: args.direction ?? 'backward',
      ...(args.after == null ? {} : { after: positionOf(args.after) }),
    },
    principal.sites,
  )
  const edges = lines.map((node) => ({ node, cursor: String(node.fact.position) }))
  return {
    edges,
    pageInfo: {
      hasNextPage: more,
      hasPreviousPage: args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
