import { BUILT_IN, type KpiDefinition } from '../domain/kpi/catalogue.ts'
import { definitionOf, type ElementId, type Elements } from '../domain/kpi/elements.ts'
import { kpiStream } from '../domain/kpi/events.ts'
import { elementsOf, evaluate, parseFormula, type Evaluated } from '../domain/kpi/formula.ts'
import { evaluateKpi } from '../projections/kpi/evaluate.ts'
import type { Dimension, Group } from '../projections/kpi/groups.ts'
import { kpiVersions, type KpiVersionRow } from '../projections/kpi/kpi-versions.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { extraElements, withExtra, type ExtraFilter } from './kpi-extras.ts'
import { kpiInputs, type KpiWindow } from './kpi-inputs.ts'
import type { Moment } from './reader.ts'

export interface KpiQuestion {
  readonly name: string
  readonly scope: readonly string[]
  readonly window: KpiWindow
  readonly groupBy: readonly Dimension[]
  readonly filter: ExtraFilter
  readonly moment: Moment | null
}

/** What one figure needs of its definition, built-in or of a site's own. */
export type UsedDefinition = Pick<
  KpiDefinition,
  'id' | 'name' | 'formula' | 'expr' | 'unit' | 'trend' | 'elements'
>

/** A value with what it was made of. */
export interface KpiValue extends Evaluated {
  readonly keys: Group['keys']
  readonly elements: Elements
  /** Observed share of the scheduled time; null where nothing was scheduled. */
  readonly coverage: number | null
}

export interface KpiReport extends KpiValue {
  readonly definition: UsedDefinition
  readonly question: KpiQuestion
  readonly inputs: Awaited<ReturnType<typeof kpiInputs>>
  /** Of facts that are not of machines and orders: inspections, attendance, movements. */
  readonly alsoStreams: readonly string[]
  /** Elements by groupBy. */
  readonly parts: readonly Group[]
  readonly groups: () => readonly KpiValue[]
}

/** Years of a plant are read in parts. */
const MAX_DAYS = 366
const DAY_MS = 86_400_000

/** @throws GraphQLError `InvalidInput` for a window that is empty or too long, or an unknown name */
export async function kpiReport(question: KpiQuestion, context: Context): Promise<KpiReport> {
  const { scope, filter, groupBy, moment } = question
  const inputs = await inputsFor(question, context)
  const definition = await definitionFor(question, inputs.sites, context)
  const window = windowOf(inputs)
  const asked = { scope, inputs, window, groupBy, filter, moment }
  const extra = await extraElements(definition.elements, asked, context)
  const { whole, groups: told } = evaluateKpi(inputs, { groupBy, filter })
  const parts = withExtra(told, extra.groups)
  const total = valueOf(definition, { ...whole, elements: { ...whole.elements, ...extra.whole } })
  const groups = () => parts.map((part) => valueOf(definition, part))
  return { ...total, definition, question, inputs, parts, groups, alsoStreams: extra.streams ?? [] }
}

const windowOf = ({ window }: { readonly window: { from: number; to: number } }): KpiWindow => ({
  from: new Date(window.from).toISOString(),
  to: new Date(window.to).toISOString(),
})

/** Several figures of one scope and window in one request are reckoned from the same reading. */
const readings = new WeakMap<object, Map<string, ReturnType<typeof kpiInputs>>>()

/** @throws GraphQLError `InvalidInput` for a window that is empty or too long */
export function inputsFor(
  { scope, window, moment }: Pick<KpiQuestion, 'scope' | 'window' | 'moment'>,
  context: Context,
): ReturnType<typeof kpiInputs> {
  const lengthMs = Date.parse(window.to) - Date.parse(window.from)
  if (lengthMs <= 0)
    throw apiError('InvalidInput', `window.to ${window.to} is not after from ${window.from}.`)
  if (lengthMs > MAX_DAYS * DAY_MS)
    throw apiError('InvalidInput', `the window is longer than ${MAX_DAYS} days.`)
  const known = readings.get(context) ?? new Map<string, ReturnType<typeof kpiInputs>>()
  readings.set(context, known)
  const key = JSON.stringify([scope, window, moment])
  const reading = known.get(key) ?? kpiInputs(scope, window, moment, context)
  known.set(key, reading)
  return reading
}

async function definitionFor(
  { name, window, moment }: KpiQuestion,
  sites: readonly string[],
  { reads }: Context,
): Promise<UsedDefinition> {
  const builtIn = BUILT_IN.get(name)
  if (builtIn) return builtIn
  const rows = moment
    ? ((
        await reads.allAsOf(
          [kpiVersions],
          sites.map((site) => kpiStream(site, name)),
          moment,
        )
      )[0] as readonly KpiVersionRow[])
    : await reads.query<KpiVersionRow>('kpi', (open) => ({
        text: `select * from read.kpi_versions where "kpiId" = $2 and "siteId" = any($3)
                 and ($1::text[] is null or site = any($1))`,
        values: [open, name, sites],
      }))
  const held = rows
    .filter(({ validFrom }) => validFrom <= window.from)
    .sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))
  const [version] = held
  if (new Set(held.map(({ siteId }) => siteId)).size > 1)
    throw apiError('InvalidInput', `name ${name} is a figure of several of these sites.`)
  if (!version?.formula)
    throw apiError('InvalidInput', `name ${name}: no such key figure at ${window.from}.`)
  const expr = parseFormula(version.formula)
  return {
    ...{ id: name, name: version.name!, formula: version.formula, expr },
    ...{ unit: version.unit!, trend: version.trend! },
    elements: elementsOf(expr) as readonly ElementId[],
  }
}

/** The figure that elements make. */
export function valueOf({ expr }: UsedDefinition, { keys, elements, unpriced }: Group): KpiValue {
  const { POT = 0, UNOBSERVED = 0 } = elements
  const unknown = (id: ElementId): string => {
    if (unpriced > 0 && (id === 'PRI_PQ' || id === 'PRI_GQ'))
      return `No ideal cycle time is known of ${unpriced} pieces.`
    const { source } = definitionOf(id)
    return `Nothing is known of ${id}${source ? ` (${source})` : ''}.`
  }
  const evaluated = evaluate(
    expr,
    (name) => elements[name as ElementId] ?? { unknown: unknown(name as ElementId) },
  )
  const scheduled = POT + UNOBSERVED
  return { ...evaluated, keys, elements, coverage: scheduled === 0 ? null : POT / scheduled }
}
