import type { Context } from './context.ts'
import type { Window } from './energy-flows.ts'
import type { Reader } from './reader.ts'

/** Good units made in a window: what energy and emissions are divided by. */

export type GroupName = 'METER' | 'EQUIPMENT' | 'STATE' | 'ORDER' | 'OPERATION' | 'SERIAL' | 'LOT'

/** By the key of the group; a group without an entry made nothing, or nobody said so. */
export async function goodUnits(
  groupBy: GroupName,
  keys: { readonly equipmentIds: readonly string[]; readonly orderIds: readonly string[] },
  window: Window,
  { reads }: Context,
): Promise<ReadonlyMap<string, number>> {
  switch (groupBy) {
    case 'EQUIPMENT':
      return byEquipment(keys.equipmentIds, window, reads)
    case 'ORDER':
      return booked(`"orderId"`, keys.orderIds, window, reads)
    case 'OPERATION':
      return booked(`"orderId" || ' ' || "operationId"`, keys.orderIds, window, reads)
    case 'METER':
    case 'STATE':
    case 'SERIAL':
    case 'LOT':
      return new Map()
  }
}

interface Counted {
  readonly key: string
  readonly good: number
}

/** What the machine counted as good, else all it counted less its scrap; else what was booked on it. */
async function byEquipment(
  equipmentIds: readonly string[],
  { from, to }: Window,
  reads: Reader,
): Promise<ReadonlyMap<string, number>> {
  const values = [equipmentIds, from, to]
  const [counted, noted] = await Promise.all([
    reads.query<Counted>('equipment', (sites) => ({
      text: `select "equipmentId" as key, coalesce(sum(delta) filter (where kind = 'GOOD'),
          sum(delta) filter (where kind = 'TOTAL')
            - coalesce(sum(delta) filter (where kind = 'SCRAP'), 0)) as good
        from read.equipment_counters where "equipmentId" = any($2) and at > $3 and at <= $4
          and ($1::text[] is null or site = any($1)) group by 1`,
      values: [sites, ...values],
    })),
    reads.query<Counted>('production', (sites) => ({
      text: `select "equipmentId" as key, sum(good) as good from read.bookings
        where "equipmentId" = any($2) and "endedAt" > $3 and "endedAt" <= $4
          and ($1::text[] is null or site = any($1)) group by 1`,
      values: [sites, ...values],
    })),
  ])
  return toMap([...noted, ...counted])
}

async function booked(
  key: string,
  orderIds: readonly string[],
  { from, to }: Window,
  reads: Reader,
): Promise<ReadonlyMap<string, number>> {
  return toMap(
    await reads.query<Counted>('production', (sites) => ({
      text: `select ${key} as key, sum(good) as good from read.bookings
        where "orderId" = any($2) and "endedAt" > $3 and "endedAt" <= $4
          and ($1::text[] is null or site = any($1)) group by 1`,
      values: [sites, orderIds, from, to],
    })),
  )
}

const toMap = (rows: readonly Counted[]): ReadonlyMap<string, number> =>
  new Map(rows.flatMap(({ key, good }) => (good > 0 ? [[key, good] as const] : [])))

/** Lot of each serial, and of each order its lots with their share of what it put into lots. */
export async function lotsOf(
  {
    serials,
    orderIds,
  }: { readonly serials: readonly string[]; readonly orderIds: readonly string[] },
  reads: Reader,
) {
  const [units, lots] = await Promise.all([
    reads.query<{ serial: string; lotId: string }>('material', (sites) => ({
      text: `select key as serial, "lotId" from read.units where key = any($2)
        and "lotId" is not null and ($1::text[] is null or site = any($1))`,
      values: [sites, serials],
    })),
    reads.query<{ orderId: string; lotId: string; quantity: number }>('material', (sites) => ({
      text: `select "orderId", "lotId", sum(quantity) as quantity from read.lot_movements
        where kind = 'PRODUCED' and "orderId" = any($2) and ($1::text[] is null or site = any($1))
        group by 1, 2 order by 1, 2`,
      values: [sites, orderIds],
    })),
  ])
  return {
    ofSerial: new Map(units.map((u) => [u.serial, u.lotId])),
    ofOrder: Map.groupBy(lots, (l) => l.orderId),
    good: new Map([...Map.groupBy(lots, (l) => l.lotId)].map(([lotId, of]) => [lotId, sum(of)])),
  }
}
const sum = (of: readonly { readonly quantity: number }[]): number =>
  of.reduce((all, { quantity }) => all + quantity, 0)
