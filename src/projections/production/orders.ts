import type { Required } from '../../domain/personnel/events.ts'
import type { ClosedClock, OrderEvent, Quantities } from '../../domain/production/events.ts'
import { minus, plus } from '../../domain/types.ts'
import { projection } from '../projection.ts'

/** What was reported, in the unit of the order. */
export interface Reported {
  good: number
  scrap: number
  rework: number
  awaitingDisposition: number
}

export interface OrderOperation extends Reported {
  operationId: string
  sequence: number
  name: string
  workCentreId: string
  setupTimeMs: number | null
  runTimeMsPerUnit: number | null
  plannedScrapShare?: number | undefined
  /** What it takes to work on it; absent where the order says nothing. */
  qualifications?: Required[] | undefined
  status: 'READY' | 'RUNNING' | 'COMPLETED'
  /** Earliest and latest moment of any work on it; null before. */
  startedAt: string | null
  endedAt: string | null
  /** Stopped clocks, summed over the persons, in milliseconds. */
  setupMs: number
  productionMs: number
  breakMs: number
}

export interface OrderRow {
  materialId: string
  quantity: number | null
  unit: string
  dueAt: string | null
  priority: number
  status: 'RELEASED' | 'RUNNING' | 'HELD' | 'CANCELLED' | 'COMPLETED'
  /** Why it is held or was cancelled. */
  reason: string | null
  releasedAt: string
  startedAt: string | null
  endedAt: string | null
  operations: OrderOperation[]
}

/** One row per production order with its operations: what the shop floor sees on the board. */
export const orders = projection<OrderRow>()<OrderEvent>({
  name: 'orders',
  context: 'production',
  version: 1,
  columns: {
    materialId: 'text',
    quantity: 'double precision',
    unit: 'text',
    dueAt: 'timestamptz',
    priority: 'bigint',
    status: 'text',
    reason: 'text',
    releasedAt: 'timestamptz',
    startedAt: 'timestamptz',
    endedAt: 'timestamptz',
    operations: 'jsonb',
  },
  indexes: [['releasedAt'], ['dueAt'], ['status', 'priority'], ['materialId']],
  on: {
    OrderReleased: {
      key: (d) => d.orderId,
      evolve: (_, { data, metadata }) => ({
        materialId: data.materialId,
        quantity: data.quantity,
        unit: data.unit,
        dueAt: data.dueAt,
        priority: data.priority,
        status: 'RELEASED',
        reason: null,
        releasedAt: metadata.occurredAt,
        startedAt: null,
        endedAt: null,
        operations: data.operations
          .map((o) => ({ ...o, ...untouched }))
          .sort((a, b) => a.sequence - b.sequence),
      }),
    },
    OperationStarted: {
      key: (d) => d.orderId,
      evolve: (row, { data, metadata: { occurredAt: at } }) =>
        row && worked(row, data.operationId, at, (o) => ({ ...o, status: 'RUNNING' })),
    },
    OperationActivityChanged: {
      key: (d) => d.orderId,
      evolve: (row, { data, metadata }) => row && clocked(row, data.closed, metadata.occurredAt),
    },
    OperationPaused: {
      key: (d) => d.orderId,
      evolve: (row, { data, metadata }) => row && clocked(row, data.closed, metadata.occurredAt),
    },
    OperationResumed: {
      key: (d) => d.orderId,
      evolve: (row, { data, metadata }) => row && clocked(row, data.closed, metadata.occurredAt),
    },
    OperationCompleted: {
      key: (d) => d.orderId,
      evolve: (row, { data, metadata: { occurredAt: at } }) =>
        row &&
        worked(clocked(row, data.closed, at), data.operationId, at, (o) => ({
          ...o,
          status: 'COMPLETED',
        })),
    },
    QuantityReported: {
      key: (d) => d.orderId,
      evolve: (row, { data, metadata }) =>
        row && worked(row, data.operationId, metadata.occurredAt, (o) => add(o, data)),
    },
    WorkBooked: {
      key: (d) => d.orderId,
      evolve: (row, { data }) => {
        if (!row) return row
        const clock = { ...data, personId: '', since: data.startedAt }
        const started = worked(row, data.operationId, data.startedAt, (o) => add(o, data))
        return clocked(started, [clock], data.endedAt)
      },
    },
    BookingCorrected: {
      key: (d) => d.orderId,
      evolve: (row, { data }) =>
        row && change(row, data.operationId, (o) => add(take(o, data.before), data.after)),
    },
    OrderHeld: {
      key: (d) => d.orderId,
      evolve: (row, { data }) => row && { ...row, status: 'HELD', reason: data.reason },
    },
    OrderHoldLifted: {
      key: (d) => d.orderId,
      evolve: (row) =>
        row && { ...row, status: row.startedAt ? 'RUNNING' : 'RELEASED', reason: null },
    },
    OrderCancelled: {
      key: (d) => d.orderId,
      evolve: (row, { data, metadata: { occurredAt: at } }) =>
        row && {
          ...clocked(row, data.closed, at),
          status: 'CANCELLED',
          reason: data.reason,
          endedAt: at,
        },
    },
    OrderCompleted: {
      key: (d) => d.orderId,
      evolve: (row, { data, metadata: { occurredAt: at } }) =>
        row && {
          ...clocked(row, data.closed, at),
          status: 'COMPLETED',
          reason: null,
          endedAt: at,
        },
    },
  },
})

/** What an operation has before any work on it. */
export const untouched = {
  status: 'READY' as const,
  startedAt: null,
  endedAt: null,
  good: 0,
  scrap: 0,
  rework: 0,
  awaitingDisposition: 0,
  setupMs: 0,
  productionMs: 0,
  breakMs: 0,
}

type Change = (operation: OrderOperation) => OrderOperation

const change = (row: OrderRow, operationId: string, by: Change): OrderRow => {
  const place = placeOf(row, operationId)
  if (place < 0) return row
  return { ...row, operations: row.operations.with(place, by(row.operations[place]!)) }
}

/** By hand: it is looked for with every fact of an order. */
function placeOf({ operations }: OrderRow, operationId: string): number {
  for (let i = 0; i < operations.length; i++)
    if (operations[i]!.operationId === operationId) return i
  return -1
}

/**
 * Applies a change that is work: an operation or order that had none has begun, and lasts till then.
 * @param by makes an operation of its own, which is then completed here
 */
function worked(row: OrderRow, operationId: string, at: string, by: Change): OrderRow {
  const place = placeOf(row, operationId)
  let { operations } = row
  if (place >= 0) {
    const o = by(operations[place]!)
    if (o.status === 'READY') o.status = 'RUNNING'
    o.startedAt = earliest(o.startedAt, at)
    o.endedAt = latest(o.endedAt, at)
    operations = operations.with(place, o)
  }
  const status = row.status === 'RELEASED' ? 'RUNNING' : row.status
  return { ...row, status, startedAt: earliest(row.startedAt, at), operations }
}

const CLOCKS = { SETUP: 'setupMs', PRODUCTION: 'productionMs', BREAK: 'breakMs' } as const

/** Adds stopped clocks to their operations. @param at when they stopped */
const clocked = (row: OrderRow, closed: readonly ClosedClock[], at: string): OrderRow =>
  closed.reduce(
    (r, { operationId, activity, since }) =>
      worked(r, operationId, at, (o) => {
        const clock = CLOCKS[activity]
        return { ...o, [clock]: o[clock] + (Date.parse(at) - Date.parse(since)) }
      }),
    row,
  )

const add: (o: OrderOperation, q: Quantities) => OrderOperation = (o, q) => ({
  ...o,
  good: plus(o.good, q.good),
  scrap: plus(o.scrap, q.scrap),
  rework: plus(o.rework, q.rework),
  awaitingDisposition: plus(o.awaitingDisposition, q.awaitingDisposition),
})
const take: typeof add = (o, q) => ({
  ...o,
  good: minus(o.good, q.good),
  scrap: minus(o.scrap, q.scrap),
  rework: minus(o.rework, q.rework),
  awaitingDisposition: minus(o.awaitingDisposition, q.awaitingDisposition),
})

const earliest = (a: string | null, b: string): string => (a === null || b < a ? b : a)
const latest = (a: string | null, b: string): string => (a === null || b > a ? b : a)
