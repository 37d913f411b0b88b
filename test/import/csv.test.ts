import { describe, expect, test } from 'vitest'
import { importCsv } from '../../src/adapters/import/csv.ts'
import { files, memorySystem } from './system.ts'

const SHOP = `
name: shop
site: { id: S1, timeZone: Europe/Berlin }
csv: { delimiter: ; }
skip: [{ column: op, is: [Start, End] }]
values:
  orderId: { column: order }
  operationId: { column: op }
  from: { column: from, time: { format: d.M.yyyy HH:mm } }
  to: { column: to, time: { format: d.M.yyyy HH:mm } }
  good: { column: good, number: true, empty: 0 }
  bookingId: { template: '{orderId}-{line}' }
groups:
  - by: orderId
    command: ReleaseOrder
    at: from
    data:
      orderId: $orderId
      materialId: $$material
      quantity: null
      unit: C62
      operations:
        each: operationId
        item: { operationId: $operationId, sequence: $position, name: $operationId, workCentreId: W }
rows:
  - command: BookWork
    at: to
    data:
      orderId: $orderId
      operationId: $operationId
      bookingId: $bookingId
      activity: PRODUCTION
      startedAt: $from
      endedAt: $to
      good: $good
`
const HEADER = 'order;op;from;to;good;remark'
const ROWS = [
  'A;Start;;;;',
  'A;Mill;2.3.2026 08:00;2.3.2026 09:00;5;',
  'B;Turn;1.3.2026 06:00;1.3.2026 07:00;;"two\nlines; one cell"',
  'A;Saw;2.3.2026 06:00;2.3.2026 07:00;5;',
  'A;Mill;2.3.2026 08:00;2.3.2026 09:00;5;',
]
const shop = (rows: readonly string[], mapping = SHOP, name = 'shop.csv') => {
  const [csv, yaml] = files({
    [name]: `\uFEFF${[HEADER, ...rows].join('\r\n')}`,
    'shop.yaml': mapping,
  })
  return { csv: csv!, mapping: yaml! }
}
async function imported(rows: readonly string[], mapping = SHOP) {
  const system = memorySystem()
  const paths = shop(rows, mapping)
  const run = () => importCsv([paths.csv], { mapping: paths.mapping }, system.deps)
  return { ...system, ...paths, run, report: await run() }
}

describe('a table through a mapping', () => {
  test('an order is released with the operations of its rows, before its bookings', async () => {
    const { facts, report } = await imported(ROWS)
    const released = await facts('OrderReleased')
    const a = released.find(({ data }) => data.orderId === 'A')!
    expect(a.data.operations.map((o: any) => [o.operationId, o.sequence])).toEqual([
      ['Mill', 1],
      ['Saw', 2],
    ])
    expect(a.data).toMatchObject({ materialId: '$material', quantity: null })
    // When its first row began, although that one stands below another.
    expect(a.metadata.occurredAt).toBe('2026-03-02T05:00:00.000Z')
    expect(await facts('WorkBooked')).toHaveLength(4)
    expect(report).toMatchObject({ quarantined: 0, rejected: 0, recorded: 7 })
  })

  test('rows that are the same are two bookings; the same file again is none', async () => {
    const { facts, run, head } = await imported(ROWS)
    const ids = (await facts('WorkBooked')).map(({ data }) => data.bookingId)
    expect(new Set(ids)).toEqual(new Set(['A-3', 'A-6', 'A-7', 'B-4']))
    const before = await head()
    expect((await run()).recorded).toBe(0)
    expect(await head()).toBe(before)
  })

  test('a file that has grown adds its new rows, another of the same name is another', async () => {
    const { deps, facts, mapping } = await imported(ROWS)
    const grown = shop([...ROWS, 'A;Saw;3.3.2026 06:00;3.3.2026 07:00;5;'])
    const report = await importCsv([grown.csv], { mapping }, deps)
    expect(report.recorded).toBe(1)
    const other = shop(['C;Saw;3.3.2026 06:00;3.3.2026 07:00;5;'])
    await importCsv([other.csv], { mapping }, deps)
    expect((await facts('WorkBooked')).map(({ data }) => data.orderId)).toContain('C')
  })

  test('bad rows go to quarantine with line, content and reason, and the import goes on', async () => {
    const { facts, report, csv } = await imported([
      ...ROWS,
      'A;Mill;2.3.2026 08:00;2.3.2026 09:00;many;',
      'A;Mill;30.2.2026 08:00;2.3.2026 09:00;1;',
      'too;few;cells',
      'A;Mill;2.3.2026 08:00;2.3.2026 09:00;"1"x;',
      'A;Mill;2.3.2026 10:00;2.3.2026 11:00;7;',
    ])
    expect(report.quarantined).toBe(4)
    expect(report.badLines.map(({ line, why }) => [line, why])).toEqual([
      [8, 'good "many": must be a number'],
      [9, 'from "30.2.2026 08:00": must be a time like d.M.yyyy HH:mm'],
      [10, 'has 3 cells, the header has 6'],
      [11, 'good "\\"1\\"x": must be a number'],
    ])
    expect(report.badLines[0]!.file).toBe(csv)
    const aside = (await facts('ObservationQuarantined')).map(
      ({ data }) => JSON.parse(data.raw).data,
    )
    expect(aside[0]).toEqual({
      ...{ file: 'shop.csv', line: 8, raw: 'A;Mill;2.3.2026 08:00;2.3.2026 09:00;many;' },
    })
    expect((await facts('WorkBooked')).at(-1)!.data.good).toBe(7)
  })

  test('a quote that is never closed costs its row, not the file', async () => {
    const row = 'A;Mill;2.3.2026 08:00;2.3.2026 09:00;1;'
    const lost = [`${row}"open`, row, ...Array(300).fill(row), `${row}5" pipe`, `${row}"end`]
    const { report, facts } = await imported(lost)
    expect(report.badLines).toEqual(
      [2, 305].map((line) => ({
        ...{ file: expect.any(String), line },
        why: 'has a quote that is never closed',
      })),
    )
    expect(await facts('WorkBooked')).toHaveLength(302)
  })

  test('what the domain refuses is told with its reason', async () => {
    const { report } = await imported(['A;Mill;2.3.2026 08:00;2.3.2026 07:00;1;'])
    expect(report).toMatchObject({
      rejected: 1,
      refusals: [{ line: 2, command: 'BookWork', code: 'EndsBeforeStart' }],
    })
  })

  test('changes only, and only where the tests hold', async () => {
    const rule = `
  - observe: ProgramChanged
    when: [{ value: good, above: 4 }]
    onChange: { of: operationId, per: orderId }
    at: to
    data: { equipmentId: $orderId, program: $operationId }`
    const { facts } = await imported(ROWS, SHOP + rule)
    const changes = (await facts('ProgramChanged')).map(({ data }) => data.program)
    expect(changes).toEqual(['Mill', 'Saw', 'Mill'])
  })
})

describe('a file that does not fit says so', () => {
  const failing = (content: string, mapping = SHOP) => {
    const [csv, yaml] = files({ 'x.csv': content, 'm.yaml': mapping })
    return importCsv([csv!], { mapping: yaml! }, memorySystem().deps)
  }
  test('a missing column', () =>
    expect(failing('order;op;from;to\nA;B;C;D')).rejects.toThrow(
      /x\.csv: has no column good; it has order, op, from, to$/,
    ))
  test('another delimiter', () =>
    expect(failing('order,op,from,to,good\nA,B,C,D,1')).rejects.toThrow('has no column order'))
  test('an empty file', () => expect(failing('')).rejects.toThrow('x.csv: is empty'))
  test('a mapping that is not there', () =>
    expect(importCsv(['x.csv'], { mapping: '/no/m.yaml' }, memorySystem().deps)).rejects.toThrow(
      '/no/m.yaml: there is no such file',
    ))
  test('a table that is not there', () => {
    const [mapping] = files({ 'm.yaml': SHOP })
    return expect(
      importCsv(['/no/x.csv'], { mapping: mapping! }, memorySystem().deps),
    ).rejects.toThrow('/no/x.csv: there is no such file')
  })
})
