import { NO_DATA, stateOf } from '../domain/kpi/states.ts'
import { dayOf, equipmentDays, type EquipmentDayRow } from '../projections/kpi/equipment-days.ts'
import { changesOf } from '../projections/kpi/packed-changes.ts'
import { unpack, type Day, type Subject } from '../projections/kpi/inputs.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import type { Moment } from './reader.ts'

/** What machines reported in a window, and what held when it began. */
export type Reported = Pick<Subject, 'carry' | 'carriedFrom' | 'reportsFrom' | 'days'>

/** Days kept unpacked: 500 machines for four months, some 100 MB at 100 changes a day. */
const MAX_CACHED = 60_000
interface Cached {
  readonly facts: number
  readonly day: Day
}
const caches = new WeakMap<object, Map<string, Cached>>()

/** @param window epoch milliseconds */
export async function reportedBy(
  ids: readonly string[],
  window: { readonly from: number; readonly to: number },
  moment: Moment | null,
  context: Context,
): Promise<ReadonlyMap<string, Reported>> {
  const [held, days] = await Promise.all([
    heldBefore(ids, window.from, moment, context),
    moment ? daysAsKnown(ids, window, moment, context) : daysNow(ids, window, context),
  ])
  const reported = ids.map((id): readonly [string, Reported] => {
    const mine = days.get(id) ?? []
    const before = held.get(id)
    const first = mine.find((day) => day.changes.length > 0 || day.spans.length > 0)
    const reportsFrom = before ? -Infinity : (first?.start ?? Infinity)
    const carriedFrom = before?.day ?? null
    return [id, { carry: before?.carry ?? NO_DATA, carriedFrom, reportsFrom, days: mine }]
  })
  return new Map(reported)
}

/** Rows that did not change since they were last unpacked are not read again. */
async function daysNow(
  ids: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
  { reads, plant }: Context,
): Promise<ReadonlyMap<string, readonly Day[]>> {
  const cache = caches.get(plant) ?? new Map<string, Cached>()
  caches.set(plant, cache)
  // One short text a machine: 15,000 rows of their own would take as long as the evaluation.
  const versions = await reads.query<{ id: string; days: string }>('equipment', (sites) => ({
    text: `select "equipmentId" id, string_agg(day || ' ' || facts, ',' order by day) days
           from read.equipment_days
           where "equipmentId" = any($2) and day >= $3 and day <= $4
             and ($1::text[] is null or site = any($1)) group by "equipmentId"`,
    values: [sites, ids, dayOf(from), dayOf(to - 1)],
  }))
  const wanted = versions.flatMap(({ id, days }) =>
    days.split(',').map((said) => {
      const [day, facts] = said.split(' ') as [string, string]
      return { id, key: `${id}\n${day}`, day, facts: Number(facts) }
    }),
  )
  const missing = wanted.filter(({ key, facts }) => cache.get(key)?.facts !== facts)
  if (missing.length > 0) {
    const rows = await reads.query<EquipmentDayRow>('equipment', (sites) => ({
      text: `select d."equipmentId", d.day, d.changes, d.counts, d.spans, d.facts
             from unnest($2::text[], $3::text[]) wanted (id, day)
             join read.equipment_days d on d."equipmentId" = wanted.id and d.day = wanted.day
             where ($1::text[] is null or d.site = any($1))`,
      values: [sites, missing.map(({ id }) => id), missing.map(({ day }) => day)],
    }))
    for (const row of rows) keep(cache, row)
  }
  const days = new Map<string, Day[]>()
  for (const { id, key } of wanted) {
    const cached = cache.get(key)
    if (cached) (days.get(id) ?? days.set(id, []).get(id)!).push(cached.day)
  }
  return days
}

function keep(cache: Map<string, Cached>, row: EquipmentDayRow): void {
  const key = `${row.equipmentId}\n${row.day}`
  cache.delete(key)
  cache.set(key, { facts: row.facts, day: unpack(row) })
  if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value!)
}

interface Held {
  /** State as a code. */
  readonly carry: number
  /** Day on which it was said; null where nothing was. */
  readonly day: string | null
}

/** The last state before a window, of those that ever reported before. */
async function heldBefore(
  ids: readonly string[],
  from: number,
  moment: Moment | null,
  context: Context,
): Promise<ReadonlyMap<string, Held>> {
  const start = dayOf(from)
  const found = await context.reads.query<{
    id: string
    day: string | null
    changes: string
  }>('equipment', (sites) => ({
    text: `select e.id, coalesce(last.day, summed.day) as day, coalesce(last.changes, '') changes from unnest($2::text[]) e (id)
             left join lateral (
               select d.day, d.changes from read.equipment_days d
               where d."equipmentId" = e.id and d.day < $3 and d.changes <> ''
                 and ($1::text[] is null or d.site = any($1))
               order by d.day desc limit 1) last on true
             left join lateral (
               select d.day from read.equipment_days d
               where last.day is null and d."equipmentId" = e.id and d.day < $3
                 and d.spans <> '[]' and ($1::text[] is null or d.site = any($1))
               order by d.day desc limit 1) summed on true`,
    values: [sites, ids, start],
  }))
  const before = found.filter(({ day }) => day !== null)
  if (moment === null)
    return new Map(before.map(({ id, day, changes }) => [id, heldOf(day, changes)]))
  const known = await Promise.all(before.map(({ id }) => heldAsKnown(id, start, moment, context)))
  return new Map(known.flatMap((held) => (held ? [held] : [])))
}

function heldOf(day: string | null, changes: string): Held {
  const last = changesOf(changes).at(-1)
  return last === undefined ? { carry: NO_DATA, day: null } : { carry: stateOf(last), day }
}

/** Days read back for what held then; further back nothing is taken for known. */
const MAX_DAYS_BACK = 100

/** The read model tells which days to look at: it holds all that was known then, and more. */
async function heldAsKnown(
  id: string,
  before: string,
  moment: Moment,
  context: Context,
): Promise<readonly [string, Held] | null> {
  const days = await context.reads.query<{ day: string }>('equipment', (sites) => ({
    text: `select day from read.equipment_days where "equipmentId" = $2 and day < $3
             and ($1::text[] is null or site = any($1))
             and (changes <> '' or spans <> '[]') order by day desc limit $4`,
    values: [sites, id, before, MAX_DAYS_BACK],
  }))
  let reported = false
  for (const { day } of days) {
    const rows = await rowsAsKnown([{ id, day }], moment, context)
    const row = rows.find((r) => r.day === day)
    reported ||= row !== undefined && (row.changes !== '' || row.spans.length > 0)
    if (row && row.changes !== '') return [id, heldOf(day, row.changes)]
  }
  return reported ? [id, { carry: NO_DATA, day: null }] : null
}

async function daysAsKnown(
  ids: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
  moment: Moment,
  context: Context,
): Promise<ReadonlyMap<string, readonly Day[]>> {
  const [first, last] = [dayOf(from), dayOf(to - 1)]
  const wanted = await context.reads.query<{ id: string; day: string }>('equipment', (sites) => ({
    text: `select "equipmentId" id, day from read.equipment_days
           where "equipmentId" = any($2) and day >= $3 and day <= $4
             and ($1::text[] is null or site = any($1))`,
    values: [sites, ids, first, last],
  }))
  const rows = (await rowsAsKnown(wanted, moment, context))
    .filter(({ day }) => day >= first && day <= last)
    .sort((a, b) => (a.day < b.day ? -1 : 1))
  const days = Map.groupBy(rows, ({ equipmentId }) => equipmentId)
  return new Map([...days].map(([id, mine]) => [id, mine.map(unpack)]))
}

/** Folds the streams of these days. What is summed up until midnight is said on the day after. */
async function rowsAsKnown(
  wanted: readonly { readonly id: string; readonly day: string }[],
  moment: Moment,
  { reads }: Context,
): Promise<readonly Keyed<EquipmentDayRow>[]> {
  const streams = new Set(
    wanted.flatMap(({ id, day }) => [
      `equipment-${id}-${day}`,
      `equipment-${id}-${dayOf(Date.parse(`${day}T00:00:00Z`) + DAY_MS)}`,
    ]),
  )
  return (await reads.allAsOf([equipmentDays], [...streams], moment))[0]!
}
const DAY_MS = 86_400_000
