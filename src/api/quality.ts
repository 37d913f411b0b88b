import { subjectKind, verdict } from '../domain/quality/events.ts'
import type { Keyed } from '../projections/projection.ts'
import { characteristics, type CharacteristicRow } from '../projections/quality/characteristics.ts'
import {
  inspectionResults,
  type InspectionResultRow,
  type ResultCorrection,
} from '../projections/quality/inspection-results.ts'
import { inspections, type InspectionRow } from '../projections/quality/inspections.ts'
import { childrenOf } from './as-of.ts'
import { builder, listed } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { enumOf } from './inputs.ts'
import { lookupField } from './lookup.ts'
import { signatureStatusField } from './signature-status.ts'
import { personField } from './person-field.ts'
import { UnitRef } from './units.ts'

export const Verdict = enumOf(verdict, 'Verdict')
export const SubjectKind = enumOf(subjectKind, 'SubjectKind')

const JUDGED = 'Null: not judged, because it was not measured or has no limits.'

/** Nominal and limits, as plans and results have them. */
export const limitFields = (t: any) => ({
  nominal: t.exposeFloat('nominal', { nullable: true, description: 'Target, in `unit`.' }),
  lowerLimit: t.exposeFloat('lowerLimit', {
    nullable: true,
    description: 'Smallest good value, in `unit`; null where nothing is too small.',
  }),
  upperLimit: t.exposeFloat('upperLimit', {
    nullable: true,
    description: 'Largest good value, in `unit`; null where nothing is too large.',
  }),
  unit: t.exposeString('unit', {
    nullable: true,
    description: 'UN/ECE Recommendation 20 code of value and limits, e.g. MMT; null if unknown.',
  }),
})
const characteristicFields = (t: any) => ({
  characteristicId: t.exposeID('characteristicId', { description: 'Characteristic.' }),
  name: t.exposeString('name', { description: 'What it is called on the drawing.' }),
  kind: t.exposeString('kind', {
    description: 'LENGTH, DIAMETER, FLATNESS ...; ATTRIBUTE for pass or fail without a value.',
  }),
  ...limitFields(t),
})
const workFields = (t: any) => ({
  site: t.exposeID('site', { description: 'ISA-95 site.' }),
  inspectionId: t.exposeID('inspectionId', { description: 'Inspection.' }),
  subjectKind: t.expose('subjectKind', { type: SubjectKind, description: 'What was inspected.' }),
  subjectId: t.exposeID('subjectId', { description: 'Serial or lot that was inspected.' }),
  materialId: t.exposeID('materialId', { nullable: true, description: 'Its material, if known.' }),
  orderId: t.exposeID('orderId', { nullable: true, description: 'Production order, if known.' }),
  operationId: t.exposeID('operationId', { nullable: true, description: 'After this operation.' }),
  personId: t.exposeID('personId', { nullable: true, description: 'Who inspected, if known.' }),
  person: personField(t, 'Who inspected, by name.'),
  at: t.expose('at', { type: 'DateTime', description: 'When it was inspected.' }),
})

type Before = ResultCorrection['before']
const findingFields = (t: any) => ({
  value: t.exposeFloat('value', { nullable: true, description: 'What was measured, in `unit`.' }),
  passed: t.exposeBoolean('passed', {
    nullable: true,
    description: 'Answer of inspector or gauge where no value is measured.',
  }),
  verdict: t.expose('verdict', { type: Verdict, nullable: true, description: JUDGED }),
})
const FindingRef = builder.objectRef<Before>('Finding').implement({
  description: 'What a result was before it was corrected.',
  fields: (t) => findingFields(t),
})
const ResultCorrectionRef = builder.objectRef<ResultCorrection>('ResultCorrection').implement({
  description: 'A correction of a result: by whom, why, and what it was before.',
  fields: (t) => ({
    correctionId: t.exposeID('correctionId', { description: 'Chosen by who corrected.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was corrected.' }),
    personId: t.exposeID('personId', { description: 'Who corrected it.' }),
    person: personField(t, 'Who corrected it, by name.'),
    reason: t.exposeString('reason', { description: 'Why.' }),
    before: t.expose('before', { type: FindingRef, description: 'What it was until then.' }),
  }),
})

/** One measured characteristic; a unit's `measurements` are these too. */
const InspectionResultRef = builder
  .objectRef<Keyed<InspectionResultRow>>('InspectionResult')
  .implement({
    description: 'One value or yes/no of an inspection, with the limits it was judged by.',
    fields: (t) => ({
      ...workFields(t),
      ...characteristicFields(t),
      ...findingFields(t),
      sample: t.exposeInt('sample', {
        description: 'Piece of the sample, from 1, where a lot is inspected by sample.',
      }),
      instrumentId: t.exposeID('instrumentId', { nullable: true, description: 'Measured with.' }),
      corrections: t.expose('corrections', {
        type: [ResultCorrectionRef],
        description: 'Oldest first; `before` of the first is what was found originally.',
      }),
    }),
  })

export const InspectionRef = builder.objectRef<Keyed<InspectionRow>>('Inspection').implement({
  description: 'One inspection of one serial or lot. Inspecting again is another one.',
  fields: (t) => ({
    ...workFields(t),
    planId: t.exposeID('planId', { nullable: true, description: 'Plan it was judged by.' }),
    planVersion: t.exposeInt('planVersion', { nullable: true, description: 'Of that plan.' }),
    verdict: t.expose('verdict', {
      type: Verdict,
      nullable: true,
      description: 'FAIL if any result fails; PASS if all of the plan is judged. Null: not judged.',
    }),
    passed: t.exposeInt('passed', { description: 'Results within their limits.' }),
    failed: t.exposeInt('failed', { description: 'Results out of their limits.' }),
    notJudged: t.exposeInt('notJudged', { description: 'Results not measured or without limits.' }),
    missing: t.exposeIDList('missing', {
      description: 'Characteristics of the plan that were not inspected.',
    }),
    corrections: t.exposeInt('corrections', { description: 'How often a result was corrected.' }),
    signatureStatus: signatureStatusField(t, 'inspection'),
    results: t.field({
      type: [InspectionResultRef],
      description: 'What was found, in the order of the inspection.',
      resolve: (row, _, context) =>
        listed(
          childrenOf(
            row,
            inspectionResults,
            {
              column: 'inspectionId',
              orderBy: 'place',
              value: row.key,
              streams: () => [`inspection-${row.key}`],
            },
            context,
          ),
        ),
    }),
  }),
})

const CharacteristicRef = builder.objectRef<Keyed<CharacteristicRow>>('Characteristic').implement({
  description: 'What a plan has inspected, in its newest version.',
  fields: (t) => ({
    planId: t.exposeID('planId', { description: 'Inspection plan.' }),
    materialId: t.exposeID('materialId', { description: 'Material the plan is for.' }),
    operationId: t.exposeID('operationId', {
      nullable: true,
      description: 'Operation after which it is inspected; null for the material as such.',
    }),
    place: t.exposeInt('place', { description: 'Place in the plan, from 0.' }),
    ...characteristicFields(t),
    version: t.exposeInt('version', { description: 'Version that gave it these limits.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When it got these limits.' }),
  }),
})

connectionField('characteristics', {
  projection: characteristics,
  node: CharacteristicRef,
  description: 'What is inspected, and within which limits, by plan.',
  filters: {
    planId: { column: 'planId', op: '=', type: 'ID', description: 'Of this plan.' },
    materialId: { column: 'materialId', op: '=', type: 'ID', description: 'Of this material.' },
    operationId: { column: 'operationId', op: '=', type: 'ID', description: 'After this one.' },
    characteristicId: { column: 'characteristicId', op: '=', type: 'ID', description: 'This one.' },
    kind: { column: 'kind', op: '=', type: 'String', description: 'Of this kind.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['key', 'place', 'name', 'since'],
  defaultOrder: { column: 'place', direction: 'asc' },
})

connectionField('inspectionResults', {
  projection: inspectionResults,
  node: InspectionResultRef,
  description: 'Single results over all inspections, latest first by default.',
  filters: {
    subjectId: { column: 'subjectId', op: '=', type: 'ID', description: 'Of this serial or lot.' },
    subjectKind: { column: 'subjectKind', op: '=', type: SubjectKind, description: 'Of these.' },
    materialId: { column: 'materialId', op: '=', type: 'ID', description: 'Of this material.' },
    orderId: { column: 'orderId', op: '=', type: 'ID', description: 'Of this order.' },
    characteristicId: { column: 'characteristicId', op: '=', type: 'ID', description: 'Of this.' },
    instrumentId: { column: 'instrumentId', op: '=', type: 'ID', description: 'Measured with it.' },
    personId: { column: 'personId', op: '=', type: 'ID', description: 'By this person.' },
    verdict: { column: 'verdict', op: 'in', type: [Verdict], description: 'Judged so.' },
    judged: { column: 'verdict', op: 'isNotNull', type: 'Boolean', description: 'Judged or not.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    from: { column: 'at', op: '>=', type: 'DateTime', description: 'Inspected then or later.' },
    to: { column: 'at', op: '<', type: 'DateTime', description: 'Inspected before.' },
  },
  orderable: ['at', 'value'],
  defaultOrder: { column: 'at', direction: 'desc' },
})

lookupField('inspection', {
  projection: inspections,
  node: InspectionRef,
  description: 'One inspection, now, at a moment, or as the log knew it.',
  by: { inspectionId: 'Inspection.' },
  streams: ({ inspectionId }) => [`inspection-${inspectionId}`],
})

changesField('inspectionChanged', {
  projection: inspections,
  node: InspectionRef,
  description: 'Inspections as they are recorded and corrected.',
  only: { arg: 'subjectIds', description: 'Of these serials or lots.' },
  idOf: (row) => row.subjectId,
})

builder.objectField(UnitRef, 'measurements', (t) =>
  t.field({
    type: [InspectionResultRef],
    description: 'Every characteristic that was inspected on it, in the order of inspection.',
    resolve: async (row, _, context) => {
      const found = await childrenOf(
        row,
        inspectionResults,
        {
          column: 'subjectId',
          orderBy: 'at',
          value: row.key,
          streams: () => inspectionStreams(row.key, context),
        },
        context,
      )
      const ofSerial = found.filter((r) => r.subjectKind === 'SERIAL')
      return ofSerial.sort(
        (a, b) => byText(a.at, b.at) || byText(a.inspectionId, b.inspectionId) || a.place - b.place,
      )
    },
  }),
)

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Streams of all inspections of the item there are today; those of a moment are among them. */
async function inspectionStreams(serial: string, { reads }: Context): Promise<readonly string[]> {
  const relation = { column: 'subjectId', orderBy: 'at' } as const
  const results = await reads.children(inspectionResults, relation, serial)
  return [...new Set(results.map((r) => `inspection-${r.inspectionId}`))]
}
