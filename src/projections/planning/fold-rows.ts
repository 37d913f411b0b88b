import type { Recorded } from '../../domain/event.ts'
import { equipmentCurrent, type EquipmentRow } from '../equipment/current.ts'
import { lots, type LotRow } from '../material/lots.ts'
import { units, type UnitRow } from '../material/units.ts'
import { orders, type OrderRow } from '../production/orders.ts'
import { workClocks, type WorkClockRow } from '../production/work-clocks.ts'
import { apply, type Keyed, type Projection, type Rows } from '../projection.ts'
import { micro } from './materials.ts'
import { DOWN_STATES, LAST_WORK_DAYS, planningProjections, wholeRows } from './read-rows.ts'
import type { EquipmentFault, LastWork, PlanningRows, StockRow } from './rows.ts'

type Ready = Omit<PlanningRows, 'current' | 'pins'>

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : 1

/** Rows of every projection that a problem is made from, folded in memory fact by fact. */
export interface PlanningFold {
  readonly apply: (fact: Recorded) => void
  /** What the query over the read models answers for the same facts. @param at ISO-8601 */
  readonly rows: (site: string, at: string) => Ready
}

/** The same rows as those of the read models, for a log up to a position: recomputation and what-if. */
export function createPlanningFold(): PlanningFold {
  const tables = new Map<Projection, Rows>(planningProjections.map((p) => [p, new Map()]))
  const rowsOf = <Row extends object>(p: Projection<Row>, site: string): Keyed<Row>[] =>
    [...(tables.get(p) as Rows<Row>).values()]
      .filter((row) => row !== null)
      .filter((row) => row.site === site)
      .sort(byKey)
  return {
    apply(fact) {
      for (const [p, rows] of tables) apply(p, fact, rows)
    },
    rows(site, at) {
      const whole = Object.fromEntries(
        Object.entries(wholeRows).map(([name, [p]]) => [
          name,
          rowsOf(p as Projection, site).filter((row) => WANTED[name as Whole]?.(row, at) ?? true),
        ]),
      ) as unknown as Pick<PlanningRows, Whole>
      const segments = whole.productSegments.flatMap(({ materials }) => materials)
      return {
        ...whole,
        lastWork: lastWork(rowsOf(workClocks, site), rowsOf(orders, site), at),
        faults: faultsOf(rowsOf(equipmentCurrent, site)),
        stock: stockOf(
          rowsOf(lots, site),
          rowsOf(units, site),
          new Set(segments.map((m) => m.materialId)),
        ),
      }
    },
  }
}

type Whole = keyof typeof wholeRows

/** The conditions of `wholeRows`, once more for rows in memory. */
const WANTED: Readonly<Partial<Record<Whole, (row: any, at: string) => boolean>>> = {
  orders: ({ status }: OrderRow) => ['RELEASED', 'RUNNING', 'HELD'].includes(status),
  persons: ({ status }) => status === 'ACTIVE',
  shiftAssignments: ({ withdrawn, endsAt }, at) => !withdrawn && endsAt > at,
  absences: ({ cancelled, endsAt }, at) => !cancelled && endsAt > at,
  expectedReceipts: ({ status }) => status === 'EXPECTED',
}

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
