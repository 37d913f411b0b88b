import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id } from '../types.ts'
import {
  ATTRIBUTE,
  characteristic,
  inspectionPlanEvents as e,
  type Characteristic,
  type InspectionPlanEvent,
} from './events.ts'

/**
 * What is inspected on a material, and within which limits. Each definition that differs from the
 * one before is a new version; an inspection keeps the limits of the version it was judged by.
 */

/** The largest first-article inspections have some thousand characteristics. */
const MAX_CHARACTERISTICS = 5_000

const ordered = (c: Characteristic): boolean =>
  c.lowerLimit === null || c.upperLimit === null || c.lowerLimit <= c.upperLimit
const judgeable = (c: Characteristic): boolean =>
  c.kind !== ATTRIBUTE || (c.nominal === null && c.lowerLimit === null && c.upperLimit === null)
const distinct = (all: readonly Characteristic[]): boolean =>
  new Set(all.map((c) => c.characteristicId)).size === all.length

export const inspectionPlanCommands = {
  DefineInspectionPlan: z
    .object({
      type: z.literal('DefineInspectionPlan'),
      planId: id,
      materialId: id,
      operationId: id.nullable().default(null),
      characteristics: z
        .array(
          characteristic
            .refine(ordered, { path: ['upperLimit'], error: 'must not be below lowerLimit' })
            .refine(judgeable, { path: ['kind'], error: 'ATTRIBUTE takes no nominal or limits' }),
        )
        .min(1)
        .max(MAX_CHARACTERISTICS)
        .refine(distinct, 'must have each characteristicId once'),
    })
    .describe(
      'Say what is inspected on a material and within which limits. Defining it again makes a new version.',
    ),
}
export type InspectionPlanCommand = CommandOf<typeof inspectionPlanCommands>

type Defined = Extract<InspectionPlanEvent, { type: 'InspectionPlanDefined' }>['data']
export type InspectionPlan =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'defined'
      readonly current: Defined
      readonly characteristics: ReadonlyMap<string, Characteristic>
    }

export type InspectionPlanRefusal = 'PlanOfOtherMaterial'

export const inspectionPlan: Decider<
  InspectionPlanCommand,
  InspectionPlan,
  InspectionPlanEvent,
  InspectionPlanRefusal
> = {
  context: 'quality',
  category: 'inspectionPlan',
  commands: inspectionPlanCommands,
  events: e,
  id: (command) => command.planId,
  initial: { status: 'unknown' },

  decide(command, state) {
    if (state.status === 'unknown') return [e.defined({ ...command, version: 1, removed: [] })]
    const { current } = state
    if (command.materialId !== current.materialId || command.operationId !== current.operationId)
      return reject(
        'PlanOfOtherMaterial',
        `planId ${command.planId} is for ${subject(current)}, not ${subject(command)}.`,
      )
    if (isSame(command.characteristics, current.characteristics)) return []
    const kept = new Set(command.characteristics.map((c) => c.characteristicId))
    const removed = [...state.characteristics.keys()].filter((known) => !kept.has(known))
    return [e.defined({ ...command, version: current.version + 1, removed })]
  },

  evolve: (_, { data }) => ({
    status: 'defined',
    current: data,
    characteristics: new Map(data.characteristics.map((c) => [c.characteristicId, c])),
  }),
}

const FIELDS = Object.keys(characteristic.shape) as (keyof Characteristic)[]

export const isSameCharacteristic = (a: Characteristic, b: Characteristic): boolean =>
  FIELDS.every((field) => a[field] === b[field])

const isSame = (a: readonly Characteristic[], b: readonly Characteristic[]): boolean =>
  a.length === b.length && a.every((c, i) => isSameCharacteristic(c, b[i]!))

const subject = (d: { readonly materialId: string; readonly operationId: string | null }): string =>
  d.operationId === null
    ? `material ${d.materialId}`
    : `material ${d.materialId} after operation ${d.operationId}`
