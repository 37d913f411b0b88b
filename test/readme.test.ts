import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig, settings } from '../src/config.ts'
import { createLogger, startSystem, type System } from '../src/system.ts'
import { databaseUrlOf, freshDatabase, type FreshDatabase } from './support/postgres.ts'

const PATH = resolve(import.meta.dirname, '../README.md')
const readme = readFileSync(PATH, 'utf8')
/** GraphQL that README shows, by the name its test mark gives it. */
const snippets = new Map(
  [...readme.matchAll(/<!-- test: (\S+) -->\n```graphql\n([\s\S]*?)```/g)].map(([, name, text]) => [
    name!,
    text!,
  ]),
)

let database: FreshDatabase
let system: System
beforeAll(async () => {
  database = await freshDatabase()
  const databaseUrl = databaseUrlOf(database.connection)
  const config = readConfig({}, { databaseUrl, port: 0, logLevel: 'warn' })
  system = await startSystem(config, createLogger(config))
})
afterAll(async () => {
  await system.close()
  await database.drop()
})

async function run(name: string, variables: object = {}): Promise<any> {
  const response = await fetch(`${system.api!.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: snippets.get(name), variables }),
  })
  const { data, errors } = (await response.json()) as { data: any; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

test('a calendar: the night shift of the day the clocks change has seven hours', async () => {
  const { defineCalendar, changeShiftPattern } = await run('readme-calendar')
  expect(Number(changeShiftPattern.position)).toBeGreaterThan(Number(defineCalendar.position))
  const { shifts } = await run('readme-shifts', { position: changeShiftPattern.position })
  expect(shifts.shifts).toMatchObject([
    { shiftId: 'NIGHT', day: '2026-03-28', durationMs: 7 * 3_600_000 },
  ])
})

test('every GraphQL snippet is one that a test here runs', () => {
  expect([...snippets.keys()]).toEqual([
    'readme-release',
    'readme-orders',
    'readme-observation',
    'readme-calendar',
    'readme-shifts',
    'readme-qualification',
    'readme-stop',
    'readme-stops',
    'readme-material',
    'readme-trace',
    'readme-recall',
    'readme-sign',
    'readme-signatures',
  ])
  expect(readme.match(/```graphql/g)).toHaveLength(snippets.size)
})

test('an order is released once, however often, and read at the position of its Ack', async () => {
  const first = (await run('readme-release')).releaseOrder
  expect(first).toEqual({ position: expect.stringMatching(/^\d+$/) })
  expect((await run('readme-release')).releaseOrder).toEqual(first)
  const { orders } = await run('readme-orders', { position: first.position })
  expect(orders.nodes).toEqual([
    {
      orderId: 'PO-1',
      status: 'RELEASED',
      quantity: { value: 10, unit: 'C62' },
      operations: [{ name: 'Mill', status: 'READY' }],
    },
  ])
  expect(orders.asOf).toEqual({ position: first.position, lag: 0 })
})

test('whoever lacks a qualification that the place asks for is refused', async () => {
  const { requireQualifications, startOperation } = await run('readme-qualification')
  expect(requireQualifications.position).toMatch(/^\d+$/)
  expect(startOperation).toMatchObject({
    code: 'NotQualified',
    message: expect.stringContaining('CNC version 1 (PERSON_UNKNOWN)'),
  })
})

test('an observation is recorded once, however often', async () => {
  const first = (await run('readme-observation')).recordEquipmentStateChanged
  expect(first).toMatchObject({ recorded: 1, duplicates: 0, quarantined: [] })
  const again = (await run('readme-observation')).recordEquipmentStateChanged
  expect(again).toMatchObject({ recorded: 0, duplicates: 1, quarantined: [] })
})

test('a stop is derived from what the machine said, and explained by a person', async () => {
  const { recordEquipmentStateChanged, classifyStop } = await run('readme-stop')
  expect(recordEquipmentStateChanged).toEqual({ recorded: 3 })
  const { stops } = await run('readme-stops', { position: classifyStop.position })
  expect(stops.nodes).toEqual([
    {
      ...{ from: '2026-03-02T07:00:00.000Z', to: '2026-03-02T07:40:00.000Z' },
      ...{ durationMs: 2_400_000, kind: 'STOP', category: 'BREAKDOWN', version: 1 },
      classification: { reason: { name: 'Part jammed' }, decidedBy: expect.any(String) },
    },
  ])
})

test('what was used for an order and what was bound to a serial show in the trace', async () => {
  const { bindConsumption } = await run('readme-material')
  const { trace } = await run('readme-trace', { position: bindConsumption.position })
  const [lot, ...reached] = trace.nodes
  expect(lot).toMatchObject({ kind: 'LOT', id: 'L-1', atLeast: { value: 50, unit: 'C62' } })
  const pump = reached.find(({ id }: { id: string }) => id === 'PUMP-1')
  expect(pump).toMatchObject({ kind: 'SERIAL', certain: true })
  expect(trace.balance.balanced).toBe(true)
})

test('a recall and the record of an item, of what the trace shows', async () => {
  const { bindConsumption } = await run('readme-material')
  const { recall, unitHistory } = await run('readme-recall', { position: bindConsumption.position })
  expect(recall.stock).toMatchObject([
    { id: 'L-1', quantity: { value: 48, unit: 'C62' }, certain: true },
    { id: 'PUMP-1', certain: true },
  ])
  expect(recall.inProcess).toEqual([{ kind: 'ORDER', id: 'PO-1', certain: true }])
  expect(unitHistory.parts[0]).toMatchObject({
    ...{ part: { id: 'L-1' }, certain: true },
    origins: [{ supplierId: 'ACME', supplierLotId: null }],
  })
})

test('its table of settings is that of the code; UPDATE_README=1 writes it', () => {
  const marked = /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/
  expect(readme).toMatch(marked)
  const updated = readme.replace(marked, (_, from, to) => `${from}${settingsTable()}\n${to}`)
  if (process.env['UPDATE_README'] === '1') writeFileSync(PATH, updated)
  else expect(readme).toBe(updated)
})

function settingsTable(): string {
  const rows = Object.values(settings).map(({ variable, schema, about }) => {
    const value = schema.parse(undefined)
    const shown = Array.isArray(value) ? value.join(',') : `${value ?? ''}`
    return `| \`${variable}\` | ${shown === '' ? '' : `\`${shown}\` `}| ${about.replaceAll('|', '\\|')} |`
  })
  return ['| variable | default | what it does |', '| --- | --- | --- |', ...rows].join('\n')
}

test('a unit is signed by somebody with a secret, and shows so', async () => {
  const secrets = { handedOver: 'handed over', secret: 'known to one' }
  const { signRecord } = await run('readme-sign', secrets)
  const { signatureStatus } = await run('readme-signatures', { position: signRecord.position })
  expect(signatureStatus.signatures).toMatchObject([{ person: { name: 'Ada Quill' }, valid: true }])
})
