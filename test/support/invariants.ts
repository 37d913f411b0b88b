import type { Recorded } from '../../src/domain/event.ts'
import type { LotEvent, UnitEvent } from '../../src/domain/material/events.ts'
import { handlingChange } from '../../src/domain/material/lot-uses.ts'
import { plus } from '../../src/domain/types.ts'
import { lots } from '../../src/projections/material/lots.ts'
import { replay } from '../../src/projections/projection.ts'

type Facts = readonly Recorded<any>[]

/** Everything that must hold of any log, whatever happened to the processes that wrote it. */
export const faultsOf = (facts: Facts): readonly string[] => [
  ...orderFaults(facts),
  ...doubled(facts),
  ...lotFaults(facts),
  ...unitFaults(facts),
]

/** Positions and the revisions of each stream are consecutive. */
function orderFaults(facts: Facts): string[] {
  const revisions = new Map<string, number>()
  return facts.flatMap(({ position, stream, revision }, i) => {
    const expected = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    return [
      ...(position === i + 1 ? [] : [`position ${position} where ${i + 1} was due`]),
      ...(revision === expected ? [] : [`${stream}: revision ${revision} after ${expected - 1}`]),
    ]
  })
}

/** No event, no accepted command and no counted observation is there twice. */
function doubled(facts: Facts): string[] {
  const seen = new Set<string>()
  const twice = (name: string): string[] =>
    seen.size === seen.add(name).size ? [`${name} is there twice`] : []
  const commands = new Map<string, string>()
  return facts.flatMap(({ id, type, stream, metadata: m }) => {
    const counted = m.sourceSequence === undefined ? [] : twice(`${m.source}#${m.sourceSequence}`)
    if (type === 'CommandRejected' || m.commandId === undefined) return [...twice(id), ...counted]
    // All facts of one command were recorded by one append, in one stream.
    const where = commands.get(m.commandId) ?? stream
    commands.set(m.commandId, where)
    const apart = where === stream ? [] : [`command ${m.commandId} acted on ${where} and ${stream}`]
    return [...twice(id), ...counted, ...apart]
  })
}

/** What a fact adds to the lot it is about. */
export function change(event: LotEvent): number {
  switch (event.type) {
    case 'LotReceived':
    case 'LotProduced':
    case 'LotTransferReceived':
    case 'LotTransferReturned':
    case 'LotYielded':
      return event.data.quantity
    case 'LotConsumed':
    case 'LotTransformed':
    case 'LotConsumptionBound':
    case 'LotBindingCancelled':
    case 'LotConsumptionCancelled':
    case 'LotRepacked':
    case 'LotShipped':
    case 'LotReturned':
      return handlingChange(event)
    case 'LotScrapped':
    case 'LotSplit':
    case 'LotMerged':
      return -event.data.quantity
    case 'LotAdjusted':
      return event.data.difference
    case 'LotMoved':
    case 'LotHeld':
    case 'LotReleased':
    case 'LotTransferDeclined':
      return 0
  }
}

/**
 * No lot ever holds less than nothing, and what came in less what was used is what all lots hold, less
 * what is still on its way.
 */
function lotFaults(facts: Facts): string[] {
  const held = new Map<string, number>()
  let inAndOut = 0
  const below = ofStream(facts, 'lot').flatMap((fact) => {
    const { lotId } = fact.data
    const quantity = plus(held.get(lotId) ?? 0, change(fact as LotEvent))
    held.set(lotId, quantity)
    if (!ON_THE_WAY.has(fact.type)) inAndOut = plus(inAndOut, change(fact as LotEvent))
    return quantity < 0 ? [`${lotId} holds ${quantity} after ${fact.type} at ${fact.position}`] : []
  })
  const way = openTransfers(facts).reduce((sum, fact) => plus(sum, fact.data.quantity), 0)
  const onHand = [...held.values()].reduce(plus, 0)
  const rows = [...replay(lots, facts).values()].reduce((sum, row) => plus(sum, row.quantity), 0)
  return [
    ...below,
    ...(plus(onHand, way) === inAndOut ? [] : [`${onHand} and ${way} under way of ${inAndOut}`]),
    ...(rows === onHand ? [] : [`the read model of lots has ${rows} of ${onHand}`]),
  ]
}
const ON_THE_WAY = new Set(['LotSplit', 'LotMerged', 'LotTransferReceived', 'LotTransferReturned'])

/** Splits and merges that neither arrived nor came back; those that did both appear too. */
export function openTransfers(facts: Facts): Facts {
  const ends = new Map<string, number>()
  const name = (lotId: string, transferId: string): string => JSON.stringify([lotId, transferId])
  for (const { type, data } of ofStream(facts, 'lot')) {
    const end =
      type === 'LotTransferReceived'
        ? name(data.fromLotId, data.transferId)
        : type === 'LotTransferReturned'
          ? name(data.lotId, data.transferId)
          : null
    if (end !== null) ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  return ofStream(facts, 'lot').filter(
    ({ type, data }) =>
      (type === 'LotSplit' || type === 'LotMerged') &&
      ends.get(name(data.lotId, data.transferId)) !== 1,
  )
}

/** A serial is in one parent at a time, never in itself at any depth, and comes out of where it went in. */
function unitFaults(facts: Facts): string[] {
  const parents = new Map<string, string>()
  return (ofStream(facts, 'unit') as readonly Recorded<UnitEvent>[]).flatMap(
    ({ type, data, position }) => {
      if (!INTO.has(type) && !OUT.has(type)) return []
      const { serial, parentSerial } = data as { serial: string; parentSerial: string }
      const before = parents.get(serial)
      if (INTO.has(type)) parents.set(serial, parentSerial)
      else parents.delete(serial)
      const right = INTO.has(type) ? before === undefined : before === parentSerial
      return right && !isInside(parents, serial)
        ? []
        : [`${serial}: ${type} ${parentSerial} while in ${before} at ${position}`]
    },
  )
}

const INTO = new Set<string>(['ComponentInstalled', 'ComponentReplacementCancelled'])
const OUT = new Set<string>(['ComponentRemoved', 'ComponentReplaced'])

/** Whether going up from the serial leads back to it. */
function isInside(parents: ReadonlyMap<string, string>, serial: string): boolean {
  for (let above = parents.get(serial), n = 0; above !== undefined; above = parents.get(above))
    if (above === serial || n++ > parents.size) return true
  return false
}

const ofStream = (facts: Facts, category: string): Facts =>
  facts.filter(({ stream }) => stream.startsWith(`${category}-`))
