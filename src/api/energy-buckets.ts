import {
  addBuckets,
  bordersOf,
  fill,
  type Bucket,
  type Calendar,
} from '../domain/energy/buckets.ts'
import type { Flow } from '../domain/energy/flows.ts'
import type { MeterFlows } from './energy-flows.ts'
import type { Selection } from './energy-selection.ts'
import { apiError } from './errors.ts'

/** A year of quarters of an hour, and a bit. */
const MAX_BUCKETS = 40_000

/**
 * What flowed through all meters of the selection together, in parts of the calendar or of `step`
 * minutes. Empty where there is no data at all.
 * @param keep which flows count
 * @throws GraphQLError `InvalidInput` for more than 40,000 parts
 */
export async function bucketed(
  { window, timeZone, flows }: Selection,
  step: Calendar | number,
  keep: (flow: Flow) => boolean = () => true,
): Promise<Bucket[]> {
  const found = (await flows()).map((m) => m.flows.filter(keep))
  // A long window with little data is as long as its data.
  const first = found.reduce((at, of) => Math.min(at, of[0]?.from ?? at), Date.parse(window.to))
  const last = found.reduce((at, of) => Math.max(at, of.at(-1)?.to ?? at), Date.parse(window.from))
  if (first >= last) return []
  const borders = bordersOf({ from: first, to: last, timeZone }, step, MAX_BUCKETS)
  if (borders.length > MAX_BUCKETS + 1)
    throw apiError(
      'InvalidInput',
      `from ${window.from} to ${window.to}: more than ${MAX_BUCKETS} parts.`,
    )
  return found.map((of) => fill(of, borders)).reduce(addBuckets)
}

/** @throws GraphQLError `InvalidInput` for meters in units that do not add up */
export function unitOf(found: readonly MeterFlows[], otherwise: string): string {
  const units = [...new Set(found.flatMap((m) => (m.flows.length > 0 ? m.units : [])))]
  if (units.length > 1)
    throw apiError('InvalidInput', `${units.join(' and ')} do not add up; name fewer meters.`)
  return units[0] ?? otherwise
}
