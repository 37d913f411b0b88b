import type { Link } from '../../domain/planning/problem.ts'
import type { OrderOperation, OrderRow } from '../production/orders.ts'
import type { RunningClockRow } from '../production/running-clocks.ts'
import { compositeKey } from '../composite-key.ts'
import type { Keyed } from '../projection.ts'
import { modesOf, type ModeSources, type PossibleMode } from './modes.ts'
import type { ProductSegmentRow } from './product-segments.ts'
import type { CurrentOperation, PinnedOperation } from './rows.ts'
import { secondsOf, type Horizon } from './seconds.ts'
import { secondsLeft, workLeft, type Running } from './work.ts'

/** Everything by id that operations are made from. */
export interface OperationSources extends ModeSources {
  readonly horizon: Horizon
  readonly segments: ReadonlyMap<string, ProductSegmentRow>
  /** By `compositeKey(orderId, operationId)`. */
  readonly clocks: ReadonlyMap<string, readonly Keyed<RunningClockRow>[]>
  readonly current: ReadonlyMap<string, CurrentOperation>
  readonly pins: ReadonlyMap<string, PinnedOperation>
}

/** An operation that is open, before it is known who may work on it. */
export interface OpenOperation {
  readonly id: string
  readonly sequence: number
  readonly segment: ProductSegmentRow | null
  readonly modes: readonly PossibleMode[]
  readonly after: readonly Link[]
  /** The order may go on no earlier: something done has still to rest; seconds, 0 where nothing has. */
  readonly restUntil: number
  /** Units left to make. */
  readonly units: number
  /** Its machine, and the seconds left. */
  readonly running: (Running & { readonly equipmentId: string; readonly seconds: number }) | null
  readonly pin: PinnedOperation | null
  readonly current: CurrentOperation | null
}

/** What is left to do of an order, and what of it cannot be planned (which has been told). */
export interface OpenOrder {
  readonly order: Keyed<OrderRow>
  readonly operations: readonly OpenOperation[]
}

export function openOrder(order: Keyed<OrderRow>, sources: OperationSources): OpenOrder {
  const left = order.operations.filter(({ status }) => status !== 'COMPLETED')
  return {
    order,
    operations: left.flatMap((operation) => openOperation(order, operation, sources) ?? []),
  }
}

function openOperation(
  order: Keyed<OrderRow>,
  operation: OrderOperation,
  sources: OperationSources,
): OpenOperation | null {
  const { findings, horizon } = sources
  const key = compositeKey(order.key, operation.operationId)
  const about = { orderId: order.key, operationId: operation.operationId, omitted: true }
  const segment =
    sources.segments.get(compositeKey(order.materialId, operation.operationId)) ?? null
  const { quantity, running } = workLeft(
    order,
    operation,
    sources.clocks.get(key) ?? [],
    horizon.at,
  )
  if (order.status === 'HELD' && running === null) {
    findings.tell('OrderHeld', about, `Order ${order.key} is held: ${order.reason ?? ''}`)
    return null
  }
  if (quantity === null || order.quantity === null) {
    findings.tell('NoQuantity', about, `Order ${order.key} does not say how many to make.`)
    return null
  }
  const current = sources.current.get(key) ?? null
  const pin = running ? null : (sources.pins.get(key) ?? null)
  const at = running && placeOf(running, { order, operation, current, segment }, sources)
  const only = at ?? pin?.equipmentId ?? null
  const wish = { order, operation, segment, quantity, whole: order.quantity, only }
  const modes = modesOf(wish, sources)
  if (modes.length === 0) return null
  const first = modes[0]!
  return {
    id: operation.operationId,
    sequence: operation.sequence,
    segment,
    modes,
    ...linksOf(order, operation, segment, sources),
    units: quantity,
    running:
      running && at ? { ...running, equipmentId: at, seconds: secondsLeft(running, first) } : null,
    pin,
    current,
  }
}

/** The machine that a running operation is on; null where that cannot be told. */
function placeOf(
  { equipmentId }: Running,
  work: {
    readonly order: Keyed<OrderRow>
    readonly operation: OrderOperation
    readonly current: CurrentOperation | null
    readonly segment: ProductSegmentRow | null
  },
  { places, findings }: OperationSources,
): string | null {
  if (equipmentId !== null) return equipmentId
  if (work.current) return work.current.equipmentId
  const { workCentreId, operationId } = work.operation
  const units = places.workUnits(workCentreId) ?? [workCentreId]
  if (units.length === 1) return units[0]!
  findings.tell(
    'RunningSomewhere',
    { orderId: work.order.key, operationId, subjectId: workCentreId },
    'It runs, and nobody said on which machine; what is left of it is planned anew.',
  )
  return null
}

function linksOf(
  order: Keyed<OrderRow>,
  operation: OrderOperation,
  segment: ProductSegmentRow | null,
  { findings, horizon }: OperationSources,
): Pick<OpenOperation, 'after' | 'restUntil'> {
  const place = order.operations.indexOf(operation)
  const usual = order.operations.slice(0, place).at(-1)
  const dependencies =
    segment?.dependencies ??
    (usual
      ? [{ operationId: usual.operationId, minLagMs: 0, maxLagMs: null, transferQuantity: null }]
      : [])
  const after: Link[] = []
  let restUntil = 0
  for (const { operationId, minLagMs, maxLagMs, transferQuantity } of dependencies) {
    const before = order.operations.find((one) => one.operationId === operationId)
    if (!before || before === operation) {
      const about = {
        orderId: order.key,
        operationId: operation.operationId,
        subjectId: operationId,
      }
      const why = `Order ${order.key} has no operation ${operationId} to wait for; not waited for.`
      findings.tell('PredecessorUnknown', about, why)
    } else if (before.status === 'COMPLETED') {
      const end = before.endedAt === null ? -Infinity : horizon.ceil(before.endedAt)
      restUntil = Math.max(restUntil, end + secondsOf(minLagMs))
    } else
      after.push({
        operation: operationId,
        ...(minLagMs === 0 ? {} : { minLag: secondsOf(minLagMs) }),
        ...(maxLagMs === null ? {} : { maxLag: Math.floor(maxLagMs / 1_000) }),
        ...(transferQuantity === null ? {} : { transferQuantity: Math.ceil(transferQuantity) }),
      })
  }
  return { after, restUntil }
}
