import { clip, type Flow } from '../domain/energy/flows.ts'
import { isEnergy } from '../domain/energy/units.ts'
import { binning, summing, type About, type Extra } from '../projections/kpi/extras.ts'
import { isFilteredByWork, LEVELS, type Dimension } from '../projections/kpi/groups.ts'
import type { Context } from './context.ts'
import { applied, factorsOf } from './energy-factors.ts'
import { flowsOf } from './energy-flows.ts'
import { select, type FoundMeter } from './energy-selection.ts'
import type { ExtraQuestion } from './kpi-extras.ts'

/** By what energy can be told apart: meters stand somewhere, and do not know what was made. */
const PLACES = ['EQUIPMENT', 'WORK_CENTRE', 'AREA', 'SITE'] as const
type Place = (typeof PLACES)[number]
const TIMES: readonly Dimension[] = ['SHIFT', 'DAY']

/** A stretch of energy, of all media. */
interface Used extends Pick<Flow, 'from' | 'to'> {
  readonly kwh: number
}

/**
 * Energy of all media in kWh, by the meters in a place without those below another of them; what is
 * measured by volume counts by the conversion factors of its site. Without a factor nothing is known.
 */
export async function energyUsed(question: ExtraQuestion, context: Context): Promise<Extra> {
  const { inputs, groupBy, filter } = question
  if (isFilteredByWork(filter)) return { whole: {}, groups: [] }
  const scopes = await Promise.all(topmost(question).map((id) => usedIn(id, question, context)))
  // Where one of them is not known, all together are not.
  const all = scopes.some((used) => used === null) ? null : scopes.flatMap((used) => used ?? [])
  const whole = summed(question, [], [[nowhere, all]])[0]?.elements ?? {}
  const told: readonly Dimension[] = [...PLACES, ...TIMES]
  if (groupBy.length === 0 || !groupBy.every((d) => told.includes(d))) return { whole, groups: [] }
  const narrowest = PLACES.find((d) => groupBy.includes(d))
  if (narrowest === undefined) return { whole, groups: summed(question, groupBy, [[nowhere, all]]) }
  const parts = await Promise.all(
    placesOf(narrowest, inputs.subjects).map(async (path) => {
      const used = await usedIn(path[0]!.id, question, context)
      return [{ ...nowhere, path }, used] as const
    }),
  )
  return { whole, groups: summed(question, groupBy, parts) }
}

const nowhere: About = { path: [], orderId: null, materialId: null, personId: null }

/** Scopes that stand in no other of them: meters of both would count twice. */
const topmost = ({ scope, inputs: { places } }: ExtraQuestion): readonly string[] =>
  [...new Set(scope)].filter(
    (id) => !(places.get(id) ?? []).slice(1).some((above) => scope.includes(above.id)),
  )

/** Paths from the places of a dimension on, each place once. */
function placesOf(dimension: Place, subjects: ExtraQuestion['inputs']['subjects']) {
  const found = subjects.flatMap(({ path }) => {
    if (dimension === 'EQUIPMENT') return [path]
    const at = path.findIndex(({ level }) => LEVELS[dimension].includes(level))
    return at < 0 ? [] : [path.slice(at)]
  })
  return [...new Map(found.map((path) => [path[0]!.id, path])).values()]
}

function summed(
  { inputs, filter }: ExtraQuestion,
  groupBy: readonly Dimension[],
  parts: readonly (readonly [About, readonly Used[] | null])[],
): Extra['groups'] {
  const sums = summing(binning(inputs, { groupBy, filter }), {})
  for (const [about, used] of parts)
    for (const { from, to, kwh } of used ?? [])
      sums.add(about, { from, to }, (cell) => ({ E: (kwh * (cell.to - cell.from)) / (to - from) }))
  return sums.groups()
}

/** @returns null where no meter says anything, or a factor is missing */
async function usedIn(
  scopeId: string,
  { window, moment }: ExtraQuestion,
  context: Context,
): Promise<readonly Used[] | null> {
  const { reads } = context
  const media = await reads.query<{ medium: string }>('energy', (sites) => ({
    text: `select distinct medium from read.meters where $1::text[] is null or site = any($1)`,
    values: [sites],
  }))
  const found = await Promise.all(
    media.map(async ({ medium }) => (await select({ ...window, scopeId, medium }, context)).meters),
  )
  const meters = found.flat()
  const ids = meters.map(({ meterId }) => meterId)
  const flows = await flowsOf(ids, window, moment, reads)
  const sites = [...new Set(meters.flatMap(({ site }) => site ?? []))]
  const factors = await factorsOf('CONVERSION', sites, moment, reads)
  const used: Used[] = []
  for (const [i, { flows: stretches, units }] of flows.entries()) {
    const { site, medium }: FoundMeter = meters[i]!
    const own = factors.filter(
      (f) => f.site === site && f.medium === medium && units.includes(f.unit),
    )
    for (const flow of stretches) {
      if (units.every(isEnergy)) used.push({ from: flow.from, to: flow.to, kwh: flow.quantity })
      else {
        const { value, uncovered } = applied(clip([flow], flow.from, flow.to), own)
        if (uncovered > 0) return null
        used.push({ from: flow.from, to: flow.to, kwh: value })
      }
    }
  }
  return used.length === 0 ? null : used
}
