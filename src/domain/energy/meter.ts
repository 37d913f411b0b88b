import { z } from 'zod'
import type { Command, CommandOf } from '../command.ts'
import { isRejection, reject, type Decider, type Rejection } from '../decider.ts'
import { id, quantity, reason, unit } from '../types.ts'
import {
  digits,
  medium,
  meterEvents as e,
  meterKind,
  placement,
  type Medium,
  type MeterEvent,
  type MeterKind,
  type Placement,
} from './events.ts'
import { isEnergy } from './units.ts'
import { virtualMeters } from './virtual-meters.ts'

/**
 * A measuring point: what it measures, where, and below which other meter. It outlives its devices:
 * an exchange puts in a new one, whose register has its own start.
 */
const onMeter = { meterId: id }

export const meterCommands = {
  RegisterMeter: z
    .object({
      type: z.literal('RegisterMeter'),
      ...onMeter,
      ...placement.shape,
      medium,
      kind: meterKind.default('INTERVAL'),
      unit: unit.default('KWH'),
      digits: digits.nullable().default(null),
    })
    .describe('Make a meter known: what it measures, where, and how it reports.'),
  ChangeMeter: z
    .object({ type: z.literal('ChangeMeter'), ...onMeter, ...placement.shape })
    .describe(
      'Rename a meter, or move it to another place in the hierarchies of plant and meters.',
    ),
  ExchangeMeter: z
    .object({
      type: z.literal('ExchangeMeter'),
      ...onMeter,
      exchangeId: id,
      deviceId: id.nullable().default(null),
      finalReading: quantity.nullable().default(null),
      startReading: quantity.default(0),
      digits: digits.nullable().default(null),
      reason,
    })
    .describe('Put in a new device: from occurredAt on its register counts, from its own start.'),
  RetireMeter: z
    .object({ type: z.literal('RetireMeter'), ...onMeter, reason })
    .describe('Take a meter out of service for good; its past stays.'),
}
export type MeterCommand = CommandOf<typeof meterCommands>

type Registration = Extract<MeterEvent, { type: 'MeterRegistered' }>['data']
type Exchange = Extract<MeterEvent, { type: 'MeterExchanged' }>['data']
export type Meter =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'active' | 'retired'
      readonly registered: Registration
      readonly placement: Placement
      readonly medium: Medium
      readonly kind: MeterKind
      readonly unit: string
      /** Of the device in place. */
      readonly digits: number | null
      readonly exchanges: ReadonlyMap<string, Exchange & { readonly at: string }>
    }
type Known = Exclude<Meter, { status: 'unknown' }>

export type MeterRefusal =
  | 'MeterUnknown'
  | 'MeterDiffers'
  | 'MeterRetired'
  | 'UnitOfOtherMedium'
  | 'ParentUnknown'
  | 'ParentRetired'
  | 'ParentOfOtherMedium'
  | 'ParentCircle'
  | 'ReadingTooLong'
  | 'ExchangeDiffers'

type Decision = readonly MeterEvent[] | Rejection<MeterRefusal>

export const meter: Decider<MeterCommand, Meter, MeterEvent, MeterRefusal, Meter> = {
  context: 'energy',
  category: 'meter',
  commands: meterCommands,
  events: e,
  id: (command) => command.meterId,
  initial: { status: 'unknown' },
  consults: {
    get decider() {
      return meter
    },
    id: (command) => ('parentMeterId' in command ? command.parentMeterId : null),
  },

  // Circles of any length are seen where all meters of the site are.
  prepare(command, state, parent) {
    if (command.type !== 'RegisterMeter' && command.type !== 'ChangeMeter') return null
    const { meterId, parentMeterId } = command
    const before = state.status === 'unknown' ? null : state.placement.parentMeterId
    if (before === parentMeterId) return null
    const decision = decide(command, state, parent)
    // What is refused anyway must not hold a place.
    if (isRejection(decision) || decision.length === 0) return null
    return {
      decider: virtualMeters,
      command: { type: 'PlaceMeter', meterId, parentMeterId } as Command,
    }
  },
  decide: (command, state, { consulted }) => decide(command, state, consulted),

  evolve(state, event, at) {
    if (event.type === 'MeterRegistered') {
      const { medium, kind, unit, digits } = event.data
      const placement = pick(event.data)
      const registered = event.data
      const exchanges = new Map<string, Exchange & { at: string }>()
      return { status: 'active', registered, placement, medium, kind, unit, digits, exchanges }
    }
    if (state.status === 'unknown') return state
    switch (event.type) {
      case 'MeterChanged':
        return { ...state, placement: pick(event.data) }
      case 'MeterExchanged': {
        const { exchangeId, digits } = event.data
        const exchanges = new Map(state.exchanges).set(exchangeId, { ...event.data, at })
        return { ...state, digits, exchanges }
      }
      case 'MeterRetired':
        return { ...state, status: 'retired' }
    }
  },
}

function decide(command: MeterCommand, state: Meter, parent: Meter): Decision {
  if (command.type === 'RegisterMeter') return register(command, state, parent)
  if (state.status === 'unknown')
    return reject('MeterUnknown', `meterId ${command.meterId} has not been registered.`)
  if (command.type === 'ChangeMeter' && isSamePlacement(command, state.placement)) return []
  if (command.type === 'ExchangeMeter' && state.exchanges.has(command.exchangeId))
    return repeatedExchange(command, state.exchanges.get(command.exchangeId)!)
  if (command.type === 'RetireMeter') return state.status === 'retired' ? [] : [e.retired(command)]
  if (state.status === 'retired')
    return reject('MeterRetired', `meterId ${command.meterId} has been retired.`)
  return command.type === 'ChangeMeter'
    ? (illegalParent(command, state.medium, parent) ?? [e.changed(command)])
    : exchange(command, state)
}

function register(
  command: Extract<MeterCommand, { type: 'RegisterMeter' }>,
  state: Meter,
  parent: Meter,
): Decision {
  if (state.status !== 'unknown')
    return isSameRegistration(command, state.registered)
      ? []
      : reject('MeterDiffers', `meterId ${command.meterId} is registered with other data.`)
  const takesEnergy = ['ELECTRICITY', 'HEAT', 'COOLING'].includes(command.medium)
  if (takesEnergy && !isEnergy(command.unit))
    return reject(
      'UnitOfOtherMedium',
      `unit ${command.unit} does not measure ${command.medium}; use KWH or another unit of energy.`,
    )
  return illegalParent(command, command.medium, parent) ?? [e.registered(command)]
}

/** Circles of two; longer ones are seen by the stream of the site. */
function illegalParent(
  command: Placement & { readonly meterId: string },
  medium: Medium,
  parent: Meter,
): Rejection<MeterRefusal> | null {
  const { meterId, parentMeterId } = command
  if (parentMeterId === null) return null
  if (parentMeterId === meterId)
    return reject('ParentCircle', `parentMeterId ${parentMeterId} is the meter itself.`)
  if (parent.status === 'unknown')
    return reject('ParentUnknown', `parentMeterId ${parentMeterId} has not been registered.`)
  if (parent.status === 'retired')
    return reject('ParentRetired', `parentMeterId ${parentMeterId} has been retired.`)
  if (parent.medium !== medium)
    return reject(
      'ParentOfOtherMedium',
      `parentMeterId ${parentMeterId} measures ${parent.medium}, ${meterId} measures ${medium}.`,
    )
  return parent.placement.parentMeterId === meterId
    ? reject('ParentCircle', `parentMeterId ${parentMeterId} is itself below ${meterId}.`)
    : null
}

function exchange(
  command: Extract<MeterCommand, { type: 'ExchangeMeter' }>,
  { unit, digits: before }: Known,
): Decision {
  const digits = command.digits ?? before
  const tooLong = (reading: number | null, places: number | null) =>
    reading !== null && places !== null && reading >= 10 ** places
  if (tooLong(command.finalReading, before) || tooLong(command.startReading, digits))
    return reject(
      'ReadingTooLong',
      `finalReading ${command.finalReading} or startReading ${command.startReading} has more digits than the register (${before} before, ${digits} after).`,
    )
  return [e.exchanged({ ...command, unit, digits })]
}

const repeatedExchange = (
  command: Extract<MeterCommand, { type: 'ExchangeMeter' }>,
  known: Exchange,
): Decision =>
  (['deviceId', 'finalReading', 'startReading'] as const).every((f) => command[f] === known[f])
    ? []
    : reject('ExchangeDiffers', `exchangeId ${command.exchangeId} is taken by another exchange.`)

const pick = ({ name, scopeId, parentMeterId }: Placement): Placement => ({
  name,
  scopeId,
  parentMeterId,
})
const isSamePlacement = (a: Placement, b: Placement): boolean =>
  a.name === b.name && a.scopeId === b.scopeId && a.parentMeterId === b.parentMeterId
const isSameRegistration = (a: Registration, b: Registration): boolean =>
  isSamePlacement(a, b) &&
  (['medium', 'kind', 'unit', 'digits'] as const).every((field) => a[field] === b[field])
