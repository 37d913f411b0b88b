import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { documentText, queryDocument } from '../../src/projections/epcis/document.ts'
import { epcisEvents, epcisEventsFor } from '../../src/projections/epcis/epcis-events.ts'
import { eventHash, namespacesIn } from '../../src/projections/epcis/event-hash.ts'
import { lotEvents, unitEvents } from '../../src/domain/material/events.ts'
import { replay } from '../../src/projections/projection.ts'
import { factsAbout } from '../facts.ts'
import { recorded } from '../spec.ts'
import { hasStandard, officialSchema } from './validator.ts'

const AT = '2030-01-01T00:00:00.000Z'
const NAMINGS = [
  { base: 'urn:taktlog:', gs1Prefix: null },
  { base: 'https://id.example.com/', gs1Prefix: '4012345' },
]
const histories = fc.oneof(factsAbout(['lot']), factsAbout(['unit', 'logisticUnit']))
const eventsIn = (document: any): any[] => document.epcisBody.queryResults.resultsBody.eventList

async function exported(rows: Iterable<any>): Promise<any> {
  const all = (async function* () {
    yield* rows
  })()
  return JSON.parse((await Array.fromAsync(documentText(all, AT))).join(''))
}

describe.skipIf(!hasStandard)('documents are valid by the official schema', () => {
  const faults = officialSchema()
  test.each(NAMINGS)('of random histories, named by $base', async (naming) => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(histories, async (log) => {
        const rows = [...replay(epcisEventsFor(naming), log).values()]
        for (const { eventType, error } of rows) seen.add(error ? 'error' : eventType)
        const query: any = queryDocument(rows, AT)
        expect(faults(query)).toBe('')
        expect(faults(await exported(rows))).toBe('')
        for (const event of eventsIn(query))
          expect(eventHash(event, namespacesIn(query['@context']))).toBe(event.eventID)
        expect(new Set(rows.map((row) => row.eventId)).size).toBe(rows.length)
      }),
      { numRuns: 150 },
    )
    expect([...seen].toSorted()).toEqual([
      'AggregationEvent',
      'AssociationEvent',
      'ObjectEvent',
      'TransformationEvent',
      'error',
    ])
  })
})

const work = { orderId: 'PO-1', operationId: '10', equipmentId: 'M1', personId: 'P-7' }
const steel = { materialId: 'steel', unit: 'KGM' }
const use = {
  ...{ lotId: 'L1', movementId: 'm1', quantity: 5, intoLotId: null, intoSerial: null },
  ...steel,
  ...work,
}
const binding = {
  ...{ lotId: 'L1', bindingId: 'b1', serial: 'S-1', quantity: 2, consumptionId: 'm1' },
  ...{ remaining: 3, version: 1, consumedAt: '2026-03-02T06:00:00.000Z' },
  ...steel,
  ...work,
}
const told = (...facts: Parameters<typeof recorded>[0]) => [
  ...replay(epcisEvents, recorded(facts)).values(),
]

test('a use for an order is put into the run of the order, and tells nothing of people', () => {
  const [row] = told(lotEvents.consumed(use))
  expect(row!.event).toMatchObject({
    type: 'TransformationEvent',
    inputQuantityList: [{ epcClass: 'urn:taktlog:lot:L1', quantity: 5, uom: 'KGM' }],
    transformationID: 'urn:taktlog:order:PO-1',
    readPoint: { id: 'urn:taktlog:location:M1' },
  })
  expect(JSON.stringify(row)).not.toContain('P-7')
})

test('when it becomes known which serial it went into, the old event names those in its place', () => {
  const rows = told(lotEvents.consumed(use), lotEvents.bound(binding))
  const [first, bound, rest] = rows
  expect(rows).toHaveLength(3)
  expect(first!.error).toEqual({
    reason: 'incorrect_data',
    correctiveEventIDs: [bound!.eventId, rest!.eventId],
  })
  expect(bound!.event).toMatchObject({
    outputEPCList: ['urn:taktlog:serial:S-1'],
    eventTime: binding.consumedAt,
  })
  const query: any = queryDocument(rows, AT)
  expect(eventsIn(query).map((e) => [e.eventID, e.errorDeclaration?.reason])).toEqual([
    [first!.eventId, undefined],
    [first!.eventId, 'incorrect_data'],
    [bound!.eventId, undefined],
    [rest!.eventId, undefined],
  ])
})

test('a component is associated with its parent, and no longer when it is taken out', () => {
  const joint = {
    ...{ serial: 'C-1', movementId: 'm1', materialId: 'pump', parentSerial: 'S-1', position: null },
    ...work,
  }
  const out = { ...joint, movementId: 'm2', installedBy: 'm1', reason: 'worn' }
  const rows = told(unitEvents.installed(joint), unitEvents.removed(out))
  expect(
    rows.map(({ event, item, other }) => [event['action'], event['bizStep'], item, other]),
  ).toEqual([
    ['ADD', 'installing', 'urn:taktlog:serial:C-1', 'urn:taktlog:serial:S-1'],
    ['DELETE', 'removing', 'urn:taktlog:serial:C-1', 'urn:taktlog:serial:S-1'],
  ])
})
