import { NO_STATE } from '../domain/energy/allocation.ts'
import { exact } from '../domain/types.ts'
import type { Context } from './context.ts'
import { goodUnits, lotsOf, type GroupName } from './energy-goods.ts'
import type { EnergyShare } from './energy-shares.ts'
import type { Selection } from './energy-selection.ts'

/** Shares of energy added up by what somebody asks about. */

export interface Group {
  readonly meterId: string | null
  readonly equipmentId: string | null
  readonly state: string | null
  readonly orderId: string | null
  readonly operationId: string | null
  readonly serial: string | null
  readonly lotId: string | null
  readonly quantity: number
  readonly co2eKg: number
  /** Null where nobody said how many. */
  readonly goodUnits: number | null
}

type Key = Omit<Group, 'quantity' | 'co2eKg' | 'goodUnits'>
const NOTHING: Key = {
  ...{ meterId: null, equipmentId: null, state: null, orderId: null },
  ...{ operationId: null, serial: null, lotId: null },
}

/** Unallocated energy is in no group of orders, operations, serials or lots. */
export async function grouped(
  groupBy: GroupName,
  shares: readonly EnergyShare[],
  { window, moment }: Selection,
  context: Context,
): Promise<Group[]> {
  const orderIds = unique(shares.map((s) => s.work?.orderId ?? null))
  const equipmentIds = unique(shares.map((s) => s.equipmentId))
  if (groupBy === 'LOT') return byLot(shares, orderIds, moment, context)
  const goods = await goodUnits(groupBy, { orderIds, equipmentIds }, { window, moment }, context)
  const parts = shares.flatMap((share) => {
    const found = keyOf(groupBy, share)
    return found ? [{ ...found, share, part: 1 }] : []
  })
  return added(parts, (id) => (groupBy === 'SERIAL' ? 1 : (goods.get(id) ?? null)))
}

interface Part {
  readonly id: string
  readonly key: Partial<Key>
  readonly share: EnergyShare
  readonly part: number
}

function keyOf(
  groupBy: Exclude<GroupName, 'LOT'>,
  { meterId, equipmentId, state, work }: EnergyShare,
): Pick<Part, 'id' | 'key'> | null {
  switch (groupBy) {
    case 'METER':
      return { id: meterId, key: { meterId } }
    case 'EQUIPMENT':
      return equipmentId === null ? null : { id: equipmentId, key: { equipmentId } }
    case 'STATE':
      return { id: JSON.stringify([equipmentId, state]), key: { equipmentId, state } }
    case 'ORDER':
      return work?.orderId == null ? null : { id: work.orderId, key: { orderId: work.orderId } }
    case 'OPERATION': {
      if (work?.orderId == null || work.operationId === null) return null
      const { orderId, operationId } = work
      return { id: `${orderId} ${operationId}`, key: { orderId, operationId } }
    }
    case 'SERIAL':
      return work?.serial == null ? null : { id: work.serial, key: { serial: work.serial } }
  }
}

async function byLot(
  shares: readonly EnergyShare[],
  orderIds: readonly string[],
  moment: Selection['moment'],
  { reads }: Context,
): Promise<Group[]> {
  const serials = unique(shares.map((s) => s.work?.serial ?? null))
  const { ofSerial, ofOrder, good } = await lotsOf({ serials, orderIds }, moment, reads)
  const parts = shares.flatMap((share): Part[] => {
    const { work } = share
    if (!work) return []
    const own = work.serial === null ? undefined : ofSerial.get(work.serial)
    if (own !== undefined) return [{ id: own, key: { lotId: own }, share, part: 1 }]
    const lots =
      work.serial === null && work.orderId !== null ? (ofOrder.get(work.orderId) ?? []) : []
    const all = lots.reduce((sum, l) => sum + l.quantity, 0)
    return lots.map(({ lotId, quantity }) => ({
      ...{ id: lotId, key: { lotId }, share, part: quantity / all },
    }))
  })
  return added(parts, (id) => good.get(id) ?? null)
}

function added(parts: readonly Part[], goods: (id: string) => number | null): Group[] {
  const groups = new Map<string, Group>()
  for (const { id, key, share, part } of parts) {
    const before = groups.get(id)
    groups.set(id, {
      ...{ ...NOTHING, ...key, goodUnits: goods(id) },
      quantity: (before?.quantity ?? 0) + share.quantity * part,
      co2eKg: (before?.co2eKg ?? 0) + share.co2eKg * part,
    })
  }
  return [...groups.values()]
    .map((g) => ({ ...g, quantity: exact(g.quantity), co2eKg: exact(g.co2eKg) }))
    .sort((a, b) => b.quantity - a.quantity)
}

const unique = (ids: readonly (string | null)[]): string[] => [
  ...new Set(ids.filter((id) => id !== null)),
]

/** States in which a machine does its work or is made ready for it; OPC 40501-1 "executing". */
const EXECUTING = ['RUNNING', 'SETUP']

/** Energy while not executing, over all energy; null without any. Unknown states are not standby. */
export function standbyShare(shares: readonly EnergyShare[]): number | null {
  const sum = (of: readonly EnergyShare[]) => of.reduce((all, s) => all + s.quantity, 0)
  const total = sum(shares)
  if (total === 0) return null
  const idle = shares.filter((s) => s.state !== NO_STATE && !EXECUTING.includes(s.state))
  return exact(sum(idle) / total)
}
