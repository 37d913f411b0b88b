import { reject, type Decider, type Rejection } from '../decider.ts'
import { exact } from '../types.ts'
import { bookedUnder } from './booked.ts'
import { lotEvents as e, type LotEvent } from './events.ts'
import { lotCommands, type LotCommand } from './lot-commands.ts'
import { handle, otherBinding, type HandlingRefusal } from './lot-handling.ts'
import { bookings, evolveLot, NO_LOT, type KnownLot, type Lot } from './lot-state.ts'

/**
 * A lot: an amount of one material that is handled as one. Its stream guards its quantity: never
 * below zero, and nothing used of a lot that is held or unknown. What leaves for another lot is in
 * neither until the policy of `transfer.ts` has credited the other or brought it back.
 */
export type LotRefusal =
  | 'LotUnknown'
  | 'LotHeld'
  | 'LotScrapped'
  | 'MaterialDiffers'
  | 'UnitDiffers'
  | 'QuantityExceeded'
  | 'QuantityTooSmall'
  | 'TargetMissing'
  | 'TwoTargets'
  | 'IntoItself'
  | 'HoldUnknown'
  | 'HoldReleased'
  | 'MovementDiffers'
  | HandlingRefusal

type Decision = readonly LotEvent[] | Rejection<LotRefusal>
type Of<T extends LotCommand['type']> = Extract<LotCommand, { type: T }>

export const lot: Decider<LotCommand, Lot, LotEvent, LotRefusal> = {
  context: 'material',
  category: 'lot',
  internal: ['AcceptTransfer', 'ReturnTransfer'],
  commands: lotCommands,
  events: e,
  id: (command) => command.lotId,
  initial: NO_LOT,

  decide(command, state) {
    const already = repeated(command, state)
    if (already) return already
    if (
      command.type === 'ReceiveLot' ||
      command.type === 'ProduceLot' ||
      command.type === 'YieldLot'
    )
      return add(command, state)
    if (state.status === 'unknown')
      return reject('LotUnknown', `lotId ${command.lotId} was never received or produced.`)
    switch (command.type) {
      case 'ConsumeLot':
        return consume(command, state)
      case 'SplitLot':
      case 'MergeLot':
        return transfer(command, state)
      case 'ScrapLot':
        return scrap(command, state)
      case 'AdjustLot':
        return adjust(command, state)
      case 'MoveLot':
        return state.locationId === command.locationId
          ? []
          : [e.moved({ ...command, from: state.locationId, to: command.locationId })]
      case 'HoldLot':
        return [e.held(command)]
      case 'ReleaseLot':
        return state.holds.has(command.holdId)
          ? [e.released(command)]
          : reject('HoldUnknown', `holdId ${command.holdId} does not hold ${name(command)}.`)
      case 'TransformLot': {
        const quantity = exact(command.quantity)
        const { materialId } = state
        return (
          usable(command, quantity, state) ?? [e.transformed({ ...command, quantity, materialId })]
        )
      }
      case 'ShipLot':
        return usable(command, exact(command.quantity), state) ?? handle(command, state)
      case 'RepackLot': {
        const out = command.from === null ? usable(command, exact(command.quantity), state) : null
        return out ?? handle(command, state)
      }
      case 'BindConsumption':
      case 'CancelBinding':
      case 'CancelConsumption':
      case 'ReturnLot':
        return handle(command, state)
    }
  },

  evolve: evolveLot,
}

const FACT = {
  ReceiveLot: 'LotReceived',
  ProduceLot: 'LotProduced',
  ConsumeLot: 'LotConsumed',
  SplitLot: 'LotSplit',
  MergeLot: 'LotMerged',
  MoveLot: 'LotMoved',
  AdjustLot: 'LotAdjusted',
  ScrapLot: 'LotScrapped',
  HoldLot: 'LotHeld',
  ReleaseLot: 'LotReleased',
  TransformLot: 'LotTransformed',
  YieldLot: 'LotYielded',
  BindConsumption: 'LotConsumptionBound',
  CancelBinding: 'LotBindingCancelled',
  CancelConsumption: 'LotConsumptionCancelled',
  RepackLot: 'LotRepacked',
  ShipLot: 'LotShipped',
  ReturnLot: 'LotReturned',
} as const satisfies Record<LotCommand['type'], LotEvent['type']>

/** `[]` for a booking that stands already, a refusal for its id with other content, else null. */
function repeated(command: LotCommand, state: Lot): Decision | null {
  const content = bookedUnder(state.booked, bookingOf(command))
  if (content === undefined) return null
  // Answering "already so" would leave a lot free that somebody believes to be blocked.
  if (command.type === 'HoldLot' && state.status !== 'unknown' && !state.holds.has(command.holdId))
    return reject(
      'HoldReleased',
      `holdId ${command.holdId} on ${name(command)} was released; a new hold needs an id of its own.`,
    )
  if (command.type === 'BindConsumption' && state.status !== 'unknown') {
    const other = otherBinding(command, state)
    if (other) return other
  }
  const fact = FACT[command.type]
  const amount =
    'difference' in command
      ? exact(command.difference)
      : 'quantity' in command && command.quantity !== null
        ? exact(command.quantity)
        : null
  const same = amount === null ? content.split(' ')[0] === fact : content === `${fact} ${amount}`
  return same
    ? []
    : reject(
        'MovementDiffers',
        `${bookingOf(command)} on ${name(command)} was booked as ${content}, not ${fact} ${amount ?? 'of all that is left'}.`,
      )
}

function bookingOf(command: LotCommand): string {
  switch (command.type) {
    case 'SplitLot':
    case 'MergeLot':
      return bookings.transferOut(command)
    case 'HoldLot':
      return bookings.hold(command)
    case 'ReleaseLot':
      return bookings.release(command)
    case 'BindConsumption':
      return bookings.binding(command)
    case 'CancelBinding':
      return bookings.unbinding(command)
    case 'CancelConsumption':
      return bookings.cancelling(command)
    case 'ReceiveLot':
    case 'ProduceLot':
    case 'ConsumeLot':
    case 'MoveLot':
    case 'AdjustLot':
    case 'ScrapLot':
    case 'TransformLot':
    case 'YieldLot':
    case 'RepackLot':
    case 'ShipLot':
    case 'ReturnLot':
      return bookings.movement(command)
  }
}

function add(command: Of<'ReceiveLot'> | Of<'ProduceLot'> | Of<'YieldLot'>, state: Lot): Decision {
  const quantity = exact(command.quantity)
  if (quantity === 0) return tooSmall(command)
  if (state.status !== 'unknown') {
    const unfit = misfit(command, state)
    if (unfit) return unfit
  }
  switch (command.type) {
    case 'ReceiveLot':
      return command.shippedLotId === command.lotId
        ? reject(
            'IntoItself',
            `shippedLotId ${command.lotId} is the lot itself: receive it as another.`,
          )
        : [e.received({ ...command, quantity })]
    case 'ProduceLot':
      return [e.produced({ ...command, quantity })]
    case 'YieldLot':
      return [e.yielded({ ...command, quantity })]
  }
}

/** Why this lot cannot take this material, or null when it can. */
export function misfit(
  c: { readonly lotId: string; readonly materialId: string; readonly unit: string },
  state: KnownLot,
): Rejection<LotRefusal> | null {
  if (state.status === 'scrapped') return reject('LotScrapped', `${name(c)} is scrapped.`)
  if (c.materialId !== state.materialId)
    return reject(
      'MaterialDiffers',
      `materialId ${c.materialId}: ${name(c)} is of ${state.materialId}.`,
    )
  return otherUnit(c, state)
}

function consume(command: Of<'ConsumeLot'>, state: KnownLot): Decision {
  const { orderId, intoLotId, intoSerial } = command
  if (intoLotId !== null && intoSerial !== null)
    return reject(
      'TwoTargets',
      `intoLotId ${intoLotId} and intoSerial ${intoSerial}: one booking goes into one of them.`,
    )
  if (orderId === null && intoLotId === null && intoSerial === null)
    return reject(
      'TargetMissing',
      'orderId, intoLotId and intoSerial are all null: say what the material was used for.',
    )
  if (intoLotId === command.lotId) return intoItself(command)
  const quantity = exact(command.quantity)
  return (
    usable(command, quantity, state) ?? [
      e.consumed({ ...command, quantity, materialId: state.materialId }),
    ]
  )
}

function transfer(command: Of<'SplitLot'> | Of<'MergeLot'>, state: KnownLot): Decision {
  if (command.intoLotId === command.lotId) return intoItself(command)
  const quantity = command.quantity === null ? state.quantity : exact(command.quantity)
  const unusable = usable(command, quantity, state)
  if (unusable) return unusable
  const locationId = command.locationId ?? state.locationId
  const data = { ...command, quantity, materialId: state.materialId, locationId }
  return command.type === 'SplitLot' ? [e.split(data)] : [e.merged(data)]
}

function scrap(command: Of<'ScrapLot'>, state: KnownLot): Decision {
  const quantity = command.quantity === null ? state.quantity : exact(command.quantity)
  return (
    otherUnit(command, state) ??
    lacking(command, quantity, state) ?? [
      e.scrapped({ ...command, quantity, materialId: state.materialId }),
    ]
  )
}

function adjust(command: Of<'AdjustLot'>, state: KnownLot): Decision {
  const difference = exact(command.difference)
  if (difference === 0) return tooSmall(command)
  return (
    otherUnit(command, state) ??
    (difference < 0 ? lacking(command, -difference, state) : null) ?? [
      e.adjusted({ ...command, difference, materialId: state.materialId }),
    ]
  )
}

type OnLot = { readonly lotId: string }

/** Why nothing of this lot may be used, or not so much of it; null when it may. */
const usable = (c: OnLot & { readonly unit: string }, quantity: number, state: KnownLot) =>
  state.status === 'held'
    ? reject('LotHeld', `${name(c)} is held by ${[...state.holds].join(', ')}.`)
    : (otherUnit(c, state) ?? lacking(c, quantity, state))

const otherUnit = (c: OnLot & { readonly unit: string }, { unit }: KnownLot) =>
  c.unit === unit ? null : reject('UnitDiffers', `unit ${c.unit}: ${name(c)} is kept in ${unit}.`)

function lacking(c: OnLot, quantity: number, state: KnownLot) {
  if (quantity > state.quantity || state.quantity === 0)
    return reject(
      'QuantityExceeded',
      `quantity ${quantity} ${state.unit}: ${name(c)} has ${state.quantity} ${state.unit} left.`,
    )
  return quantity === 0 ? tooSmall(c) : null
}

const tooSmall = (c: OnLot) =>
  reject('QuantityTooSmall', `quantity for ${name(c)} is below 0.000001, the smallest kept.`)
const intoItself = (c: OnLot) =>
  reject('IntoItself', `intoLotId ${c.lotId} is the lot the quantity is taken from.`)
const name = ({ lotId }: OnLot) => `lot ${lotId}`
