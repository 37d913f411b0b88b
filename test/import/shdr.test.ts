import { describe, expect, test } from 'vitest'
import { parseShdr } from '../../src/adapters/import/shdr.ts'

const AT = Date.parse('2017-02-01T13:59:35.171Z')
const read = (line: string, timeZone = 'UTC') => parseShdr(line, timeZone, 'Hurco04')
const samples = (line: string, timeZone?: string) => {
  const parsed = read(line, timeZone)
  return parsed && 'samples' in parsed ? parsed.samples : parsed
}

describe('a line of SHDR', () => {
  test('one item, its time cut to milliseconds', () =>
    expect(samples('2017-02-01T13:59:35.1718750Z|Program_Status|ACTIVE')).toEqual([
      { at: AT, item: 'Program_Status', value: 'ACTIVE' },
    ]))
  test('several items of one moment', () =>
    expect(samples('2017-02-01T13:59:35.171Z|execution|READY|line|12|program|')).toEqual([
      { at: AT, item: 'execution', value: 'READY' },
      { at: AT, item: 'line', value: '12' },
      { at: AT, item: 'program', value: '' },
    ]))
  test('a condition keeps its code and text together', () =>
    expect(samples('2017-02-01T13:59:35.171Z|motion_cond|FAULT|722|1|HIGH|axis X')).toEqual([
      { at: AT, item: 'motion_cond', value: 'FAULT|722|1|HIGH|axis X' },
    ]))
  test('the text of a condition may hold pipes', () =>
    expect(samples('2017-02-01T13:59:35.171Z|c|WARNING|7|||a|b')).toEqual([
      { at: AT, item: 'c', value: 'WARNING|7|||a|b' },
    ]))
  test('a condition the agent knows nothing of', () =>
    expect(samples('2017-02-01T13:59:35.171Z|system|Unavailable||||')).toEqual([
      { at: AT, item: 'system', value: 'Unavailable||||' },
    ]))
  test('three known items are no condition, whatever the first says', () =>
    expect(
      samples('2017-02-01T13:59:35.171Z|avail|UNAVAILABLE|execution|READY|line|1'),
    ).toHaveLength(3))
  test('a message is one item', () =>
    expect(samples('2017-02-01T13:59:35.171Z|message|22|coolant low')).toEqual([
      { at: AT, item: 'message', value: '22|coolant low' },
    ]))
  test('the name of the machine before an item, and a duration after the time', () =>
    expect(samples('2017-02-01T13:59:35.171Z@100.0|Hurco04:avail|AVAILABLE')).toEqual([
      { at: AT, item: 'avail', value: 'AVAILABLE' },
    ]))
  test('a time without an offset is of the time zone, one with an offset is not', () => {
    expect(samples('2017-02-01T08:59:35.171|a|1', 'America/New_York')).toMatchObject([{ at: AT }])
    expect(samples('2017-02-01T14:59:35.171+01:00|a|1', 'America/New_York')).toMatchObject([
      { at: AT },
    ])
  })
  test.each(['', '   ', '* shdrVersion: 2.0'])('%j carries nothing', (line) =>
    expect(read(line)).toBeNull(),
  )
  test.each([
    ['2017', 'at least two pipes'],
    ['2017-02-01T13:59:35Z|avail', 'at least two pipes'],
    ['yesterday|avail|AVAILABLE', 'time "yesterday"'],
    ['2017-13-01T13:59:35Z|avail|AVAILABLE', 'time "2017-13-01T13:59:35Z"'],
    ['2017-02-01T13:59:35Z|a|1\u00002', 'control characters'],
    [`2017-02-01T13:59:35Z|a|${'x'.repeat(2_001)}`, 'more than 2000 characters'],
    ['2017-02-01T13:59:35Z|a|1|b|2|c', 'the last item has no value'],
  ])('%j is none: %s', (line, why) =>
    expect(read(line)).toEqual({ why: expect.stringContaining(why) }),
  )
})
