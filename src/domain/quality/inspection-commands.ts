import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { id, reason, text } from '../types.ts'
import { limits, measured, subjectKind } from './events.ts'

/** A plan of some thousand characteristics, or some hundred on a sample of a lot. */
const MAX_RESULTS = 10_000

const finding = {
  value: measured.nullable().default(null),
  passed: z.boolean().nullable().default(null),
}
const one = ({ value, passed }: { value: number | null; passed: boolean | null }): boolean =>
  value === null || passed === null
const oneOfBoth = { path: ['passed'], error: 'must be null where a value is given' }

const result = z
  .object({
    characteristicId: id,
    sample: z.number().int().min(1).max(MAX_RESULTS).default(1),
    ...finding,
    instrumentId: id.nullable().default(null),
    /** Only without a plan: what the measuring machine itself knows about the characteristic. */
    name: text.nullable().default(null),
    kind: text.nullable().default(null),
    ...limits.shape,
  })
  .refine(one, oneOfBoth)
export type ResultInput = z.output<typeof result>

const distinct = (all: readonly ResultInput[]): boolean =>
  new Set(all.map((r) => `${r.sample}/${r.characteristicId}`)).size === all.length

export const inspectionCommands = {
  RecordInspection: z
    .object({
      type: z.literal('RecordInspection'),
      inspectionId: id,
      subjectKind,
      subjectId: id,
      planId: id.nullable().default(null),
      materialId: id.nullable().default(null),
      orderId: id.nullable().default(null),
      operationId: id.nullable().default(null),
      personId: id.nullable().default(null),
      results: z
        .array(result)
        .min(1)
        .max(MAX_RESULTS)
        .refine(distinct, 'must have each characteristicId and sample once'),
    })
    .describe(
      'Record what was measured on one serial or lot; pass or fail follows from the limits. Inspecting again is a new inspection.',
    ),
  CorrectInspectionResult: z
    .object({
      type: z.literal('CorrectInspectionResult'),
      inspectionId: id,
      correctionId: id,
      characteristicId: id,
      sample: z.number().int().min(1).max(MAX_RESULTS).default(1),
      personId: id,
      reason,
      ...finding,
    })
    .refine(one, oneOfBoth)
    .describe('Replace one result, with a reason. The original stays visible.'),
}
export type InspectionCommand = CommandOf<typeof inspectionCommands>
