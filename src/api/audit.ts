import { deniedAccess, type DeniedAccessRow } from '../projections/audit/denied-access.ts'
import { quarantine, type QuarantineRow } from '../projections/audit/quarantine.ts'
import {
  rejectedCommands,
  type RejectedCommandRow,
} from '../projections/audit/rejected-commands.ts'
import type { Keyed } from '../projections/projection.ts'
import type { ProjectionStatus } from '../projections/read-models.ts'
import { builder, listed } from './builder.ts'
import { AsOf, connectionField } from './connection.ts'
import './events.ts'

const RejectedCommand = builder.objectRef<Keyed<RejectedCommandRow>>('RejectedCommand').implement({
  description: 'A command that was refused or denied.',
  fields: (t) => ({
    id: t.exposeID('key', { description: 'Id of the event that tells it.' }),
    site: t.exposeID('site', { description: 'ISA-95 site it was for.' }),
    commandType: t.exposeString('commandType', { description: 'Which command.' }),
    commandId: t.exposeID('commandId', { description: 'As its sender chose it.' }),
    stream: t.exposeString('stream', { description: 'Stream it was for.' }),
    code: t.exposeString('code', { description: 'Rule that refused it; Forbidden when denied.' }),
    message: t.exposeString('why', { description: 'The refusal in one sentence.' }),
    command: t.expose('command', {
      type: 'JSON',
      description: 'The command as it was understood.',
    }),
    actor: t.exposeID('actor', { description: 'Who sent it.' }),
    source: t.exposeString('source', { description: 'Client it came through.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it was wished.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was refused.' }),
  }),
})

const Quarantined = builder.objectRef<Keyed<QuarantineRow>>('QuarantineItem').implement({
  description: 'An observation that broke its schema.',
  fields: (t) => ({
    id: t.exposeID('key', { description: 'Id of the event that tells it.' }),
    site: t.exposeID('site', { description: 'ISA-95 site it came from.' }),
    claimedType: t.exposeString('claimedType', { description: 'Event type its sender claimed.' }),
    raw: t.exposeString('raw', { description: 'What arrived.' }),
    truncated: t.exposeBoolean('truncated', { description: 'Longer than is kept.' }),
    message: t.exposeString('why', { description: 'What is wrong with it.' }),
    source: t.exposeString('source', { description: 'Connector it came through.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was put aside.' }),
  }),
})

const DeniedAccess = builder.objectRef<Keyed<DeniedAccessRow>>('DeniedAccess').implement({
  description: 'A read, subscription or recording that was denied.',
  fields: (t) => ({
    id: t.exposeID('key', { description: 'Id of the event that tells it.' }),
    actor: t.exposeID('actor', { description: 'Who tried.' }),
    scope: t.exposeString('scope', { description: 'Scope that would have opened it.' }),
    site: t.exposeID('deniedSite', { nullable: true, description: 'Site it was about, if one.' }),
    message: t.exposeString('why', { description: 'The denial in one sentence.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When.' }),
  }),
})

const recorded = {
  recordedFrom: {
    column: 'recordedAt',
    op: '>=',
    type: 'DateTime',
    description: 'Recorded then or later.',
  },
  recordedBefore: {
    column: 'recordedAt',
    op: '<',
    type: 'DateTime',
    description: 'Recorded before.',
  },
} as const

connectionField('commandsRejected', {
  projection: rejectedCommands,
  node: RejectedCommand,
  description: 'Commands that were refused or denied, latest first by default.',
  filters: {
    code: { column: 'code', op: 'in', type: ['String'], description: 'By one of these rules.' },
    commandType: {
      column: 'commandType',
      op: 'in',
      type: ['String'],
      description: 'One of these.',
    },
    stream: { column: 'stream', op: '=', type: 'String', description: 'For this stream.' },
    actor: { column: 'actor', op: '=', type: 'ID', description: 'Sent by this principal.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'For this site.' },
    ...recorded,
  },
  orderable: ['recordedAt', 'occurredAt'],
  defaultOrder: { column: 'recordedAt', direction: 'desc' },
})

connectionField('quarantine', {
  projection: quarantine,
  node: Quarantined,
  description: 'Observations that were put aside, latest first by default.',
  filters: {
    source: { column: 'source', op: '=', type: 'String', description: 'From this connector.' },
    claimedType: { column: 'claimedType', op: '=', type: 'String', description: 'Of this type.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'From this site.' },
    ...recorded,
  },
  orderable: ['recordedAt'],
  defaultOrder: { column: 'recordedAt', direction: 'desc' },
})

connectionField('accessDenied', {
  projection: deniedAccess,
  node: DeniedAccess,
  description: 'Reads, subscriptions and recordings that were denied, latest first by default.',
  filters: {
    actor: { column: 'actor', op: '=', type: 'ID', description: 'Tried by this principal.' },
    scope: { column: 'scope', op: '=', type: 'String', description: 'Needing this scope.' },
    ...recorded,
  },
  orderable: ['recordedAt'],
  defaultOrder: { column: 'recordedAt', direction: 'desc' },
})

const State = builder.enumType('ProjectionState', {
  description: 'What a read model is doing.',
  values: {
    LIVE: { description: 'Follows the log.' },
    CATCHING_UP: { description: 'Has facts left to fold.' },
    REBUILDING: { description: 'A new version is being filled; the old one answers.' },
    FAILED: { description: 'Stopped at an event it could not fold; see `error`.' },
    WAITING: { description: 'Another process runs it, or it has not begun.' },
  },
})

const ProjectionRef = builder.objectRef<ProjectionStatus>('Projection').implement({
  description: 'A read model and how far it has come.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'View `read.<name>`.' }),
    version: t.exposeInt('version', { description: 'Version that answers.' }),
    state: t.expose('state', { type: State, description: 'What it is doing.' }),
    position: t.expose('position', { type: 'Position', description: 'Seen up to here.' }),
    lag: t.expose('lag', { type: 'Long', description: 'Events of the log it has not seen yet.' }),
    error: t.exposeString('error', { nullable: true, description: 'What stopped it.' }),
  }),
})

builder.queryField('projections', (t) =>
  t.field({
    type: [ProjectionRef],
    nullable: true,
    description: 'Position, lag and state of every read model.',
    resolve: (_, __, { reads }) => listed(reads.status()),
  }),
)

builder.queryField('asOf', (t) =>
  t.field({
    type: AsOf,
    nullable: true,
    description:
      'How fresh the other answers of this query are at least: what the slowest read model has seen.',
    resolve: (_, __, { reads }) => reads.slowest(),
  }),
)
