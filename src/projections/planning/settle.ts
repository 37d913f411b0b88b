import type { PlanningRules } from '../../domain/planning/events.ts'
import type { Operation, Person } from '../../domain/planning/problem.ts'
import type { OrderRow } from '../production/orders.ts'
import type { Keyed } from '../projection.ts'
import type { OpenOperation, OpenOrder, OperationSources } from './operations.ts'
import type { ProductSegmentRow } from './product-segments.ts'
import type { PlanningRows } from './rows.ts'
import { secondsOf } from './seconds.ts'

/** An order as the problem has it: what cannot be done, and what waits for it, is left out. */
export interface Settled {
  readonly order: Keyed<OrderRow>
  readonly operations: readonly {
    readonly operation: Operation
    readonly segment: ProductSegmentRow | null
    readonly units: number
  }[]
  /** Nothing of it was left out: when its last operation ends, the order is done. */
  readonly isWhole: boolean
  readonly restUntil: number
}

interface Deps extends OperationSources {
  readonly rows: PlanningRows
  readonly persons: readonly Person[]
  readonly planning: PlanningRules
}

export function settle(open: readonly OpenOrder[], deps: Deps): readonly Settled[] {
  const held = new Set(deps.persons.flatMap(({ qualifications }) => qualifications))
  const persons = new Set(deps.persons.map(({ id }) => id))
  const busyUntil = new Map<string, number>()
  for (const { operations } of open)
    for (const { running } of operations)
      if (running) {
        const { equipmentId, seconds } = running
        busyUntil.set(equipmentId, Math.max(seconds, busyUntil.get(equipmentId) ?? 0))
      }
  const down = new Set(deps.rows.faults.map(({ equipmentId }) => equipmentId))
  const settleOne = createSettleOne({ ...deps, held, personIds: persons, busyUntil, down })
  return open.map((one) => settleOne(one)).filter(({ operations }) => operations.length > 0)
}

interface Known extends Deps {
  /** Sets of qualifications that somebody holds. */
  readonly held: ReadonlySet<string>
  readonly personIds: ReadonlySet<string>
  readonly busyUntil: ReadonlyMap<string, number>
  readonly down: ReadonlySet<string>
}

const createSettleOne =
  (known: Known) =>
  ({ order, operations }: OpenOrder): Settled => {
    const { findings } = known
    const kept = new Map<string, Settled['operations'][number]>()
    const gone = new Set(
      order.operations
        .filter(({ status }) => status !== 'COMPLETED')
        .map(({ operationId }) => operationId)
        .filter((id) => !operations.some((one) => one.id === id)),
    )
    let restUntil = 0
    for (const one of inOrder(operations)) {
      const about = { orderId: order.key, operationId: one.id, omitted: true }
      const missing = one.after.find(({ operation }) => gone.has(operation))
      const modes = one.modes.filter(
        ({ mode }) =>
          one.running || mode.qualification === undefined || known.held.has(mode.qualification),
      )
      if (missing && !one.running) {
        const why = `It waits for ${missing.operation}, which is not planned.`
        findings.tell('PredecessorOmitted', { ...about, subjectId: missing.operation }, why)
        gone.add(one.id)
      } else if (modes.length === 0) {
        const wanted = one.modes[0]!.mode.qualification!
        const why = `Nobody holds what it takes: ${wanted}.`
        findings.tell('NobodyQualified', { ...about, subjectId: wanted }, why)
        gone.add(one.id)
      } else {
        restUntil = Math.max(restUntil, one.restUntil)
        const operation = operationOf({ ...one, modes }, kept, known)
        kept.set(one.id, { operation, segment: one.segment, units: one.units })
      }
    }
    return { order, operations: [...kept.values()], isWhole: gone.size === 0, restUntil }
  }

/** Each after what it waits for; in the order of the routing otherwise. A circle is cut where it closes. */
function inOrder(operations: readonly OpenOperation[]): readonly OpenOperation[] {
  const byId = new Map(operations.map((one) => [one.id, one]))
  const sorted = new Set<OpenOperation>()
  const visiting = new Set<OpenOperation>()
  const visit = (one: OpenOperation): void => {
    if (sorted.has(one) || visiting.has(one)) return
    visiting.add(one)
    for (const { operation } of one.after) {
      const before = byId.get(operation)
      if (before) visit(before)
    }
    sorted.add(one)
  }
  for (const one of operations) visit(one)
  return [...sorted]
}

function operationOf(
  one: OpenOperation,
  kept: ReadonlyMap<string, unknown>,
  known: Known,
): Operation {
  const { id, running, pin, current, after } = one
  const modes = one.modes.map(({ mode }) => mode)
  const person = (personId: string | null | undefined) =>
    personId != null && known.personIds.has(personId) ? { person: personId } : {}
  const rest = { id, after: after.filter(({ operation }) => kept.has(operation)), modes }
  if (running) {
    const { seconds, personId } = running
    return { ...rest, fixed: { mode: 0, start: 0, remaining: seconds, ...person(personId) } }
  }
  if (pin) {
    const start = known.horizon.ceil(pin.startsAt)
    if (start >= 0) return { ...rest, fixed: { mode: 0, start, ...person(pin.personId) } }
    known.findings.tell(
      'PinOverdue',
      { operationId: id, subjectId: pin.equipmentId, orderId: pin.orderId },
      `It was pinned to ${pin.startsAt} and has not begun; only its machine is kept.`,
    )
  }
  const mode = modes.findIndex(({ equipment }) => equipment === current?.equipmentId)
  if (!current || mode < 0) return rest
  const held = current.waits ? { notBefore: known.horizon.ceil(current.startsAt) } : {}
  return {
    ...rest,
    planned: { mode, start: plannedStart(current, known), ...person(current.personId), ...held },
  }
}

/** What should have begun, or whose machine is down or busy then, cannot be kept in the frozen zone. */
function plannedStart(
  { startsAt, equipmentId }: { readonly startsAt: string; readonly equipmentId: string },
  { horizon, planning, busyUntil, down }: Known,
): number {
  const start = horizon.ceil(startsAt)
  const isLost = start < 0 || down.has(equipmentId) || start < (busyUntil.get(equipmentId) ?? 0)
  return isLost ? Math.max(start, secondsOf(planning.frozenMs)) : start
}
