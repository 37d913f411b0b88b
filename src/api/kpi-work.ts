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

/** Work and bookings of some sites that touch a window, with their orders. */
export interface WorkDone {
  readonly work: readonly Work[]
  readonly booked: readonly Booked[]
  readonly orders: ReadonlyMap<string, Keyed<OrderRow>>
  /** Streams that say so. */
  readonly streams: readonly string[]
}

interface Window {
  readonly from: string
  readonly to: string
}

/** @param atSites of the machines concerned: a person may serve several of them at once */
export async function workDone(
  atSites: readonly string[],
  window: Window,
  moment: Moment | null,
  context: Context,
): Promise<WorkDone> {
  const { reads } = context
  const rows = async <T extends object>(text: string): Promise<readonly T[]> =>
    reads.query<T>('production', (sites) => ({
      text: `${text} and site = any($2) and ($1::text[] is null or site = any($1))`,
      values: [sites, atSites, window.from, window.to],
    }))
  const columns = '"orderId", "operationId", "personId", "equipmentId", activity, "startedAt"'
  const [stopped, running, booked] = await Promise.all([
    rows<Clock>(`select ${columns}, "endedAt" from read.work_clocks
      where "endedAt" > $3 and "startedAt" < $4`),
    rows<Clock>(`select ${columns}, null::timestamptz "endedAt" from read.running_clocks
      where "startedAt" < $4 and $3::timestamptz is not null`),
    rows<BookingRow>(`select * from read.bookings where "endedAt" >= $3 and "endedAt" <= $4`),
  ])
  const ids = [...new Set([...stopped, ...running, ...booked].map(({ orderId }) => orderId))]
  if (moment) return asKnown(ids, window, moment, context)
  const found = await reads.query<Keyed<OrderRow>>('production', (sites) => ({
    text: `select * from read.orders where key = any($2)
             and ($1::text[] is null or site = any($1))`,
    values: [sites, ids],
  }))
  return assembled([...stopped, ...running], booked, found, window)
}

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
  return assembled(
    [
      ...stopped.filter((clock) => clock.endedAt! > from && clock.startedAt < to),
      ...running.map((clock) => ({ ...clock, endedAt: null })).filter((c) => c.startedAt < to),
    ],
    booked.filter((booking) => booking.endedAt >= from && booking.endedAt <= to),
    found,
    window,
  )
}

function assembled(
  clocks: readonly Clock[],
  booked: readonly BookingRow[],
  found: readonly Keyed<OrderRow>[],
  { to }: Window,
): WorkDone {
  const byId = new Map(found.map((order) => [order.key, order]))
  return {
    orders: byId,
    streams: [...byId.keys()].sort().map((id) => `order-${id}`),
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
