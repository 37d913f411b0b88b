import { reject, type Decider, type Given, type Rejection } from '../decider.ts'
import { observations } from '../observation.ts'
import { book, bookedUnder, NOTHING_BOOKED, type Booked } from './booked.ts'
import { unitEvents as e, type UnitEvent } from './events.ts'
import { unitCommands, type UnitCommand } from './unit-commands.ts'

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

interface Booking {
  readonly booked: Booked
}
interface Made extends Booking {
  /** Null while only machines have spoken of it. */
  readonly materialId: string | null
}
type Unit =
  | (Booking & { readonly status: 'unknown' })
  /** Machines have worked on it; nobody has reported it as made. */
  | (Made & { readonly status: 'inProcess' })
  /** `since`: made, or out of its last parent. ISO-8601 UTC. */
  | (Made & { readonly status: 'onHand'; readonly since: string })
  | (Made & {
      readonly status: 'installed'
      readonly parentSerial: string
      readonly position: string | null
      /** movementId of the installation. */
      readonly installedBy: string
      readonly since: string
    })
  | (Made & { readonly status: 'scrapped' })

type Decision = readonly UnitEvent[] | Rejection<UnitRefusal>
type Of<T extends UnitCommand['type']> = Extract<UnitCommand, { type: T }>
type Known = Exclude<Unit, { status: 'unknown' }>

const base: Decider<UnitCommand, Unit, UnitEvent, UnitRefusal, Unit> = {
  context: 'material',
  category: 'unit',
  commands: unitCommands,
  events: e,
  id: (command) => command.serial,
  initial: { status: 'unknown', booked: NOTHING_BOOKED },

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
        return scrap(command, state)
    }
  },

  evolve(state, event, at) {
    if (event.type === 'UnitProcessed') return processed(state, event.data.materialId)
    const booked = book(state.booked, event.data.movementId, contentOf(event.type, event.data))
    const { materialId } = event.data
    switch (event.type) {
      case 'UnitReceived':
      case 'UnitProduced':
      case 'ComponentRemoved':
        return { status: 'onHand', materialId, since: at, booked }
      case 'ComponentInstalled': {
        const { parentSerial, position, movementId: installedBy } = event.data
        const joint = { parentSerial, position, installedBy, since: at }
        return { status: 'installed', materialId, ...joint, booked }
      }
      case 'UnitScrapped':
        return { status: 'scrapped', materialId, booked }
    }
  },
}

/** The parent is looked at, not guarded: it may be scrapped in the moment a component goes in. */
export const unit: typeof base = {
  ...base,
  consults: {
    decider: base,
    id: (command) => (command.type === 'InstallComponent' ? command.parentSerial : null),
  },
}

/** What machines report about an item, into the stream of the item. */
export const unitObservations = observations({
  context: 'material',
  category: 'unit',
  events: [e.processed],
  subject: (data: { readonly serial: string }) => data.serial,
  owner: (data: { readonly serial: string }) => `unit-${data.serial}`,
  streamPer: 'subject',
})

const processed = (state: Unit, materialId: string | null): Unit => {
  if (state.status === 'unknown') return { ...state, status: 'inProcess', materialId }
  return state.materialId === null ? { ...state, materialId } : state
}

const FACT = {
  ReceiveUnit: 'UnitReceived',
  ProduceUnit: 'UnitProduced',
  InstallComponent: 'ComponentInstalled',
  RemoveComponent: 'ComponentRemoved',
  ScrapUnit: 'UnitScrapped',
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

/** What a repeated wish must repeat: the kind of fact, and the parent it is about. */
const contentOf = (type: string, data: object): string =>
  'parentSerial' in data ? `${type} ${String(data.parentSerial)}` : type

function make(command: Of<'ReceiveUnit'> | Of<'ProduceUnit'>, state: Unit): Decision {
  if (state.status !== 'unknown' && state.status !== 'inProcess')
    return reject('UnitExists', `serial ${command.serial} exists already; a serial is made once.`)
  return command.type === 'ReceiveUnit' ? [e.received(command)] : [e.produced(command)]
}

function install(
  command: Of<'InstallComponent'>,
  state: Known,
  { at, consulted: parent }: Given<Unit>,
): Decision {
  const { serial, parentSerial } = command
  if (parentSerial === serial)
    return reject('IntoItself', `parentSerial ${parentSerial} is the component itself.`)
  if (state.status === 'scrapped') return isScrapped(command)
  if (state.status === 'installed')
    return reject(
      'UnitInstalled',
      `${name(command)} is installed in ${state.parentSerial} already; remove it first.`,
    )
  if (parent.status === 'unknown')
    return reject('ParentUnknown', `parentSerial ${parentSerial} was never received or produced.`)
  if (parent.status === 'scrapped')
    return reject('ParentScrapped', `parentSerial ${parentSerial} is scrapped.`)
  if (parent.status === 'installed' && parent.parentSerial === serial)
    return reject('IntoItself', `parentSerial ${parentSerial} is installed in ${serial}.`)
  if (state.status === 'onHand' && at < state.since) return beforePrevious(at, state.since)
  return [e.installed({ ...command, materialId: state.materialId })]
}

function remove(command: Of<'RemoveComponent'>, state: Known, { at }: Given<Unit>): Decision {
  if (state.status !== 'installed')
    return reject('UnitNotInstalled', `${name(command)} is not installed anywhere.`)
  const { parentSerial, position, installedBy, since, materialId } = state
  if (parentSerial !== command.parentSerial)
    return reject(
      'OtherParent',
      `parentSerial ${command.parentSerial}: ${name(command)} is installed in ${parentSerial}.`,
    )
  if (at < since) return beforePrevious(at, since)
  return [e.removed({ ...command, position, installedBy, materialId })]
}

function scrap(command: Of<'ScrapUnit'>, state: Known): Decision {
  if (state.status === 'scrapped') return isScrapped(command)
  if (state.status === 'installed')
    return reject(
      'UnitInstalled',
      `${name(command)} is installed in ${state.parentSerial}; remove it first.`,
    )
  return [e.scrapped({ ...command, materialId: state.materialId })]
}

type OnUnit = { readonly serial: string }
const name = ({ serial }: OnUnit) => `serial ${serial}`
const isScrapped = (c: OnUnit) => reject('UnitScrapped', `${name(c)} is scrapped.`)
const beforePrevious = (at: string, since: string) =>
  reject('BeforePrevious', `occurredAt ${at} is before ${since}, its last coming or going.`)
