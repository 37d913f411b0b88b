import { projectionSkipEvents, rejectionEvents } from './audit/events.ts'
import { calendar } from './calendar/calendar.ts'
import type { Decider } from './decider.ts'
import { allocationRule } from './energy/allocation-rule.ts'
import { demandLimit } from './energy/demand-limit.ts'
import { energySite } from './energy/energy-site.ts'
import { energyTariff } from './energy/tariff.ts'
import { enpi } from './energy/enpi.ts'
import { meterData } from './energy/meter-data.ts'
import { meterQuality } from './energy/meter-quality.ts'
import { meter } from './energy/meter.ts'
import { variableData } from './energy/variables.ts'
import { virtualMeters } from './energy/virtual-meters.ts'
import { cycleTime } from './equipment/cycle-time.ts'
import { equipmentObservations } from './equipment/equipment.ts'
import { ratedCapacity } from './equipment/rated-capacity.ts'
import { stopDay } from './equipment/stop-day.ts'
import { stopReasons } from './equipment/stop-reasons.ts'
import { stopRule } from './equipment/stop-rule.ts'
import { catalogue as catalogueOf, type Catalogue } from './event.ts'
import { logisticUnit } from './material/logistic-unit.ts'
import { kpiDefinition } from './kpi/kpi-definition.ts'
import { shiftReport } from './kpi/shift-report.ts'
import { expectedReceipt } from './material/expected-receipt.ts'
import { lot } from './material/lot.ts'
import { recallDrill } from './material/recall-drill.ts'
import { unit, unitObservations } from './material/unit.ts'
import type { ObservationDefinition } from './observation.ts'
import { absence } from './personnel/absence.ts'
import { attendance } from './personnel/attendance.ts'
import { crew } from './personnel/crew.ts'
import { person } from './personnel/person.ts'
import { qualificationRules } from './personnel/qualification-rules.ts'
import { qualification } from './personnel/qualification.ts'
import { shiftAssignment } from './personnel/shift-assignment.ts'
import { bottleneckWatch } from './planning/bottleneck-watch.ts'
import { planDecider } from './planning/plan-decider.ts'
import { planningResource } from './planning/planning-resource.ts'
import { planningRules } from './planning/planning-rules.ts'
import { planningTool } from './planning/planning-tool.ts'
import { productSegment } from './planning/product-segment.ts'
import { scheduleDecider } from './planning/schedule-decider.ts'
import { order } from './production/order.ts'
import { inspectionPlan } from './quality/inspection-plan.ts'
import { inspection } from './quality/inspection.ts'
import { processValues } from './quality/process-value.ts'
import { hierarchyScope } from './site/hierarchy-scope.ts'
import { signatureRules } from './workflow/signature-rules.ts'
import { signature } from './workflow/signature.ts'
import { signingCredential } from './workflow/signing-credential.ts'

/** Every decider; each of its commands becomes a mutation of the API. */
export const deciders: readonly Decider[] = [
  absence,
  attendance,
  bottleneckWatch,
  calendar,
  crew,
  cycleTime,
  allocationRule,
  demandLimit,
  energySite,
  energyTariff,
  enpi,
  expectedReceipt,
  hierarchyScope,
  inspection,
  inspectionPlan,
  kpiDefinition,
  logisticUnit,
  lot,
  meter,
  meterQuality,
  order,
  person,
  planDecider,
  planningResource,
  planningRules,
  planningTool,
  productSegment,
  qualification,
  qualificationRules,
  ratedCapacity,
  scheduleDecider,
  recallDrill,
  shiftAssignment,
  signature,
  signatureRules,
  signingCredential,
  shiftReport,
  stopDay,
  stopReasons,
  stopRule,
  unit,
  virtualMeters,
]

const declared: readonly ObservationDefinition[] = [
  ...equipmentObservations,
  ...meterData,
  ...processValues,
  ...unitObservations,
  ...variableData,
]

/** Every observation a connector may record, by event type. */
export const observationDefinitions: ReadonlyMap<string, ObservationDefinition> = new Map(
  declared.map((definition) => [definition.event.type, definition]),
)

/** Every event type there is: stores decode through it. */
export const catalogue: Catalogue = catalogueOf(
  new Set([
    ...deciders.flatMap((decider) => Object.values(decider.events)),
    ...declared.map((definition) => definition.event),
    ...Object.values(rejectionEvents),
    ...Object.values(projectionSkipEvents),
  ]),
)
