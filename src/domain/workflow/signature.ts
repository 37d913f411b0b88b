import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { clearanceOf, personFold, type Person } from '../personnel/events.ts'
import { id, text } from '../types.ts'
import {
  components,
  meaning,
  recordKind,
  signatureEvents as e,
  type Requirement,
  type SignatureEvent,
  type Signed,
} from './events.ts'
import { signatureRules, type SignatureRules } from './signature-rules.ts'

/**
 * The signatures of one record, in a stream beside the record's own: signing changes nothing of what
 * is signed. The stream guards that the signer may give this signature. Whether the signer showed who
 * he is, and what the record holds, was found out before: neither can be decided without I/O.
 */
const commands = {
  SignRecord: z
    .object({
      type: z.literal('SignRecord'),
      signatureId: id,
      kind: recordKind,
      recordId: id,
      revision: z.number().int().nonnegative(),
      /** Where the record really ends; -1 where there is none at this site. */
      head: z.number().int().min(-1),
      hash: z.string(),
      /** Whether a fact of the record names the signer as who did or reported it. */
      ownWork: z.boolean(),
      meaning,
      remark: text.nullable().default(null),
      personId: id,
      components,
    })
    .describe('Sign a record.'),
}
export type SignatureCommand = CommandOf<typeof commands>
type Sign = SignatureCommand

export type SignatureRefusal =
  | 'SignatureDiffers'
  | 'RecordUnknown'
  | 'RecordChanged'
  | 'PersonUnknown'
  | 'PersonGone'
  | 'NotEntitled'
  | 'NotQualified'
  | 'OwnWork'
  | 'SecondPersonNeeded'

interface Consulted {
  readonly person: Person
  readonly rules: SignatureRules
}

export const signature: Decider<
  SignatureCommand,
  readonly Signed[],
  SignatureEvent,
  SignatureRefusal,
  Consulted
> = {
  context: 'workflow',
  category: 'signature',
  commands,
  events: e,
  internal: ['SignRecord'],
  id: ({ kind, recordId }) => `${kind}-${recordId}`,
  initial: [],
  consultsEach: {
    person: { decider: personFold, id: ({ personId }) => personId },
    rules: { decider: signatureRules, id: (_, site) => site },
  },
  evolve: (state, { data }) => [...state, data],

  decide(command, state, { at, consulted }) {
    const same = state.find(({ signatureId }) => signatureId === command.signatureId)
    if (same)
      return isSame(same, command)
        ? []
        : reject('SignatureDiffers', `signatureId ${command.signatureId} is another signature.`)
    if (state.some((other) => isSame(other, command))) return []
    const wrong = ofRecord(command) ?? ofPerson(command, consulted.person, at)
    if (wrong) return wrong
    const rule = consulted.rules
      .get(command.kind)
      ?.requirements.find((one) => one.meaning === command.meaning)
    const refused = rule && entitled(command, rule, consulted.person, state)
    if (refused) return refused
    const clearance = clearanceOf(consulted.person, rule?.qualifications ?? [], at)
    if (clearance && !clearance.qualified)
      return reject(
        'NotQualified',
        `personId ${command.personId} lacks ${clearance.missing
          .map((one) => `${one.qualificationId} version ${one.minVersion} (${one.why})`)
          .join(', ')}.`,
      )
    return [e.signed({ ...command, proof: clearance?.proof ?? [] })]
  },
}

const isSame = (a: Signed, b: Sign): boolean =>
  a.personId === b.personId && a.meaning === b.meaning && a.revision === b.revision

function ofRecord({ kind, recordId, revision, head }: Sign): Rejection<SignatureRefusal> | null {
  if (head < 0) return reject('RecordUnknown', `${kind} ${recordId} is not known at this site.`)
  return revision === head
    ? null
    : reject('RecordChanged', `${kind} ${recordId} stands at revision ${head}, not ${revision}.`)
}

function ofPerson(
  { personId }: Sign,
  person: Person,
  at: string,
): Rejection<SignatureRefusal> | null {
  if (person.status === 'unknown')
    return reject('PersonUnknown', `personId ${personId} has not been registered.`)
  return person.goneAt !== null && person.goneAt <= at
    ? reject('PersonGone', `personId ${personId} does not work here any more.`)
    : null
}

/** What the rule asks beside qualifications: the class, and that four eyes have looked. */
function entitled(
  command: Sign,
  { classes, independent }: Requirement,
  person: Person,
  others: readonly Signed[],
): Rejection<SignatureRefusal> | null {
  const { personId, revision, kind } = command
  const own = person.status === 'unknown' ? [] : person.classes
  if (classes.length > 0 && !classes.some((c) => own.includes(c)))
    return reject(
      'NotEntitled',
      `${command.meaning} of ${kind} takes one of ${classes.join(', ')}.`,
    )
  if (!independent) return null
  if (command.ownWork)
    return reject('OwnWork', `personId ${personId} worked on it; somebody else has to sign.`)
  return others.some((other) => other.personId === personId && other.revision === revision)
    ? reject('SecondPersonNeeded', `personId ${personId} has signed it; a second person has to.`)
    : null
}
