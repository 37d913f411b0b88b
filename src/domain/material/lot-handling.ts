import { reject, type Rejection } from '../decider.ts'
import { exact, minus, plus } from '../types.ts'
import { bookedUnder } from './booked.ts'
import { lotEvents as e, type LotEvent } from './events.ts'
import type { LotCommand } from './lot-commands.ts'
import type { KnownLot } from './lot-state.ts'
import { contentAfter, type Consumption } from './lot-uses.ts'

/**
 * What can be made more precise, corrected, packed, shipped and returned of a lot. The lot's stream
 * guards all of it: no more is bound than was consumed for the order, no more comes out of a box than
 * went in, no more comes back than was shipped.
 */
export type HandlingRefusal =
  | 'ConsumptionUnknown'
  | 'ConsumptionCancelled'
  | 'TargetKnown'
  | 'BoundAlready'
  | 'BindingUnknown'
  | 'BindingCancelled'
  | 'BindingExceeded'
  | 'NotPacked'
  | 'ShipmentUnknown'
  | 'ReturnExceeded'
  | 'IntoItself'
  | 'TargetMissing'
  | 'UnitDiffers'
  | 'QuantityTooSmall'

type Handled = Extract<
  LotCommand,
  {
    type:
      | 'BindConsumption'
      | 'CancelBinding'
      | 'CancelConsumption'
      | 'RepackLot'
      | 'ShipLot'
      | 'ReturnLot'
  }
>
type Of<T extends Handled['type']> = Extract<Handled, { type: T }>
type Decision = readonly LotEvent[] | Rejection<HandlingRefusal>

export function handle(command: Handled, state: KnownLot): Decision {
  if ('quantity' in command) {
    if (command.unit !== state.unit)
      return reject(
        'UnitDiffers',
        `unit ${command.unit}: lot ${command.lotId} is kept in ${state.unit}.`,
      )
    if (exact(command.quantity) === 0)
      return reject(
        'QuantityTooSmall',
        `quantity for lot ${command.lotId} is below 0.000001, the smallest kept.`,
      )
  }
  switch (command.type) {
    case 'BindConsumption':
      return bind(command, state)
    case 'CancelBinding':
      return cancelBinding(command, state)
    case 'CancelConsumption':
      return cancelConsumption(command, state)
    case 'RepackLot':
      return repack(command, state)
    case 'ShipLot':
      return [e.shipped({ ...command, ...amountOf(command, state) })]
    case 'ReturnLot':
      return takeBack(command, state)
  }
}

const amountOf = (command: { readonly quantity: number }, { materialId, unit }: KnownLot) => ({
  quantity: exact(command.quantity),
  materialId,
  unit,
})

function bind(command: Of<'BindConsumption'>, state: KnownLot): Decision {
  const { consumptionId, lotId } = command
  const consumption = consumptionOf(consumptionId, state)
  if ('rejected' in consumption) return consumption
  if (!consumption.open)
    return reject(
      'TargetKnown',
      `consumptionId ${consumptionId} said into which lot or serial it went.`,
    )
  const { quantity, materialId, unit } = amountOf(command, state)
  if (quantity > consumption.remaining)
    return reject(
      'BindingExceeded',
      `quantity ${quantity} ${unit}: of consumption ${consumptionId} of lot ${lotId} only ` +
        `${consumption.remaining} ${unit} are not bound yet.`,
    )
  const { bindingId, serial } = command
  const open = opened(consumption, minus(consumption.remaining, quantity))
  return [e.bound({ lotId, bindingId, consumptionId, serial, quantity, materialId, unit, ...open })]
}

function cancelBinding(command: Of<'CancelBinding'>, state: KnownLot): Decision {
  const { lotId, bindingId, reason, cancelledBy } = command
  const binding = bookedUnder(state.handled.bindings, bindingId)
  if (!binding)
    return reject('BindingUnknown', `bindingId ${bindingId} binds nothing of lot ${lotId}.`)
  const consumption = consumptionOf(binding.consumptionId, state)
  if ('rejected' in consumption) return consumption
  const open = opened(consumption, plus(consumption.remaining, binding.quantity))
  const { materialId, unit } = state
  return [
    e.unbound({ lotId, bindingId, ...binding, materialId, unit, ...open, reason, cancelledBy }),
  ]
}

/** The consumption as it stands after one more change of what is bound of it. */
const opened = ({ version, consumedAt, work }: Consumption, remaining: number) => ({
  remaining,
  version: version + 1,
  consumedAt,
  ...work,
})

function cancelConsumption(command: Of<'CancelConsumption'>, state: KnownLot): Decision {
  const { lotId, consumptionId, reason, cancelledBy } = command
  const consumption = consumptionOf(consumptionId, state)
  if ('rejected' in consumption) return consumption
  const { quantity, remaining, open, version } = consumption
  if (open && remaining < quantity)
    return reject(
      'BoundAlready',
      `consumptionId ${consumptionId}: ${minus(quantity, remaining)} ${state.unit} are bound to ` +
        `serials; cancel the bindings first.`,
    )
  const { materialId, unit } = state
  const amount = { materialId, quantity, unit }
  return [e.consumptionCancelled({ lotId, consumptionId, ...amount, version, reason, cancelledBy })]
}

function consumptionOf(id: string, state: KnownLot): Consumption | Rejection<HandlingRefusal> {
  const found = bookedUnder(state.handled.consumptions, id)
  if (!found) return reject('ConsumptionUnknown', `consumptionId ${id} was never booked.`)
  return found.cancelled
    ? reject('ConsumptionCancelled', `consumptionId ${id} was cancelled.`)
    : found
}

function repack(command: Of<'RepackLot'>, state: KnownLot): Decision {
  const { lotId, from, into } = command
  if (from === into)
    return from === null
      ? reject('TargetMissing', 'from and into are both null: say where it comes from or goes.')
      : reject('IntoItself', `into ${into} is where the quantity is taken from.`)
  const amount = amountOf(command, state)
  const { quantity, unit } = amount
  const fromNow = from === null ? null : contentAfter(state.handled, from, -quantity)
  if (fromNow !== null && fromNow.quantity < 0)
    return reject(
      'NotPacked',
      `quantity ${quantity} ${unit}: of lot ${lotId} ${plus(fromNow.quantity, quantity)} ${unit} are in ${from}.`,
    )
  const intoNow = into === null ? null : contentAfter(state.handled, into, quantity)
  return [e.repacked({ ...command, ...amount, fromNow, intoNow })]
}

function takeBack(command: Of<'ReturnLot'>, state: KnownLot): Decision {
  const { lotId, shipmentId } = command
  const shipment = bookedUnder(state.handled.shipments, shipmentId)
  if (!shipment)
    return reject('ShipmentUnknown', `shipmentId ${shipmentId} shipped nothing of lot ${lotId}.`)
  const amount = amountOf(command, state)
  const { deliveryId, customerId, out } = shipment
  if (amount.quantity > out)
    return reject(
      'ReturnExceeded',
      `quantity ${amount.quantity} ${amount.unit}: shipment ${shipmentId} has ${out} ${amount.unit} out.`,
    )
  return [e.returned({ ...command, ...amount, deliveryId, customerId })]
}

/** Why this binding id cannot stand for what is asked; null where it stands for just that. */
export function otherBinding(
  command: Of<'BindConsumption'>,
  state: KnownLot,
): Rejection<HandlingRefusal | 'MovementDiffers'> | null {
  const { bindingId, serial, consumptionId } = command
  const binding = bookedUnder(state.handled.bindings, bindingId)
  if (binding === null)
    return reject(
      'BindingCancelled',
      `bindingId ${bindingId} was cancelled; a new binding needs an id of its own.`,
    )
  return binding === undefined ||
    (binding.serial === serial && binding.consumptionId === consumptionId)
    ? null
    : reject(
        'MovementDiffers',
        `bindingId ${bindingId} binds ${binding.consumptionId} to ${binding.serial}.`,
      )
}
