import type pg from 'pg'

/** Numbers that stand for a category and a type within this log. */
interface Codes {
  readonly category: number
  readonly type: number
}

interface Pair {
  readonly category: string
  readonly type: string
}

export interface Names {
  /** Registers what is new, so that `codes` knows all of them. */
  register(pairs: readonly Pair[]): Promise<void>
  /** Numbers of registered ones; 0 for a category that has no events yet. */
  category(name: string): number
  type(category: string, name: string): number
  /** Types by number, at least those of all events visible when this is called with a missing one. */
  typeNames(needed: Iterable<number>): Promise<ReadonlyMap<number, string>>
}

/** First part of a stream name; the whole where there is no dash. */
export const categoryOf = (stream: string): string => {
  const dash = stream.indexOf('-')
  return dash < 0 ? stream : stream.slice(0, dash)
}

/** Caches the small tables of names; their rows are never changed or removed. */
export function createNames(pool: pg.Pool): Names {
  const byCategory = new Map<string, Map<string, Codes>>()
  let types: ReadonlyMap<number, string> = new Map()

  return {
    async register(pairs) {
      const fresh = pairs.filter(({ category, type }) => !byCategory.get(category)?.has(type))
      if (fresh.length === 0) return
      const { rows } = await pool.query<Codes>('select * from es.register($1, $2)', [
        fresh.map((pair) => pair.category),
        fresh.map((pair) => pair.type),
      ])
      for (const [i, { category, type }] of fresh.entries()) {
        const known = byCategory.get(category) ?? new Map<string, Codes>()
        byCategory.set(category, known.set(type, rows[i]!))
      }
    },
    category: (name) => byCategory.get(name)?.values().next().value?.category ?? 0,
    type: (category, name) => byCategory.get(category)!.get(name)!.type,
    async typeNames(needed) {
      for (const id of needed)
        if (!types.has(id)) {
          const { rows } = await pool.query<{ id: number; name: string }>(
            'select id, name from es.types',
          )
          types = new Map(rows.map((row) => [row.id, row.name]))
          break
        }
      return types
    },
  }
}
