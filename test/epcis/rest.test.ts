import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../src/api/schema.ts'
import { defaultLimits } from '../../src/api/options.ts'
import { startApi, type ApiServer } from '../../src/api/server.ts'
import { createOcelExport } from '../../src/adapters/ocel/export.ts'
import { createApiKeyStore } from '../../src/adapters/postgres/api-keys.ts'
import { createKey } from '../../src/commands/api-keys.ts'
import { isRejection, type Decider } from '../../src/domain/decider.ts'
import { logisticUnit } from '../../src/domain/material/logistic-unit.ts'
import { lot } from '../../src/domain/material/lot.ts'
import { unit } from '../../src/domain/material/unit.ts'
import { deniedAccess } from '../../src/projections/audit/denied-access.ts'
import { epcisEvents } from '../../src/projections/epcis/epcis-events.ts'
import { genealogyEdges } from '../../src/projections/material/genealogy-edges.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'
import { hasStandard, officialSchema } from './validator.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let server: ApiServer
const keys = new Map<string, string>()

const steel = { materialId: 'steel', unit: 'KGM' }
const work = { orderId: 'PO-1', operationId: '10', equipmentId: 'M1' }
const HISTORY: readonly (readonly [
  Decider,
  { readonly type: string } & Record<string, unknown>,
])[] = [
  [lot, { type: 'ReceiveLot', lotId: 'L1', movementId: 'm1', quantity: 10, ...steel }],
  [lot, { type: 'ReceiveLot', lotId: 'L9', movementId: 'm1', quantity: 10, ...steel }],
  [unit, { type: 'ProduceUnit', serial: 'S-1', movementId: 'm1', materialId: 'pump', ...work }],
  [
    lot,
    {
      ...{ type: 'ConsumeLot', lotId: 'L1', movementId: 'm2', quantity: 4, unit: 'KGM' },
      ...{ intoSerial: 'S-1', ...work },
    },
  ],
  [
    logisticUnit,
    { type: 'OpenLogisticUnit', logisticUnitId: 'P1', movementId: 'm1', packaging: 'PALLET' },
  ],
  [unit, { type: 'RepackUnit', serial: 'S-1', movementId: 'm2', into: 'P1' }],
  [
    lot,
    {
      ...{ type: 'CancelConsumption', lotId: 'L1', consumptionId: 'm2', reason: 'wrong lot' },
      cancelledBy: 'P-1',
    },
  ],
]

beforeAll(async () => {
  plant = await plantWithApi([epcisEvents, genealogyEdges, deniedAccess])
  for (const [minute, [decider, command]] of HISTORY.entries()) {
    const wish = { commandId: `c${minute}`, actor: 'test', site: 'S1', source: 'test' }
    const outcome = await plant.execute(decider, command, { ...wish, occurredAt: after(minute) })
    if (isRejection(outcome)) throw new Error(outcome.why)
  }
  await plant.settled()
  const store = await createApiKeyStore(plant.pool)
  const { clock } = plant.services
  for (const [name, scopes, sites] of [
    ['reader', ['read:material'], null],
    ['other', ['read:material'], ['S2']],
    ['blind', ['read:energy'], null],
    ['auditor', ['read:audit'], null],
  ] as const)
    keys.set(name, (await createKey(store, clock, { name, scopes, sites, expiresAt: null })).token)
  const options = {
    ...{ host: '127.0.0.1', port: 0, auth: { mode: 'keys' as const }, graphiql: false },
    ...{
      introspection: false,
      origins: [],
      persisted: null,
      trustProxy: [],
      limits: defaultLimits,
    },
  }
  const ocel = createOcelExport(plant.services.store)
  server = await startApi({ schema, services: { ...plant.services, ocel }, options, keys: store })
})
afterAll(async () => {
  await server.close()
  await plant.end()
})

async function get(path: string, as = 'reader') {
  const headers = { authorization: `Bearer ${keys.get(as)}` }
  const response = await fetch(`${server.url}${path}`, { headers })
  const body: any = await response.json()
  const events: any[] =
    body.epcisBody?.queryResults?.resultsBody.eventList ?? body.epcisBody?.eventList
  return {
    status: response.status,
    body,
    events,
    link: response.headers.get('link'),
  }
}

test('a query is answered with what matches, newest first, and is valid', async () => {
  const { body, events } = await get('/epcis/events')
  expect(events.map(({ type, action }) => [type, action])).toEqual([
    ['AggregationEvent', 'ADD'],
    ['ObjectEvent', 'ADD'],
    ['TransformationEvent', undefined],
    ['TransformationEvent', undefined],
    ['TransformationEvent', undefined],
    ['ObjectEvent', 'ADD'],
    ['ObjectEvent', 'ADD'],
  ])
  if (hasStandard) expect(officialSchema()(body)).toBe('')
})

const uri = (kind: string, id: string) => encodeURIComponent(`urn:taktlog:${kind}:${id}`)
test.each([
  ['eventType=ObjectEvent|AggregationEvent', 4],
  ['EQ_bizStep=receiving', 2],
  [`MATCH_epc=${uri('serial', 'S-1')}`, 1],
  [`MATCH_anyEPC=${uri('serial', 'S-1')}`, 4],
  [`MATCH_outputEPC=${uri('serial', 'S-1')}`, 3],
  [`MATCH_parentID=${uri('package', 'P1')}`, 1],
  [`MATCH_inputEPCClass=${uri('lot', 'L1')}`, 2],
  [`MATCH_anyEPCClass=${uri('lot', 'L1')}`, 3],
  [`EQ_transformationID=${uri('order', 'PO-1')}`, 3],
  [`GE_eventTime=${after(2)}&LT_eventTime=${after(4)}`, 3],
  ['EXISTS_errorDeclaration=true', 1],
  ['EQ_errorReason=incorrect_data', 0],
  ['EQ_action=DELETE', 0],
])('%s: %i events', async (query, count) => {
  const { status, events } = await get(`/epcis/events?${query}`)
  expect(status).toBe(200)
  expect(events).toHaveLength(count)
})

test('pages lead through all of it, once each', async () => {
  const seen: string[] = []
  let path: string | undefined = '/epcis/events?perPage=2&orderDirection=ASC'
  for (let pages = 0; path !== undefined && pages < 10; pages++) {
    const { events, link } = await get(path)
    seen.push(...events.map(({ eventID }) => eventID))
    path = link ? /<(.*)>/.exec(link)![1]! : undefined
  }
  expect(seen).toHaveLength(7)
  expect(new Set(seen).size).toBe(6)
})

test('one event by its id, with its error declaration', async () => {
  const { events } = await get('/epcis/events?EXISTS_errorDeclaration=true')
  expect(events[0].errorDeclaration).toMatchObject({ reason: 'did_not_occur' })
  const one = await get(`/epcis/events/${encodeURIComponent(events[0].eventID)}`)
  expect(one.events.map((event) => 'errorDeclaration' in event)).toEqual([false, true])
  expect((await get('/epcis/events/ni%3A%2F%2F%2Fsha-256%3B00')).status).toBe(404)
})

describe('documents', () => {
  test('of a window', async () => {
    const { events, body } = await get(`/epcis/document?from=${after(0)}&to=${after(2)}`)
    expect(events.map((event) => event.quantityList[0].epcClass)).toEqual([
      'urn:taktlog:lot:L1',
      'urn:taktlog:lot:L9',
    ])
    if (hasStandard) expect(officialSchema()(body)).toBe('')
  })
  test('of a trace: what has to do with it, and nothing else', async () => {
    const { events } = await get('/epcis/trace?id=S-1&direction=FORWARD')
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['TransformationEvent', 'AggregationEvent', 'ObjectEvent']),
    )
    expect(JSON.stringify(events)).not.toContain('L9')
    expect((await get('/epcis/trace?id=NOBODY')).status).toBe(400)
  })
})

test('what is not understood is refused, never left out', async () => {
  for (const query of ['EQ_colour=red', 'GE_eventTime=today', 'perPage=0', 'nextPageToken=x'])
    expect((await get(`/epcis/events?${query}`)).status).toBe(400)
})

test('only for those who may read material, and of their sites', async () => {
  expect((await get('/epcis/events', 'nobody')).status).toBe(401)
  for (const path of ['/epcis/events', '/epcis/document', '/epcis/trace?id=S-1', '/epcis/events/x'])
    expect((await get(path, 'blind')).status).toBe(403)
  expect((await get('/epcis/events', 'other')).events).toEqual([])
  expect((await get('/epcis/document', 'other')).events).toEqual([])
})

test('OCEL is for those who may read the log', async () => {
  const { status, body } = await get('/export/ocel.json', 'auditor')
  expect(status).toBe(200)
  expect(body.objects.map(({ id }: { id: string }) => id)).toContain('lot:L9')
  expect((await get(`/export/ocel.json?to=${after(0)}`, 'auditor')).body.events).toEqual([])
  for (const format of ['json', 'sqlite'])
    expect((await get(`/export/ocel.${format}`, 'reader')).status).toBe(403)
  expect((await get('/export/ocel.json?from=soon', 'auditor')).status).toBe(400)
})
