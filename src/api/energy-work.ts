import type { StateSpan, Work } from '../domain/energy/allocation.ts'
import { unitOperations, type UnitOperationRow } from '../projections/material/unit-operations.ts'
import { bookings, type BookingRow } from '../projections/production/bookings.ts'
import { runningClocks, type RunningClockRow } from '../projections/production/running-clocks.ts'
import { workClocks, type WorkClockRow } from '../projections/production/work-clocks.ts'
import type { Context } from './context.ts'
import type { Window } from './energy-flows.ts'
import { history } from './machine-history.ts'
import type { Moment, Reader } from './reader.ts'

/** What a machine did in a window and what was made on it: whom its energy is laid upon. */

/** States of a machine; where no timeline tells them, what its source summed up. */
export async function statesOf(
  equipmentId: string,
  window: Window,
  moment: Moment | null,
  context: Context,
): Promise<readonly StateSpan[]> {
  const of = history(equipmentId, window, moment, context)
  const [{ intervals }, summed] = await Promise.all([of.timeline(), of.stateTimes()])
  const known = intervals
    .filter(({ state }) => state !== 'NO_DATA')
    .map(({ from, to, state }) => ({ ...span(from, to), state, part: 1 }))
  return [
    ...known,
    ...summed.map(({ from, to, state, durationMs }) => {
      const whole = span(from, to)
      return { ...whole, state, part: durationMs / (whole.to - whole.from) }
    }),
  ]
}

const span = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) })

/**
 * Operations on single pieces, clocks of orders (breaks left out), and pieces as they were booked. A clock
 * that still runs has run until now, or until the moment as of which is asked.
 */
export async function worksOf(
  equipmentIds: readonly string[],
  window: Window,
  moment: Moment | null,
  { reads, clock }: Context,
): Promise<ReadonlyMap<string, readonly Work[]>> {
  const current = await workNow(equipmentIds, window, reads)
  const rows = moment ? await workAsKnown(current, moment, reads) : current
  const { operations, booked } = rows
  const endedAt = [clock.now(), moment?.at, moment?.recordedAt]
    .filter((until) => until !== undefined)
    .reduce((first, until) => (until < first ? until : first))
  const running = rows.running.filter((c) => c.startedAt < endedAt)
  const clocks = [...rows.clocks, ...running.map((c) => ({ ...c, endedAt }))]
  const works = new Map<string, Work[]>(equipmentIds.map((id) => [id, []]))
  const add = (equipmentId: string | null, work: Work) =>
    equipmentId !== null && works.get(equipmentId)?.push(work)
  for (const { serial, orderId, operationId, startedAt, endedAt, equipmentId } of operations)
    add(equipmentId, { ...span(startedAt, endedAt), serial, orderId, operationId, pieces: 1 })
  for (const { orderId, operationId, startedAt, endedAt, equipmentId, activity } of clocks)
    if (activity !== 'BREAK')
      add(equipmentId, {
        ...span(startedAt, endedAt),
        ...{ orderId, operationId, serial: null, pieces: 0 },
      })
  for (const row of booked) {
    const pieces = row.good + row.scrap + row.rework + row.awaitingDisposition
    const { orderId, operationId } = row
    add(row.equipmentId, {
      ...span(row.endedAt, row.endedAt),
      orderId,
      operationId,
      serial: null,
      pieces,
    })
  }
  return works
}

type Operation = Pick<
  UnitOperationRow,
  'serial' | 'orderId' | 'operationId' | 'equipmentId' | 'startedAt' | 'endedAt'
>
type Clock = Omit<WorkClockRow, 'personId'>
type Running = Omit<RunningClockRow, 'personId'>
type Booked = Pick<
  BookingRow,
  | 'orderId'
  | 'operationId'
  | 'equipmentId'
  | 'endedAt'
  | 'good'
  | 'scrap'
  | 'rework'
  | 'awaitingDisposition'
>
interface Rows {
  readonly operations: readonly Operation[]
  readonly clocks: readonly Clock[]
  readonly running: readonly Running[]
  readonly booked: readonly Booked[]
}

async function workNow(
  equipmentIds: readonly string[],
  { from, to }: Window,
  reads: Reader,
): Promise<Rows> {
  const query = <T extends object>(context: string, text: string) =>
    reads.query<T>(context, (sites) => ({ text, values: [sites, equipmentIds, from, to] }))
  const mine = '"equipmentId" = any($2) and ($1::text[] is null or site = any($1))'
  const [operations, clocks, running, booked] = await Promise.all([
    query<Operation>(
      'material',
      `select serial, "orderId", "operationId", "equipmentId", "startedAt", "endedAt"
      from read.unit_operations where ${mine} and "startedAt" < $4 and "endedAt" > $3`,
    ),
    query<Clock>(
      'production',
      `select "orderId", "operationId", "equipmentId", activity, "startedAt", "endedAt"
      from read.work_clocks where ${mine} and "startedAt" < $4 and "endedAt" > $3`,
    ),
    query<Running>(
      'production',
      `select "orderId", "operationId", "equipmentId", activity, "startedAt"
      from read.running_clocks where ${mine} and $3::timestamptz < $4 and "startedAt" < $4`,
    ),
    query<Booked>(
      'production',
      `select "orderId", "operationId", "equipmentId", "endedAt", good, scrap, rework,
        "awaitingDisposition"
      from read.bookings where ${mine} and "endedAt" > $3 and "endedAt" <= $4`,
    ),
  ])
  return { operations, clocks, running, booked }
}

/** Folded anew from the streams of those serials and orders: whatever was known then is among today's. */
async function workAsKnown(now: Rows, moment: Moment, reads: Reader): Promise<Rows> {
  const streams = new Set([
    ...now.operations.map(({ serial }) => `unit-${serial}`),
    ...[...now.clocks, ...now.running, ...now.booked].map(({ orderId }) => `order-${orderId}`),
  ])
  const [operations, clocks, running, booked] = await reads.allAsOf(
    [unitOperations, workClocks, runningClocks, bookings],
    [...streams],
    moment,
  )
  return {
    operations: operations as unknown as readonly Operation[],
    clocks: clocks as unknown as readonly Clock[],
    running: running as unknown as readonly Running[],
    booked: booked as unknown as readonly Booked[],
  }
}
