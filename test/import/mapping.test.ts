import { describe, expect, test } from 'vitest'
import { parseMapping } from '../../src/adapters/import/mapping.ts'
import { timeReader } from '../../src/adapters/import/mapping-time.ts'
import { valuesReader } from '../../src/adapters/import/mapping-values.ts'

const mapping = (values: string, rest = '') => `
name: m
site: { id: S1, timeZone: Europe/Berlin }
values:
  at: { column: t, time: { format: iso } }
${values}
${rest || 'rows: [{ observe: MeterRead, at: at, data: { meterId: M, reading: 1, unit: KWH } }]'}
`
/** The values of one row; cells by column. */
const values = (rules: string, cells: Record<string, string>) => {
  const read = valuesReader(parseMapping('m.yaml', mapping(rules)))
  return read((column) => cells[column] ?? '', 7, 'f.csv')
}
const T = { t: '2026-03-02T06:00:00Z' }

describe('times', () => {
  const read = (text: string, rule: object, zone = 'Europe/Berlin') =>
    timeReader(
      { format: 'iso', midnight: 'start', ambiguous: 'compatible', ...rule } as never,
      zone,
    )(text)
  test.each([
    ['d/M/yyyy HH:mm', '5/11/2018 09:45', '2018-11-05T08:45:00.000Z'],
    ['yyyy/MM/dd HH:mm:ss.SSS', '2012/01/30 06:24:00.125', '2012-01-30T05:24:00.125Z'],
    ['dd.MM.yyyy', '30.01.2012', '2012-01-29T23:00:00.000Z'],
    ['iso', '2022-08-31 22:00:00+00:00', '2022-08-31T22:00:00.000Z'],
    ['iso', '2022-08-31T22:00:00.5Z', '2022-08-31T22:00:00.500Z'],
    ['iso', '2022-08-31 22:00', '2022-08-31T20:00:00.000Z'],
  ])('%s %s', (format, text, expected) => expect(read(text, { format })).toBe(expected))
  test.each([
    ['d/M/yyyy', '31/02/2018'],
    ['d/M/yyyy', '2018-02-03'],
    ['dd.MM.yyyy', '3.2.2018'],
    ['yyyy.MM', '2018x02'],
    ['iso', 'soon'],
  ])('%s does not take %s', (format, text) => expect(read(text, { format })).toBeNull())
  test('a zone of its own', () =>
    expect(read('2018-01-01T00:15', { zone: 'Asia/Seoul' })).toBe('2017-12-31T15:15:00.000Z'))
  test('midnight as the end of the day it is written under', () => {
    const format = { format: 'd/M/yyyy HH:mm', midnight: 'end' }
    expect(read('31/12/2018 00:00', format)).toBe('2018-12-31T23:00:00.000Z')
    expect(read('31/12/2018 00:15', format)).toBe('2018-12-30T23:15:00.000Z')
  })
  test.each([
    // 02:00 to 03:00 is skipped on 2026-03-29, and there twice on 2026-10-25.
    ['2026-03-29T02:30', 'compatible', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29T02:30', 'earlier', '2026-03-29T00:30:00.000Z'],
    ['2026-03-29T02:30', 'reject', null],
    ['2026-10-25T02:30', 'compatible', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T02:30', 'later', '2026-10-25T01:30:00.000Z'],
    ['2026-10-25T02:30', 'reject', null],
  ])('%s, %s', (text, ambiguous, expected) => expect(read(text, { ambiguous })).toBe(expected))
})

describe('values of a row', () => {
  test('lookup, numbers of other countries, empty cells, units, sums, templates', () => {
    const rules = `
  kind: { column: k, lookup: { D: PRODUCTION, S: SETUP } }
  kw: { column: p, number: { decimal: ',', group: '.' } }
  seconds: { column: s, number: true, empty: 0 }
  kwh: { product: [kw, seconds], dividedBy: 3600, round: 3 }
  minutes: { quotient: [seconds, 60] }
  none: { column: nothing, number: true }
  unknown: { sum: [kw, none] }
  left: { difference: [seconds, 20], plus: 0.5 }
  kg: { column: tonnes, number: true, times: 1000 }
  id: { template: '{order no}-{kind}-{line}' }
  from: { value: at, shift: -PT15M }
  since: { value: at, minusSeconds: seconds }`
    const cells = { ...T, k: ' D ', p: '1.234,5', s: '90', tonnes: '0.25', 'order no': 'A1' }
    expect(values(rules, cells)).toMatchObject({
      ...{ kind: 'PRODUCTION', kw: 1234.5, seconds: 90, kwh: 30.863, minutes: 1.5 },
      ...{ none: null, unknown: null, left: 70.5, kg: 250, id: 'A1-PRODUCTION-7' },
      ...{ from: '2026-03-02T05:45:00.000Z', since: '2026-03-02T05:58:30.000Z' },
    })
    expect(values(rules, { ...cells, s: '' })).toMatchObject({ seconds: 0, kwh: 0 })
  })
  test('otherwise takes what a lookup lacks', () =>
    expect(
      values(`  k: { column: k, lookup: { A: 1 }, otherwise: null }`, { ...T, k: 'Z' }),
    ).toMatchObject({ k: null }))
  test.each([
    ['  n: { column: n, number: true }', { n: '12 pcs' }, 'n "12 pcs": must be a number'],
    ['  n: { column: n, number: true }', { n: '0x10' }, 'n "0x10": must be a number'],
    ['  k: { column: k, lookup: { A: 1, B: 2 } }', { k: 'C' }, 'k "C": must be one of A, B'],
    ['  k: { column: k, lookup: { A: 1 } }', { k: 'constructor' }, 'must be one of A'],
    [
      '  z: { column: z, time: { format: d/M/yyyy } }',
      { z: 'x' },
      'z "x": must be a time like d/M/yyyy',
    ],
    ['  q: { quotient: [1, 0] }', {}, 'has no finite result'],
  ])('%s of %j', (rule, cells, message) =>
    expect(() => values(rule, { ...T, ...cells })).toThrow(message),
  )
})

describe('a wrong mapping says key, value and rule', () => {
  const rows = (row: string) => `rows: [${row}]`
  const good = 'observe: MeterRead, at: at, data: { meterId: M, reading: 1, unit: KWH }'
  test.each([
    [
      '  x: { column: a, template: b }',
      '',
      'values.x {"column":"a","template":"b"}: must have exactly one of',
    ],
    ['  x: { colum: a }', '', 'values.x'],
    [
      '  x: { value: later }\n  later: { column: a }',
      '',
      'values.x.value later: must be a value: line, file, at',
    ],
    [
      '  x: { column: a, time: { format: HH:mm } }',
      '',
      'values.x.time.format HH:mm: has no year, no month, no day',
    ],
    [
      '  x: { column: a, time: { format: iso, zone: Berlin } }',
      '',
      'values.x.time.zone "Berlin": must be an IANA time zone',
    ],
    ['  line: { column: a }', '', 'values.line: is a name every row has already'],
    [
      '',
      rows('{ observe: Nothing, at: at, data: {} }'),
      'rows.0.observe Nothing: is no observation',
    ],
    ['', rows('{ command: BookWrok, at: at, data: {} }'), 'rows.0.command BookWrok: is no command'],
    [
      '',
      rows('{ observe: MeterRead, at: at, data: { reeding: 1 } }'),
      'rows.0.data.reeding: must be one of meterId',
    ],
    [
      '',
      rows(`{ ${good}, when: [{ value: nope, above: 0 }] }`),
      'rows.0.when nope: must be a value',
    ],
    [
      '',
      rows('{ observe: MeterRead, at: at, data: { reading: $x } }'),
      'rows.0.data.reading x: must be a value',
    ],
    ['', rows('{ at: at, data: {} }'), 'must have either command or observe'],
    ['', `${rows(`{ ${good} }`)}\nskip: [{ value: at, is: [a] }]`, 'must test a column'],
    ['  x: [', '', 'is not YAML'],
    ['  x: &a { column: a }\n  y: *a', '', 'uses YAML aliases'],
  ])('%s %s', (rules, rest, message) => {
    const parse = () => parseMapping('examples/m.yaml', mapping(rules, rest))
    expect(parse).toThrow(/^examples\/m\.yaml: /)
    expect(parse).toThrow(message)
  })
  test('all faults at once', () =>
    expect(() =>
      parseMapping('m', mapping('', rows('{ observe: MeterRead, at: a, data: { b: $c } }'))),
    ).toThrow(/3 faults/))
})
