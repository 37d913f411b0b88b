import { enforcement } from '../domain/personnel/events.ts'
import { lackReason, type Lack, type Proof, type Required } from '../domain/personnel/required.ts'
import { clearances, type ClearanceRow } from '../projections/personnel/clearances.ts'
import {
  qualificationRules,
  type QualificationRulesRow,
  type Requirement,
} from '../projections/personnel/qualification-rules.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { connectionField } from './connection.ts'
import { enumOf } from './inputs.ts'
import { lookupField } from './lookup.ts'
import { personField } from './person-field.ts'

const Enforcement = enumOf(enforcement, 'QualificationEnforcement')
const LackReason = enumOf(lackReason, 'LackReason')

export const RequiredRef = builder.objectRef<Required>('RequiredQualification').implement({
  description: 'A qualification that somebody has to hold.',
  fields: (t) => ({
    qualificationId: t.exposeID('qualificationId', { description: 'Which.' }),
    minVersion: t.exposeInt('minVersion', { description: 'In this version or a later one.' }),
  }),
})
export const ProofRef = builder.objectRef<Proof>('QualificationProof').implement({
  description: 'What somebody held who was asked for it.',
  fields: (t) => ({
    qualificationId: t.exposeID('qualificationId', { description: 'What was asked for.' }),
    version: t.exposeInt('version', { description: 'Version that was held.' }),
    grantId: t.exposeID('grantId', { description: 'Grant or renewal that counted.' }),
    expiresAt: t.expose('expiresAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'Until when it counted; null for one that lasts.',
    }),
  }),
})
export const LackRef = builder.objectRef<Lack>('QualificationLack').implement({
  description: 'What was asked for and not there.',
  fields: (t) => ({
    qualificationId: t.exposeID('qualificationId', { description: 'What was asked for.' }),
    minVersion: t.exposeInt('minVersion', { description: 'In this version or a later one.' }),
    why: t.expose('why', { type: LackReason, description: 'What is wrong with it.' }),
  }),
})

const ClearanceRef = builder.objectRef<Keyed<ClearanceRow>>('Clearance').implement({
  description: 'Somebody began or resumed work that asks for qualifications, and what was shown.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    orderId: t.exposeID('orderId', { description: 'Production order.' }),
    operationId: t.exposeID('operationId', { description: 'Operation of that order.' }),
    personId: t.exposeID('personId', { description: 'Who began.' }),
    person: personField(t, 'Who began, by name.'),
    equipmentId: t.exposeID('equipmentId', { nullable: true, description: 'On what, if known.' }),
    qualified: t.exposeBoolean('qualified', { description: 'Whether everything was there.' }),
    proof: t.field({ type: [ProofRef], description: 'What was held.', resolve: (r) => r.proof }),
    missing: t.field({
      type: [LackRef],
      description: 'What was not; the site lets such work begin with a warning.',
      resolve: (r) => r.missing,
    }),
  }),
})

connectionField('clearances', {
  projection: clearances,
  node: ClearanceRef,
  description: 'Starts of work that asks for qualifications, latest first by default.',
  filters: {
    orderId: { column: 'orderId', op: '=', type: 'ID', description: 'On this order.' },
    personId: { column: 'personId', op: '=', type: 'ID', description: 'By this person.' },
    equipmentId: { column: 'equipmentId', op: '=', type: 'ID', description: 'On this equipment.' },
    qualified: { column: 'qualified', op: '=', type: 'Boolean', description: 'Qualified or not.' },
    from: { column: 'at', op: '>=', type: 'DateTime', description: 'Then or later.' },
    before: { column: 'at', op: '<', type: 'DateTime', description: 'Before.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['at'],
  defaultOrder: { column: 'at', direction: 'desc' },
})

const RequirementRef = builder.objectRef<Requirement>('QualificationRequirement').implement({
  description: 'What work in a place asks for.',
  fields: (t) => ({
    scopeId: t.exposeID('scopeId', {
      nullable: true,
      description: 'Equipment or work centre; null for the whole site.',
    }),
    qualifications: t.expose('qualifications', {
      type: [RequiredRef],
      description: 'All of them are needed.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'Since when.' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
  }),
})

const RulesRef = builder.objectRef<Keyed<QualificationRulesRow>>('QualificationRules').implement({
  description: 'What a site asks of whoever works there.',
  fields: (t) => ({
    site: t.exposeID('key', { description: 'ISA-95 site.' }),
    enforcement: t.expose('enforcement', {
      type: Enforcement,
      description: 'What happens when somebody unqualified begins.',
    }),
    requirements: t.expose('requirements', { type: [RequirementRef], description: 'By place.' }),
  }),
})

lookupField('qualificationRules', {
  projection: qualificationRules,
  node: RulesRef,
  description: 'The rules of one site, now, at a moment, or as the log knew them.',
  by: { site: 'ISA-95 site.' },
  streams: ({ site }) => [`qualificationRules-${site}`],
})
