import type { LogisticUnitEvent, UnitEvent } from '../../domain/material/events.ts'
import { compositeKey } from '../composite-key.ts'
import type { Json } from './event-hash.ts'
import type { Names } from './names.ts'
import {
  association,
  deliveryOf,
  made,
  object,
  orderRun,
  repacking,
  transformation,
  workOf,
  type Telling,
} from './statements.ts'

interface OnUnit {
  readonly serial: string
  readonly movementId: string
}
interface OnPackage {
  readonly logisticUnitId: string
  readonly movementId: string
}
const movement = ({ serial, movementId }: OnUnit): string =>
  compositeKey('unit', serial, movementId)
const ofPackage = ({ logisticUnitId, movementId }: OnPackage): string =>
  compositeKey('package', logisticUnitId, movementId)

const about = (d: OnUnit, event: Json, n: Names) =>
  made({ key: movement(d), event, item: n('serial', d.serial), other: null })
const aboutPackage = (d: OnPackage, event: Json, n: Names) =>
  made({ key: ofPackage(d), event, item: n('package', d.logisticUnitId), other: null })

type Joint = OnUnit & {
  readonly parentSerial: string
  readonly orderId: string | null
  readonly equipmentId: string | null
}
const joint = (d: Joint, action: 'ADD' | 'DELETE', bizStep: string, n: Names) => {
  const parentID = n('serial', d.parentSerial)
  const item = n('serial', d.serial)
  const event = association(action, { parentID, childEPCs: [item], bizStep, ...workOf(d, n) })
  return made({ key: movement(d), event, item, other: parentID })
}

/** The facts of a serialised item. */
export const unitTelling: Telling<UnitEvent> = {
  UnitReceived(d, n) {
    const from = d.supplierId === null ? null : n('party', d.supplierId)
    const event = object('ADD', {
      bizStep: 'receiving',
      epcList: [n('serial', d.serial)],
      sourceList: from === null ? [] : [{ type: 'possessing_party', source: from }],
    })
    return about(d, event, n)
  },
  UnitProduced(d, n) {
    const common = { bizStep: 'commissioning', disposition: 'active', ...workOf(d, n) }
    const epcs = [n('serial', d.serial)]
    const event =
      d.orderId === null
        ? object('ADD', { ...common, epcList: epcs })
        : transformation({ ...common, outputEPCList: epcs, ...orderRun(d.orderId, n) })
    return about(d, event, n)
  },
  ComponentInstalled: (d, n) => joint(d, 'ADD', 'installing', n),
  ComponentRemoved: (d, n) => joint(d, 'DELETE', 'removing', n),
  ComponentReplaced: (d, n) => joint(d, 'DELETE', 'replacing', n),
  ComponentReplacementCancelled: (d) => ({
    made: [],
    wrong: [{ key: movement(d), reason: 'did_not_occur', by: [] }],
  }),
  UnitReworked(d, n) {
    const how = { bizStep: 'repairing', ...workOf(d, n) }
    return about(d, object('OBSERVE', { ...how, epcList: [n('serial', d.serial)] }), n)
  },
  UnitRepacked(d, n) {
    const item = n('serial', d.serial)
    return repacking(item, { childEPCs: [item] }, { ...d, key: movement(d) }, n)
  },
  UnitShipped(d, n) {
    const how = { bizStep: 'shipping', disposition: 'in_transit', ...deliveryOf(d, n, 'to') }
    return about(d, object('OBSERVE', { ...how, epcList: [n('serial', d.serial)] }), n)
  },
  UnitReturned(d, n) {
    const how = { bizStep: 'receiving', disposition: 'returned', ...deliveryOf(d, n, 'from') }
    return about(d, object('OBSERVE', { ...how, epcList: [n('serial', d.serial)] }), n)
  },
  UnitScrapped(d, n) {
    const how = { bizStep: 'destroying', disposition: 'destroyed', ...workOf(d, n) }
    return about(d, object('DELETE', { ...how, epcList: [n('serial', d.serial)] }), n)
  },
}

/** The facts of a box, pallet or container. */
export const packageTelling: Telling<LogisticUnitEvent> = {
  LogisticUnitOpened(d, n) {
    const epcList = [n('package', d.logisticUnitId)]
    return aboutPackage(d, object('ADD', { bizStep: 'commissioning', epcList }), n)
  },
  LogisticUnitRepacked(d, n) {
    const item = n('package', d.logisticUnitId)
    return repacking(item, { childEPCs: [item] }, { ...d, key: ofPackage(d) }, n)
  },
  LogisticUnitShipped(d, n) {
    const how = { bizStep: 'shipping', disposition: 'in_transit', ...deliveryOf(d, n, 'to') }
    return aboutPackage(
      d,
      object('OBSERVE', { ...how, epcList: [n('package', d.logisticUnitId)] }),
      n,
    )
  },
  LogisticUnitReturned(d, n) {
    const how = { bizStep: 'receiving', disposition: 'returned', ...deliveryOf(d, n, 'from') }
    return aboutPackage(
      d,
      object('OBSERVE', { ...how, epcList: [n('package', d.logisticUnitId)] }),
      n,
    )
  },
}
