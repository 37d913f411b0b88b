import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, reason, text, unit } from '../types.ts'

/** A coordinate in millimetres, an angle, a force: nothing measured on a shop floor is beyond this. */
const MAX_VALUE = 1e12
export const measured = z.number().min(-MAX_VALUE).max(MAX_VALUE)

/** `null` is a third answer: nobody could judge it, because it was not measured or has no limits. */
export const verdict = z.enum(['PASS', 'FAIL'])
export type Verdict = z.output<typeof verdict>

/** Kind of a characteristic that is judged by eye or gauge instead of by a measured value. */
export const ATTRIBUTE = 'ATTRIBUTE'

/** What a value is held against; a one-sided tolerance has one limit. All in `unit`. */
export const limits = z.object({
  nominal: measured.nullable().default(null),
  lowerLimit: measured.nullable().default(null),
  upperLimit: measured.nullable().default(null),
  unit: unit.nullable().default(null),
})
export type Limits = z.output<typeof limits>

export const characteristic = z.object({
  characteristicId: id,
  name: text,
  /** LENGTH, DIAMETER, FLATNESS ... as the drawing says, or ATTRIBUTE for pass or fail. */
  kind: text,
  ...limits.shape,
})
export type Characteristic = z.output<typeof characteristic>

/** One value or one yes/no, with the limits it was judged by. */
const judgedResult = z.object({
  ...characteristic.shape,
  /** 1 for a single piece; counts the pieces where a lot is inspected by sample. */
  sample: z.number().int().positive(),
  value: measured.nullable(),
  /** The answer of an inspector or gauge where no value is measured. */
  passed: z.boolean().nullable(),
  instrumentId: id.nullable(),
  verdict: verdict.nullable(),
})
export type JudgedResult = z.output<typeof judgedResult>

export const subjectKind = z.enum(['SERIAL', 'LOT'])

export const inspectionPlanEvents = {
  /** The first version, or a new one: inspections of the past keep the limits they were judged by. */
  defined: event(
    'InspectionPlanDefined',
    z.object({
      planId: id,
      /** 1, 2, 3 ... */
      version: z.number().int().positive(),
      materialId: id,
      /** Operation after which it is inspected; null for the material as such. */
      operationId: id.nullable(),
      characteristics: z.array(characteristic).min(1),
      /** Characteristics of the version before that this one no longer has. */
      removed: z.array(id),
    }),
  ),
}
export type InspectionPlanEvent = EventOf<typeof inspectionPlanEvents>

const reading = z.object({
  value: measured.nullable(),
  passed: z.boolean().nullable(),
  verdict: verdict.nullable(),
})

export const inspectionEvents = {
  recorded: event(
    'InspectionRecorded',
    z.object({
      inspectionId: id,
      subjectKind,
      /** Serial or lot id. */
      subjectId: id,
      materialId: id.nullable(),
      orderId: id.nullable(),
      operationId: id.nullable(),
      planId: id.nullable(),
      planVersion: z.number().int().positive().nullable(),
      personId: id.nullable(),
      results: z.array(judgedResult).min(1),
      /** Characteristics of the plan that nobody inspected: without them there is no PASS. */
      missing: z.array(id),
      /** Of the whole inspection. */
      verdict: verdict.nullable(),
    }),
  ),
  /** Replaces one result; the original stays in the log and in the read model. */
  resultCorrected: event(
    'InspectionResultCorrected',
    z.object({
      inspectionId: id,
      correctionId: id,
      characteristicId: id,
      sample: z.number().int().positive(),
      personId: id,
      reason,
      before: reading,
      after: reading,
      /** Of the whole inspection, with the correction. */
      verdict: verdict.nullable(),
    }),
  ),
}
export type InspectionEvent = EventOf<typeof inspectionEvents>

export const processValueEvents = {
  /** One parameter of one operation on one item or lot. `occurredAt` is when it was taken. */
  recorded: event(
    'ProcessValueRecorded',
    z.object({
      subjectKind,
      /** Serial or lot id. */
      subjectId: id,
      /** TORQUE-3, OVEN-TEMP ...: one name for one parameter, wherever it is taken. */
      parameterId: id,
      name: text.nullable().default(null),
      value: measured,
      ...limits.shape,
      orderId: id.nullable().default(null),
      operationId: id.nullable().default(null),
      equipmentId: id.nullable().default(null),
      /** Tool, fixture or sensor. */
      toolId: id.nullable().default(null),
      program: text.nullable().default(null),
      personId: id.nullable().default(null),
    }),
  ),
}
export type ProcessValueEvent = EventOf<typeof processValueEvents>
