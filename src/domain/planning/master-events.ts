import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { durationMs, id, positiveQuantity, text, unit } from '../types.ts'

/**
 * What planning needs to know of products and resources beyond what orders, calendars and people say
 * already. Terms are those of ISA-95: a product segment is one operation of a product, with what it
 * takes of equipment, material and personnel.
 */
const MAX_ALTERNATIVES = 100
const MAX_MATERIALS = 200
const MAX_DEPENDENCIES = 50
/** A hundred families on one machine, each to each. */
const MAX_CHANGEOVERS = 10_000
const MAX_TOOLS = 10_000

export const attendance = z.enum(['SETUP', 'RUN', 'ALL'])

const alternative = z
  .object({
    equipmentId: id.describe('A work unit that can do it.'),
    setupTimeMs: durationMs.nullable().default(null).describe('Null: as the order says.'),
    runTimeMsPerUnit: durationMs.nullable().default(null).describe('Null: as the order says.'),
  })
  .meta({ id: 'SegmentAlternative' })

const consumption = z
  .object({
    materialId: id.describe('What it takes.'),
    quantityPerUnit: positiveQuantity.describe('For one unit of the order.'),
    unit,
  })
  .meta({ id: 'SegmentMaterial' })

const dependency = z
  .object({
    operationId: id.describe('The operation it waits for.'),
    minLagMs: durationMs.default(0).describe('From the end of that one to the start of this one.'),
    maxLagMs: durationMs.nullable().default(null).describe('At most; null: as long as it takes.'),
    transferQuantity: positiveQuantity
      .nullable()
      .default(null)
      .describe('Pieces handed on at a time, so that both overlap; null: all at once.'),
  })
  .meta({ id: 'SegmentDependency' })

const batch = z
  .object({
    runTimeMs: durationMs.describe('Of one batch, however full.'),
    sizePerUnit: positiveQuantity.describe('What one unit takes of the capacity of the oven.'),
  })
  .meta({ id: 'SegmentBatch' })

/** What one operation of a product takes, beside its work centre and times on the order. */
export const segmentShape = {
  alternatives: z
    .array(alternative)
    .max(MAX_ALTERNATIVES)
    .default([])
    .describe('Where it can be done; none: on every work unit of its work centre.'),
  setupFamily: id
    .nullable()
    .default(null)
    .describe('What needs no changeover among itself, such as a colour.'),
  toolId: id.nullable().default(null).describe('Kind of tool it binds while it is done.'),
  attendance: attendance.default('ALL').describe('When a qualified person is bound to it.'),
  interruptible: z
    .boolean()
    .default(true)
    .describe('Whether it stops when the shift ends and goes on with the next.'),
  batch: batch.nullable().default(null).describe('In an oven; null: piece by piece.'),
  materials: z.array(consumption).max(MAX_MATERIALS).default([]).describe('What it takes.'),
  dependencies: z
    .array(dependency)
    .max(MAX_DEPENDENCIES)
    .nullable()
    .default(null)
    .describe('What it waits for; null: for the operation before it in the routing.'),
}

const onSegment = { materialId: id, operationId: id }

export const productSegmentEvents = {
  defined: event('ProductSegmentDefined', z.object({ ...onSegment, ...segmentShape })),
  withdrawn: event('ProductSegmentWithdrawn', z.object(onSegment)),
}
export type ProductSegmentEvent = EventOf<typeof productSegmentEvents>

export const changeover = z
  .object({ fromFamily: id, toFamily: id, durationMs })
  .meta({ id: 'Changeover' })
export const changeovers = z.array(changeover).max(MAX_CHANGEOVERS)

export const planningResourceEvents = {
  setupMatrixDefined: event('SetupMatrixDefined', z.object({ scopeId: id, changeovers })),
  batchCapacitySet: event(
    'BatchCapacitySet',
    z.object({ scopeId: id, capacity: positiveQuantity.nullable() }),
  ),
  runningPowerSet: event(
    'RunningPowerSet',
    z.object({ scopeId: id, kilowatts: positiveQuantity.nullable() }),
  ),
}
export type PlanningResourceEvent = EventOf<typeof planningResourceEvents>

export const toolCount = z.number().int().min(0).max(MAX_TOOLS)
export const planningToolEvents = {
  counted: event('ToolsCounted', z.object({ toolId: id, name: text, count: toolCount })),
}
export type PlanningToolEvent = EventOf<typeof planningToolEvents>

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MAX_HORIZON_MS = 400 * DAY_MS
/** A week; further ahead orders are not known. */
const MAX_BOTTLENECK_HOURS = 168

/** How a site wants to be planned. */
export const planningRulesShape = {
  horizonMs: z
    .number()
    .int()
    .min(HOUR_MS)
    .max(MAX_HORIZON_MS)
    .default(28 * DAY_MS)
    .describe('How far ahead calendars are looked at; nothing is planned beyond.'),
  frozenMs: durationMs.default(0).describe('What is planned to start so soon stays where it is.'),
  firmMs: durationMs.default(8 * HOUR_MS).describe('What is planned to start so soon should stay.'),
  repairMs: durationMs
    .default(HOUR_MS)
    .describe('How long a machine in fault is expected to be down, where nobody planned it.'),
  automatic: z.boolean().default(false).describe('Plan anew by itself when facts change.'),
  bottleneckHours: z
    .number()
    .int()
    .min(0)
    .max(MAX_BOTTLENECK_HOURS)
    .default(0)
    .describe('Hours to come that are watched for bottlenecks, by simulation; 0: none.'),
}

const rules = z.object(planningRulesShape)
export type PlanningRules = z.output<typeof rules>
/** What holds at a site that has said nothing. */
export const usualPlanningRules: PlanningRules = rules.parse({})

export const planningRulesEvents = {
  set: event('PlanningRulesSet', rules, [(v1) => ({ ...v1, bottleneckHours: 0 })]),
  transportTimeSet: event(
    'TransportTimeSet',
    z.object({ fromScopeId: id, toScopeId: id, durationMs: durationMs.nullable() }),
  ),
}
export type PlanningRulesEvent = EventOf<typeof planningRulesEvents>
