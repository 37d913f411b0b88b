import {
  bookedOf,
  subjectOf,
  workOf,
  type Booked,
  type Clock,
  type Work,
} from '../projections/kpi/inputs.ts'
import { bookings, type BookingRow } from '../projections/production/bookings.ts'
import { orders, type OrderRow } from '../projections/production/orders.ts'
import { runningClocks } from '../projections/production/running-clocks.ts'
import { workClocks } from '../projections/production/work-clocks.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import type { Moment } from './reader.ts'

/** Work and bookings in a window, with their orders. */
export interface WorkDone {
  readonly work: readonly Work[]
  readonly booked: readonly Booked[]
  readonly orders: ReadonlyMap<string, Keyed<OrderRow>>
}

interface Window {
  readonly from: string
  readonly to: string
}

/** Places at which work counts. */
export interface Places {
  readonly ids: readonly string[]
  readonly sites: readonly string[]
}

interface Rows {
  readonly clocks: readonly Clock[]
  readonly booked: readonly BookingRow[]
}

/**
 * What was done at these places, and of who did it also what they did elsewhere at the same sites: a
 * person may serve several machines at once. Of a busy site no more than that is read.
 */
export async function workDone(
  places: Places,
  window: Window,
  moment: Moment | null,
  context: Context,
): Promise<WorkDone> {
  const { reads } = context
  const touched = moment ? ordersOf((await reads.logOf(moment)).touched) : []
  const rows = await rowsAt(places, window, touched, context)
  const ids = [...new Set([...rows.clocks, ...rows.booked].map(({ orderId }) => orderId))]
  if (ids.length === 0) return { work: [], booked: [], orders: new Map() }
  if (moment) return asKnown(ids, window, moment, context)
  const found = await reads.query<Keyed<OrderRow>>('production', (sites) => ({
    text: `select * from read.orders where key = any($2)
             and ($1::text[] is null or site = any($1))`,
    values: [sites, ids],
  }))
  return assembled(rows, found, window)
}

const ORDER = 'order-'
const ordersOf = (streams: ReadonlySet<string>): readonly string[] =>
  [...streams].filter((name) => name.startsWith(ORDER)).map((name) => name.slice(ORDER.length))

const CLOCK = 'key, "orderId", "operationId", "personId", "equipmentId", activity, "startedAt"'
/** Columns of each table, and what of it touches the window from $3 to $4. */
const TABLES = {
  work_clocks: [`${CLOCK}, "endedAt"`, '"endedAt" > $3 and "startedAt" < $4'],
  running_clocks: [
    `${CLOCK}, null::timestamptz "endedAt"`,
    '"startedAt" < $4 and $3::timestamptz is not null',
  ],
  bookings: ['*', '"endedAt" >= $3 and "endedAt" <= $4'],
} as const
type Table = keyof typeof TABLES

/** @param touched orders of which a scenario says more than the read models: it may be work there */
async function rowsAt(
  { ids, sites: atSites }: Places,
  { from, to }: Window,
  touched: readonly string[],
  { reads }: Context,
): Promise<Rows> {
  const rows = <T extends object>(table: Table, where: Where, values: readonly unknown[]) => {
    const [columns, touches] = TABLES[table]
    return reads.query<Keyed<T>>('production', (sites) => ({
      text: where(columns, `${touches} and ${SITES}`, `read.${table}`),
      values: [sites, atSites, from, to, ...values],
    }))
  }
  const isWhole = atSites.every((site) => ids.includes(site))
  const [where, values] = isWhole
    ? ([everywhere, []] as const)
    : ([atPlaces, [ids, touched]] as const)
  const [stopped, running, booked] = await Promise.all([
    rows<Clock>('work_clocks', where, values),
    rows<Clock>('running_clocks', where, values),
    rows<BookingRow>('bookings', where, values),
  ])
  const clocks = [...stopped, ...running]
  if (isWhole || clocks.length + booked.length === 0) return { clocks, booked }
  const persons = [...new Set(clocks.flatMap(({ personId }) => personId ?? []))]
  const orderIds = [...new Set([...clocks, ...booked].map(({ orderId }) => orderId))]
  const others = await Promise.all([
    rows<Clock>('work_clocks', ofPersons, [ids, persons]),
    rows<Clock>('running_clocks', ofPersonsOrOrders, [ids, persons, orderIds]),
  ])
  return { clocks: eachOnce([...clocks, ...others.flat()]), booked: eachOnce(booked) }
}

const eachOnce = <Row extends Keyed<object>>(rows: readonly Row[]): readonly Row[] => [
  ...new Map(rows.map((row) => [row.key, row])).values(),
]

type Where = (columns: string, touches: string, table: string) => string
const SITES = 'site = any($2) and ($1::text[] is null or site = any($1))'

const everywhere: Where = (columns, touches, table) =>
  `select ${columns} from ${table} where ${touches}`

/** Work that names no machine was done at the work centre of its operation. */
const atPlaces: Where = (columns, touches, table) => `
  with nameless as materialized (
    select ${columns} from ${table} where "equipmentId" is null and ${touches})
  select ${columns} from ${table} where "equipmentId" = any($5) and ${touches}
  union all
  select * from nameless where ("orderId", "operationId") in (
    select o.key, p->>'operationId' from read.orders o, jsonb_array_elements(o.operations) p
    where o.key in (select "orderId" from nameless) and p->>'workCentreId' = any($5))
  union all
  select ${columns} from ${table} where "orderId" = any($6) and ${touches}`

const ofPersons: Where = (columns, touches, table) => `
  select ${columns} from ${table} where "personId" = any($6) and ${touches}
    and coalesce("equipmentId" <> all($5), true)`

/** An order that somebody works on anywhere has not ended. */
const ofPersonsOrOrders: Where = (columns, touches, table) => `
  select ${columns} from ${table} where ("personId" = any($6) or "orderId" = any($7))
    and ${touches} and coalesce("equipmentId" <> all($5), true)`

/** The read models tell which orders to look at: they hold all that was known then, and more. */
async function asKnown(
  ids: readonly string[],
  window: Window,
  moment: Moment,
  { reads }: Context,
): Promise<WorkDone> {
  const { from, to } = window
  const [stopped, running, booked, found] = (await reads.allAsOf(
    [workClocks, runningClocks, bookings, orders],
    ids.map((id) => `order-${id}`),
    moment,
  )) as [Clock[], Clock[], BookingRow[], Keyed<OrderRow>[]]
  const clocks = [
    ...stopped.filter((clock) => clock.endedAt! > from && clock.startedAt < to),
    ...running.map((clock) => ({ ...clock, endedAt: null })).filter((c) => c.startedAt < to),
  ]
  const within = booked.filter((booking) => booking.endedAt >= from && booking.endedAt <= to)
  return assembled({ clocks, booked: within }, found, window)
}

function assembled(
  { clocks, booked }: Rows,
  found: readonly Keyed<OrderRow>[],
  { to }: Window,
): WorkDone {
  const byId = new Map(found.map((order) => [order.key, order]))
  return {
    orders: byId,
    work: clocks.flatMap((clock) => {
      const subject = subjectOf(clock, byId)
      return subject === null ? [] : [workOf(clock, subject, Date.parse(to))]
    }),
    booked: booked.flatMap((row) => {
      const subject = subjectOf(row, byId)
      return subject === null ? [] : [bookedOf(row, subject)]
    }),
  }
}
