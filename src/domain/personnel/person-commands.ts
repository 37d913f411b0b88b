import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { id, instant, reason, text } from '../types.ts'

const onPerson = { personId: id }
const profile = {
  employer: text.nullable().default(null).describe('Company that employs the person, if another.'),
  classes: z.array(id).max(100).default([]).describe('ISA-95 personnel classes.'),
}
const onHolding = { ...onPerson, qualificationId: id }
const granting = {
  ...onHolding,
  grantId: id.describe('Chosen by the sender; the same grant or renewal counts once.'),
  expiresAt: instant
    .nullable()
    .default(null)
    .describe(
      'First moment at which it counts no more; by the validity of the definition if left out.',
    ),
  evidence: text.nullable().default(null).describe('Number of the certificate, test or document.'),
  testedAt: instant.nullable().default(null),
  reason: text.nullable().default(null),
}

/** Wishes about one person. Names are no part of them: what is in the log stays in the log. */
export const personCommands = {
  RegisterPerson: z
    .object({ type: z.literal('RegisterPerson'), ...onPerson, ...profile })
    .describe('Make a person known by id. The name is set with setPersonName, outside the log.'),
  ChangePerson: z
    .object({ type: z.literal('ChangePerson'), ...onPerson, ...profile })
    .describe('Another employer or other personnel classes.'),
  RetirePerson: z
    .object({ type: z.literal('RetirePerson'), ...onPerson, reason })
    .describe('The person has left; what was done stays, and qualifications count no more.'),
  ReinstatePerson: z
    .object({ type: z.literal('ReinstatePerson'), ...onPerson, reason })
    .describe('A person who had left is back.'),
  ForgetPerson: z
    .object({ type: z.literal('ForgetPerson'), ...onPerson, reason })
    .describe(
      'Erase name, badge and e-mail of a person for good. What was done stays, by somebody who is ' +
        'shown as former employee. The log keeps that this happened, when and why.',
    ),
  GrantQualification: z
    .object({ type: z.literal('GrantQualification'), ...granting })
    .describe('Record that a person has become qualified, in the version defined now.'),
  RenewQualification: z
    .object({ type: z.literal('RenewQualification'), ...granting })
    .describe('Record that a holder was tested again, in the version defined now.'),
  SuspendQualification: z
    .object({ type: z.literal('SuspendQualification'), ...onHolding, reason })
    .describe('Let a qualification not count for now.'),
  LiftQualificationSuspension: z
    .object({ type: z.literal('LiftQualificationSuspension'), ...onHolding, reason })
    .describe('Let a suspended qualification count again.'),
  RevokeQualification: z
    .object({ type: z.literal('RevokeQualification'), ...onHolding, reason })
    .describe('Take a qualification away; it takes a new grant to have it again.'),
}
export type PersonCommand = CommandOf<typeof personCommands>
