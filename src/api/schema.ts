import { deciders, observationDefinitions } from '../domain/index.ts'
import { builder } from './builder.ts'
import { commandMutations } from './commands.ts'
import { observationMutation } from './observations.ts'
import './attendance.ts'
import './audit.ts'
import './calendar.ts'
import './energy-allocation.ts'
import './energy-demand.ts'
import './energy-master.ts'
import './energy-report.ts'
import './energy-unit.ts'
import './enpi.ts'
import './equipment-timeline.ts'
import './stops.ts'
import './equipment.ts'
import './inspections.ts'
import './on-shift.ts'
import './persons.ts'
import './qualified-persons.ts'
import './kpi.ts'
import './material.ts'
import './production.ts'
import './shifts.ts'
import './site.ts'
import './unit-inspections.ts'
import './units.ts'

for (const decider of deciders) commandMutations(decider)
for (const definition of observationDefinitions.values()) observationMutation(definition)

/** Everything the API can do, as one executable schema. */
export const schema = builder.toSchema()
