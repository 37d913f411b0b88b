import fc from 'fast-check'
import type { Observation } from '../src/commands/record.ts'
import { calendarCommand } from './calendar/arbitraries.ts'
import {
  allocationRuleCommand,
  demandLimitCommand,
  demandObservation,
  energySiteCommand,
  energyTariffCommand,
  enpiCommand,
  meterCommand,
  meterObservation,
  meterQualityCommand,
  variableObservation,
  virtualMeterCommand,
} from './energy/arbitraries.ts'
import {
  cycleTimeCommand,
  ratedCapacityCommand,
  observations as equipmentObservation,
  stopCommand,
  stopReasonCommand,
  stopRuleCommand,
} from './equipment/arbitraries.ts'
import { kpiCommand, shiftReportCommand } from './kpi/arbitraries.ts'
import { logisticUnitCommand, lotCommand, unitCommand } from './material/arbitraries.ts'
import { recallDrillCommand } from './material/drill-arbitraries.ts'
import { unitObservation } from './material/observations.ts'
import {
  absenceCommand,
  attendanceCommand,
  crewCommand,
  personCommand,
  qualificationCommand,
  qualificationRulesCommand,
  shiftAssignmentCommand,
} from './personnel/arbitraries.ts'
import {
  expectedReceiptCommand,
  bottleneckCommand,
  planCommand,
  planningResourceCommand,
  planningRulesCommand,
  planningToolCommand,
  productSegmentCommand,
  scheduleCommand,
} from './planning/arbitraries.ts'
import { orderCommand } from './production/arbitraries.ts'
import {
  inspectionCommand,
  inspectionPlanCommand,
  processValueObservation,
} from './quality/arbitraries.ts'
import { commands as hierarchyScopeCommand } from './site/arbitraries.ts'
import { signatureCommand, signatureRulesCommand, signingCommand } from './workflow/arbitraries.ts'

/** Wishes by the category of the decider they are for; a new decider adds its own here. */
const commands: Readonly<Record<string, fc.Arbitrary<{ type: string }>>> = {
  calendar: calendarCommand,
  cycleTimes: cycleTimeCommand,
  ratedCapacity: ratedCapacityCommand,
  hierarchyScope: hierarchyScopeCommand,
  inspection: inspectionCommand,
  inspectionPlan: inspectionPlanCommand,
  logisticUnit: logisticUnitCommand,
  kpiDefinition: kpiCommand,
  lot: lotCommand,
  recallDrill: recallDrillCommand,
  allocationRule: allocationRuleCommand,
  demandLimit: demandLimitCommand,
  energySite: energySiteCommand,
  energyTariff: energyTariffCommand,
  enpi: enpiCommand,
  meter: meterCommand,
  meterQuality: meterQualityCommand,
  virtualMeters: virtualMeterCommand,
  absence: absenceCommand,
  attendance: attendanceCommand,
  crew: crewCommand,
  person: personCommand,
  qualification: qualificationCommand,
  qualificationRules: qualificationRulesCommand,
  shiftAssignment: shiftAssignmentCommand,
  signature: signatureCommand,
  signatureRules: signatureRulesCommand,
  signingCredential: signingCommand,
  shiftReport: shiftReportCommand,
  expectedReceipt: expectedReceiptCommand,
  bottlenecks: bottleneckCommand,
  plan: planCommand,
  planningResource: planningResourceCommand,
  planningRules: planningRulesCommand,
  planningTool: planningToolCommand,
  productSegments: productSegmentCommand,
  schedule: scheduleCommand,
  order: orderCommand,
  stopReasons: stopReasonCommand,
  stopRule: stopRuleCommand,
  stops: stopCommand,
  unit: unitCommand,
}

/** Observations by context; a new context adds its own here. */
const observations: Readonly<Record<string, fc.Arbitrary<Observation>>> = {
  energy: fc.oneof(meterObservation, variableObservation),
  demand: demandObservation,
  equipment: equipmentObservation,
  material: unitObservation,
  quality: processValueObservation,
}

export const categories: readonly string[] = Object.keys(commands)
export const observing: readonly fc.Arbitrary<Observation>[] = Object.values(observations)

/** @throws when a decider has no arbitrary: its laws would hold for nothing */
export function commandsOf(category: string): fc.Arbitrary<{ type: string }> {
  const arbitrary = commands[category]
  if (!arbitrary) throw new Error(`test/arbitraries.ts has no commands for ${category}`)
  return arbitrary
}

/** @throws when no context makes such an observation */
export function observationsOf(type: string): fc.Arbitrary<Observation> {
  const makes = observing.filter((arbitrary) =>
    fc.sample(arbitrary, 200).some((o) => o.type === type),
  )
  if (makes.length === 0) throw new Error(`test/arbitraries.ts makes no ${type}`)
  return fc.oneof(...makes).filter((o) => o.type === type)
}
