import type { Decider } from '../../domain/decider.ts'
import { logisticUnit } from '../../domain/material/logistic-unit.ts'
import { lot } from '../../domain/material/lot.ts'
import { unit } from '../../domain/material/unit.ts'
import { canonicalUri } from '../../projections/epcis/gs1-uri.ts'
import { idOf, type Naming } from '../../projections/epcis/names.ts'
import type { EpcisEvent } from './epcis-document.ts'

/** A command that an event comes to. */
export interface Wish {
  readonly decider: Decider
  readonly command: { readonly type: string; readonly [field: string]: unknown }
  /** Only where nothing happened in its stream yet: the package has to be there to be packed. */
  readonly ifNew?: string
}
/** Wishes, and what of the event has no counterpart here, in words. */
export interface Meaning {
  readonly wishes: readonly Wish[]
  readonly lost: readonly string[]
}

interface How {
  readonly naming: Naming
  /** Of everything this event makes: one event is booked once. */
  readonly movementId: string
}
type Of<T extends EpcisEvent['type']> = Extract<EpcisEvent, { type: T }>
type Quantity = Of<'ObjectEvent'>['quantityList'][number]

const lost = (...words: string[]): Meaning => ({ wishes: [], lost: words })
const all = (meanings: readonly Meaning[]): Meaning => ({
  wishes: meanings.flatMap(({ wishes }) => wishes),
  lost: meanings.flatMap((meaning) => meaning.lost),
})

/** `urn:epcglobal:cbv:bizstep:shipping` and `https://ref.gs1.org/cbv/BizStep-shipping` are `shipping`. */
const stepOf = ({ bizStep = '' }: EpcisEvent): string =>
  /(?:BizStep-|bizstep:|^)([a-z_]+)$/.exec(bizStep)?.[1] ?? bizStep

const isPackage = (uri: string, { naming }: How): boolean =>
  canonicalUri(uri).startsWith('https://id.gs1.org/00/') || uri.startsWith(`${naming.base}package`)

/** The GTIN of what a URI names, or what our own events say of it. */
function materialOf(uri: string, event: EpcisEvent): string | null {
  const gtin = /^https:\/\/id\.gs1\.org\/01\/(\d{14})/.exec(canonicalUri(uri))?.[1]
  const said = event['taktlog:material']
  return gtin ?? (typeof said === 'string' ? said : null)
}

/** What an event of others comes to here. */
export function meaningOf(event: EpcisEvent, how: How): Meaning {
  if (event.errorDeclaration) return lost('an error declaration: correct it by hand')
  switch (event.type) {
    case 'ObjectEvent':
      return objects(event, how)
    case 'AggregationEvent':
      return aggregation(event, how)
    case 'AssociationEvent':
      return association(event, how)
    case 'TransformationEvent':
      return transformation(event, how)
    case 'TransactionEvent':
      return lost('transaction events: business documents are not kept here')
  }
}

function objects(event: Of<'ObjectEvent'>, how: How): Meaning {
  const step = stepOf(event)
  const kind =
    event.disposition === 'returned'
      ? null
      : step === 'receiving' && event.action !== 'DELETE'
        ? 'Receive'
        : event.action === 'ADD'
          ? 'Produce'
          : step === 'shipping' && event.action === 'OBSERVE'
            ? 'Ship'
            : event.action === 'DELETE' && step !== 'stock_taking'
              ? 'Scrap'
              : null
  if (kind === null) return lost(`object events of ${step || 'no step'} that ${event.action}`)
  if (event.epcList.length + event.quantityList.length === 0) return lost('events without objects')
  const said = {
    ...(kind === 'Ship' ? deliveryOf(event, how) : {}),
    ...(kind === 'Receive' ? { supplierId: partyOf(event.sourceList, 'source', how) } : {}),
    ...(kind === 'Scrap' ? { reason: `EPCIS ${step || 'DELETE'}` } : {}),
  }
  const needsMaterial = kind === 'Receive' || kind === 'Produce'
  return all([
    ...event.epcList.map((uri) => one(kind, uri, { event, said, needsMaterial }, how)),
    ...event.quantityList.map((q) => {
      const type = `${kind}Lot`
      return amount(type, q, { event, said, needsMaterial }, how)
    }),
  ])
}

interface Said {
  readonly event: EpcisEvent
  readonly said: object
  readonly needsMaterial: boolean
}

function one(kind: string, uri: string, { event, said, needsMaterial }: Said, how: How): Meaning {
  const { movementId } = how
  const id = idOf(how.naming, uri)
  if (isPackage(uri, how)) {
    if (kind === 'Scrap') return lost('packages that are taken out of use')
    const command =
      kind === 'Ship'
        ? { type: 'ShipLogisticUnit', logisticUnitId: id, movementId, ...said }
        : { type: 'OpenLogisticUnit', logisticUnitId: id, movementId, packaging: 'PALLET' }
    return wish(logisticUnit, command)
  }
  const materialId = materialOf(uri, event)
  if (needsMaterial && materialId === null) return lost(`what kind of material ${uri} is`)
  const material = needsMaterial ? { materialId } : {}
  return wish(unit, { type: `${kind}Unit`, serial: id, movementId, ...material, ...said })
}

function amount(
  type: string,
  { epcClass, quantity, uom }: Quantity,
  { event, said, needsMaterial }: Said,
  { naming, movementId }: How,
): Meaning {
  if (!quantity) return lost(`amounts of ${epcClass} without a quantity`)
  const materialId = materialOf(epcClass, event)
  if (needsMaterial && materialId === null) return lost(`what kind of material ${epcClass} is`)
  const material = needsMaterial ? { materialId } : {}
  const lotId = idOf(naming, epcClass)
  return wish(lot, { type, lotId, movementId, quantity, unit: uom, ...material, ...said })
}

function aggregation(event: Of<'AggregationEvent'>, how: How): Meaning {
  const { parentID, action, childEPCs, childQuantityList } = event
  if (parentID === undefined) return lost('aggregations without a parent')
  if (action === 'OBSERVE') return lost('aggregations that were only seen')
  if (childEPCs.length + childQuantityList.length === 0) return lost('unpacking of all there is')
  const parent = idOf(how.naming, parentID)
  const ends = action === 'ADD' ? { into: parent } : { from: parent }
  const holds = childEPCs.some((uri) => isPackage(uri, how)) ? 'CONTAINER' : 'PALLET'
  const { movementId } = how
  const open = { type: 'OpenLogisticUnit', logisticUnitId: parent, movementId, packaging: holds }
  const opened: Wish = { decider: logisticUnit, command: open, ifNew: parent }
  return all([
    { wishes: action === 'ADD' ? [opened] : [], lost: [] },
    ...childEPCs.map((uri) => {
      const id = idOf(how.naming, uri)
      return isPackage(uri, how)
        ? wish(logisticUnit, {
            type: 'RepackLogisticUnit',
            logisticUnitId: id,
            movementId,
            ...ends,
          })
        : wish(unit, { type: 'RepackUnit', serial: id, movementId, ...ends })
    }),
    ...childQuantityList.map((q) =>
      amount('RepackLot', q, { event, said: ends, needsMaterial: false }, how),
    ),
  ])
}

function association(event: Of<'AssociationEvent'>, how: How): Meaning {
  if (event.action === 'OBSERVE') return lost('associations that were only seen')
  const parentSerial = idOf(how.naming, event.parentID)
  const reason = `EPCIS ${stepOf(event) || 'DELETE'}`
  return all([
    ...event.childEPCs.map((uri) =>
      joined(uri, parentSerial, event.action === 'ADD' ? null : reason, how),
    ),
    ...event.childQuantityList.map(({ epcClass }) => lost(`that ${epcClass} is part of a parent`)),
  ])
}

/** @param reason why it comes out; null where it goes in */
function joined(uri: string, parentSerial: string, reason: string | null, how: How): Meaning {
  const ends = { serial: idOf(how.naming, uri), movementId: how.movementId, parentSerial }
  return wish(
    unit,
    reason === null
      ? { type: 'InstallComponent', ...ends }
      : { type: 'RemoveComponent', ...ends, reason },
  )
}

function transformation(event: Of<'TransformationEvent'>, how: How): Meaning {
  const { inputEPCList, outputEPCList, transformationID } = event
  const run = transformationID ? idOf(how.naming, transformationID) : how.movementId
  const said = { transformationId: run }
  const [made, ...others] = outputEPCList
  return all([
    ...outputEPCList.map((uri) =>
      one('Produce', uri, { event, said: {}, needsMaterial: true }, how),
    ),
    ...inputEPCList.map((uri) =>
      made !== undefined && others.length === 0
        ? joined(uri, idOf(how.naming, made), null, how)
        : lost(`into which of the outputs ${uri} went`),
    ),
    ...event.inputQuantityList.map((q) =>
      amount('TransformLot', q, { event, said, needsMaterial: false }, how),
    ),
    ...event.outputQuantityList.map((q) =>
      amount('YieldLot', q, { event, said, needsMaterial: true }, how),
    ),
  ])
}

function deliveryOf(event: Of<'ObjectEvent'>, how: How): object {
  const advice = event.bizTransactionList.find(({ type }) => type?.endsWith('desadv'))
  const document = advice ?? event.bizTransactionList[0]
  return {
    deliveryId: document ? idOf(how.naming, document.bizTransaction) : how.movementId,
    customerId: partyOf(event.destinationList, 'destination', how) ?? 'UNKNOWN',
  }
}

/** Whose it was or is; a place only where nobody is named. */
function partyOf(
  ends: readonly { readonly type: string; readonly [name: string]: unknown }[],
  name: 'source' | 'destination',
  { naming }: How,
): string | null {
  const party = ends.find(({ type }) => type.endsWith('owning_party'))
  const end = party ?? ends.find(({ type }) => type.endsWith('possessing_party')) ?? ends[0]
  return end ? idOf(naming, String(end[name])) : null
}

const wish = (decider: Decider, command: Wish['command']): Meaning => ({
  wishes: [{ decider, command }],
  lost: [],
})
