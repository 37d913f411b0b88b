import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, instant, reason, text, unit } from '../types.ts'
import {
  energySiteEvents as e,
  factorKind,
  medium,
  windowMinutes,
  type EnergySiteEvent,
} from './events.ts'
import { baseOf } from './units.ts'

/**
 * How a site reckons energy: the length of its demand windows, and tables of factors. Factors are
 * master data with a source and a validity, so that no number is computed from a figure nobody can
 * trace; a replaced factor computes the past anew, and asKnownAt gives what it was before.
 */
export const energySiteCommands = {
  SetDemandWindow: z
    .object({ type: z.literal('SetDemandWindow'), windowMinutes })
    .describe('Say over how many minutes the site averages power; 15 unless said.'),
  SetEnergyFactor: z
    .object({
      type: z.literal('SetEnergyFactor'),
      factorId: id,
      kind: factorKind.describe('EMISSION: kg CO2e of one unit. CONVERSION: kWh of one unit.'),
      medium,
      unit: unit.default('KWH').describe('Unit the factor is for, e.g. KWH, or MTQ for gas.'),
      value: z.number().nonnegative().max(1e6).describe('kg CO2e or kWh of one unit.'),
      source: reason.describe('Publication, contract or analysis it was taken from.'),
      validFrom: instant,
      validTo: instant.nullable().default(null),
      reason: text.nullable().default(null),
    })
    .describe('Set an emission or conversion factor, or replace it by its id with a reason.'),
}
export type EnergySiteCommand = CommandOf<typeof energySiteCommands>
type Factor = Extract<EnergySiteEvent, { type: 'EnergyFactorSet' }>['data']
interface EnergySite {
  readonly windowMinutes: number | null
  readonly factors: ReadonlyMap<string, Factor>
}
type Refusal = 'ValidityBackwards' | 'ValidityOverlaps' | 'ReasonMissing'

export const energySite: Decider<EnergySiteCommand, EnergySite, EnergySiteEvent, Refusal> = {
  context: 'energy',
  category: 'energySite',
  commands: energySiteCommands,
  events: e,
  id: (_, site) => site,
  initial: { windowMinutes: null, factors: new Map() },
  decide(command, state) {
    if (command.type === 'SetDemandWindow')
      return command.windowMinutes === state.windowMinutes ? [] : [e.demandWindowSet(command)]
    const base = baseOf(command.unit)
    const set: Factor = { ...command, unit: base.unit, value: command.value / base.factor }
    const known = state.factors.get(set.factorId)
    if (known && isSame(known, set)) return []
    if (set.validTo !== null && set.validTo <= set.validFrom)
      return reject('ValidityBackwards', `validTo ${set.validTo} is not after ${set.validFrom}.`)
    if (known && !set.reason?.trim())
      return reject('ReasonMissing', `reason: factorId ${set.factorId} is replaced; say why.`)
    const other = [...state.factors.values()].find((f) => meets(f, set))
    return other
      ? reject(
          'ValidityOverlaps',
          `validFrom ${set.validFrom}: ${other.factorId} is valid from ${other.validFrom} to ${other.validTo ?? 'further notice'}.`,
        )
      : [e.factorSet(set)]
  },
  evolve: (state, { type, data }) =>
    type === 'DemandWindowSet'
      ? { ...state, windowMinutes: data.windowMinutes }
      : { ...state, factors: new Map(state.factors).set(data.factorId, data) },
}

/** Of two open ends the later begin takes over; whatever else overlaps would be a choice by chance. */
const meets = (f: Factor, set: Factor): boolean =>
  f.factorId !== set.factorId &&
  f.kind === set.kind &&
  f.medium === set.medium &&
  f.unit === set.unit &&
  (f.validFrom === set.validFrom ||
    (f.validFrom < set.validFrom
      ? f.validTo !== null && f.validTo > set.validFrom
      : set.validTo !== null && set.validTo > f.validFrom))

const isSame = (a: Factor, b: Factor): boolean =>
  (['kind', 'medium', 'unit', 'value', 'source', 'validFrom', 'validTo'] as const).every(
    (field) => a[field] === b[field],
  )
