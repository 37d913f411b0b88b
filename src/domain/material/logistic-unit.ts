import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import { id, reason } from '../types.ts'
import { book, bookedUnder, NOTHING_BOOKED, type Booked } from './booked.ts'
import { logisticUnitEvents as e, type LogisticUnitEvent } from './events.ts'
import { packaging } from './handling-events.ts'
import { optionalId } from './wishes.ts'

/**
 * A box, case, pallet or container that is handled as one, under an id such as an SSCC (GS1 General
 * Specifications, AI 00). Its stream guards that it is in one larger unit at a time, and shipped once.
 * What lies in it is said by the streams of the lots and items, which guard their own quantities.
 */
const onUnit = { logisticUnitId: id.describe('SSCC or another id of its own.'), movementId: id }

const commands = {
  OpenLogisticUnit: z
    .object({
      type: z.literal('OpenLogisticUnit'),
      ...onUnit,
      packaging: packaging.describe('Kind of packaging; smaller ones go into larger ones.'),
      personId: optionalId,
    })
    .describe('Begin a box, case, pallet or container.'),
  RepackLogisticUnit: z
    .object({
      type: z.literal('RepackLogisticUnit'),
      ...onUnit,
      from: optionalId.describe('Logistic unit it comes out of; none by default.'),
      into: optionalId.describe('Larger logistic unit it goes into; none to take it out.'),
      personId: optionalId,
    })
    .describe('Put a logistic unit into a larger one, from one into another, or out of it.'),
  ShipLogisticUnit: z
    .object({
      type: z.literal('ShipLogisticUnit'),
      ...onUnit,
      deliveryId: id,
      customerId: id,
      personId: optionalId,
    })
    .describe('Ship a logistic unit with all that is in it to a customer.'),
  ReturnLogisticUnit: z
    .object({
      type: z.literal('ReturnLogisticUnit'),
      ...onUnit,
      shipmentId: id.describe('movementId of the shipment.'),
      reason,
      personId: optionalId,
    })
    .describe('Take back a logistic unit that a customer returns.'),
}
export type LogisticUnitCommand = CommandOf<typeof commands>
type Command = LogisticUnitCommand
type Refusal =
  | 'LogisticUnitUnknown'
  | 'LogisticUnitExists'
  | 'LogisticUnitPacked'
  | 'LogisticUnitShipped'
  | 'NotPacked'
  | 'NotShipped'
  | 'TargetMissing'
  | 'TooLarge'
  | 'MovementDiffers'

type Packaging = z.output<typeof packaging>
interface Known {
  readonly packaging: Packaging
  readonly booked: Booked
}
type LogisticUnit =
  | { readonly status: 'unknown'; readonly booked: Booked }
  | (Known & { readonly status: 'open' })
  | (Known & {
      readonly status: 'packed'
      readonly into: string
      /** movementId of the packing. */
      readonly packedBy: string
    })
  | (Known & {
      readonly status: 'shipped'
      readonly shipmentId: string
      readonly deliveryId: string
      readonly customerId: string
    })
type Decision = readonly LogisticUnitEvent[] | Rejection<Refusal>
type Of<T extends Command['type']> = Extract<Command, { type: T }>

const base: Decider<Command, LogisticUnit, LogisticUnitEvent, Refusal, LogisticUnit> = {
  context: 'material',
  category: 'logisticUnit',
  commands,
  events: e,
  id: (command) => command.logisticUnitId,
  initial: { status: 'unknown', booked: NOTHING_BOOKED },

  decide(command, state, { consulted: larger }) {
    const { logisticUnitId, movementId } = command
    const booked = bookedUnder(state.booked, movementId)
    if (booked !== undefined)
      return booked === contentOf(command)
        ? []
        : reject('MovementDiffers', `movementId ${movementId} was booked as ${booked}.`)
    if (command.type === 'OpenLogisticUnit')
      return state.status === 'unknown'
        ? [e.opened(command)]
        : reject('LogisticUnitExists', `logisticUnitId ${logisticUnitId} exists already.`)
    if (state.status === 'unknown')
      return reject('LogisticUnitUnknown', `logisticUnitId ${logisticUnitId} was never opened.`)
    switch (command.type) {
      case 'RepackLogisticUnit':
        return repack(command, state, larger)
      case 'ShipLogisticUnit':
        return notFree(command, state) ?? [e.shipped(command)]
      case 'ReturnLogisticUnit': {
        if (state.status !== 'shipped' || state.shipmentId !== command.shipmentId)
          return reject(
            'NotShipped',
            `logisticUnitId ${logisticUnitId} is not out with shipment ${command.shipmentId}.`,
          )
        const { deliveryId, customerId } = state
        return [e.returned({ ...command, deliveryId, customerId })]
      }
    }
  },

  evolve(state, event) {
    const booked = book(state.booked, event.data.movementId, contentOf(event))
    if (event.type === 'LogisticUnitOpened')
      return { status: 'open', packaging: event.data.packaging, booked }
    if (state.status === 'unknown') return state
    const known = { packaging: state.packaging, booked }
    switch (event.type) {
      case 'LogisticUnitRepacked': {
        const { into, movementId: packedBy } = event.data
        return into === null
          ? { status: 'open', ...known }
          : { status: 'packed', into, packedBy, ...known }
      }
      case 'LogisticUnitShipped': {
        const { movementId: shipmentId, deliveryId, customerId } = event.data
        return { status: 'shipped', shipmentId, deliveryId, customerId, ...known }
      }
      case 'LogisticUnitReturned':
        return { status: 'open', ...known }
    }
  },
}

/** The larger one's kind never changes, so what was read of it cannot be late. */
export const logisticUnit: typeof base = {
  ...base,
  consults: {
    decider: base,
    id: (command) => (command.type === 'RepackLogisticUnit' ? command.into : null),
  },
}

function repack(
  command: Of<'RepackLogisticUnit'>,
  state: Exclude<LogisticUnit, { status: 'unknown' }>,
  larger: LogisticUnit,
): Decision {
  const { logisticUnitId, from, into } = command
  if (from === into)
    return reject('TargetMissing', `from and into are both ${from}: say where it goes.`)
  if (from !== null && (state.status !== 'packed' || state.into !== from))
    return reject('NotPacked', `logisticUnitId ${logisticUnitId} is not in ${from}.`)
  const unfit = from === null ? notFree(command, state) : null
  if (unfit) return unfit
  if (into !== null) {
    if (larger.status === 'unknown')
      return reject('LogisticUnitUnknown', `into ${into} was never opened.`)
    const { options } = packaging
    if (options.indexOf(larger.packaging) <= options.indexOf(state.packaging))
      return reject(
        'TooLarge',
        `into ${into} is a ${larger.packaging}, no larger than the ${state.packaging}.`,
      )
  }
  const packedBy = state.status === 'packed' ? state.packedBy : null
  return [e.packed({ ...command, packaging: state.packaging, packedBy })]
}

const notFree = (
  { logisticUnitId }: Command,
  state: LogisticUnit,
): Rejection<'LogisticUnitPacked' | 'LogisticUnitShipped'> | null =>
  state.status === 'packed'
    ? reject('LogisticUnitPacked', `logisticUnitId ${logisticUnitId} is in ${state.into}.`)
    : state.status === 'shipped'
      ? reject('LogisticUnitShipped', `logisticUnitId ${logisticUnitId} was shipped.`)
      : null

/** What a repeated wish must repeat; a fact and its command say the same. */
function contentOf(said: Command | LogisticUnitEvent): string {
  switch (said.type) {
    case 'OpenLogisticUnit':
      return `opened ${said.packaging}`
    case 'LogisticUnitOpened':
      return `opened ${said.data.packaging}`
    case 'RepackLogisticUnit':
      return `repacked ${said.from} ${said.into}`
    case 'LogisticUnitRepacked':
      return `repacked ${said.data.from} ${said.data.into}`
    case 'ShipLogisticUnit':
      return `shipped ${said.deliveryId}`
    case 'LogisticUnitShipped':
      return `shipped ${said.data.deliveryId}`
    case 'ReturnLogisticUnit':
      return `returned ${said.shipmentId}`
    case 'LogisticUnitReturned':
      return `returned ${said.data.shipmentId}`
  }
}
