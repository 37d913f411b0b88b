import type { Query } from '../projections/read-models.ts'

/** What was asked about: a window, and meters by the way they report. */
export interface Selection {
  /** ISO-8601 UTC; from <= time < to. */
  readonly from: string
  readonly to: string
  /** IANA name: in which zone days and months begin. */
  readonly timeZone: string
  /** Meters that report intervals, and those that report stands of a register. */
  readonly intervalMeters: readonly string[]
  readonly counterMeters: readonly string[]
}

/** Demand is billed by the highest average over windows of this length, aligned to the clock. */
const DEMAND_WINDOW = `interval '15 minutes'`
const WINDOWS_PER_HOUR = 4

/**
 * Buckets by name: where the one that holds `x` begins, and how long it is. Every zone's offset is a
 * whole number of quarters of an hour, so quarters need no zone; from the day on, a bucket is as long
 * as the clock of the zone says (23 or 25 hours when it is changed).
 */
const BUCKETS = {
  QUARTER_HOUR: { unit: null, step: '15 minutes' },
  HOUR: { unit: 'hour', step: '1 hour' },
  DAY: { unit: 'day', step: '1 day' },
  WEEK: { unit: 'week', step: '7 days' },
  MONTH: { unit: 'month', step: '1 month' },
  YEAR: { unit: 'year', step: '1 year' },
} as const
export type Bucket = keyof typeof BUCKETS

const values = (s: Selection, sites: readonly string[] | null): unknown[] => [
  ...[s.from, s.to, s.timeZone, s.intervalMeters, s.counterMeters],
  sites,
]

/**
 * Stands of registers and the way to each from the one before, by the rules of
 * `domain/energy/register.ts` (a test holds the two together). Reads from the last stand before the
 * window to the first after it, so that what flowed across its edges counts in part.
 */
const REGISTERS = `
  stands as (
    select r.*, m."firstDigits",
      lag(r.at) over w as "from", lag(r.kind) over w as "kindBefore",
      lag(r.unit) over w as "unitBefore", r.reading - lag(r.reading) over w as delta
    from read.meters m join read.meter_readings r on r."meterId" = m.key
    where m.key = any($5::text[]) and ($6::text[] is null or m.site = any($6::text[]))
      and r.at >= coalesce((select max(p.at) from read.meter_readings p
        where p."meterId" = m.key and p.at <= $1::timestamptz), $1::timestamptz)
      and r.at <= coalesce((select min(n.at) from read.meter_readings n
        where n."meterId" = m.key and n.at >= $2::timestamptz), $2::timestamptz)
    window w as (partition by r."meterId" order by r.at, r.rank)
  ),
  ways as (
    select s.*, round(s.delta::numeric, 6) as up, case when s.delta < 0 then
      10::numeric ^ coalesce((select p.digits from read.meter_readings p
        where p."meterId" = s."meterId" and p.kind = 'START' and p.at <= s.at
        order by p.at desc limit 1), s."firstDigits") end as range
    from stands s
    where s."from" is not null and not (s.kind = 'START' and s."kindBefore" = 'FINAL')
  ),
  registers as (
    select "meterId", "from", at as "to", "baseUnit" as unit,
      case when kind = 'START' then 'UNREAD' when unit <> "unitBefore" then 'UNIT'
        when up < 0 and not coalesce(up + range between 0 and range / 2, false) then 'FALL'
      end as problem,
      (case when up < 0 then up + range else up end * factor::numeric)::float8 as quantity
    from ways
  )`

/** What flowed, clipped to the window: an interval across its edge counts by its share of time. */
const FLOWS = `
  with ${REGISTERS},
  flows as (
    select "meterId", "from", "to", unit, quantity from read.energy_intervals
    where "meterId" = any($4::text[]) and "to" > $1::timestamptz and "from" < $2::timestamptz
      and ($6::text[] is null or site = any($6::text[]))
    union all
    select "meterId", "from", "to", unit, quantity from registers
    where problem is null and "to" > $1::timestamptz and "from" < $2::timestamptz
  ),
  clipped as materialized (
    select "meterId", "from", "to", unit, quantity,
      greatest("from", $1::timestamptz) as lo, least("to", $2::timestamptz) as hi
    from flows
  )`

/** Cutting costs twenty times what adding does (numeric arithmetic), so whole intervals are not cut. */
const cut = (lo: string, hi: string): string => `case
  when ${lo} = "from" and ${hi} = "to" then quantity
  else quantity * (extract(epoch from ${hi} - ${lo}) / extract(epoch from "to" - "from"))::float8 end`

/**
 * Clipped intervals cut at the borders of buckets. The borders are laid out once and looked up by
 * bisection: five times as fast as truncating each timestamp in a zone.
 */
const parts = (bucket: Bucket, from = 'clipped'): string => {
  const { unit, step } = BUCKETS[bucket]
  const begin =
    unit === null
      ? `date_bin('${step}', min(lo), 'epoch'::timestamptz)`
      : `date_trunc('${unit}', min(lo), $3)`
  return `
  span as (select ${begin} as first, date_add(max(hi), '${step}', $3) as last from ${from}),
  borders as materialized (
    select array(select * from generate_series(first, last, interval '${step}', $3)) as at
    from span
  ),
  placed as (
    select *, width_bucket(lo, (select at from borders)) as b,
      width_bucket(greatest(hi - interval '1 microsecond', lo), (select at from borders)) as e
    from ${from}
  ),
  parts as (
    select unit, b, ${cut('lo', 'hi')} as quantity, hi - lo as covered from placed where b = e
    union all
    select unit, i, ${cut('greatest(lo, at[i])', 'least(hi, at[i + 1])')},
      least(hi, at[i + 1]) - greatest(lo, at[i])
    from placed, borders, generate_series(b, e) i where b < e
  )`
}

/** Sums of doubles, rounded to the six decimals in which quantities are kept. */
const SUM = `round(sum(quantity)::numeric, 6)::float8`

const COVERED = `extract(epoch from sum(covered))::float8`

/** `{ meterId, unit, quantity, covered }` by meter; `covered` in seconds. */
export const byMeterSql = (s: Selection, sites: readonly string[] | null): Query => ({
  text: `${FLOWS}, parts as (
      select "meterId", unit, ${cut('lo', 'hi')} as quantity, hi - lo as covered from clipped
    )
    select "meterId", unit, ${SUM} quantity, ${COVERED} covered, $3::text
    from parts group by "meterId", unit order by "meterId", unit`,
  values: values(s, sites),
})

/** `{ from, to, quantity, covered }` by bucket, those without any data left out, oldest first. */
export const byBucketSql = (
  s: Selection,
  { bucket, limit }: { readonly bucket: Bucket; readonly limit: number },
  sites: readonly string[] | null,
): Query => ({
  text: `${FLOWS}, ${parts(bucket)},
    sums as (select b, ${SUM} quantity, ${COVERED} covered from parts group by b)
    select greatest(at[b], $1::timestamptz) as "from", least(at[b + 1], $2::timestamptz) as "to",
      quantity, covered
    from sums, borders order by b limit ${limit}`,
  values: values(s, sites),
})

/**
 * `{ kw, at }`: highest average power over a demand window, `at` its end, the earliest of equals.
 * Longer intervals do not tell the power within them and are left out.
 */
export const peakSql = (s: Selection, sites: readonly string[] | null): Query => ({
  text: `${FLOWS},
    short as (
      select * from clipped where unit = 'KWH' and "to" - "from" <= ${DEMAND_WINDOW}
    ), ${parts('QUARTER_HOUR', 'short')},
    sums as (select b, sum(quantity) as quantity from parts group by b),
    highest as (select b, quantity from sums order by quantity desc, b limit 1)
    select round((quantity * ${WINDOWS_PER_HOUR})::numeric, 6)::float8 kw, at[b + 1] as at
    from highest, borders`,
  values: values(s, sites),
})

/** `{ meterId, from, to, problem }`: spans of register readings that do not tell what flowed. */
export const problemsSql = (
  s: Selection,
  limit: number,
  sites: readonly string[] | null,
): Query => ({
  text: `with ${REGISTERS}
    select "meterId", "from", "to", problem, $3::text, $4::text[] from registers
    where problem is not null and "to" > $1::timestamptz and "from" < $2::timestamptz
    order by "from", "meterId" limit ${limit}`,
  values: values(s, sites),
})

/** `{ meterId, site, kind, unit }` of these meters, known or not. */
export const metersByIdSql = (
  meterIds: readonly string[],
  sites: readonly string[] | null,
): Query => ({
  text: `select id as "meterId", site, kind, unit
    from unnest($1::text[]) id left join read.meters on key = id
    where $2::text[] is null or site is null or site = any($2::text[])`,
  values: [[...new Set(meterIds)], sites],
})

/**
 * The same of a medium in a node of the hierarchy and below it, without meters whose upstream meter is
 * among them: that one has counted what flows through them.
 */
export const metersInScopeSql = (
  { scopeId, medium }: { readonly scopeId: string; readonly medium: string },
  sites: readonly string[] | null,
): Query => ({
  text: `with recursive scopes as (
      select $1::text collate "C" as key
      union select h.key from read.hierarchy h join scopes s on h."parentId" = s.key
    ),
    inside as (
      select key, "parentMeterId", site, kind, unit from read.meters
      where "scopeId" in (select key from scopes) and medium = $2
        and ($3::text[] is null or site = any($3::text[]))
    ),
    upstream as (
      select key, "parentMeterId" as up from inside where "parentMeterId" is not null
      union select u.key, m."parentMeterId" from upstream u join read.meters m on m.key = u.up
      where m."parentMeterId" is not null
    )
    select key as "meterId", site, kind, unit from inside i
    where not exists (select from upstream u join inside o on o.key = u.up where u.key = i.key)
    order by key`,
  values: [scopeId, medium, sites],
})

export const timeZoneSql = (site: string): Query => ({
  text: `select "timeZone" from read.hierarchy where key = $1 and "timeZone" is not null`,
  values: [site],
})
