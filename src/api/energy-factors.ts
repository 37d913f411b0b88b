import { clip, type Flow } from '../domain/energy/flows.ts'
import { exact } from '../domain/types.ts'
import { energyFactors, type EnergyFactorRow } from '../projections/energy/energy-factors.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Selection } from './energy-selection.ts'
import type { Moment, Reader } from './reader.ts'

/** Emissions, and energy of what is measured by volume, by the factor tables of the sites. */

type Factor = Omit<Keyed<EnergyFactorRow>, 'key' | 'reason' | 'setAt'>

/** What factors make of flows, which of them were used, and what no factor was valid for. */
export interface Converted {
  readonly value: number
  readonly factors: readonly Factor[]
  /** In the base unit of the meters. */
  readonly uncovered: number
}

export async function factorsOf(
  kind: EnergyFactorRow['kind'],
  sites: readonly string[],
  moment: Moment | null,
  reads: Reader,
): Promise<readonly Factor[]> {
  if (moment) {
    const streams = sites.map((site) => `energySite-${site}`)
    const [rows] = await reads.allAsOf([energyFactors], streams, moment)
    return (rows as Keyed<EnergyFactorRow>[]).filter((row) => row.kind === kind)
  }
  return reads.query<Factor>('energy', (open) => ({
    text: `select site, "factorId", kind, medium, unit, value, source, "validFrom", "validTo"
      from read.energy_factors where kind = $2 and site = any($3)
        and ($1::text[] is null or site = any($1))`,
    values: [open, kind, sites],
  }))
}

/** Each flow by the factor valid at the time; without one it does not count and is told. */
export async function convert(
  kind: EnergyFactorRow['kind'],
  { meters, moment, flows }: Selection,
  reads: Reader,
): Promise<Converted> {
  const sites = [...new Set(meters.flatMap((m) => m.site ?? []))]
  const [factors, measured] = await Promise.all([factorsOf(kind, sites, moment, reads), flows()])
  const used = new Set<Factor>()
  let value = 0
  let uncovered = 0
  for (const [i, { flows: stretches, units }] of measured.entries()) {
    const { site, medium } = meters[i]!
    const of = factors.filter(
      (f) => f.site === site && f.medium === medium && units.includes(f.unit),
    )
    const got = applied(stretches, of)
    for (const factor of got.used) used.add(factor)
    value += got.value
    uncovered += got.uncovered
  }
  const order = [...used].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
  return { value: exact(value), factors: order, uncovered: exact(uncovered) }
}

/** @param factors of one site, medium and unit */
export function applied(flows: readonly Flow[], factors: readonly Factor[]) {
  const used: Factor[] = []
  let value = 0
  let covered = 0
  for (const { factor, from, to } of validities(factors)) {
    const found = clip(flows, from, to)
    if (found.length === 0) continue
    used.push(factor)
    covered += sum(found)
    value += sum(found) * factor.value
  }
  return { value, used, uncovered: sum(flows) - covered }
}

/**
 * What factors make of flows, and what of them none was valid for; cut where one takes over from
 * another. @param factors of one site, medium and unit
 */
export function valued(flows: readonly Flow[], factors: readonly Factor[]) {
  const found: Flow[] = []
  const uncovered: Flow[] = []
  let at = -Infinity
  for (const { factor, from, to } of validities(factors)) {
    uncovered.push(...clip(flows, at, from))
    for (const f of clip(flows, from, to)) found.push({ ...f, quantity: f.quantity * factor.value })
    at = to
  }
  uncovered.push(...clip(flows, at, Infinity))
  return { flows: found, uncovered }
}

const validities = (factors: readonly Factor[]) =>
  factors
    .toSorted((a, b) => (a.validFrom < b.validFrom ? -1 : 1))
    .map((factor, i, ordered) => ({ factor, ...valid(factor, ordered[i + 1]) }))

/** An open end lasts until the next one begins. */
const valid = (f: Factor, next: Factor | undefined): { from: number; to: number } => ({
  from: Date.parse(f.validFrom),
  to: Math.min(...[f.validTo, next?.validFrom].map((at) => (at ? Date.parse(at) : Infinity))),
})

const sum = (flows: readonly Flow[]): number => flows.reduce((s, f) => s + f.quantity, 0)
