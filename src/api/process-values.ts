import { processValues, type ProcessValueRow } from '../projections/quality/process-values.ts'
import type { Keyed } from '../projections/projection.ts'
import { childrenOf, ownChildren } from './as-of.ts'
import { builder } from './builder.ts'
import { connectionField } from './connection.ts'
import { personField } from './person-field.ts'
import { limitFields, SubjectKind, Verdict } from './quality.ts'
import { UnitRef } from './units.ts'

export const ProcessValueRef = builder.objectRef<Keyed<ProcessValueRow>>('ProcessValue').implement({
  description: 'A temperature, torque or the like that was used on one item or lot.',
  fields: (t) => ({
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    subjectKind: t.expose('subjectKind', { type: SubjectKind, description: 'Serial or lot.' }),
    subjectId: t.exposeID('subjectId', { description: 'Which serial or lot.' }),
    parameterId: t.exposeID('parameterId', { description: 'Which parameter.' }),
    name: t.exposeString('name', { nullable: true, description: 'What it is called.' }),
    value: t.exposeFloat('value', { description: 'What it was, in `unit`.' }),
    ...limitFields(t),
    verdict: t.expose('verdict', {
      type: Verdict,
      nullable: true,
      description: 'Whether it kept its limits; null where it has none.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was taken.' }),
    ...Object.fromEntries(
      Object.entries({
        orderId: 'Production order.',
        operationId: 'Operation of that order.',
        equipmentId: 'Machine it was taken on.',
        toolId: 'Tool, fixture or sensor.',
        personId: 'Who attended.',
      }).map(([column, description]) => [
        column,
        t.exposeID(column as 'orderId', { nullable: true, description }),
      ]),
    ),
    program: t.exposeString('program', { nullable: true, description: 'Program or recipe.' }),
    person: personField(t, 'Who attended, by name.'),
  }),
})

const ofSubject = ownChildren('processValue', 'subjectId', 'at')

builder.objectField(UnitRef, 'processValues', (t) =>
  t.field({
    type: [ProcessValueRef],
    description: 'Process values that were taken on it, oldest first.',
    resolve: async (row, _, context) =>
      (await childrenOf(row, processValues, ofSubject(row.key), context)).filter(
        ({ subjectKind }) => subjectKind === 'SERIAL',
      ),
  }),
)

connectionField('processValues', {
  projection: processValues,
  node: ProcessValueRef,
  description: 'Process values of items and lots, newest first by default.',
  filters: {
    subjectId: { column: 'subjectId', op: '=', type: 'ID', description: 'Of this serial or lot.' },
    parameterId: { column: 'parameterId', op: '=', type: 'ID', description: 'Of this parameter.' },
    equipmentId: { column: 'equipmentId', op: '=', type: 'ID', description: 'On this machine.' },
    verdict: { column: 'verdict', op: '=', type: Verdict, description: 'Kept its limits or not.' },
    from: { column: 'at', op: '>=', type: 'DateTime', description: 'Taken then or later.' },
    to: { column: 'at', op: '<', type: 'DateTime', description: 'Taken before.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['at', 'key'],
  defaultOrder: { column: 'at', direction: 'desc' },
})
