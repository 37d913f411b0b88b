import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, instant, reason, text } from '../types.ts'
import { BUILT_IN } from './catalogue.ts'
import { ELEMENTS, elementIds } from './elements.ts'
import { kpiDefinitionEvents as e, kpiTrend, type KpiDefinitionEvent } from './events.ts'
import { elementsOf, parseFormula } from './formula.ts'

/**
 * A key figure of a site's own: a formula over the elements, in versions with a date from which each
 * holds. Values of the past are reckoned by the version of their time.
 */
const onKpi = {
  siteId: id.describe('Site it belongs to.'),
  kpiId: id.describe('Its name in queries; not that of a built-in figure.'),
}

export const kpiDefinitionCommands = {
  DefineKpi: z
    .object({
      type: z.literal('DefineKpi'),
      ...onKpi,
      name: text.refine((s) => s.trim().length > 0, 'must not be blank'),
      formula: text.describe('Over elements, with + - * / min max, such as (APT + AUST) / PBT.'),
      unit: text.default('1').describe('Unit of the value; 1 for a share.'),
      trend: kpiTrend.default('HIGHER_IS_BETTER').describe('Which way is better.'),
      validFrom: instant.describe('From when on this version holds.'),
    })
    .describe("Define a key figure of a site's own, or a new version of it."),
  RetireKpi: z
    .object({
      type: z.literal('RetireKpi'),
      ...onKpi,
      validFrom: instant.describe('From when on it holds no longer.'),
      reason,
    })
    .describe('From a date on a key figure is reckoned no more; its past stays.'),
}
export type KpiDefinitionCommand = CommandOf<typeof kpiDefinitionCommands>

type Version = Omit<Extract<KpiDefinitionEvent, { type: 'KpiDefined' }>['data'], 'version'> | null
/** How many versions there were, and the one that holds from each date on; null: retired. */
interface KpiVersions {
  readonly count: number
  readonly from: ReadonlyMap<string, Version>
}
export type KpiRefusal = 'KpiBuiltIn' | 'FormulaInvalid' | 'ElementUnknown' | 'KpiUnknown'

export const kpiDefinition: Decider<
  KpiDefinitionCommand,
  KpiVersions,
  KpiDefinitionEvent,
  KpiRefusal
> = {
  context: 'kpi',
  category: 'kpiDefinition',
  commands: kpiDefinitionCommands,
  events: e,
  id: ({ siteId, kpiId }) => JSON.stringify([siteId, kpiId]),
  initial: { count: 0, from: new Map() },

  decide(command, { count, from }) {
    const { kpiId, validFrom } = command
    const known = from.get(validFrom)
    if (command.type === 'RetireKpi') {
      if (count === 0) return reject('KpiUnknown', `kpiId ${kpiId} has not been defined.`)
      return known === null ? [] : [e.retired(command)]
    }
    const refused = refusalOf(command)
    if (refused) return refused
    const { type: _, ...version } = command
    return known && isSame(known, version) ? [] : [e.defined({ ...version, version: count + 1 })]
  },

  evolve({ count, from }, { type, data }) {
    if (type === 'KpiRetired') return { count, from: new Map(from).set(data.validFrom, null) }
    const { version: _, ...version } = data
    return { count: count + 1, from: new Map(from).set(data.validFrom, version) }
  },
}

function refusalOf({
  kpiId,
  formula,
}: Extract<KpiDefinitionCommand, { type: 'DefineKpi' }>): Rejection<KpiRefusal> | null {
  if (BUILT_IN.has(kpiId)) return reject('KpiBuiltIn', `kpiId ${kpiId} is a built-in figure.`)
  try {
    const unknown = elementsOf(parseFormula(formula)).find((name) => !Object.hasOwn(ELEMENTS, name))
    return unknown === undefined
      ? null
      : reject('ElementUnknown', `formula: ${unknown} is none of ${elementIds.join(', ')}.`)
  } catch (error) {
    return reject('FormulaInvalid', `formula ${(error as Error).message}.`)
  }
}

const FIELDS = ['siteId', 'kpiId', 'name', 'formula', 'unit', 'trend', 'validFrom'] as const
const isSame = (a: NonNullable<Version>, b: NonNullable<Version>): boolean =>
  FIELDS.every((field) => a[field] === b[field])
