import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, reason, text } from '../types.ts'
import { qualificationEvents as e, type QualificationEvent } from './events.ts'

/**
 * Something a person can be qualified for. Each definition that differs from the one before is a new
 * version; who was tested on an older one keeps it until a requirement asks for more.
 */

/** Years, months, weeks and days: a certificate is never good for hours. */
const VALIDITY = /^P(?=\d)(?:\d{1,3}Y)?(?:\d{1,4}M)?(?:\d{1,4}W)?(?:\d{1,5}D)?$/
const validity = z
  .string()
  .regex(VALIDITY, 'must be an ISO-8601 duration of years, months, weeks or days, such as P2Y')
  .refine((s) => !VALIDITY.test(s) || /[1-9]/.test(s), 'must not be nothing')

export const qualificationCommands = {
  DefineQualification: z
    .object({
      type: z.literal('DefineQualification'),
      qualificationId: id,
      name: text.refine((s) => s.trim().length > 0, 'must not be blank'),
      description: text.nullable().default(null),
      personnelClassId: id
        .nullable()
        .default(null)
        .describe('ISA-95 personnel class it belongs to.'),
      validity: validity
        .nullable()
        .default(null)
        .describe('How long a grant counts, e.g. P2Y; for ever by default.'),
    })
    .describe(
      'Say what a person can be qualified for. Defining it again with other content makes a new version.',
    ),
  WithdrawQualification: z
    .object({ type: z.literal('WithdrawQualification'), qualificationId: id, reason })
    .describe(
      'Let nobody be granted it any more. Who holds it keeps it; define it again to go on.',
    ),
}
export type QualificationCommand = CommandOf<typeof qualificationCommands>

type Defined = Extract<QualificationEvent, { type: 'QualificationDefined' }>['data']
export type Qualification =
  | { readonly status: 'unknown' }
  | { readonly status: 'defined' | 'withdrawn'; readonly current: Defined }

export type QualificationRefusal = 'QualificationUnknown'

export const qualification: Decider<
  QualificationCommand,
  Qualification,
  QualificationEvent,
  QualificationRefusal
> = {
  context: 'personnel',
  category: 'qualification',
  commands: qualificationCommands,
  events: e,
  id: (command) => command.qualificationId,
  initial: { status: 'unknown' },

  decide(command, state) {
    if (command.type === 'DefineQualification') {
      if (state.status === 'unknown') return [e.defined({ ...command, version: 1 })]
      const { current } = state
      return state.status === 'defined' && isSame(command, current)
        ? []
        : [e.defined({ ...command, version: current.version + 1 })]
    }
    if (state.status === 'unknown')
      return reject(
        'QualificationUnknown',
        `qualificationId ${command.qualificationId} has not been defined.`,
      )
    return state.status === 'withdrawn' ? [] : [e.withdrawn(command)]
  },

  evolve(state, event) {
    if (event.type === 'QualificationDefined') return { status: 'defined', current: event.data }
    return state.status === 'unknown' ? state : { ...state, status: 'withdrawn' }
  },
}

const isSame = (a: Omit<Defined, 'version'>, b: Defined): boolean =>
  a.name === b.name &&
  a.description === b.description &&
  a.personnelClassId === b.personnelClassId &&
  a.validity === b.validity
