import { isRejection, reject, type Decider, type Given, type Rejection } from '../decider.ts'
import { clear, consultsEach, type Consulted } from './clearance.ts'
import { orderEvents as e, type ClosedClock, type OrderEvent } from './events.ts'
import { orderCommands, type OrderCommand } from './order-commands.ts'
import {
  clocksOf,
  evolveOrder,
  pick,
  type KnownOrder,
  type OperationState,
  type Order,
} from './order-state.ts'

/**
 * A production order on the shop floor: its operations, who works on them, and what came of it.
 * Its stream guards that nobody works on an order that is held, cancelled or unknown, that clocks
 * never run backwards, and that each booking counts once.
 */
export type OrderRefusal =
  | 'OrderUnknown'
  | 'OrderHeld'
  | 'OrderCancelled'
  | 'OrderCompleted'
  | 'OrderDiffers'
  | 'OperationRepeated'
  | 'OperationUnknown'
  | 'OperationCompleted'
  | 'OperationNotRunning'
  | 'OperationNotPaused'
  | 'OtherEquipment'
  | 'NotQualified'
  | 'BeforePrevious'
  | 'EndsBeforeStart'
  | 'BookingUnknown'
  | 'BookingDiffers'

type Decision = readonly OrderEvent[] | Rejection<OrderRefusal>

export const order: Decider<OrderCommand, Order, OrderEvent, OrderRefusal, Consulted> = {
  context: 'production',
  category: 'order',
  commands: orderCommands,
  events: e,
  id: (command) => command.orderId,
  initial: { status: 'unknown' },
  consultsEach,

  decide(command, state, given) {
    const { at } = given
    if (command.type === 'ReleaseOrder') return release(command, state)
    if (state.status === 'unknown')
      return reject('OrderUnknown', `orderId ${command.orderId} has not been released.`)
    switch (command.type) {
      case 'StartOperation':
      case 'ChangeActivity':
      case 'PauseOperation':
      case 'ResumeOperation':
      case 'CompleteOperation':
        return decideOperation(command, state, given)
      case 'ReportQuantity':
      case 'BookWork':
      case 'CorrectBooking':
        return decideBooking(command, state)
      case 'HoldOrder':
        return state.status === 'held' ? [] : (ended(state) ?? [e.held(command)])
      case 'LiftOrderHold':
        return state.status === 'open' ? [] : (ended(state) ?? [e.holdLifted(command)])
      case 'CancelOrder':
        return state.status === 'cancelled' ? [] : (ended(state) ?? end(command, state, at))
      case 'CompleteOrder':
        return state.status === 'completed' ? [] : (ended(state) ?? end(command, state, at))
    }
  },

  evolve: evolveOrder,
}

function release(command: Extract<OrderCommand, { type: 'ReleaseOrder' }>, state: Order): Decision {
  const released = e.released(command)
  if (state.status === 'unknown') return repeatedOperation(command) ?? [released]
  return JSON.stringify(state.released) === JSON.stringify(released.data)
    ? []
    : reject('OrderDiffers', `orderId ${command.orderId} was released with other content.`)
}

/** A routing that names one operation twice would book two operations as one. */
function repeatedOperation({ operations }: Extract<OrderCommand, { type: 'ReleaseOrder' }>) {
  const ids = operations.map((o) => o.operationId)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  return twice === undefined
    ? null
    : reject('OperationRepeated', `operationId ${twice} stands twice in the routing.`)
}

type OperationCommand = Extract<OrderCommand, { operationId: string; personId: string }> & {
  readonly type:
    | 'StartOperation'
    | 'ChangeActivity'
    | 'PauseOperation'
    | 'ResumeOperation'
    | 'CompleteOperation'
}

function decideOperation(
  command: OperationCommand,
  order: KnownOrder,
  given: Given<Consulted>,
): Decision {
  const { at } = given
  const operation = order.operations[command.operationId]
  if (!operation) return operationUnknown(command)
  const session = operation.sessions[command.personId]
  if (command.type === 'CompleteOperation') return complete(command, order, operation, at)
  if (command.type === 'StartOperation') return start(command, order, operation, given)
  if (operation.status === 'completed') return operationCompleted(command)
  if (!session)
    return reject(
      'OperationNotRunning',
      `personId ${command.personId} is not working on ${name(command)}.`,
    )
  const paused = session.activity === 'BREAK'
  const already =
    command.type === 'PauseOperation' ? paused : !paused && session.activity === command.activity
  if (already) return []
  if (command.type === 'ResumeOperation' && !paused)
    return reject('OperationNotPaused', `${name(command)} is in ${session.activity}, not paused.`)
  if (command.type === 'ChangeActivity' && paused)
    return reject('OperationNotRunning', `${name(command)} is paused; resume it first.`)
  if (at < session.since) return beforePrevious(at, session.since)
  const { operationId, personId } = command
  const closed = [{ operationId, personId, ...session }]
  switch (command.type) {
    case 'ChangeActivity':
      return [e.activityChanged({ ...command, closed })]
    case 'PauseOperation':
      return [e.operationPaused({ ...command, closed })]
    case 'ResumeOperation': {
      const cleared = clear({ ...command, equipmentId: session.equipmentId }, order, given)
      return isRejection(cleared)
        ? cleared
        : [e.operationResumed({ ...command, ...cleared, closed })]
    }
  }
}

function start(
  command: Extract<OrderCommand, { type: 'StartOperation' }>,
  order: KnownOrder,
  operation: OperationState,
  given: Given<Consulted>,
): Decision {
  const session = operation.sessions[command.personId]
  if (session && session.equipmentId !== command.equipmentId)
    return reject(
      'OtherEquipment',
      `equipmentId ${command.equipmentId}: ${command.personId} already works on ${name(command)} at ${session.equipmentId}.`,
    )
  if (session) return []
  if (order.status === 'held') return reject('OrderHeld', `orderId ${command.orderId} is held.`)
  if (order.status !== 'open') return ended(order)!
  if (operation.status === 'completed') return operationCompleted(command)
  const cleared = clear(command, order, given)
  return isRejection(cleared) ? cleared : [e.operationStarted({ ...command, ...cleared })]
}

function complete(
  command: Extract<OrderCommand, { type: 'CompleteOperation' }>,
  order: KnownOrder,
  operation: OperationState,
  at: string,
): Decision {
  if (operation.status === 'completed') return []
  if (order.status === 'cancelled') return ended(order)!
  const closed = clocksOf(order, command.operationId)
  if (operation.status !== 'running')
    return reject(
      'OperationNotRunning',
      `${name(command)} was never started; start it or book its work.`,
    )
  const tooEarly = startsAfter(closed, at)
  if (tooEarly) return tooEarly
  const done = e.operationCompleted({ ...command, closed })
  const others = Object.entries(order.operations).filter(([id]) => id !== command.operationId)
  const last = others.every(([, o]) => o.status === 'completed')
  return last && order.status !== 'completed'
    ? [done, e.completed({ ...command, closed: [] })]
    : [done]
}

function end(
  command: Extract<OrderCommand, { type: 'CancelOrder' | 'CompleteOrder' }>,
  order: KnownOrder,
  at: string,
): Decision {
  const closed = Object.keys(order.operations).flatMap((id) => clocksOf(order, id))
  const tooEarly = startsAfter(closed, at)
  if (tooEarly) return tooEarly
  return command.type === 'CancelOrder'
    ? [e.cancelled({ ...command, closed })]
    : [e.completed({ ...command, closed })]
}

const startsAfter = (clocks: readonly ClosedClock[], at: string) => {
  const late = clocks.find((clock) => clock.since > at)
  return late ? beforePrevious(at, late.since) : null
}

type BookingCommand = Extract<
  OrderCommand,
  { type: 'ReportQuantity' | 'BookWork' | 'CorrectBooking' }
>

function decideBooking(command: BookingCommand, order: KnownOrder): Decision {
  const booked = order.bookings.get(command.bookingId)
  if (command.type === 'CorrectBooking') {
    if (order.corrections.has(command.correctionId)) return []
    if (!booked)
      return reject(
        'BookingUnknown',
        `bookingId ${command.bookingId} is not on ${command.orderId}.`,
      )
    const { operationId, quantities: before } = booked
    return [e.bookingCorrected({ ...command, operationId, before, after: pick(command) })]
  }
  if (booked)
    return booked.operationId === command.operationId &&
      JSON.stringify(booked.first) === JSON.stringify(pick(command))
      ? []
      : reject(
          'BookingDiffers',
          `bookingId ${command.bookingId} was booked with other content on operation ${booked.operationId}.`,
        )
  if (!order.operations[command.operationId]) return operationUnknown(command)
  if (order.status === 'cancelled') return ended(order)!
  if (command.type === 'ReportQuantity') return [e.quantityReported(command)]
  return command.endedAt < command.startedAt
    ? reject(
        'EndsBeforeStart',
        `endedAt ${command.endedAt} is before startedAt ${command.startedAt}.`,
      )
    : [e.workBooked(command)]
}

const name = ({ orderId, operationId }: { orderId: string; operationId: string }) =>
  `operation ${operationId} of order ${orderId}`
const operationUnknown = (c: { orderId: string; operationId: string }) =>
  reject(
    'OperationUnknown',
    `operationId ${c.operationId} is not in the routing of order ${c.orderId}.`,
  )
const operationCompleted = (c: { orderId: string; operationId: string }) =>
  reject('OperationCompleted', `${name(c)} is completed.`)
const beforePrevious = (at: string, since: string) =>
  reject('BeforePrevious', `occurredAt ${at} is before ${since}, when the running clock started.`)
/** Why an order that has come to its end takes no more, or null while it has not. */
const ended = ({ status }: { status: string }) =>
  status === 'cancelled'
    ? reject('OrderCancelled', 'status CANCELLED: the order was given up.')
    : status === 'completed'
      ? reject('OrderCompleted', 'status COMPLETED: the order is closed.')
      : null
