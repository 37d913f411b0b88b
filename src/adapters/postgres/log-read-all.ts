import { setImmediate } from 'node:timers/promises'
import type pg from 'pg'
import type { Filter, ReadAll } from '../../commands/event-store.ts'
import type { Catalogue, Recorded } from '../../domain/event.ts'
import type { Names } from './log-names.ts'
import { askPage, decodePage, lastPosition, pageOf, tooBig, type Columns } from './log-page.ts'

/** Events asked for at once; larger pages gain nothing more. */
const MAX_PAGE = 4_000
/** From this size on a reader is taken to want the next page too, and it is fetched ahead. */
const READ_AHEAD_FROM = 1_000
/** Pages kept fetched ahead; a reader that does not come back leaves one behind. */
const MAX_READ_AHEAD = 4

/** A filter as the log knows it: numbers of types, and of categories where those matter. */
interface Resolved {
  readonly types: readonly number[]
  readonly categories: readonly number[] | null
}

/** What matches a filter up to a position that was visible before the filter was resolved. */
export interface Matching {
  readonly facts: readonly Recorded[]
  /** Everything that matches up to here is in `facts`, or came before `from`. */
  readonly upTo: number
}

interface Page {
  readonly from: number
  readonly backward: boolean
  readonly limit: number
  /** Last position that was asked for. */
  readonly last: number
  /** Last position to look at (forward); the filter may not know types of later events. */
  readonly to: number
  readonly filter: Resolved | null
  readonly asStored: boolean
}

const AS_STORED: Catalogue = new Map()

/** Reads of the whole log in its order. */
export function createReadAll(pool: pg.Pool, names: Names, catalogue: Catalogue) {
  const ahead = new Map<string, Promise<Columns>>()

  const ask = (page: Page): Promise<Columns> => {
    const { name, text, values } = pageQuery(page)
    return askPage(pool, name, text, values)
  }
  /** The page, from what was fetched ahead if that is whole: then it can never change. */
  const fetch = async (page: Page): Promise<Columns> => {
    const key = keyOf(page)
    const fetched = ahead.get(key)
    ahead.delete(key)
    const columns = await fetched?.catch(() => undefined)
    return columns && columns[0] === page.limit ? columns : ask(page)
  }
  const fetchAhead = (page: Page): void => {
    const next = ask(page)
    next.catch(() => {})
    ahead.set(keyOf(page), next)
    if (ahead.size > MAX_READ_AHEAD) ahead.delete(ahead.keys().next().value!)
  }
  const read = async (page: Page): Promise<readonly Recorded[]> => {
    const found: Recorded[] = []
    let size = Math.min(page.limit, MAX_PAGE)
    let from = page.from
    while (found.length < page.limit) {
      const part = { ...page, from, limit: Math.min(size, page.limit - found.length) }
      const columns = await fetch(part)
      if (tooBig(columns)) {
        size = Math.max(1, size >> 1)
        continue
      }
      from = lastPosition(columns) ?? from
      const whole = columns[0] === part.limit
      size = Math.min(size * 2, MAX_PAGE)
      if (whole && part.limit >= READ_AHEAD_FROM) {
        fetchAhead({ ...part, from })
        // Out it goes, so that the database works on it while this page is decoded here.
        await setImmediate()
      }
      const facts = await decodePage(columns, names, page.asStored ? AS_STORED : catalogue)
      if (found.length === 0 && (!whole || facts.length === page.limit)) return facts
      for (const fact of facts) found.push(fact)
      if (!whole) break
    }
    return found
  }
  const matching = async (options: ReadAll): Promise<Matching> => {
    const { from, limit, direction, asStored = false } = options
    const { head, filter } = await resolve(pool, options)
    const last = lastOf(options)
    const to = Math.min(head, last)
    const page = { from, limit, last, to, filter, asStored, backward: direction === 'backward' }
    const facts = filter.types.length === 0 ? [] : await read(page)
    return { facts, upTo: facts.length < limit ? Math.max(to, from) : facts.at(-1)!.position }
  }

  return {
    matching,
    async readAll(options: ReadAll): Promise<readonly Recorded[]> {
      if (options.types || options.categories) return (await matching(options)).facts
      const { from, limit, direction, asStored = false } = options
      const backward = direction === 'backward'
      const last = lastOf(options)
      return read({ from, limit, backward, asStored, last, to: last, filter: null })
    },
  }
}

const keyOf = ({ from, backward, limit, last, filter }: Page): string =>
  [from, backward, limit, last, filter?.types.join() ?? '', filter?.categories?.join() ?? ''].join(
    ' ',
  )

const lastOf = ({ to, direction }: ReadAll): number =>
  direction === 'backward' || to === undefined ? Number.MAX_SAFE_INTEGER : to

/**
 * Numbers of the names in a filter. They and the head are of one moment: an event up to that head
 * cannot be of a type that was unknown then, so nothing is missed.
 */
async function resolve(
  pool: pg.Pool,
  { types, categories }: Filter,
): Promise<{ readonly head: number; readonly filter: Resolved }> {
  const { rows } = await pool.query<{ head: number; types: number[]; categories: number[] }>({
    name: 'es-filter',
    text: `select (select position from es.head) as head,
      array(select id from es.types t where ($1::text[] is null or name = any($1))
        and ($2::text[] is null or id in (select type from es.category_types
          where category in (select id from es.categories where name = any($2))))
        order by id) as types,
      array(select id from es.categories where name = any($2) order by id) as categories`,
    values: [types ?? null, categories ?? null],
  })
  const { head, ...found } = rows[0]!
  return {
    head,
    filter: { types: found.types, categories: categories ? found.categories : null },
  }
}

/**
 * One index scan for each type, merged by position and stopped at the limit: its cost follows what
 * it returns, not the log. Without a filter, one scan of the primary key.
 */
function pageQuery({ from, backward, limit, to, filter }: Page) {
  const order = `order by position ${backward ? 'desc' : 'asc'} limit $2`
  const range = backward ? 'position < $1 and position <= $3' : 'position > $1 and position <= $3'
  const start = Number.isFinite(from) ? from : Number.MAX_SAFE_INTEGER
  const all = (where: string): string => `select * from es.events where ${range}${where}`
  const shape = backward ? 'backward' : 'forward'
  if (!filter)
    return {
      name: `es-all-${shape}`,
      text: pageOf(`${all('')} ${order}`, '$2::integer'),
      values: [start, limit, to],
    }
  const { types, categories } = filter
  const inCategory = categories ? ' and category = any($4)' : ''
  const offset = categories ? 5 : 4
  const branches = types.map(
    (_, i) => `(${all(`${inCategory} and type = $${offset + i}`)} ${order})`,
  )
  return {
    name: `es-${categories ? 'category' : 'type'}-${shape}-${types.length}`,
    text: pageOf(
      `select * from (${branches.join(' union all ')}) as merged ${order}`,
      '$2::integer',
    ),
    values: [start, limit, to, ...(categories ? [categories] : []), ...types],
  }
}
