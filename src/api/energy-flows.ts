import { clip, combine, disjoint, fillGaps, type Flow } from '../domain/energy/flows.ts'
import { registerStatements } from '../projections/energy/meter-statements.ts'
import { loadVirtual, meterData, type MeterData } from './energy-data.ts'
import { apiError } from './errors.ts'
import type { Moment, Reader } from './reader.ts'

/**
 * What flowed through meters in a window, as stretches that do not overlap: intervals as corrected,
 * registers from stand to stand, gaps as estimated, virtual meters from their parts. The database
 * delivers rows; the rules are those of `domain/energy`, so now and as known at are one computation.
 */

export interface Window {
  /** ISO-8601 UTC: from <= time < to. */
  readonly from: string
  readonly to: string
}

/** A span of register readings that does not tell what flowed. */
export interface Problem extends Window {
  readonly meterId: string
  readonly problem: string
}

export interface MeterFlows {
  readonly meterId: string
  /** Base units of what it reports; more than one is a muddle that adds up to nothing. */
  readonly units: readonly string[]
  readonly flows: readonly Flow[]
  readonly problems: readonly Problem[]
}

/** @throws GraphQLError `InvalidInput` where meters of a virtual meter are not open or too many */
export async function flowsOf(
  meterIds: readonly string[],
  window: Window,
  moment: Moment | null,
  reads: Reader,
): Promise<readonly MeterFlows[]> {
  const virtual = await loadVirtual(moment, reads)
  const leaves = new Set<string>()
  const collect = (meterId: string): void => {
    const terms = virtual.get(meterId)?.terms
    if (terms) for (const term of terms) collect(term.meterId)
    else leaves.add(meterId)
  }
  for (const meterId of meterIds) collect(meterId)
  const data = await meterData([...leaves], window, moment, reads)
  const known = new Map<string, MeterFlows>()
  const flowsOfOne = (meterId: string): MeterFlows => {
    const found = known.get(meterId) ?? compute(meterId)
    known.set(meterId, found)
    return found
  }
  const compute = (meterId: string): MeterFlows => {
    const terms = virtual.get(meterId)?.terms
    if (!terms) return measured(meterId, data.get(meterId)!, window)
    const parts = terms.map((term) => ({ ...term, ...flowsOfOne(term.meterId) }))
    const units = [...new Set(parts.flatMap((p) => p.units))]
    if (units.length > 1)
      throw apiError('InvalidInput', `${meterId}: ${units.join(' and ')} do not add up.`)
    const problems = parts.flatMap((p) => p.problems)
    return { meterId, units, flows: combine(parts), problems }
  }
  return meterIds.map(flowsOfOne)
}

/** What a register tells counts least: an interval was measured, a stand only bounds what flowed. */
function measured(meterId: string, data: MeterData, { from, to }: Window): MeterFlows {
  const { estimation } = data
  const register = registerStatements(data.readings, data.firstDigits)
  const all = disjoint([...data.statements, ...register.statements])
  const filled = estimation
    ? fillGaps(all, {
        method: estimation.method,
        longestMs: estimation.longestGapMinutes * 60_000,
      })
    : all
  return {
    meterId,
    units: [...new Set([...data.units, ...register.units])],
    flows: clip(filled, Date.parse(from), Date.parse(to)),
    problems: register.problems
      .filter((p) => p.to > from && p.from < to)
      .map((problem) => ({ meterId, ...problem })),
  }
}
