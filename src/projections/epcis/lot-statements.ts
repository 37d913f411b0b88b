import type { LotEvent } from '../../domain/material/events.ts'
import { compositeKey } from '../composite-key.ts'
import type { Json } from './event-hash.ts'
import type { Names } from './names.ts'
import {
  deliveryOf,
  made,
  object,
  orderRun,
  placeOf,
  quantityOf,
  repacking,
  transformation,
  workOf,
  type Statement,
  type Telling,
} from './statements.ts'

type Data<T extends LotEvent['type']> = Extract<LotEvent, { type: T }>['data']

/** A movement id is unique within its lot. */
const movement = ({ lotId, movementId }: { lotId: string; movementId: string }): string =>
  compositeKey('lot', lotId, movementId)
/** A use that is known per order is told anew each time more of it is known. */
const use = (lotId: string, consumptionId: string, version: number): string =>
  version === 0
    ? compositeKey('lot', lotId, consumptionId)
    : compositeKey('lot', lotId, consumptionId, String(version))
const binding = ({ lotId, bindingId }: Data<'LotConsumptionBound'>): string =>
  compositeKey('binding', lotId, bindingId)

const quantities = (
  d: { readonly lotId: string; readonly quantity: number; readonly unit: string },
  n: Names,
): readonly Json[] => [quantityOf(n('lot', d.lotId), d.quantity, d.unit)]
const classOf = (lotId: string, n: Names): readonly Json[] => [{ epcClass: n('lot', lotId) }]

/** What is left of a consumption that is known per order only; nothing where all is known. */
const rest = (
  d: Data<'LotConsumptionBound'> | Data<'LotBindingCancelled'>,
  n: Names,
): readonly Statement[] => {
  if (d.remaining === 0) return []
  const event = transformation({
    inputQuantityList: quantities({ ...d, quantity: d.remaining }, n),
    ...orderRun(d.orderId, n),
    ...workOf(d, n),
  })
  const key = use(d.lotId, d.consumptionId, d.version)
  return [{ key, event, at: d.consumedAt, item: n('lot', d.lotId), other: null }]
}

/** The facts of a lot; what is neither here nor there (a transfer on its way) is told when it arrives. */
export const lotTelling: Telling<LotEvent> = {
  LotReceived(d, n) {
    const from = d.supplierId === null ? null : n('party', d.supplierId)
    const event = object('ADD', {
      bizStep: 'receiving',
      quantityList: quantities(d, n),
      ...placeOf(d.locationId, n),
      sourceList: from === null ? [] : [{ type: 'possessing_party', source: from }],
    })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
  LotProduced(d, n) {
    const common = { bizStep: 'commissioning', ...workOf(d, n), ...placeOf(d.locationId, n) }
    const event =
      d.orderId === null
        ? object('ADD', { ...common, quantityList: quantities(d, n) })
        : transformation({
            ...common,
            outputQuantityList: quantities(d, n),
            ...orderRun(d.orderId, n),
          })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
  LotConsumed(d, n) {
    const { intoLotId, intoSerial } = d
    const event = transformation({
      inputQuantityList: quantities(d, n),
      outputQuantityList: intoLotId === null ? [] : classOf(intoLotId, n),
      outputEPCList: intoSerial === null ? [] : [n('serial', intoSerial)],
      ...orderRun(d.orderId, n),
      ...workOf(d, n),
    })
    const other =
      intoLotId !== null
        ? n('lot', intoLotId)
        : intoSerial === null
          ? null
          : n('serial', intoSerial)
    return made({ key: movement(d), event, item: n('lot', d.lotId), other })
  },
  LotConsumptionBound(d, n) {
    const event = transformation({
      inputQuantityList: quantities(d, n),
      outputEPCList: [n('serial', d.serial)],
      ...orderRun(d.orderId, n),
      ...workOf(d, n),
    })
    const ends = { item: n('lot', d.lotId), other: n('serial', d.serial) }
    const all = [{ key: binding(d), event, at: d.consumedAt, ...ends }, ...rest(d, n)]
    const key = use(d.lotId, d.consumptionId, d.version - 1)
    return { made: all, wrong: [{ key, reason: 'incorrect_data', by: all.map((s) => s.key) }] }
  },
  LotBindingCancelled(d, n) {
    const all = rest(d, n)
    const by = all.map(({ key }) => key)
    const wrong = [binding(d), use(d.lotId, d.consumptionId, d.version - 1)]
    return { made: all, wrong: wrong.map((key) => ({ key, reason: 'incorrect_data', by })) }
  },
  LotConsumptionCancelled: (d) => ({
    made: [],
    wrong: [{ key: use(d.lotId, d.consumptionId, d.version), reason: 'did_not_occur', by: [] }],
  }),
  LotTransferReceived(d, n) {
    const event = transformation({
      inputQuantityList: quantities({ ...d, lotId: d.fromLotId }, n),
      outputQuantityList: quantities(d, n),
      ...workOf(d, n),
      ...placeOf(d.locationId, n),
    })
    const key = compositeKey('transfer', d.lotId, d.transferId)
    return made({ key, event, item: n('lot', d.fromLotId), other: n('lot', d.lotId) })
  },
  LotTransformed(d, n) {
    const transformationID = n('transformation', d.transformationId)
    const inputs = { inputQuantityList: quantities(d, n), transformationID }
    const event = transformation({ ...inputs, ...workOf(d, n) })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
  LotYielded(d, n) {
    const transformationID = n('transformation', d.transformationId)
    const outputs = { outputQuantityList: quantities(d, n), transformationID }
    const event = transformation({
      ...outputs,
      bizStep: 'commissioning',
      ...workOf(d, n),
      ...placeOf(d.locationId, n),
    })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
  LotMoved(d, n) {
    const event = object('OBSERVE', {
      bizStep: 'storing',
      quantityList: classOf(d.lotId, n),
      readPoint: d.from === null ? null : { id: n('location', d.from) },
      ...placeOf(d.to, n),
    })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
  LotAdjusted(d, n) {
    const quantityList = quantities({ ...d, quantity: Math.abs(d.difference) }, n)
    const event = object(d.difference < 0 ? 'DELETE' : 'ADD', {
      bizStep: 'stock_taking',
      quantityList,
    })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
  LotScrapped(d, n) {
    const how = { bizStep: 'destroying', disposition: 'destroyed', ...workOf(d, n) }
    const event = object('DELETE', { ...how, quantityList: quantities(d, n) })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
  LotHeld(d, n) {
    const how = { bizStep: 'holding', disposition: 'unavailable' }
    const event = object('OBSERVE', { ...how, quantityList: classOf(d.lotId, n) })
    const key = compositeKey('hold', d.lotId, d.holdId)
    return made({ key, event, item: n('lot', d.lotId), other: null })
  },
  LotReleased(d, n) {
    const how = { bizStep: 'other', disposition: 'available' }
    const event = object('OBSERVE', { ...how, quantityList: classOf(d.lotId, n) })
    const key = compositeKey('release', d.lotId, d.holdId)
    return made({ key, event, item: n('lot', d.lotId), other: null })
  },
  LotRepacked(d, n) {
    const children = { childQuantityList: quantities(d, n) }
    return repacking(n('lot', d.lotId), children, { ...d, key: movement(d) }, n)
  },
  LotShipped(d, n) {
    const how = { bizStep: 'shipping', disposition: 'in_transit', ...deliveryOf(d, n, 'to') }
    const event = object('OBSERVE', { ...how, quantityList: quantities(d, n) })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
  LotReturned(d, n) {
    const how = { bizStep: 'receiving', disposition: 'returned', ...deliveryOf(d, n, 'from') }
    const event = object('OBSERVE', { ...how, quantityList: quantities(d, n) })
    return made({ key: movement(d), event, item: n('lot', d.lotId), other: null })
  },
}
