import type { Recorded } from '../domain/event.ts'
import { components, meaning } from '../domain/workflow/events.ts'
import type { Keyed } from '../projections/projection.ts'
import { signatures, type SignatureRow } from '../projections/workflow/signatures.ts'
import {
  signingCredentials,
  type SigningCredentialRow,
} from '../projections/workflow/signing-credentials.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { ProofRef } from './clearances.ts'
import { connectionField } from './connection.ts'
import { enumOf } from './inputs.ts'
import { personField } from './person-field.ts'
import { checkSignature } from './signature-check.ts'

export const SignatureMeaning = enumOf(meaning, 'SignatureMeaning')
const Components = enumOf(components, 'SignatureComponents')

/** What holding a signature against its record costs: the record is read. */
const CHECK_COST = 5

const LaterFactRef = builder.objectRef<Recorded>('LaterFact').implement({
  description: 'A fact of a record that came after a signature.',
  fields: (t) => ({
    revision: t.exposeInt('revision', { description: 'Its place in the record.' }),
    type: t.exposeString('type', { description: 'What happened.' }),
    occurredAt: t.field({
      type: 'DateTime',
      description: 'When it happened.',
      resolve: ({ metadata }) => metadata.occurredAt,
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was recorded.' }),
  }),
})

export const SignatureRef = builder.objectRef<Keyed<SignatureRow>>('Signature').implement({
  description: 'An electronic signature (21 CFR Part 11, EU GMP Annex 11).',
  fields: (t) => ({
    signatureId: t.exposeID('signatureId', { description: 'Unique within its record.' }),
    site: t.exposeID('site', { description: 'ISA-95 site of the record.' }),
    kind: t.exposeString('kind', { description: 'Kind of record: order, inspection, lot ...' }),
    recordId: t.exposeID('recordId', { description: 'Which record.' }),
    revision: t.exposeInt('revision', { description: 'Last fact that was signed, from 0.' }),
    hash: t.exposeString('hash', {
      description: 'SHA-256 of the canonical bytes of all facts up to it, in hexadecimal.',
    }),
    meaning: t.field({
      type: SignatureMeaning,
      description: 'What it means.',
      resolve: (row) => row.meaning,
    }),
    remark: t.exposeString('remark', { nullable: true, description: 'Words of the signer.' }),
    person: personField(t, 'Who signed, with the name to print as it is now.'),
    signedAt: t.expose('signedAt', {
      type: 'DateTime',
      description: 'When, in UTC by the clock of the server.',
    }),
    components: t.field({
      type: Components,
      description: 'How the signer showed who it was.',
      resolve: (row) => row.components,
    }),
    actor: t.exposeID('actor', { description: 'Principal that sent it.' }),
    proof: t.field({
      type: [ProofRef],
      description: 'What the signer held of what the rule asked for.',
      resolve: (row) => row.proof,
    }),
    valid: t.boolean({
      description:
        'False: broken, the record has changed since, or is not what was signed. What a rule has wait for signatures changes nothing.',
      complexity: CHECK_COST,
      resolve: async (row, _, context) => (await checkSignature(row, context)).valid,
    }),
    hashMatches: t.boolean({
      description: 'Whether the signed facts still give the signed hash; computed from the log.',
      complexity: CHECK_COST,
      resolve: async (row, _, context) => (await checkSignature(row, context)).hashMatches,
    }),
    changedBy: t.field({
      type: [LaterFactRef],
      description: 'Facts of the record after the signed ones: what broke the signature.',
      complexity: { field: CHECK_COST, multiplier: 5 },
      resolve: async (row, _, context) => [...(await checkSignature(row, context)).later],
    }),
  }),
})

connectionField('signatures', {
  projection: signatures,
  node: SignatureRef,
  description: 'Electronic signatures, latest first by default.',
  filters: {
    kind: { column: 'kind', op: '=', type: 'String', description: 'Of such records.' },
    recordId: { column: 'recordId', op: '=', type: 'ID', description: 'Of this record.' },
    personId: { column: 'personId', op: '=', type: 'ID', description: 'By this person.' },
    meaning: {
      column: 'meaning',
      op: 'in',
      type: [SignatureMeaning],
      description: 'Meaning that.',
    },
    signedFrom: {
      ...{ column: 'signedAt', op: '>=', type: 'DateTime' },
      description: 'Signed then or later.',
    },
    signedBefore: {
      ...{ column: 'signedAt', op: '<', type: 'DateTime' },
      description: 'Signed before.',
    },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['signedAt'],
  defaultOrder: { column: 'signedAt', direction: 'desc' },
})

changesField('signatureMade', {
  projection: signatures,
  node: SignatureRef,
  description: 'Signatures as they are given.',
  only: { arg: 'recordIds', description: 'Of these records.' },
  idOf: ({ recordId }) => recordId,
})

const CredentialStatus = builder.enumType('SigningCredentialStatus', {
  description: 'Whether somebody can sign.',
  values: {
    INITIAL: { description: 'The secret was set by another; it has to be changed first.' },
    USABLE: { description: 'The person can sign.' },
    LOCKED: { description: 'Locked out after wrong secrets in a row.' },
    REVOKED: { description: 'The secret was ended.' },
  },
})

const CredentialRef = builder
  .objectRef<Keyed<SigningCredentialRow>>('SigningCredential')
  .implement({
    description: 'That somebody can sign, and which attempts failed. Secrets are shown nowhere.',
    fields: (t) => ({
      personId: t.exposeID('key', { description: 'Whose.' }),
      person: personField(t, 'Who it is.', ({ key }) => key),
      site: t.exposeID('site', { description: 'ISA-95 site of the person.' }),
      status: t.expose('status', {
        type: CredentialStatus,
        description: 'Whether it can be used.',
      }),
      login: t.exposeID('login', {
        nullable: true,
        description: 'Principal that alone may send signatures; null for every terminal.',
      }),
      failures: t.exposeInt('failures', { description: 'Wrong attempts in a row.' }),
      failedAt: t.expose('failedAt', {
        ...{ type: 'DateTime', nullable: true },
        description: 'Last wrong attempt.',
      }),
      lockedAt: t.expose('lockedAt', {
        ...{ type: 'DateTime', nullable: true },
        description: 'When the person was locked out, if it still is.',
      }),
      secretSince: t.expose('secretSince', {
        type: 'DateTime',
        description: 'When the secret was set or changed: for periodic revision.',
      }),
    }),
  })

connectionField('signingCredentials', {
  projection: signingCredentials,
  node: CredentialRef,
  description: 'Who can sign, who is locked out, whose secret is old.',
  filters: {
    personIds: { column: 'key', op: 'in', type: ['ID'], description: 'Of these persons.' },
    status: {
      column: 'status',
      op: 'in',
      type: [CredentialStatus],
      description: 'In one of these.',
    },
    secretBefore: {
      ...{ column: 'secretSince', op: '<', type: 'DateTime' },
      description: 'With a secret older than that.',
    },
    failedFrom: {
      ...{ column: 'failedAt', op: '>=', type: 'DateTime' },
      description: 'With a wrong attempt then or later.',
    },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['key', 'secretSince', 'failedAt'],
  defaultOrder: { column: 'key', direction: 'asc' },
})

changesField('signingCredentialChanged', {
  projection: signingCredentials,
  node: CredentialRef,
  description: 'Failed attempts and lock-outs as they happen (21 CFR 11.300(d)).',
  only: { arg: 'personIds', description: 'Of these persons.' },
})
