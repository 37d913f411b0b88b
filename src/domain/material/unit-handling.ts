import { reject, type Rejection } from '../decider.ts'
import { unitEvents as e, type UnitEvent } from './events.ts'
import type { UnitCommand } from './unit-commands.ts'
import type { KnownUnit, Unit } from './unit-state.ts'

/** Exchange, rework, packing, shipping and return of one item; guarded by the item's own stream. */
export type UnitHandlingRefusal =
  | 'UnitNotInstalled'
  | 'UnitInstalled'
  | 'UnitScrapped'
  | 'UnitPacked'
  | 'UnitShipped'
  | 'UnitNotShipped'
  | 'UnitNotPacked'
  | 'OtherParent'
  | 'IntoItself'
  | 'TargetMissing'
  | 'ReplacementUnfit'
  | 'BeforePrevious'

type Handled = Extract<
  UnitCommand,
  { type: 'ReplaceComponent' | 'ReworkUnit' | 'RepackUnit' | 'ShipUnit' | 'ReturnUnit' }
>
type Of<T extends Handled['type']> = Extract<Handled, { type: T }>
type Decision = readonly UnitEvent[] | Rejection<UnitHandlingRefusal>

/** @param replacement state of the component that is to go in, where there is one */
export function handleUnit(
  command: Handled,
  state: KnownUnit,
  at: string,
  replacement: Unit,
): Decision {
  if ('since' in state && at < state.since) return beforePrevious(at, state.since)
  switch (command.type) {
    case 'ReplaceComponent':
      return replace(command, state, at, replacement)
    case 'ReworkUnit':
      return state.status === 'scrapped'
        ? isScrapped(command)
        : [e.reworked({ ...command, materialId: state.materialId })]
    case 'RepackUnit':
      return repack(command, state)
    case 'ShipUnit':
      return notFree(command, state) ?? [e.shipped({ ...command, materialId: state.materialId })]
    case 'ReturnUnit':
      return takeBack(command, state)
  }
}

function replace(
  command: Of<'ReplaceComponent'>,
  state: KnownUnit,
  at: string,
  replacement: Unit,
): Decision {
  const { serial, parentSerial, replacementSerial } = command
  const joint = joinedTo(command, state)
  if ('rejected' in joint) return joint
  if (replacementSerial === serial || replacementSerial === parentSerial)
    return reject('IntoItself', `replacementSerial ${replacementSerial} cannot take this place.`)
  if (replacement.status !== 'onHand' || at < replacement.since)
    return reject(
      'ReplacementUnfit',
      `replacementSerial ${replacementSerial} is not on hand at ${at}: ${replacement.status}.`,
    )
  const { position, installedBy } = joint
  return [e.replaced({ ...command, position, installedBy, materialId: state.materialId })]
}

/** Where the item sits, if it is in that parent. */
export function joinedTo(
  { serial, parentSerial }: { readonly serial: string; readonly parentSerial: string },
  state: KnownUnit,
): Extract<Unit, { status: 'installed' }> | Rejection<'UnitNotInstalled' | 'OtherParent'> {
  if (state.status !== 'installed')
    return reject('UnitNotInstalled', `serial ${serial} is not installed anywhere.`)
  return state.parentSerial === parentSerial
    ? state
    : reject(
        'OtherParent',
        `parentSerial ${parentSerial}: serial ${serial} is installed in ${state.parentSerial}.`,
      )
}

function repack(command: Of<'RepackUnit'>, state: KnownUnit): Decision {
  const { serial, from, into } = command
  if (from === into)
    return from === null
      ? reject('TargetMissing', 'from and into are both null: say where it comes from or goes.')
      : reject('IntoItself', `into ${into} is where serial ${serial} is taken from.`)
  if (from !== null) {
    if (state.status !== 'packed' || state.logisticUnitId !== from)
      return reject('UnitNotPacked', `serial ${serial} is not in ${from}.`)
  } else {
    const unfit = notFree(command, state)
    if (unfit) return unfit
  }
  const packedBy = state.status === 'packed' ? state.packedBy : null
  return [e.repacked({ ...command, materialId: state.materialId, packedBy })]
}

function takeBack(command: Of<'ReturnUnit'>, state: KnownUnit): Decision {
  if (state.status !== 'shipped' || state.shipmentId !== command.shipmentId)
    return reject(
      'UnitNotShipped',
      `serial ${command.serial} is not out with shipment ${command.shipmentId}.`,
    )
  const { deliveryId, customerId, materialId } = state
  return [e.returned({ ...command, deliveryId, customerId, materialId })]
}

/** Why the item cannot be built in, packed, shipped or scrapped now; null when it can. */
export function notFree(
  { serial }: { readonly serial: string },
  state: KnownUnit,
): Rejection<'UnitInstalled' | 'UnitScrapped' | 'UnitPacked' | 'UnitShipped'> | null {
  switch (state.status) {
    case 'installed':
      return reject(
        'UnitInstalled',
        `serial ${serial} is installed in ${state.parentSerial}; remove it first.`,
      )
    case 'packed':
      return reject(
        'UnitPacked',
        `serial ${serial} is packed in ${state.logisticUnitId}; take it out first.`,
      )
    case 'shipped':
      return reject('UnitShipped', `serial ${serial} was shipped with ${state.deliveryId}.`)
    case 'scrapped':
      return isScrapped({ serial })
    case 'inProcess':
    case 'onHand':
      return null
  }
}

const isScrapped = ({ serial }: { readonly serial: string }) =>
  reject('UnitScrapped', `serial ${serial} is scrapped.`)
export const beforePrevious = (at: string, since: string) =>
  reject('BeforePrevious', `occurredAt ${at} is before ${since}, its last coming or going.`)
