import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import type { Decider } from '../decider.ts'
import { id, reason } from '../types.ts'
import {
  enforcement,
  qualificationRulesEvents as e,
  qualificationRulesFold,
  required,
  type QualificationRules,
  type QualificationRulesEvent,
} from './events.ts'
import { MAX_REQUIRED, type Required } from './required.ts'

/**
 * What one site asks of whoever works at its equipment and work centres, and whether a start without
 * it is refused or only noted. The rules are those of the site in whose name the command is sent.
 */
const distinct = (all: readonly Required[]): boolean =>
  new Set(all.map((one) => one.qualificationId)).size === all.length

export const qualificationRulesCommands = {
  SetQualificationEnforcement: z
    .object({ type: z.literal('SetQualificationEnforcement'), enforcement, reason })
    .describe(
      'Say what happens when somebody unqualified starts or resumes work at this site: REFUSE (the ' +
        'default), or WARN, which lets him and records what is missing.',
    ),
  RequireQualifications: z
    .object({
      type: z.literal('RequireQualifications'),
      scopeId: id
        .nullable()
        .default(null)
        .describe('Equipment or work centre; the whole site by default.'),
      qualifications: z
        .array(required)
        .max(MAX_REQUIRED)
        .refine(distinct, 'must have each qualificationId once')
        .describe('All of them are needed; none lifts the requirement.'),
      reason,
    })
    .describe('Say which qualifications work at an equipment or work centre needs.'),
}
export type QualificationRulesCommand = CommandOf<typeof qualificationRulesCommands>

export const qualificationRules: Decider<
  QualificationRulesCommand,
  QualificationRules,
  QualificationRulesEvent,
  never
> = {
  ...qualificationRulesFold,
  context: 'personnel',
  commands: qualificationRulesCommands,
  events: e,
  id: (_, site) => site,

  decide(command, state) {
    switch (command.type) {
      case 'SetQualificationEnforcement':
        return command.enforcement === state.enforcement ? [] : [e.enforcementSet(command)]
      case 'RequireQualifications':
        return isSame(command.qualifications, state.byScope.get(command.scopeId) ?? [])
          ? []
          : [e.requirementSet(command)]
    }
  },
}

const isSame = (a: readonly Required[], b: readonly Required[]): boolean =>
  a.length === b.length &&
  a.every(
    (one, i) =>
      one.qualificationId === b[i]!.qualificationId && one.minVersion === b[i]!.minVersion,
  )
