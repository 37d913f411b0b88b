import type { Action } from './actions.ts'
import type { Timeline } from './clock.ts'
import { measureEnergy, planEnergy } from './energy.ts'
import { incidents } from './incidents.ts'
import { PLANS } from './inspections.ts'
import { METERS, SCOPES } from './layout.ts'
import { work } from './operations.ts'
import { planOrders } from './orders.ts'
import { attend, employ, unqualified } from './people.ts'
import { planWork } from './planning.ts'
import { createPlant, type Plant } from './plant.ts'
import { planShifts } from './shifts.ts'
import { planStops } from './stops.ts'
import { handleLots, openStock, supply } from './supply.ts'

/**
 * The plant with all its processes, at the moment it begins. Stepping the timeline is all that moves
 * it: the same seed and beginning give the same actions.
 * @param from epoch milliseconds
 * @param emit takes each action in the order of simulated time
 */
export function createSimulation(
  seed: number,
  from: number,
  emit: (action: Action) => void,
): Timeline {
  const { plant, timeline } = createPlant(seed, from, emit)
  found(plant)
  planShifts(plant)
  planStops(plant)
  employ(plant)
  planEnergy(plant)
  planWork(plant)
  openStock(plant)
  plant.start(planOrders(plant))
  for (const machine of plant.machines) {
    machine.tell()
    plant.start(work(plant, machine))
  }
  plant.start(supply(plant))
  plant.start(handleLots(plant))
  plant.start(measureEnergy(plant))
  plant.start(attend(plant))
  plant.start(unqualified(plant))
  for (const incident of incidents(plant)) plant.start(incident)
  return timeline
}

/** What has to be known before anything happens. */
function found({ command }: Plant): void {
  for (const scope of SCOPES) command('DefineHierarchyScope', scope)
  for (const meter of METERS) command('RegisterMeter', meter)
  for (const plan of PLANS) command('DefineInspectionPlan', plan)
}
