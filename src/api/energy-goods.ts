import { lotMovements, type LotMovementRow } from '../projections/material/lot-movements.ts'
import { units, type UnitRow } from '../projections/material/units.ts'
import { bookings, type BookingRow } from '../projections/production/bookings.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import { countsAsKnown, goodOf } from './energy-counted.ts'
import type { Selection } from './energy-selection.ts'
import type { Moment, Reader } from './reader.ts'

/**
 * Good units made in a window: what energy and emissions are divided by. As known then, the read models
 * tell which streams to fold: they hold all that was known then, and more.
 */

export type GroupName = 'METER' | 'EQUIPMENT' | 'STATE' | 'ORDER' | 'OPERATION' | 'SERIAL' | 'LOT'

/** By the key of the group; a group without an entry made nothing, or nobody said so. */
export async function goodUnits(
  groupBy: GroupName,
  keys: { readonly equipmentIds: readonly string[]; readonly orderIds: readonly string[] },
  made: Made,
  { reads }: Context,
): Promise<ReadonlyMap<string, number>> {
  const { orderIds, equipmentIds } = keys
  switch (groupBy) {
    case 'EQUIPMENT':
      return byEquipment(equipmentIds, made, reads)
    case 'ORDER':
      return toMap(await booked({ column: 'orderId', ids: orderIds }, made, reads))
    case 'OPERATION': {
      const found = await bookedAt({ column: 'orderId', ids: orderIds }, made, reads)
      return toMap(goodBy(found, (row) => `${row.orderId} ${row.operationId}`))
    }
    case 'METER':
    case 'STATE':
    case 'SERIAL':
    case 'LOT':
      return new Map()
  }
}

type Made = Pick<Selection, 'window' | 'moment'>
interface Counted {
  readonly key: string
  readonly good: number | null
}

/** What the machine counted as good, else all it counted less its scrap; else what was booked on it. */
async function byEquipment(
  ids: readonly string[],
  made: Made,
  reads: Reader,
): Promise<ReadonlyMap<string, number>> {
  const [counts, noted] = await Promise.all([
    counted(ids, made, reads),
    booked({ column: 'equipmentId', ids }, made, reads),
  ])
  return toMap([...noted, ...counts])
}

async function counted(
  ids: readonly string[],
  { window, moment }: Made,
  reads: Reader,
): Promise<readonly Counted[]> {
  if (!moment)
    return reads.query<Counted>('equipment', (sites) => ({
      text: `select "equipmentId" as key, coalesce(sum(delta) filter (where kind = 'GOOD'),
          sum(delta) filter (where kind = 'TOTAL')
            - coalesce(sum(delta) filter (where kind = 'SCRAP'), 0)) as good
        from read.equipment_counters where "equipmentId" = any($2) and at > $3 and at <= $4
          and ($1::text[] is null or site = any($1)) group by 1`,
      values: [sites, ids, window.from, window.to],
    }))
  const known = await countsAsKnown(ids, window, moment, reads)
  const machines = Map.groupBy(known, ({ equipmentId }) => equipmentId)
  return [...machines].map(([key, of]) => ({ key, good: goodOf(of) }))
}

type Booked = Pick<BookingRow, 'orderId' | 'operationId' | 'equipmentId' | 'good'>
interface Of {
  readonly column: 'orderId' | 'equipmentId'
  readonly ids: readonly string[]
}

const booked = async (of: Of, made: Made, reads: Reader): Promise<readonly Counted[]> =>
  goodBy(await bookedAt(of, made, reads), (row) => row[of.column])

/** Good units booked by order, operation and machine. */
async function bookedAt(
  { column, ids }: Of,
  { window: { from, to }, moment }: Made,
  reads: Reader,
): Promise<readonly Booked[]> {
  const now = await reads.query<Booked>('production', (sites) => ({
    text: `select "orderId", "operationId", "equipmentId", sum(good) as good from read.bookings
      where "${column}" = any($2) and "endedAt" > $3 and "endedAt" <= $4
        and ($1::text[] is null or site = any($1)) group by 1, 2, 3`,
    values: [sites, ids, from, to],
  }))
  if (!moment) return now
  const streams = new Set(now.map(({ orderId }) => `order-${orderId}`))
  const [rows] = await reads.allAsOf([bookings], [...streams], moment)
  return (rows as readonly Keyed<BookingRow>[]).filter(
    (row) => ids.includes(row[column] ?? '') && row.endedAt > from && row.endedAt <= to,
  )
}

const goodBy = (rows: readonly Booked[], keyOf: (row: Booked) => string | null): Counted[] =>
  [...Map.groupBy(rows, (row) => keyOf(row) ?? '')].map(([key, of]) => ({
    key,
    good: of.reduce((sum, { good }) => sum + good, 0),
  }))

const toMap = (rows: readonly Counted[]): ReadonlyMap<string, number> =>
  new Map(
    rows.flatMap(({ key, good }) => (good !== null && good > 0 ? [[key, good] as const] : [])),
  )

interface Members {
  readonly serials: readonly string[]
  readonly orderIds: readonly string[]
}
type Placed = Pick<UnitRow, 'lotId'> & { readonly serial: string }
type Produced = Pick<LotMovementRow, 'orderId' | 'lotId' | 'quantity'>

/** Lot of each serial, and of each order its lots with their share of what it put into lots. */
export async function lotsOf(members: Members, moment: Moment | null, reads: Reader) {
  const [placed, lots] = await Promise.all([
    moment
      ? placedAsKnown(members.serials, moment, reads)
      : reads.query<Placed>('material', (sites) => ({
          text: `select key as serial, "lotId" from read.units where key = any($2)
            and ($1::text[] is null or site = any($1))`,
          values: [sites, members.serials],
        })),
    produced(members.orderIds, moment, reads),
  ])
  return {
    ofSerial: new Map(
      placed.flatMap((u) => (u.lotId === null ? [] : [[u.serial, u.lotId] as const])),
    ),
    ofOrder: Map.groupBy(lots, (l) => l.orderId),
    good: new Map([...Map.groupBy(lots, (l) => l.lotId)].map(([lotId, of]) => [lotId, sum(of)])),
  }
}
const sum = (of: readonly { readonly quantity: number }[]): number =>
  of.reduce((all, { quantity }) => all + quantity, 0)

async function placedAsKnown(
  serials: readonly string[],
  moment: Moment,
  reads: Reader,
): Promise<readonly Placed[]> {
  const streams = serials.map((serial) => `unit-${serial}`)
  const [rows] = await reads.allAsOf([units], streams, moment)
  return (rows as readonly Keyed<UnitRow>[]).map(({ key, lotId }) => ({ serial: key, lotId }))
}

/** What orders put into lots, by order and lot. */
async function produced(
  orderIds: readonly string[],
  moment: Moment | null,
  reads: Reader,
): Promise<readonly Produced[]> {
  const now = await reads.query<Produced>('material', (sites) => ({
    text: `select "orderId", "lotId", sum(quantity) as quantity from read.lot_movements
      where kind = 'PRODUCED' and "orderId" = any($2) and ($1::text[] is null or site = any($1))
      group by 1, 2 order by 1, 2`,
    values: [sites, orderIds],
  }))
  if (!moment) return now
  const streams = new Set(now.map(({ lotId }) => `lot-${lotId}`))
  const [rows] = await reads.allAsOf([lotMovements], [...streams], moment)
  const made = (rows as readonly Keyed<LotMovementRow>[]).filter(
    ({ kind, orderId }) => kind === 'PRODUCED' && orderId !== null && orderIds.includes(orderId),
  )
  return [...Map.groupBy(made, ({ orderId, lotId }) => JSON.stringify([orderId, lotId])).values()]
    .map((of) => ({ orderId: of[0]!.orderId, lotId: of[0]!.lotId, quantity: sum(of) }))
    .toSorted((a, b) => (a.lotId < b.lotId ? -1 : 1))
}
