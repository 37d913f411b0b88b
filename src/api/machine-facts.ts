import type { EquipmentState } from '../domain/equipment/events.ts'
import type { TimelineFact } from '../projections/equipment/intervals.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'

/** A window with more changes than this is read in parts: one answer holds all of them. */
export const MAX_FACTS = 200_000

interface Stretch {
  readonly from: string
  readonly to: string
}

/** Control characters of JSON text are escaped, so these two stand in no field. */
const FIELD = '\u001f'
const LINE = '\u001e'

/**
 * One text for all facts of a machine. A month of a machine that changes every minute (43,200 facts)
 * costs 164 ms of CPU read row by row, two thirds of it to decode the rows here, and packed so 60.
 */
const text = (column: string): string =>
  `case when ${column} is null then '' else to_json(${column})::text end`
const PACKED = `string_agg(key || $5 || at::text || $5 || kind || $5 || coalesce(state, '') || $5
    || ${text('"nativeState"')} || $5 || ${text('reason')} || $5 || ${text('program')}, $6)`

const MINE = '"equipmentId" = wanted.id and ($1::text[] is null or site = any($1))'

/**
 * Facts of machines in a window of each, and of those before it what held when it began.
 * @returns by machine, in any order; a machine that never said anything has none
 * @throws GraphQLError `InvalidInput` where there are too many for one answer
 */
export async function timelineFacts(
  windows: ReadonlyMap<string, Stretch>,
  { reads }: Context,
): Promise<ReadonlyMap<string, readonly TimelineFact[]>> {
  // One kind at a time, and all kinds by name: each is then a short run of the one index.
  const before = (kind: string) =>
    `(select * from read.equipment_timeline where ${MINE} and kind = '${kind}' and at < wanted.since
      order by at desc fetch first 1 row with ties)`
  const rows = await reads.query<{ id: string; n: number; packed: string | null }>(
    'equipment',
    (sites) => ({
      text: `select wanted.id, found.n, found.packed
             from unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) wanted(id, since, until),
             lateral (select count(*)::int n, ${PACKED} packed from (
               (select * from read.equipment_timeline where ${MINE}
                  and kind in ('STATE', 'GAP_STARTED', 'GAP_ENDED', 'PROGRAM')
                  and at >= wanted.since and at < wanted.until limit ${MAX_FACTS + 1})
               union all ${before('STATE')} union all ${before('GAP_STARTED')}
               union all ${before('PROGRAM')}) facts) found`,
      values: [
        sites,
        [...windows.keys()],
        [...windows.values()].map(({ from }) => from),
        [...windows.values()].map(({ to }) => to),
        FIELD,
        LINE,
      ],
    }),
  )
  if (rows.reduce((sum, { n }) => sum + n, 0) > MAX_FACTS)
    throw apiError('InvalidInput', `more than ${MAX_FACTS} facts in the window; ask for less.`)
  return new Map(rows.map(({ id, packed }) => [id, packed === null ? [] : unpacked(packed)]))
}

/** Sessions are in UTC: `2026-03-02 06:00:00.12+00` to `2026-03-02T06:00:00.120Z`. */
const instantOf = (at: string): string =>
  `${at.slice(0, 10)}T${at.slice(11, 19)}.${at.slice(20, -3).padEnd(3, '0')}Z`

function unpacked(packed: string): readonly TimelineFact[] {
  const texts = new Map<string, string | null>([['', null]])
  const textOf = (json: string): string | null => {
    const known = texts.get(json)
    if (known !== undefined) return known
    const text: string = JSON.parse(json)
    texts.set(json, text)
    return text
  }
  return packed.split(LINE).map((line) => {
    const [key, at, kind, state, nativeState, reason, program] = line.split(FIELD)
    return {
      key: key!,
      at: instantOf(at!),
      kind: kind as TimelineFact['kind'],
      state: state === '' ? null : (state as EquipmentState),
      nativeState: textOf(nativeState!),
      reason: textOf(reason!),
      program: textOf(program!),
    }
  })
}

/**
 * The window with the stops it cuts made whole, by machine: back to the last fact that ended any stop
 * before, and on to the next one that does, or to the horizon.
 */
export async function wholeStops(
  equipmentIds: readonly string[],
  { from, to }: Stretch,
  horizon: string,
  { reads }: Context,
): Promise<ReadonlyMap<string, Stretch>> {
  const nearest = (kind: string, side: 'before' | 'after') => {
    const [fn, op, moment, order] =
      side === 'before' ? ['max', '<', '$3', 'desc'] : ['min', '>=', '$4', 'asc']
    return `(select ${fn}(at) at from (select at from read.equipment_timeline
       where ${MINE} and ${kind} and at ${op} ${moment} order by at ${order} limit 1) nearest)`
  }
  const RUNS = `kind = 'STATE' and state = 'RUNNING'`
  const GAP = `kind = 'GAP_STARTED'`
  const rows = await reads.query<{
    id: string
    begin: string | null
    end: string | null
    first: string | null
  }>('equipment', (sites) => ({
    text: `select wanted.id,
             greatest(${nearest(RUNS, 'before')}, ${nearest(GAP, 'before')}) as begin,
             least(${nearest(RUNS, 'after')}, ${nearest(GAP, 'after')}) as end,
             (select min(at) from read.equipment_timeline where ${MINE} and kind = 'STATE') as first
           from unnest($2::text[]) wanted(id)`,
    values: [sites, equipmentIds, from, to],
  }))
  return new Map(
    rows.map(({ id, begin, end, first }) => {
      const earliest = begin ?? first ?? from
      const latest = end ?? horizon
      return [id, { from: earliest < from ? earliest : from, to: latest > to ? latest : to }]
    }),
  )
}
