import { signedOff, type Requirement } from '../domain/workflow/events.ts'
import type { Keyed } from '../projections/projection.ts'
import {
  signatureRuleKey,
  signatureRuleTable,
  type SignatureRuleRow,
} from '../projections/workflow/signature-rules.ts'
import { signatures, type SignatureRow } from '../projections/workflow/signatures.ts'
import { builder, listed } from './builder.ts'
import { RequiredRef } from './clearances.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { enumOf } from './inputs.ts'
import { checkSignature, recordFacts } from './signature-check.ts'
import { SignatureMeaning, SignatureRef } from './signatures.ts'

type State = 'NOT_REQUIRED' | 'INCOMPLETE' | 'COMPLETE' | 'BROKEN'
interface Checked {
  readonly row: Keyed<SignatureRow>
  readonly valid: boolean
}
interface Asked extends Requirement {
  readonly signature: Keyed<SignatureRow> | null
}
interface Status {
  readonly state: State
  readonly revision: number
  readonly asked: readonly Asked[]
  readonly signatures: readonly Keyed<SignatureRow>[]
}

const ofStream = { column: 'stream', orderBy: 'signedAt' } as const

/** What a record has of the signatures it needs; null where there is no such record to be seen. */
async function statusOf(kind: string, recordId: string, context: Context): Promise<Status | null> {
  const stream = `${kind}-${recordId}`
  const given = await context.reads.children(signatures, ofStream, stream)
  const facts = await recordFacts(stream, context)
  const site = facts[0]?.metadata.site
  const { sites } = context.principal
  if (site === undefined || (sites !== null && !sites.includes(site))) return null
  const rule = await context.reads.load(signatureRuleTable, signatureRuleKey(site, kind))
  const checked = await Promise.all(
    given.map(async (row) => ({ row, valid: (await checkSignature(row, context)).valid })),
  )
  const asked = (rule?.requirements ?? []).map((one) => {
    const found = checked.findLast(({ row, valid }) => valid && row.meaning === one.meaning)
    return { ...one, signature: found?.row ?? null }
  })
  return {
    ...{ state: stateOf(asked, checked), revision: facts.length - 1, asked },
    signatures: given,
  }
}

function stateOf(asked: readonly Asked[], given: readonly Checked[]): State {
  const missing = asked.filter(({ signature }) => signature === null)
  const broken = given.filter(({ valid }) => !valid)
  const wasSigned = missing.some((one) => broken.some(({ row }) => row.meaning === one.meaning))
  const allBroken = asked.length === 0 && given.length > 0 && broken.length === given.length
  if (wasSigned || allBroken) return 'BROKEN'
  if (asked.length === 0) return 'NOT_REQUIRED'
  return missing.length === 0 ? 'COMPLETE' : 'INCOMPLETE'
}

const requirementFields = (t: any) => ({
  meaning: t.expose('meaning', { type: SignatureMeaning, description: 'What it has to mean.' }),
  classes: t.expose('classes', {
    type: ['ID'],
    description: 'Personnel classes the signer has to be in one of; empty: anybody.',
  }),
  qualifications: t.expose('qualifications', {
    type: [RequiredRef],
    description: 'What the signer has to hold.',
  }),
  independent: t.exposeBoolean('independent', {
    description: 'Takes a second person, who has not done the work.',
  }),
})
const RequirementRef = builder.objectRef<Requirement>('SignatureRequirement').implement({
  description: 'A signature that records of a kind need.',
  fields: requirementFields,
})
const AskedRef = builder.objectRef<Asked>('RequiredSignature').implement({
  description: 'A signature that a record needs.',
  fields: (t) => ({
    ...requirementFields(t),
    signature: t.expose('signature', {
      ...{ type: SignatureRef, nullable: true },
      description: 'The one that counts; null where it is missing or broken.',
    }),
  }),
})

const StateRef = builder.enumType('SignatureState', {
  description: 'What a record has of the signatures it needs.',
  values: {
    NOT_REQUIRED: { description: 'No rule asks for any.' },
    INCOMPLETE: { description: 'At least one is missing.' },
    COMPLETE: { description: 'All are there, for the record as it is.' },
    BROKEN: { description: 'The record has changed since one was given, and none is for it now.' },
  },
})
const StatusRef = builder.objectRef<Status>('SignatureStatus').implement({
  description: 'The signatures of a record, against the rule of its site as it is now.',
  fields: (t) => ({
    state: t.expose('state', { type: StateRef, description: 'All in all.' }),
    revision: t.exposeInt('revision', {
      description: 'Where the record stands: to be signed now.',
    }),
    required: t.field({
      type: [AskedRef],
      description: 'What the rule asks for.',
      resolve: ({ asked }) => [...asked],
    }),
    signatures: t.field({
      type: [SignatureRef],
      description: 'All that were given, oldest first; also the broken ones.',
      resolve: (status) => [...status.signatures],
    }),
  }),
})

/** What it costs: the record is read, and its signatures. */
const STATUS_COST = 10

/** The field of a record that says how it is signed. Takes the scope `read:workflow`. */
export const signatureStatusField = (t: any, kind: string) =>
  t.field({
    ...{ type: StatusRef, nullable: true, complexity: STATUS_COST },
    description: 'Its electronic signatures, now. Takes the scope read:workflow.',
    resolve: ({ key }: { key: string }, _: unknown, context: Context) =>
      statusOf(kind, key, context),
  })

builder.queryField('signatureStatus', (t) =>
  t.field({
    ...{ type: StatusRef, nullable: true, complexity: STATUS_COST },
    description: 'The signatures of any record; null where there is none such.',
    args: {
      kind: t.arg.string({
        required: true,
        description: 'First part of its stream: order, inspection, lot, unit, attendance ...',
      }),
      recordId: t.arg.id({ required: true, description: 'Its id.' }),
      atLeast: t.arg({
        type: 'Position',
        description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
      }),
    },
    resolve: async (_, { kind, recordId, atLeast }, context) => {
      await context.reads.waitFor(atLeast)
      return statusOf(kind, recordId, context)
    },
  }),
)

const SignedOffRef = enumOf(signedOff, 'SignedOffCommand')
const RuleRef = builder.objectRef<Keyed<SignatureRuleRow>>('SignatureRule').implement({
  description: 'Which signatures records of a kind need at a site.',
  fields: (t) => ({
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    kind: t.exposeString('kind', { description: 'Kind of record.' }),
    requirements: t.field({
      type: [RequirementRef],
      description: 'All of them are needed.',
      resolve: ({ requirements }) => listed(Promise.resolve(requirements)),
    }),
    before: t.field({
      type: [SignedOffRef],
      description: 'What is refused until a record has them all.',
      resolve: ({ before }) => [...before],
    }),
    reason: t.exposeString('reason', { description: 'Why.' }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when.' }),
  }),
})

connectionField('signatureRules', {
  projection: signatureRuleTable,
  node: RuleRef,
  description: 'Which records need which signatures.',
  filters: {
    kind: { column: 'kind', op: '=', type: 'String', description: 'For such records.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['kind'],
  defaultOrder: { column: 'kind', direction: 'asc' },
})
