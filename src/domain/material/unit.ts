import { reject, type Decider, type Given, type Rejection } from '../decider.ts'
import { observations } from '../observation.ts'
import { bookedUnder } from './booked.ts'
import { unitEvents as e, type UnitEvent } from './events.ts'
import { unitCommands, type UnitCommand } from './unit-commands.ts'
import {
  beforePrevious,
  handleUnit,
  joinedTo,
  notFree,
  type UnitHandlingRefusal,
} from './unit-handling.ts'
import { rankAbove } from './unit-rank.ts'
import { contentOf, evolveUnit, NO_UNIT, type KnownUnit, type Unit } from './unit-state.ts'

/**
 * One item with a serial number. Its stream guards that it is made once, that it is in one parent at
 * a time, and that nothing is built of what is scrapped. Machines report what they did to it into the
 * same stream: the history of an item is one read.
 */
type UnitRefusal =
  | 'UnitUnknown'
  | 'UnitExists'
  | 'UnitInstalled'
  | 'UnitNotInstalled'
  | 'UnitScrapped'
  | 'OtherParent'
  | 'ParentUnknown'
  | 'ParentScrapped'
  | 'IntoItself'
  | 'BeforePrevious'
  | 'MovementDiffers'
  | 'RankedMeanwhile'
  | UnitHandlingRefusal

type Decision = readonly UnitEvent[] | Rejection<UnitRefusal>
type Of<T extends UnitCommand['type']> = Extract<UnitCommand, { type: T }>

const base: Decider<UnitCommand, Unit, UnitEvent, UnitRefusal, Unit> = {
  context: 'material',
  category: 'unit',
  internal: ['CancelReplacement'],
  commands: unitCommands,
  events: e,
  id: (command) => command.serial,
  initial: NO_UNIT,

  decide(command, state, given) {
    const already = repeated(command, state)
    if (already) return already
    if (command.type === 'ReceiveUnit' || command.type === 'ProduceUnit')
      return make(command, state)
    if (state.status === 'unknown')
      return reject('UnitUnknown', `serial ${command.serial} was never received or produced.`)
    switch (command.type) {
      case 'InstallComponent':
        return install(command, state, given)
      case 'RemoveComponent':
        return remove(command, state, given)
      case 'ScrapUnit':
        return notFree(command, state) ?? [e.scrapped({ ...command, materialId: state.materialId })]
      case 'ReplaceComponent':
      case 'ReworkUnit':
      case 'RepackUnit':
      case 'ShipUnit':
      case 'ReturnUnit':
        return handleUnit(command, state, given.at, given.consulted)
    }
  },

  evolve: evolveUnit,
}

/** The parent is looked at, not guarded: it may be scrapped in the moment a component goes in. */
export const unit: typeof base = {
  ...base,
  consults: {
    decider: base,
    id: (command) =>
      command.type === 'InstallComponent'
        ? command.parentSerial
        : command.type === 'ReplaceComponent'
          ? command.replacementSerial
          : null,
  },
  prepare: (command, state, parent) =>
    command.type === 'InstallComponent' && fits(command, state, parent)
      ? rankAbove(command.parentSerial, state.level, command.serial)
      : null,
}

/** Whether only the rank of the parent is wanting. */
const fits = (command: Of<'InstallComponent'>, state: Unit, parent: Unit): boolean =>
  bookedUnder(state.booked, command.movementId) === undefined &&
  (state.status === 'onHand' || state.status === 'inProcess') &&
  parent.status !== 'unknown' &&
  parent.status !== 'scrapped' &&
  command.serial !== command.parentSerial &&
  parent.level <= state.level

/** What machines report about an item, into the stream of the item. */
export const unitObservations = observations({
  context: 'material',
  category: 'unit',
  events: [e.processed],
  subject: (data: { readonly serial: string }) => data.serial,
  owner: (data: { readonly serial: string }) => `unit-${data.serial}`,
  streamPer: 'subject',
})

const FACT = {
  ReceiveUnit: 'UnitReceived',
  ProduceUnit: 'UnitProduced',
  InstallComponent: 'ComponentInstalled',
  RemoveComponent: 'ComponentRemoved',
  ScrapUnit: 'UnitScrapped',
  ReplaceComponent: 'ComponentReplaced',
  ReworkUnit: 'UnitReworked',
  RepackUnit: 'UnitRepacked',
  ShipUnit: 'UnitShipped',
  ReturnUnit: 'UnitReturned',
} as const satisfies Record<UnitCommand['type'], UnitEvent['type']>

/** `[]` for a wish that was granted already, a refusal for its id with another wish, else null. */
function repeated(command: UnitCommand, state: Unit): Decision | null {
  const booked = bookedUnder(state.booked, command.movementId)
  if (booked === undefined) return null
  const wished = contentOf(FACT[command.type], command)
  return booked === wished
    ? []
    : reject(
        'MovementDiffers',
        `movementId ${command.movementId} on ${name(command)} was booked as ${booked}, not ${wished}.`,
      )
}

function make(command: Of<'ReceiveUnit'> | Of<'ProduceUnit'>, state: Unit): Decision {
  if (state.status !== 'unknown' && state.status !== 'inProcess')
    return reject('UnitExists', `serial ${command.serial} exists already; a serial is made once.`)
  if (command.type === 'ProduceUnit') return [e.produced(command)]
  return command.shippedSerial === command.serial
    ? reject(
        'IntoItself',
        `shippedSerial ${command.serial} is the item itself: receive it as another.`,
      )
    : [e.received(command)]
}

function install(
  command: Of<'InstallComponent'>,
  state: KnownUnit,
  { at, consulted: parent }: Given<Unit>,
): Decision {
  const { serial, parentSerial } = command
  if (parentSerial === serial)
    return reject('IntoItself', `parentSerial ${parentSerial} is the component itself.`)
  const unfit = notFree(command, state)
  if (unfit) return unfit
  if (parent.status === 'unknown')
    return reject('ParentUnknown', `parentSerial ${parentSerial} was never received or produced.`)
  if (parent.status === 'scrapped')
    return reject('ParentScrapped', `parentSerial ${parentSerial} is scrapped.`)
  if (state.status === 'onHand' && at < state.since) return beforePrevious(at, state.since)
  if (parent.level <= state.level)
    return reject(
      'RankedMeanwhile',
      `serial ${serial} was given a component of its own just now; send the command again.`,
    )
  return [e.installed({ ...command, materialId: state.materialId })]
}

function remove(command: Of<'RemoveComponent'>, state: KnownUnit, { at }: Given<Unit>): Decision {
  const joint = joinedTo(command, state)
  if ('rejected' in joint) return joint
  const { position, installedBy, since, materialId } = joint
  if (at < since) return beforePrevious(at, since)
  return [e.removed({ ...command, position, installedBy, materialId })]
}

type OnUnit = { readonly serial: string }
const name = ({ serial }: OnUnit) => `serial ${serial}`
