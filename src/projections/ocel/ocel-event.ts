import type { Recorded } from '../../domain/event.ts'

export interface OcelObject {
  /** Type and id together: a lot and a serial may have one number. */
  readonly id: string
  readonly type: string
  /** What never changes about it, as far as this fact says. */
  readonly attributes: Readonly<Record<string, string>>
}
export interface OcelEvent {
  /** Position of the fact in the log. */
  readonly id: string
  readonly type: string
  readonly time: string
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly objects: readonly { readonly object: OcelObject; readonly qualifier: string }[]
  readonly relations: readonly {
    readonly from: string
    readonly to: string
    readonly qualifier: string
  }[]
}

/** Fields of facts that name a thing; the name of the field is the role the thing has in the event. */
const THINGS: Readonly<Record<string, string>> = {
  orderId: 'order',
  ...{ lotId: 'lot', intoLotId: 'lot', fromLotId: 'lot' },
  ...{
    serial: 'serial',
    intoSerial: 'serial',
    parentSerial: 'serial',
    replacementSerial: 'serial',
  },
  equipmentId: 'machine',
  ...{ personId: 'person', cancelledBy: 'person' },
  logisticUnitId: 'package',
  deliveryId: 'delivery',
  transformationId: 'transformation',
  inspectionId: 'inspection',
  meterId: 'meter',
  crewId: 'crew',
}
/** These also hold text that people wrote, which may name anybody. */
const FREE_TEXT = /reason|why|name|text|comment|note|remark/i
/** Of which object the `materialId` of a fact is, by the category of its stream. */
const OWNER: Readonly<Record<string, string>> = { order: 'orderId', lot: 'lotId', unit: 'serial' }

const objectId = (type: string, id: string): string => `${type}:${id}`

/**
 * A fact as an OCEL 2.0 event; null where it is about no thing that processes are mined by. Ids of
 * people stay ids, and what people wrote is left out.
 */
export function ocelEvent(fact: Recorded): OcelEvent | null {
  if (typeof fact.data !== 'object' || fact.data === null) return null
  const data = fact.data as Readonly<Record<string, unknown>>
  const owner = OWNER[fact.stream.slice(0, fact.stream.indexOf('-'))]
  const material = typeof data['materialId'] === 'string' ? { material: data['materialId'] } : {}
  const objects: OcelEvent['objects'][number][] = []
  const attributes: Record<string, string | number | boolean> = {}
  for (const [field, value] of Object.entries(data)) {
    const type = THINGS[field]
    if (type !== undefined) {
      if (typeof value !== 'string') continue
      const own = field === owner ? material : {}
      objects.push({ object: objectOf(type, value, own), qualifier: field })
    } else if (isPlain(value) && field !== 'operationId' && !FREE_TEXT.test(field))
      attributes[field] = value
  }
  const operation = operationOf(data)
  if (operation) objects.push({ object: operation, qualifier: 'operationId' })
  if (objects.length === 0) return null
  const { type, metadata, position } = fact
  // Positions come in order: SQLite writes them one after the other, ids all over the file.
  return {
    id: String(position),
    type,
    time: metadata.occurredAt,
    attributes,
    objects,
    relations: relations(fact),
  }
}

const objectOf = (type: string, id: string, attributes: OcelObject['attributes']): OcelObject => ({
  id: objectId(type, id),
  type,
  attributes,
})

/** An operation is one of its order; alone it says nothing. */
function operationOf({
  orderId,
  operationId,
}: Readonly<Record<string, unknown>>): OcelObject | null {
  if (typeof orderId !== 'string' || typeof operationId !== 'string') return null
  return objectOf('operation', JSON.stringify([orderId, operationId]), { operation: operationId })
}

function relations({ type, data }: Recorded): OcelEvent['relations'] {
  const fields = data as Readonly<Record<string, unknown>>
  const operation = operationOf(fields)
  const found: OcelEvent['relations'][number][] = []
  if (operation)
    found.push({
      from: operation.id,
      to: objectId('order', String(fields['orderId'])),
      qualifier: 'operation of',
    })
  if (type === 'UnitProduced' && typeof fields['lotId'] === 'string')
    found.push({
      from: objectId('serial', String(fields['serial'])),
      to: objectId('lot', fields['lotId']),
      qualifier: 'counted in',
    })
  return found
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
