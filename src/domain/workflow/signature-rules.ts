import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { reason } from '../types.ts'
import {
  recordKind,
  requirement,
  SIGNED_OFF,
  signatureRulesEvents as e,
  signedOff,
  type Requirement,
  type SignatureRule,
  type SignatureRulesEvent,
} from './events.ts'

/**
 * Which signatures the records of one site need: by kind, at most one of each meaning. The rules are
 * those of the site in whose name the command is sent.
 */
const distinct = (all: readonly Requirement[]): boolean =>
  new Set(all.map((one) => one.meaning)).size === all.length

const commands = {
  RequireSignatures: z
    .object({
      type: z.literal('RequireSignatures'),
      kind: recordKind.describe('Kind of record: order, inspection, lot and so on.'),
      requirements: z
        .array(requirement)
        .max(4)
        .refine(distinct, 'must have each meaning once')
        .describe('All of them are needed; none lifts the rule.'),
      before: z
        .array(signedOff)
        .default([])
        .describe('Refused until the record has all of these signatures, as it stands.'),
      reason,
    })
    .refine(({ kind, before }) => before.every((one) => SIGNED_OFF[one].kind === kind), {
      path: ['before'],
      message: 'must be commands about records of this kind',
    })
    .describe('Say which signatures records of a kind need at this site, and by whom.'),
}
export type SignatureRulesCommand = CommandOf<typeof commands>

export type SignatureRules = ReadonlyMap<string, SignatureRule>

export const signatureRules: Decider<
  SignatureRulesCommand,
  SignatureRules,
  SignatureRulesEvent,
  never
> = {
  context: 'workflow',
  category: 'signatureRules',
  commands,
  events: e,
  id: (_, site) => site,
  initial: new Map(),
  evolve: (state, { data: { kind, requirements, before } }) =>
    new Map(state).set(kind, { requirements, before }),
  decide: (command, state) =>
    textOf(command) === textOf(state.get(command.kind) ?? NO_RULE) ? [] : [e.required(command)],
}

const NO_RULE: SignatureRule = { requirements: [], before: [] }
const textOf = ({ requirements, before }: SignatureRule): string =>
  JSON.stringify([requirements, before])
