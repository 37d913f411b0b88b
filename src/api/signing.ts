import { z } from 'zod'
import { changeSecret, setSecret } from '../commands/signing/enrol.ts'
import { signRecord, type SignedRecord } from '../commands/signing/sign.ts'
import { isRejection, type Rejection } from '../domain/decider.ts'
import { id, text } from '../domain/types.ts'
import { meaning, recordKind } from '../domain/workflow/events.ts'
import { builder } from './builder.ts'
import {
  Denied,
  InvalidInput,
  Rejected,
  refusalType,
  siteMissing,
  siteOf,
  SOURCE,
} from './commands.ts'
import type { Context } from './context.ts'
import { inputObject } from './inputs.ts'
import './signatures.ts'

/** Short enough to type, too long to guess within the attempts there are. */
const MIN_SECRET = 8
const MAX_SECRET = 200
/** As it is typed; one that was given up may be shorter than what is asked of a new one. */
const secret = z.string().min(1).max(MAX_SECRET).describe('Signing secret. It is recorded nowhere.')
const newSecret = z
  .string()
  .min(MIN_SECRET)
  .max(MAX_SECRET)
  .describe(`New signing secret, ${MIN_SECRET} characters or more. It is recorded nowhere.`)

const signing = z.object({
  signatureId: id.describe('Chosen by the sender, unique within the record.'),
  kind: recordKind.describe('First part of the stream: order, inspection, lot, unit ...'),
  recordId: id.describe('Which record.'),
  revision: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .describe('Revision the signer has seen; refused where the record has changed since.'),
  meaning,
  remark: text.nullable().default(null).describe('Words of the signer.'),
  personId: id.nullable().default(null).describe('Who signs; needed for the first of a series.'),
  session: z
    .string()
    .max(100)
    .nullable()
    .default(null)
    .describe('Token of the signature before, within 15 minutes; then personId is not needed.'),
  secret,
})
const setting = z.object({
  personId: id.describe('Whose secret.'),
  secret: newSecret,
  login: id
    .nullable()
    .default(null)
    .describe('Principal (subject of the token, or key:<id>) that alone may send signatures.'),
})
const changing = z.object({ personId: id.describe('Whose secret.'), secret, newSecret })

const Session = builder.objectRef<SignedRecord['session']>('SigningSession').implement({
  description: 'Goes on with a series of signings: the next needs the secret alone.',
  fields: (t) => ({
    token: t.exposeString('token', { description: 'Keep it at the terminal of the signer.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it is good.' }),
  }),
})
const SignedRef = builder.objectRef<SignedRecord>('Signed').implement({
  description: 'The signature is durable.',
  fields: (t) => ({
    signatureId: t.id({
      description: 'Of the signature; of the one given before where it was already so.',
      resolve: ({ signature }) => signature.signatureId,
    }),
    hash: t.string({
      description: 'SHA-256 of exactly what was signed, in hexadecimal.',
      resolve: ({ signature }) => signature.hash,
    }),
    signedAt: t.expose('signedAt', { type: 'DateTime', description: 'By the server, in UTC.' }),
    position: t.expose('position', { type: 'Position', description: 'Where it is in the log.' }),
    session: t.expose('session', { type: Session, description: 'For the next signature.' }),
  }),
})
const SignResult = builder.unionType('SignResult', {
  description: 'What became of signing.',
  types: [SignedRef, Rejected, InvalidInput, Denied],
  resolveType: (value) => (isRejection(value) ? refusalType(value) : 'Signed'),
})

interface Kept {
  readonly personId: string
}
const SecretKeptRef = builder.objectRef<Kept>('SigningSecretKept').implement({
  description: 'The secret is kept, as a hash, outside the log.',
  fields: (t) => ({ personId: t.exposeID('personId', { description: 'Whose.' }) }),
})
const SecretResult = builder.unionType('SigningSecretResult', {
  description: 'What became of setting or changing a secret.',
  types: [SecretKeptRef, Rejected, InvalidInput, Denied],
  resolveType: (value) => (isRejection(value) ? refusalType(value) : 'SigningSecretKept'),
})

const SITE = 'ISA-95 site; the only one of the principal by default.'

/** Asks whether the principal may, and parses. A refusal never says what was sent: it has a secret. */
async function admitted<T>(
  type: string,
  schema: z.ZodType<T>,
  sent: { readonly site?: string | null | undefined; readonly input: unknown },
  context: Context,
): Promise<{ readonly input: T; readonly site: string } | Rejection> {
  const site = siteOf(sent.site, context)
  if (site === undefined) return siteMissing
  const denied = await context.access.check({ kind: 'command', context: 'workflow', type, site })
  if (denied) return denied
  const parsed = schema.safeParse(sent.input)
  if (parsed.success) return { input: parsed.data, site }
  const why = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}.`)
  return { rejected: 'InvalidInput', why: why.join(' ') }
}

const sentBy = (site: string, { principal }: Context) => ({
  ...{ actor: principal.actor, source: SOURCE, site },
})

const signInput = inputObject('SignRecordInput', signing.shape, 'What is signed, and by whom.')
builder.mutationField('signRecord', (t) =>
  t.field({
    type: SignResult,
    description:
      'Sign a record: an order, inspection, lot or whatever else has a stream, as it stands at the ' +
      'given revision. Takes who it is and the signing secret, within a series the secret alone. ' +
      'After five wrong secrets in a row the person is locked out.',
    args: {
      commandId: t.arg.id({ required: true, description: 'Chosen once per wish.' }),
      site: t.arg.id({ description: SITE }),
      correlationId: t.arg.id({ description: 'Ties together what belongs to one errand.' }),
      input: t.arg({ type: signInput.type, required: true, description: 'What and who.' }),
    },
    resolve: async (_, args, context): Promise<SignedRecord | Rejection> => {
      const sent = { site: args.site, input: signInput.convert(args.input) }
      const wish = await admitted('SignRecord', signing, sent, context)
      if (isRejection(wish)) return wish
      return signRecord(context.signing, wish.input, sentBy(wish.site, context), {
        commandId: args.commandId,
        ...(args.correlationId == null ? {} : { correlationId: args.correlationId }),
      })
    },
  }),
)

const setInput = inputObject('SetSigningSecretInput', setting.shape, 'A secret for somebody.')
builder.mutationField('setSigningSecret', (t) =>
  t.field({
    type: SecretResult,
    description:
      'Give a registered person a first signing secret, or a new one in place of a lost or locked ' +
      'one. The person has to change it before it signs anything.',
    args: {
      site: t.arg.id({ description: SITE }),
      input: t.arg({ type: setInput.type, required: true, description: 'Who and what.' }),
    },
    resolve: async (_, args, context): Promise<Kept | Rejection> => {
      const sent = { site: args.site, input: setInput.convert(args.input) }
      const wish = await admitted('SetSigningSecret', setting, sent, context)
      if (isRejection(wish)) return wish
      const { input, site } = wish
      return (await setSecret(context.signing, input, sentBy(site, context))) ?? input
    },
  }),
)

const changeInput = inputObject('ChangeSigningSecretInput', changing.shape, 'A new secret.')
builder.mutationField('changeSigningSecret', (t) =>
  t.field({
    type: SecretResult,
    description: 'Change your own signing secret. Wrong old ones count as failed attempts.',
    args: {
      site: t.arg.id({ description: SITE }),
      input: t.arg({ type: changeInput.type, required: true, description: 'Who and what.' }),
    },
    resolve: async (_, args, context): Promise<Kept | Rejection> => {
      const sent = { site: args.site, input: changeInput.convert(args.input) }
      const wish = await admitted('ChangeSigningSecret', changing, sent, context)
      if (isRejection(wish)) return wish
      const { input, site } = wish
      if (input.secret === input.newSecret)
        return { rejected: 'InvalidInput', why: 'newSecret: must be another than secret.' }
      return (await changeSecret(context.signing, input, sentBy(site, context))) ?? input
    },
  }),
)
