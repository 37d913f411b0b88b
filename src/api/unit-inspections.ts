import type { UnitRow } from '../projections/material/units.ts'
import type { Keyed } from '../projections/projection.ts'
import { inspections, type InspectionRow } from '../projections/quality/inspections.ts'
import { childrenOf } from './as-of.ts'
import { builder, listed } from './builder.ts'
import type { Context } from './context.ts'
import { InspectionRef } from './quality.ts'
import { UnitRef } from './units.ts'

const ofSubject = { column: 'subjectId', orderBy: 'at' } as const

/** What was measured and judged on an item, as of its moment, oldest first. */
export async function inspectionsOf(
  unit: Keyed<UnitRow>,
  context: Context,
): Promise<readonly Keyed<InspectionRow>[]> {
  const streams = async (): Promise<string[]> => {
    const found = await context.reads.children(inspections, ofSubject, unit.key)
    return found.map(({ key }) => `inspection-${key}`)
  }
  const relation = { ...ofSubject, value: unit.key, streams }
  const found = await childrenOf(unit, inspections, relation, context)
  return found.filter(({ subjectKind }) => subjectKind === 'SERIAL')
}

/** What quality knows of an item, beside what machines did to it: one look at both. */
builder.objectField(UnitRef, 'inspections', (t) =>
  t.field({
    type: [InspectionRef],
    description: 'What was measured and judged on it, oldest first.',
    resolve: (row, _, context) => listed(inspectionsOf(row, context)),
  }),
)
