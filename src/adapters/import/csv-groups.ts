import { eachOf, resolve } from './mapping-data.ts'
import type { GroupRule, Mapping } from './mapping-schema.ts'
import type { Value, Values } from './mapping-values.ts'

/** What a group of rows needs to be there before them: an order, a place. */
export interface Group {
  readonly command: string
  readonly data: unknown
  /** Earliest time among its rows. */
  readonly at: string
}

interface Gathered {
  readonly first: Values
  at: string
  readonly members: ReadonlyMap<string, Map<Value, Values>>
}

/**
 * Gathers groups from the rows of a file, and when the file begins. Memory grows with the groups and
 * the different members of each, not with the rows.
 */
export function groupsReader(mapping: Mapping) {
  const all = mapping.groups.map((rule) => ({
    rule,
    each: [...new Set(eachOf(rule.data))],
    byKey: new Map<Value, Gathered>(),
  }))
  const times = mapping.rows.map(({ at }) => at)
  let start: string | null = null
  return {
    see(values: Values): void {
      for (const name of times) {
        const at = values[name]
        if (typeof at === 'string' && (start === null || at < start)) start = at
      }
      for (const { rule, each, byKey } of all) gather(rule, each, byKey, values)
    },
    start: (): string | null => start,
    /** A list for each rule of the mapping, in the order of the file: what one rule makes, the next may need. */
    all: (): readonly (readonly Group[])[] =>
      all.map(({ rule, byKey }) =>
        [...byKey.values()].map(({ first, at, members }) => ({
          command: rule.command,
          at,
          data: resolve(rule.data, first, (name) => [...(members.get(name)?.values() ?? [])]),
        })),
      ),
  }
}

function gather(
  { by, at: atName }: GroupRule,
  each: readonly string[],
  byKey: Map<Value, Gathered>,
  values: Values,
): void {
  const [key, at] = [values[by] ?? null, values[atName]]
  if (key === null || typeof at !== 'string') return
  let group = byKey.get(key)
  if (!group) {
    group = { first: values, at, members: new Map(each.map((name) => [name, new Map()])) }
    byKey.set(key, group)
  }
  if (at < group.at) group.at = at
  for (const [name, members] of group.members) {
    const value = values[name] ?? null
    if (value !== null && !members.has(value)) members.set(value, values)
  }
}
