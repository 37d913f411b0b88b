import { describe, expect, test } from 'vitest'
import { importCsv } from '../../src/adapters/import/csv.ts'
import type { Progress } from '../../src/adapters/import/run.ts'
import { files, memorySystem } from './system.ts'

const MAPPING = `
name: meter
site: { id: S1, timeZone: UTC }
values:
  at: { column: t, time: { format: iso } }
  reading: { column: v, number: true }
rows: [{ observe: MeterRead, at: at, data: { meterId: M, reading: $reading, unit: KWH } }]
`
const START = Date.parse('2026-03-01T00:00:00Z')
const ROWS = 10_000
const table = ['t,v']
for (let i = 0; i < ROWS; i++) table.push(`${new Date(START + i * 60_000).toISOString()},${i}`)

const paths = () => {
  const [csv, mapping] = files({ 'meter.csv': table.join('\n'), 'meter.yaml': MAPPING })
  return { csv: csv!, mapping: mapping! }
}

describe('an import', () => {
  test('tells its progress, to the end', async () => {
    const { csv, mapping } = paths()
    const told: Progress[] = []
    const { deps } = memorySystem()
    await importCsv([csv], { mapping }, { ...deps, onProgress: (p) => told.push(p) })
    expect(told.length).toBeGreaterThan(10)
    const ordered = told.map(({ bytes }) => bytes)
    expect(ordered).toEqual(ordered.toSorted((a, b) => a - b))
    expect(told.at(-1)).toMatchObject({ lines: ROWS + 1, bytes: told[0]!.totalBytes })
  })

  test('stops at the signal between two batches, and goes on when run again', async () => {
    const { csv, mapping } = paths()
    const { deps, facts } = memorySystem()
    const stop = new AbortController()
    const onProgress = ({ lines }: Progress) => void (lines > ROWS / 2 && stop.abort())
    const first = await importCsv([csv], { mapping }, { ...deps, onProgress, signal: stop.signal })
    expect(first.stopped).toBe(true)
    expect(first.recorded).toBeGreaterThan(0)
    expect(first.recorded).toBeLessThan(ROWS)
    const second = await importCsv([csv], { mapping }, deps)
    expect(second).toMatchObject({ stopped: false, lines: ROWS + 1 })
    expect(await facts('MeterRead')).toHaveLength(ROWS)
  })

  test('an outage in the middle is an error; run again, nothing is lost or doubled', async () => {
    const { csv, mapping } = paths()
    const { deps, facts } = memorySystem()
    let calls = 0
    const record: typeof deps.record = (...args) =>
      ++calls === 2 ? Promise.reject(new Error('the log is away')) : deps.record(...args)
    const failing = importCsv([csv], { mapping }, { ...deps, record })
    await expect(failing).rejects.toThrow('the log is away')
    await importCsv([csv], { mapping }, deps)
    expect(await facts('MeterRead')).toHaveLength(ROWS)
  })

  test('holds a batch or two, not the file', async () => {
    const { csv, mapping } = paths()
    const { deps } = memorySystem()
    let largest = 0
    const record: typeof deps.record = (observations, context) => {
      largest = Math.max(largest, observations.length)
      return deps.record(observations, context)
    }
    await importCsv([csv], { mapping }, { ...deps, record })
    expect(largest).toBeLessThan(3_000)
  })
})
