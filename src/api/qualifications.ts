import { standingAt, type HoldingChange } from '../domain/personnel/person-state.ts'
import {
  heldQualifications,
  type HeldQualificationRow,
} from '../projections/personnel/held-qualifications.ts'
import {
  qualifications,
  type QualificationRow,
  type QualificationVersion,
} from '../projections/personnel/qualifications.ts'
import type { Keyed } from '../projections/projection.ts'
import { momentOf } from './as-of.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import { apiError } from './errors.ts'
import { lookupField } from './lookup.ts'
import { personField } from './person-field.ts'

const QualificationStatus = builder.enumType('QualificationStatus', {
  description: 'Whether a qualification is still granted.',
  values: {
    DEFINED: { description: 'Can be granted and renewed.' },
    WITHDRAWN: { description: 'Granted to nobody any more; who holds it keeps it.' },
  },
})
const Standing = builder.enumType('QualificationStanding', {
  description: 'How somebody stands to a qualification.',
  values: {
    NOT_HELD: { description: 'Not granted, or not yet.' },
    HELD: { description: 'Counts.' },
    EXPIRED: { description: 'Counts no more, as nobody renewed it in time.' },
    SUSPENDED: { description: 'Does not count for now.' },
    REVOKED: { description: 'Was taken away.' },
  },
})
const ChangeKind = builder.enumType('QualificationChangeKind', {
  description: 'What happened to a qualification of somebody.',
  values: {
    GRANTED: { description: 'First had, or had again after it was revoked or had expired.' },
    RENEWED: { description: 'Tested again.' },
    SUSPENDED: { description: 'Does not count from here on.' },
    LIFTED: { description: 'Counts again.' },
    REVOKED: { description: 'Taken away.' },
  },
})

const VersionRef = builder.objectRef<QualificationVersion>('QualificationVersion').implement({
  description: 'A qualification as it was defined once.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'From 1.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was defined so.' }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is.' }),
    validity: t.exposeString('validity', {
      nullable: true,
      description: 'How long a grant counts, as an ISO-8601 duration; null for ever.',
    }),
  }),
})

const QualificationRef = builder.objectRef<Keyed<QualificationRow>>('Qualification').implement({
  description: 'Something a person can be qualified for (ISA-95 qualification test).',
  fields: (t) => ({
    qualificationId: t.exposeID('key', { description: 'Id of the qualification.' }),
    site: t.exposeID('site', { description: 'Site that defined it.' }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    description: t.exposeString('description', { nullable: true, description: 'What it is.' }),
    personnelClassId: t.exposeID('personnelClassId', {
      nullable: true,
      description: 'Personnel class it belongs to.',
    }),
    validity: t.exposeString('validity', {
      nullable: true,
      description: 'How long a grant counts, as an ISO-8601 duration; null for ever.',
    }),
    version: t.exposeInt('currentVersion', { description: 'Version defined now.' }),
    status: t.expose('status', {
      type: QualificationStatus,
      description: 'Whether it is granted.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it was withdrawn.' }),
    versions: t.expose('versions', { type: [VersionRef], description: 'Oldest first.' }),
  }),
})

connectionField('qualifications', {
  projection: qualifications,
  node: QualificationRef,
  description: 'What people can be qualified for, by name.',
  filters: {
    qualificationIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these.' },
    nameStartsWith: { column: 'name', op: 'startsWith', type: 'String', description: 'Prefix.' },
    personnelClassId: {
      ...{ column: 'personnelClassId', op: '=', type: 'ID' },
      description: 'Of this personnel class.',
    },
    status: { column: 'status', op: '=', type: QualificationStatus, description: 'In this state.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Defined by this site.' },
  },
  orderable: ['name', 'key'],
  defaultOrder: { column: 'name', direction: 'asc' },
})

lookupField('qualification', {
  projection: qualifications,
  node: QualificationRef,
  description: 'One qualification, now, at a moment, or as the log knew it.',
  by: { qualificationId: 'Id of the qualification.' },
  streams: ({ qualificationId }) => [`qualification-${qualificationId}`],
})

const ChangeRef = builder.objectRef<HoldingChange>('QualificationChange').implement({
  description: 'One change of what somebody holds.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it took effect.' }),
    kind: t.expose('kind', { type: ChangeKind, description: 'What happened.' }),
    grantId: t.exposeID('grantId', { nullable: true, description: 'Of a grant or renewal.' }),
    version: t.exposeInt('version', { nullable: true, description: 'Version that was tested.' }),
    expiresAt: t.expose('expiresAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'First moment at which it counts no more.',
    }),
    evidence: t.exposeString('evidence', {
      nullable: true,
      description: 'Number of the certificate, test or document.',
    }),
    testedAt: t.expose('testedAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'When it was tested.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why.' }),
  }),
})

export const HeldQualificationRef = builder
  .objectRef<Keyed<HeldQualificationRow>>('HeldQualification')
  .implement({
    description: 'What somebody holds or held, with all its changes.',
    fields: (t) => ({
      personId: t.exposeID('personId', { description: 'Whose it is.' }),
      person: personField(t, 'Whose it is, by name.'),
      site: t.exposeID('site', { description: 'Site of the person.' }),
      qualificationId: t.exposeID('qualificationId', { description: 'What for.' }),
      qualification: t.field({
        type: QualificationRef,
        nullable: true,
        description: 'What for, as defined now.',
        resolve: (row, _, { reads }) => reads.load(qualifications, row.qualificationId),
      }),
      standing: t.field({
        type: Standing,
        description:
          'How it stands at a moment; now, or as of the moment the person was asked for.',
        args: { at: t.arg({ type: 'DateTime', description: 'At this moment.' }) },
        complexity: 0,
        resolve: (row, { at }, { clock }) =>
          standingAt(row.changes, at ?? momentOf(row)?.at ?? clock.now()).status,
      }),
      version: t.exposeInt('heldVersion', {
        nullable: true,
        description: 'Version of the grant or renewal that counts last.',
      }),
      grantedAt: t.expose('grantedAt', {
        ...{ type: 'DateTime', nullable: true },
        description: 'When that was.',
      }),
      expiresAt: t.expose('expiresAt', {
        ...{ type: 'DateTime', nullable: true },
        description: 'First moment at which it counts no more; null for one that lasts.',
      }),
      evidence: t.exposeString('evidence', { nullable: true, description: 'What shows it.' }),
      changedAt: t.expose('changedAt', { type: 'DateTime', description: 'Of the last change.' }),
      reason: t.exposeString('reason', { nullable: true, description: 'Of the last change.' }),
      changes: t.field({
        type: [ChangeRef],
        description: 'In the order in which they happened.',
        resolve: ({ changes }) => [...changes],
      }),
    }),
  })

const inDays = (now: string, days: number): string => {
  if (!(days >= 0 && days <= MAX_DAYS))
    throw apiError('InvalidInput', `expiringWithinDays ${days} is not between 0 and ${MAX_DAYS}.`)
  const later = Temporal.Instant.from(now).add({ hours: 24 * days })
  return new Date(later.epochMilliseconds).toISOString()
}
/** Further ahead nobody plans trainings. */
const MAX_DAYS = 3_660

connectionField('heldQualifications', {
  projection: heldQualifications,
  node: HeldQualificationRef,
  description: 'Who holds or held what; what expires first on top by default.',
  filters: {
    personId: { column: 'personId', op: 'in', type: ['ID'], description: 'One of these persons.' },
    qualificationId: {
      ...{ column: 'qualificationId', op: 'in', type: ['ID'] },
      description: 'One of these qualifications.',
    },
    expiringWithinDays: {
      ...{ column: 'expiresAt', op: '<', type: 'Int' },
      description: 'Counts now, and no more within as many days of 24 hours.',
      compareWith: async (days: number, { clock }) => inDays(clock.now(), days),
      also: ({ clock }) => [
        { column: 'expiresAt', op: '>', value: clock.now() },
        { column: 'status', op: '=', value: 'HELD' },
      ],
    },
    expiresFrom: {
      ...{ column: 'expiresAt', op: '>=', type: 'DateTime' },
      description: 'Expires then or later.',
    },
    expiresBefore: {
      ...{ column: 'expiresAt', op: '<', type: 'DateTime' },
      description: 'Expires before.',
    },
    standing: {
      ...{ column: 'status', op: 'in', type: [Standing] },
      description: 'After the last change, which does not know of expiry: HELD has EXPIRED in it.',
    },
    site: { column: 'site', op: '=', type: 'ID', description: 'Persons of this site.' },
  },
  orderable: ['expiresAt', 'changedAt', 'personId'],
  defaultOrder: { column: 'expiresAt', direction: 'asc' },
})

changesField('heldQualificationChanged', {
  projection: heldQualifications,
  node: HeldQualificationRef,
  description: 'What people hold as it is granted, renewed, suspended or revoked.',
  only: { arg: 'personIds', description: 'Of these persons.' },
  idOf: (row) => row.personId,
})
