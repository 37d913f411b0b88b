import { equipmentCurrent, type EquipmentRow } from '../equipment/current.ts'
import { lots, type LotRow } from '../material/lots.ts'
import { units, type UnitRow } from '../material/units.ts'
import { orders, type OrderRow } from '../production/orders.ts'
import { workClocks, type WorkClockRow } from '../production/work-clocks.ts'
import type { Keyed, Projection } from '../projection.ts'
import type { Replay } from '../replay.ts'
import { micro } from './materials.ts'
import { counts, DOWN_STATES, LAST_WORK_DAYS, wholeRows } from './read-rows.ts'
import type { EquipmentFault, LastWork, PlanningRows, StockRow } from './rows.ts'

type Ready = Omit<PlanningRows, 'current' | 'pins'>

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : 1

/**
 * What the query over the read models answers, of a replay of `planningProjections` up to a position: for
 * recomputation and what-if.
 * @param at ISO-8601
 */
export function planningRowsOf(replay: Replay, site: string, at: string): Ready {
  const rowsOf = <Row extends object>(p: Projection<Row>): Keyed<Row>[] =>
    replay
      .rows(p)
      .filter((row) => row.site === site)
      .sort(byKey)
  const whole = Object.fromEntries(
    Object.entries(wholeRows).map(([name, [p, where]]) => [
      name,
      rowsOf(p as Projection).filter((row) => counts(where, row, at)),
    ]),
  ) as unknown as Pick<PlanningRows, Whole>
  const segments = whole.productSegments.flatMap(({ materials }) => materials)
  return {
    ...whole,
    lastWork: lastWork(rowsOf(workClocks), rowsOf(orders), at),
    faults: faultsOf(rowsOf(equipmentCurrent)),
    stock: stockOf(rowsOf(lots), rowsOf(units), new Set(segments.map((m) => m.materialId))),
  }
}

type Whole = keyof typeof wholeRows

function lastWork(
  clocks: readonly Keyed<WorkClockRow>[],
  all: readonly Keyed<OrderRow>[],
  at: string,
): LastWork[] {
  const since = new Date(Date.parse(at) - LAST_WORK_DAYS * 86_400_000).toISOString()
  const products = new Map(all.map(({ key, materialId }) => [key, materialId]))
  const last = new Map<string, Keyed<WorkClockRow>>()
  for (const clock of clocks) {
    const { equipmentId, endedAt, orderId } = clock
    if (equipmentId === null || endedAt <= since || endedAt > at || !products.has(orderId)) continue
    const known = last.get(equipmentId)
    if (!known || known.endedAt <= endedAt) last.set(equipmentId, clock)
  }
  return [...last]
    .map(([equipmentId, { orderId, operationId }]) => ({
      ...{ equipmentId, operationId, materialId: products.get(orderId)! },
    }))
    .sort((a, b) => (a.equipmentId < b.equipmentId ? -1 : 1))
}

const faultsOf = (rows: readonly Keyed<EquipmentRow>[]): EquipmentFault[] =>
  rows
    .filter(({ state }) => (DOWN_STATES as readonly string[]).includes(state))
    .map(({ key, state, since }) => ({ equipmentId: key, state, since: since! }))

function stockOf(
  ofLots: readonly LotRow[],
  ofUnits: readonly UnitRow[],
  wanted: ReadonlySet<string>,
): StockRow[] {
  const sums = new Map<string, StockRow>()
  const add = (materialId: string, unit: string, amount: number): void => {
    if (!wanted.has(materialId)) return
    const key = JSON.stringify([materialId, unit])
    const sum = sums.get(key)?.micro ?? 0
    sums.set(key, { materialId, unit, micro: sum + amount })
  }
  for (const { materialId, unit, status, quantity } of ofLots)
    add(materialId, unit, status === 'ON_HAND' ? micro(quantity) : 0)
  for (const { materialId, status, lotId } of ofUnits)
    if (materialId !== null && lotId === null)
      add(materialId, 'C62', status === 'ON_HAND' ? micro(1) : 0)
  const place = ({ materialId, unit }: StockRow): string => `${materialId}\0${unit}`
  return [...sums.values()].sort((a, b) => (place(a) < place(b) ? -1 : 1))
}
