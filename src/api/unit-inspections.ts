import { inspections } from '../projections/quality/inspections.ts'
import { childrenOf } from './as-of.ts'
import { builder } from './builder.ts'
import { InspectionRef } from './quality.ts'
import { UnitRef } from './units.ts'

const ofSubject = { column: 'subjectId', orderBy: 'at' } as const

/** What quality knows of an item, beside what machines did to it: one look at both. */
builder.objectField(UnitRef, 'inspections', (t) =>
  t.field({
    type: [InspectionRef],
    description: 'What was measured and judged on it, oldest first.',
    resolve: async (row, _, context) => {
      const streams = async (): Promise<string[]> => {
        const found = await context.reads.children(inspections, ofSubject, row.key)
        return found.map(({ key }) => `inspection-${key}`)
      }
      const relation = { ...ofSubject, value: row.key, streams }
      const found = await childrenOf(row, inspections, relation, context)
      return found.filter(({ subjectKind }) => subjectKind === 'SERIAL')
    },
  }),
)
