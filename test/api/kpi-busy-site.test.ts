import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandEnvelope } from '../../src/domain/command.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { createContext } from '../../src/api/context.ts'
import { kpiInputs } from '../../src/api/kpi-inputs.ts'
import { systemPrincipal } from '../../src/api/authorise.ts'
import { projections } from '../../src/projections/index.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let position = ''
let commands = 0

async function wish(command: { type: string; [field: string]: unknown }, hour: string) {
  const decider = deciders.find((d) => command.type in d.commands)!
  const occurredAt = hour.includes('T') ? hour : `2026-03-03T${hour}:00Z`
  const envelope: CommandEnvelope = {
    ...{ commandId: `b${commands++}`, actor: 'spec', site: 'S1', source: 'spec', occurredAt },
  }
  const outcome = await plant.execute(decider, command, envelope)
  if (isRejection(outcome)) throw new Error(outcome.why)
}

const DAY = { from: '2026-03-03T00:00:00.000Z', to: '2026-03-04T00:00:00.000Z' }
const PLACES = ['M1', 'M2', 'SHOP']
const ELSEWHERE = 40

const start = (orderId: string, personId: string, equipmentId: string | null, hour: string) =>
  wish(
    {
      ...{ type: 'StartOperation', orderId, operationId: '10', personId, equipmentId },
      activity: 'PRODUCTION',
    },
    hour,
  )
const book = (orderId: string, bookingId: string, at: { [field: string]: unknown }) =>
  wish(
    {
      ...{ type: 'BookWork', orderId, operationId: '10', bookingId, activity: 'PRODUCTION' },
      ...{ good: 5, scrap: 1, ...at },
    },
    at['endedAt'] as string,
  )

/**
 * PO-1 on the machines and by hand; PO-2 by hand in the shop, where P1 works while the machine runs;
 * PO-3 ended on a machine, and somebody still works on it in the shop.
 */
beforeAll(async () => {
  plant = await plantWithApi(projections)
  const before = '2026-03-01T00:00:00Z'
  const scope = (scopeId: string, level: string, parentId: string | null) =>
    wish(
      {
        ...{ type: 'DefineHierarchyScope', scopeId, level, parentId, name: scopeId },
        timeZone: level === 'SITE' ? 'UTC' : null,
      },
      before,
    )
  await scope('S1', 'SITE', null)
  for (const centre of ['LINE', 'SHOP']) await scope(centre, 'WORK_CENTRE', 'S1')
  for (const machine of ['M1', 'M2']) await scope(machine, 'WORK_UNIT', 'LINE')
  const release = (orderId: string, workCentreId: string) =>
    wish(
      {
        ...{ type: 'ReleaseOrder', orderId, materialId: 'gear', quantity: 9, unit: 'C62' },
        operations: [
          {
            ...{ operationId: '10', sequence: 0, name: 'Mill', workCentreId },
            ...{ setupTimeMs: 1_000, runTimeMsPerUnit: 60_000 },
          },
        ],
      },
      before,
    )
  await release('PO-1', 'LINE')
  await release('PO-2', 'SHOP')
  await release('PO-3', 'SHOP')
  await start('PO-1', 'P1', 'M1', '06:00')
  await start('PO-1', 'P2', 'M2', '06:30')
  await start('PO-2', 'P1', null, '07:00')
  await start('PO-3', 'P3', null, '07:30')
  const hours = (from: string, to: string) => ({
    startedAt: `${DAY.from.slice(0, 10)}T${from}:00.000Z`,
    endedAt: `${DAY.from.slice(0, 10)}T${to}:00.000Z`,
  })
  await book('PO-1', 'hand', { personId: 'P4', equipmentId: null, ...hours('07:00', '08:00') })
  await book('PO-3', 'M2', { personId: 'P4', equipmentId: 'M2', ...hours('07:30', '08:30') })
  await wish(
    { type: 'CompleteOperation', orderId: 'PO-2', operationId: '10', personId: 'P1' },
    '09:00',
  )
  await plant.settled()
  position = String(await plant.services.store.head())
  for (let n = 0; n < ELSEWHERE; n++)
    await book('PO-3', `much${n}`, {
      ...{ personId: `Q${n}`, equipmentId: null, ...hours('10:00', '11:00') },
    })
  await plant.settled()
})
afterAll(() => plant.end())

const FIELDS = 'value numerator denominator coverage nullReason elements { id value }'
const ask = async (scope: string, args: string, fields: string) => {
  const window = `window: { from: "${DAY.from}", to: "${DAY.to}" }`
  const query = `{ kpi(name: "oee", scope: ["${scope}"], ${window} ${args}) { ${fields} } }`
  return (await plant.ask(query)).kpi
}

describe('a place asked about alone has the figures that it has among all of the site', () => {
  test.each([
    ['now', () => ''],
    ['as known before', () => `, asKnownAt: { position: "${position}" }`],
    ['at a moment', () => ', at: "2026-03-03T08:00:00Z"'],
  ])('%s', async (_, moment) => {
    const all = await ask(
      'S1',
      `, groupBy: [EQUIPMENT] ${moment()}`,
      `groups { keys { id } ${FIELDS} }`,
    )
    const byId = new Map(all.groups.map(({ keys, ...group }: any) => [keys[0].id, group]))
    for (const id of PLACES) expect(await ask(id, moment(), FIELDS)).toEqual(byId.get(id))
    const people = (group: any) => group.elements.find(({ id }: any) => id === 'APWT').value
    expect(people(byId.get('M1'))).toBeGreaterThan(0)
  })
})

test('of a busy site no more is read than work on the machine and what the same people did', async () => {
  const context = createContext(plant.services, systemPrincipal)
  let rows = 0
  const counting = (async (...query: Parameters<typeof context.reads.query>) => {
    const found = await context.reads.query(...query)
    rows += query[0] === 'production' ? found.length : 0
    return found
  }) as typeof context.reads.query
  const reads = { ...context.reads, query: counting }
  const inputs = await kpiInputs(['M1'], DAY, null, { ...context, reads })
  expect(new Set(inputs.work.map(({ personId }) => personId))).toEqual(new Set(['P1', 'P2']))
  expect(new Set(inputs.orders.keys())).toEqual(new Set(['PO-1', 'PO-2']))
  expect(rows).toBeLessThan(ELSEWHERE)
})
