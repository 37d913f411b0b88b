import { deniedAccess } from './audit/denied-access.ts'
import { quarantine } from './audit/quarantine.ts'
import { rejectedCommands } from './audit/rejected-commands.ts'
import { calendars } from './calendar/calendars.ts'
import { allocationRules } from './energy/allocation-rules.ts'
import { demandAlarms } from './energy/demand-alarms.ts'
import { demandLimits } from './energy/demand-limits.ts'
import { energyFactors } from './energy/energy-factors.ts'
import { energyIntervals } from './energy/energy-intervals.ts'
import { energySites } from './energy/energy-sites.ts'
import { energyTariffs } from './energy/energy-tariffs.ts'
import { enpis } from './energy/enpis.ts'
import { gapEstimations } from './energy/gap-estimations.ts'
import { meterCorrections } from './energy/meter-corrections.ts'
import { meterReadings } from './energy/meter-readings.ts'
import { meters } from './energy/meters.ts'
import { variableValues } from './energy/variable-values.ts'
import { virtualMeters } from './energy/virtual-meters.ts'
import { equipmentAlarms } from './equipment/alarms.ts'
import { equipmentCounters } from './equipment/counters.ts'
import { equipmentCurrent } from './equipment/current.ts'
import { cycleTimes } from './equipment/cycle-times.ts'
import { sourceClocks } from './equipment/source-clocks.ts'
import { equipmentStateTimes } from './equipment/state-times.ts'
import { ratedCapacities } from './equipment/rated-capacities.ts'
import { stopDecisions } from './equipment/stop-decisions.ts'
import { stopReasonTree } from './equipment/stop-reasons.ts'
import { stopRules } from './equipment/stop-rules.ts'
import { equipmentTimeline } from './equipment/timeline.ts'
import { epcisEvents } from './epcis/epcis-events.ts'
import { genealogyEdges } from './material/genealogy-edges.ts'
import { equipmentDays } from './kpi/equipment-days.ts'
import { kpiRestatements } from './kpi/kpi-restatements.ts'
import { kpiVersions } from './kpi/kpi-versions.ts'
import { shiftReports } from './kpi/shift-reports.ts'
import { expectedReceipts } from './material/expected-receipts.ts'
import { lotMovements } from './material/lot-movements.ts'
import { lots } from './material/lots.ts'
import { recallDrills } from './material/recall-drills.ts'
import { unitComponents } from './material/unit-components.ts'
import { unitOperations } from './material/unit-operations.ts'
import { units } from './material/units.ts'
import { absences } from './personnel/absences.ts'
import { attendance } from './personnel/attendance.ts'
import { clearances } from './personnel/clearances.ts'
import { crews } from './personnel/crews.ts'
import { heldQualifications } from './personnel/held-qualifications.ts'
import { persons } from './personnel/persons.ts'
import { qualificationRules } from './personnel/qualification-rules.ts'
import { qualifications } from './personnel/qualifications.ts'
import { shiftAssignments } from './personnel/shift-assignments.ts'
import { bottleneckWarningTable } from './planning/bottleneck-warnings.ts'
import { orderPromises } from './planning/order-promises.ts'
import { planParts } from './planning/plan-parts.ts'
import { plans } from './planning/plans.ts'
import { schedules } from './planning/schedules.ts'
import { planningResources } from './planning/planning-resources.ts'
import { planningRulesTable } from './planning/planning-rules.ts'
import { planningTools } from './planning/planning-tools.ts'
import { productSegments } from './planning/product-segments.ts'
import { bookings } from './production/bookings.ts'
import { orders } from './production/orders.ts'
import { runningClocks } from './production/running-clocks.ts'
import { workClocks } from './production/work-clocks.ts'
import { characteristics } from './quality/characteristics.ts'
import { inspectionResults } from './quality/inspection-results.ts'
import { inspections } from './quality/inspections.ts'
import { processValues } from './quality/process-values.ts'
import type { Projection } from './projection.ts'
import { hierarchy } from './site/hierarchy.ts'
import { signatureRuleTable } from './workflow/signature-rules.ts'
import { signatures } from './workflow/signatures.ts'
import { signingCredentials } from './workflow/signing-credentials.ts'

/** Every read model; the projector keeps them all. */
export const projections: readonly Projection[] = [
  absences,
  attendance,
  bookings,
  bottleneckWarningTable,
  calendars,
  cycleTimes,
  characteristics,
  clearances,
  crews,
  allocationRules,
  demandAlarms,
  demandLimits,
  deniedAccess,
  energyFactors,
  energyIntervals,
  energySites,
  energyTariffs,
  enpis,
  epcisEvents,
  equipmentAlarms,
  equipmentCounters,
  equipmentCurrent,
  equipmentDays,
  equipmentStateTimes,
  equipmentTimeline,
  expectedReceipts,
  gapEstimations,
  genealogyEdges,
  heldQualifications,
  hierarchy,
  inspectionResults,
  inspections,
  kpiRestatements,
  kpiVersions,
  lotMovements,
  lots,
  meterCorrections,
  meterReadings,
  meters,
  orders,
  orderPromises,
  persons,
  planParts,
  plans,
  schedules,
  planningResources,
  planningRulesTable,
  planningTools,
  productSegments,
  processValues,
  qualificationRules,
  qualifications,
  quarantine,
  recallDrills,
  rejectedCommands,
  runningClocks,
  sourceClocks,
  ratedCapacities,
  stopDecisions,
  stopReasonTree,
  stopRules,
  shiftAssignments,
  signatureRuleTable,
  signatures,
  signingCredentials,
  shiftReports,
  unitComponents,
  unitOperations,
  units,
  variableValues,
  virtualMeters,
  workClocks,
]
