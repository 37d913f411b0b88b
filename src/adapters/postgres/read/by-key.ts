import type { Keyed, Projection } from '../../../projections/projection.ts'
import { createGroups } from '../groups.ts'
import type { Ask } from './ask.ts'
import { columnsOf, quoted } from './columns.ts'
import { createParameters, whereSql } from './conditions.ts'

type Sites = readonly string[] | null
type Load = (key: string) => Promise<Keyed<object> | null>

/** Keys in one statement. */
const MAX_KEYS = 5_000
const IN_FLIGHT = 2
/** Callers of different sites, for each read model; beyond that it is begun anew. */
const MAX_CALLERS = 100

/** Rows by key. What several requests of the same sites ask for meanwhile goes into one statement. */
export function createByKey(ask: Ask) {
  const loads = new WeakMap<Projection, Map<string, Load>>()

  const loadOf = (p: Projection, sites: Sites): Load => {
    const bySites = loads.get(p) ?? new Map<string, Load>()
    loads.set(p, bySites)
    const caller = JSON.stringify(sites)
    const known = bySites.get(caller)
    if (known) return known
    if (bySites.size >= MAX_CALLERS) bySites.clear()
    const load = createGroups<string, Keyed<object> | null>({
      run: (keys) => select(ask, p, keys, sites),
      inFlight: IN_FLIGHT,
      maxWeight: MAX_KEYS,
      weigh: () => 1,
    })
    bySites.set(caller, load)
    return load
  }

  return (p: Projection, keys: readonly string[], sites: Sites) =>
    Promise.all(keys.map(loadOf(p, sites)))
}

async function select(
  ask: Ask,
  p: Projection,
  keys: readonly string[],
  sites: Sites,
): Promise<readonly (Keyed<object> | null)[]> {
  const parameters = createParameters()
  const wanted = [{ column: 'key', op: 'in', value: [...new Set(keys)] }] as const
  const where = whereSql(p, wanted, sites, parameters)
  const text = `select ${namesOf(p)} from read.${quoted(p.name)} where ${where}`
  const rows = await ask<Keyed<object>>(text, parameters.values)
  const found = new Map(rows.map((row) => [row.key, row]))
  return keys.map((key) => found.get(key) ?? null)
}

const namesOf = (p: Projection): string =>
  columnsOf(p)
    .map(([column]) => quoted(column))
    .join(', ')
