import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createOcelExport } from '../../src/adapters/ocel/export.ts'
import { lotEvents, unitEvents } from '../../src/domain/material/events.ts'
import type { Recorded } from '../../src/domain/event.ts'
import { orderEvents } from '../../src/domain/production/events.ts'
import { facts } from '../facts.ts'
import { recorded } from '../spec.ts'

const text = { type: 'string' }
const listOf = (required: object) => ({
  type: 'array',
  items: { type: 'object', required: Object.keys(required), properties: required },
})
const types = listOf({
  name: text,
  attributes: listOf({
    name: text,
    type: { enum: ['string', 'time', 'integer', 'float', 'boolean'] },
  }),
})
const relationships = listOf({ objectId: text, qualifier: text })
const time = { type: 'string', format: 'date-time' }
/** OCEL 2.0, JSON form, as ocel-standard.org describes it. */
const SCHEMA = {
  type: 'object',
  required: ['eventTypes', 'objectTypes', 'events', 'objects'],
  additionalProperties: false,
  properties: {
    eventTypes: types,
    objectTypes: types,
    events: listOf({
      ...{ id: text, type: text, time, relationships },
      attributes: listOf({ name: text, value: text }),
    }),
    objects: listOf({
      ...{ id: text, type: text, relationships },
      attributes: listOf({ name: text, value: text, time }),
    }),
  },
}
const ajv = new Ajv({ strict: false })
formats.default(ajv)
const valid = ajv.compile(SCHEMA)

/** A log that hands out pages as the real one does. */
const logOf = (all: readonly Recorded[]) => ({
  readAll: async ({ from, limit }: { from: number; limit: number }) =>
    all.filter(({ position }) => position > from).slice(0, limit),
})
async function exported(log: readonly Recorded[], window: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'taktlog-ocel-test-'))
  const wanted = { sites: null, ...window }
  const [json, sqlite] = [join(folder, 'a.json'), join(folder, 'a.sqlite')]
  const run = createOcelExport(logOf(log))
  try {
    const counts = await run({ ...wanted, format: 'json' }, json)
    expect(await run({ ...wanted, format: 'sqlite' }, sqlite)).toEqual(counts)
    const db = new DatabaseSync(sqlite, { readOnly: true })
    const all = (sql: string): any[] => db.prepare(sql).all()
    return {
      counts,
      document: JSON.parse(readFileSync(json, 'utf8')),
      all,
      close: () => db.close(),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('any history: the JSON is valid, and the database says the same', async () => {
  await fc.assert(
    fc.asyncProperty(facts, async (log) => {
      const { counts, document, all, close } = await exported(log)
      expect(valid(document), ajv.errorsText(valid.errors)).toBe(true)
      expect(document.events).toHaveLength(counts.events)
      expect(document.objects).toHaveLength(counts.objects)
      const known = new Set(document.objects.map(({ id }: { id: string }) => id))
      const related = [...document.events, ...document.objects].flatMap((e) => e.relationships)
      expect(related.filter(({ objectId }) => !known.has(objectId))).toEqual([])
      for (const kind of ['event', 'object']) {
        const maps = all(`select * from ${kind}_map_type`)
        const of = (t: string) => all(`select count(*) n from "${kind}_${t}"`)[0].n
        const rows = maps.reduce((sum, { ocel_type_map: map }) => sum + of(map), 0)
        expect(rows).toBe(document[`${kind}s`].length)
      }
      expect(all('pragma foreign_key_check')).toEqual([])
      const links = all('select * from event_object').length
      expect(links).toBe(document.events.flatMap((e: any) => e.relationships).length)
      close()
    }),
    { numRuns: 15 },
  )
})

test('the tables refer to each other with the foreign keys of the standard', async () => {
  const { all, close } = await exported(HISTORY)
  const keysOf = (table: string) =>
    all(`pragma foreign_key_list("${table}")`)
      .map((key) => `${key.from} ${key.table}.${key.to}`)
      .sort()
  expect(keysOf('event')).toEqual(['ocel_type event_map_type.ocel_type'])
  expect(keysOf('object')).toEqual(['ocel_type object_map_type.ocel_type'])
  expect(keysOf('event_object')).toEqual([
    'ocel_event_id event.ocel_id',
    'ocel_object_id object.ocel_id',
  ])
  expect(keysOf('object_object')).toEqual([
    'ocel_source_id object.ocel_id',
    'ocel_target_id object.ocel_id',
  ])
  for (const kind of ['event', 'object'])
    for (const { ocel_type_map: type } of all(`select ocel_type_map from ${kind}_map_type`))
      expect(keysOf(`${kind}_${type}`)).toEqual([`ocel_id ${kind}.ocel_id`])
  close()
})

const work = { orderId: 'PO-1', operationId: '10', equipmentId: 'M1', personId: 'P-7' }
const HISTORY = recorded([
  orderEvents.held({ orderId: 'PO-1', reason: 'Ask Ms Meier' }),
  lotEvents.produced({
    ...{ lotId: 'L1', movementId: 'm1', materialId: 'steel', quantity: 2.5, unit: 'KGM' },
    ...{ locationId: 'WH1', ...work },
  }),
  {
    ...unitEvents.produced({
      ...{ serial: 'S-1', movementId: 'm1', materialId: 'pump', lotId: 'L1', ...work },
    }),
    at: '2026-04-01T00:00:00.000Z',
  },
])

test('orders, operations, lots, serials, machines and people by id, and never what people wrote', async () => {
  const { document, all, close } = await exported(HISTORY)
  onTestFinished(close)
  expect(document.objects.map(({ id }: { id: string }) => id).toSorted()).toEqual([
    'lot:L1',
    'machine:M1',
    'operation:["PO-1","10"]',
    'order:PO-1',
    'person:P-7',
    'serial:S-1',
  ])
  expect(JSON.stringify(document)).not.toContain('Meier')
  expect(all(`select ocel_id, quantity, unit from event_LotProduced`)).toEqual([
    { ocel_id: String(HISTORY[1]!.position), quantity: 2.5, unit: 'KGM' },
  ])
  expect(all(`select ocel_id, material from object_lot`)).toEqual([
    { ocel_id: 'lot:L1', material: null },
  ])
  expect(
    all('select ocel_source_id s, ocel_target_id t, ocel_qualifier q from object_object'),
  ).toEqual([
    { s: 'operation:["PO-1","10"]', t: 'order:PO-1', q: 'operation of' },
    { s: 'serial:S-1', t: 'lot:L1', q: 'counted in' },
  ])
})

test('a window holds what happened in it, and a site what is its own', async () => {
  const march = await exported(HISTORY, { to: '2026-04-01T00:00:00.000Z' })
  const other = await exported(HISTORY, { sites: ['S2'] })
  onTestFinished(() => [march, other].forEach(({ close }) => close()))
  expect(march.counts.events).toBe(2)
  expect(other.counts).toEqual({ events: 0, objects: 0 })
})
