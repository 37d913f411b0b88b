import type { z } from 'zod'
import type { calendarCommands } from '../../domain/calendar/calendar-commands.ts'
import type { allocationRuleCommands } from '../../domain/energy/allocation-rule.ts'
import type { demandLimitCommands } from '../../domain/energy/demand-limit.ts'
import type { energySiteCommands } from '../../domain/energy/energy-site.ts'
import type { meterCommands } from '../../domain/energy/meter.ts'
import type { virtualMeterCommands } from '../../domain/energy/virtual-meters.ts'
import type { MeterDataEvent } from '../../domain/energy/events.ts'
import type { cycleTimeCommands } from '../../domain/equipment/cycle-time.ts'
import type { EquipmentEvent } from '../../domain/equipment/events.ts'
import type { ratedCapacityCommands } from '../../domain/equipment/rated-capacity.ts'
import type { stopCommands } from '../../domain/equipment/stop-day.ts'
import type { stopReasonCommands } from '../../domain/equipment/stop-reasons.ts'
import type { stopRuleCommands } from '../../domain/equipment/stop-rule.ts'
import type { UnitEvent } from '../../domain/material/events.ts'
import type { lotCommands } from '../../domain/material/lot-commands.ts'
import type { unitCommands } from '../../domain/material/unit-commands.ts'
import type { attendanceCommands } from '../../domain/personnel/attendance.ts'
import type { crewCommands } from '../../domain/personnel/crew.ts'
import type { personCommands } from '../../domain/personnel/person-commands.ts'
import type { qualificationRulesCommands } from '../../domain/personnel/qualification-rules.ts'
import type { qualificationCommands } from '../../domain/personnel/qualification.ts'
import type { shiftAssignmentCommands } from '../../domain/personnel/shift-assignment.ts'
import type { planningResourceCommands } from '../../domain/planning/planning-resource.ts'
import type { planningRulesCommands } from '../../domain/planning/planning-rules.ts'
import type { productSegmentCommands } from '../../domain/planning/product-segment.ts'
import type { orderCommands } from '../../domain/production/order-commands.ts'
import type { ProcessValueEvent } from '../../domain/quality/events.ts'
import type { inspectionCommands } from '../../domain/quality/inspection-commands.ts'
import type { inspectionPlanCommands } from '../../domain/quality/inspection-plan.ts'
import type { siteCommands } from '../../domain/site/hierarchy-scope.ts'

type Schemas = typeof siteCommands &
  typeof calendarCommands &
  typeof cycleTimeCommands &
  typeof meterCommands &
  typeof virtualMeterCommands &
  typeof energySiteCommands &
  typeof demandLimitCommands &
  typeof allocationRuleCommands &
  typeof attendanceCommands &
  typeof crewCommands &
  typeof personCommands &
  typeof qualificationCommands &
  typeof qualificationRulesCommands &
  typeof shiftAssignmentCommands &
  typeof inspectionPlanCommands &
  typeof inspectionCommands &
  typeof lotCommands &
  typeof ratedCapacityCommands &
  typeof stopCommands &
  typeof stopReasonCommands &
  typeof stopRuleCommands &
  typeof unitCommands &
  typeof planningResourceCommands &
  typeof planningRulesCommands &
  typeof productSegmentCommands &
  typeof orderCommands
export type CommandType = keyof Schemas
export type InputOf<T extends CommandType> = Omit<z.input<Schemas[T]>, 'type'>

/** One mutation of a command, with the moment it claims. */
export interface Wish {
  readonly kind: 'command'
  readonly type: CommandType
  readonly commandId: string
  /** ISO-8601 UTC with milliseconds. */
  readonly occurredAt: string
  readonly input: Readonly<Record<string, unknown>>
  /** What has to be over before this is sent: wishes that share a key keep their order. */
  readonly keys: readonly string[]
  /** Code of the refusal that is meant to come, for a wish that nobody may grant. */
  readonly expect?: string
}

/** What machines and meters of this plant say, as it is recorded. */
export type Said =
  | EquipmentEvent
  | MeterDataEvent
  | ProcessValueEvent
  | Extract<UnitEvent, { type: 'UnitProcessed' }>
export type Observed = Said & { readonly kind: 'observation'; readonly occurredAt: string }
export type Action = Wish | Observed

const KEYS: Readonly<Record<string, string>> = {
  scopeId: 'scope',
  parentId: 'scope',
  meterId: 'meter',
  parentMeterId: 'meter',
  inspectionId: 'inspection',
  lotId: 'lot',
  intoLotId: 'lot',
  serial: 'unit',
  parentSerial: 'unit',
}

const ABOUT = ['orderId', 'planId', 'personId', 'qualificationId', 'crewId', 'assignmentId']

/** Streams a wish is decided on or looks at; orders and people only where it is about themselves. */
export function keysOf(input: Readonly<Record<string, unknown>>): readonly string[] {
  // A reason is defined after its parent, and before a stop is given it.
  if (typeof input['reasonId'] === 'string') return ['reasons of stops']
  const found = Object.entries(KEYS).flatMap(([field, kind]) =>
    typeof input[field] === 'string' ? [`${kind} ${input[field]}`] : [],
  )
  if (found.length > 0) return [...new Set(found)]
  return ABOUT.flatMap((field) =>
    typeof input[field] === 'string' ? [`about ${input[field]}`] : [],
  )
}
