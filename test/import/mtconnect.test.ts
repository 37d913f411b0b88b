import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importMtconnect } from '../../src/adapters/import/mtconnect.ts'
import { files, memorySystem } from './system.ts'

const SITE = { site: 'S1', timeZone: 'UTC' }
const DAY_1 = [
  '2026-03-01T22:00:00Z|M1_asset_chg|UNAVAILABLE',
  '2026-03-01T20:00:00Z|execution|READY',
  '2026-03-01T19:00:00Z|avail|AVAILABLE',
  '2026-03-02T06:00:00Z|execution|ACTIVE',
  'broken off',
  '2026-03-02T06:00:00Z|program|P1',
  '2026-03-02T07:00:00Z|execution|READY',
]
const DAY_2 = [
  '2026-03-02T07:00:00Z|execution|READY',
  '2026-03-01T19:00:00Z|avail|AVAILABLE',
  '2026-03-02T06:00:00Z|program|P1',
  '2026-03-03T06:00:00Z|execution|ACTIVE',
]
const states = (facts: readonly { metadata: { occurredAt: string }; data: any }[]) =>
  facts.map(({ metadata, data }) => `${metadata.occurredAt.slice(5, 16)} ${data.state}`)

describe('day files of a machine', () => {
  test('state carries over, the snapshot at a file’s start repeats nothing, order does not matter', async () => {
    const { deps, facts } = memorySystem()
    const [second, first] = files({
      'M1-20260303-20260304.txt': DAY_2.join('\r\n'),
      'M1-20260302-20260303.txt': `\uFEFF${DAY_1.join('\n')}\n`,
    })
    const report = await importMtconnect([second!, first!], SITE, deps)
    expect(states(await facts('EquipmentStateChanged'))).toEqual([
      '03-01T20:00 IDLE',
      '03-02T06:00 RUNNING',
      '03-02T07:00 IDLE',
      '03-03T06:00 RUNNING',
    ])
    expect(await facts('ProgramChanged')).toHaveLength(1)
    expect(report).toMatchObject({ files: 2, lines: 11, quarantined: 1, rejected: 0 })
    expect(report.badLines).toEqual([{ file: first, line: 5, why: expect.any(String) }])
    const [aside] = await facts('ObservationQuarantined')
    expect(JSON.parse(aside!.data.raw).data).toEqual({
      ...{ file: 'M1-20260302-20260303.txt', line: 5, raw: 'broken off' },
    })
  })

  test('the site, a work centre and the machine are defined, once', async () => {
    const { deps, facts, head } = memorySystem()
    const [file] = files({ 'M1-20260302-20260303.txt': DAY_1.join('\n') })
    await importMtconnect([file!], { ...SITE, timeZone: 'Europe/Berlin' }, deps)
    const scopes = (await facts('HierarchyScopeDefined')).map(({ data }) => data)
    expect(scopes.map((s) => [s.scopeId, s.level, s.parentId, s.timeZone])).toEqual([
      ['S1', 'SITE', null, 'Europe/Berlin'],
      ['S1-machines', 'WORK_CENTRE', 'S1', null],
      ['M1', 'WORK_UNIT', 'S1-machines', null],
    ])
    const before = await head()
    const again = await importMtconnect([file!], SITE, deps)
    expect([again.recorded, again.rejected, await head()]).toEqual([0, 0, before])
  })

  test('the same recording cut into other files adds nothing', async () => {
    const { deps, head } = memorySystem()
    const [whole, one, two] = files({
      'M1-20260302-20260304.txt': [...DAY_1, DAY_2[3]].join('\n'),
      'M1-20260302-20260303.txt': DAY_1.join('\n'),
      'M1-20260303-20260304.txt': DAY_2.join('\n'),
    })
    await importMtconnect([one!, two!], SITE, deps)
    const before = await head()
    const report = await importMtconnect([whole!], SITE, deps)
    // The broken line stands in another file now: it is set aside once more.
    expect([report.recorded, await head()]).toEqual([0, before + 1])
  })

  test('an empty file is a day without data', async () => {
    const { deps } = memorySystem()
    const report = await importMtconnect(files({ 'M1-20260302-20260303.txt': '' }), SITE, deps)
    expect(report).toMatchObject({ lines: 0, recorded: 0, quarantined: 0 })
  })
})

describe('files of one piece', () => {
  const piece = (start: string, ...lines: readonly string[]) =>
    lines.map((line) => `${start}:${line}`).join('\n')
  const OPERATIONS = {
    'Cover-Op2-M1-01of20.txt': piece(
      '2026-03-02T08',
      '00:00Z|Program_Status|READY',
      '01:00Z|Program_Status|ACTIVE',
      '02:00Z|Program_Status|PROGRAM_COMPLETED',
    ),
    'Cover-Op1-M1-01of20.txt': piece(
      '2026-03-02T06',
      // How the piece before ended.
      '00:00.5Z|Program_Status|PROGRAM_COMPLETED',
      '00:30Z|Program_Name_Editing|COVER.NC',
      '01:00Z|Program_Status|ACTIVE',
      '20:00Z|Program_Status|FEED_HOLD',
      '21:00Z|Program_Name_Running|SLOT.NC',
      '21:00Z|Program_Status|ACTIVE',
      '30:00.1239Z|Program_Status|PROGRAM_COMPLETED',
      '31:00Z|Part_Count|7',
    ),
  }

  test('first ACTIVE to last word of the execution; the last operation makes the piece', async () => {
    const { deps, facts } = memorySystem()
    await importMtconnect(files(OPERATIONS), SITE, deps)
    const processed = (await facts('UnitProcessed')).map(({ data }) => data)
    expect(processed.map((d) => [d.serial, d.operationId, d.startedAt, d.endedAt])).toEqual([
      ['Cover-01', 'Op1', '2026-03-02T06:01:00.000Z', '2026-03-02T06:30:00.123Z'],
      ['Cover-01', 'Op2', '2026-03-02T08:01:00.000Z', '2026-03-02T08:02:00.000Z'],
    ])
    // Loaded when it began, not what ran later; carried over to the next piece of the machine.
    expect(processed.map((d) => d.program)).toEqual(['COVER.NC', 'SLOT.NC'])
    const [made] = await facts('UnitProduced')
    expect(made!.data).toMatchObject({
      serial: 'Cover-01',
      materialId: 'Cover',
      operationId: 'Op2',
    })
    expect(made!.metadata.occurredAt).toBe('2026-03-02T08:02:00.000Z')
  })

  test('between two pieces nothing is known of the machine', async () => {
    const { deps, facts } = memorySystem()
    await importMtconnect(files(OPERATIONS), SITE, deps)
    const gaps = await facts('DataGapStarted', 'DataGapEnded')
    expect(gaps.map((f) => [f.type, f.metadata.occurredAt.slice(11, 19)])).toEqual([
      ['DataGapStarted', '06:31:00'],
      ['DataGapEnded', '08:00:00'],
      ['DataGapStarted', '08:02:00'],
    ])
  })

  test('a piece on which nothing ran is noted', async () => {
    const { deps, facts } = memorySystem()
    const name = 'Cover-Op1-M1-01of20.txt'
    const paths = files({ [name]: '2026-03-02T06:00:00Z|Program_Status|READY' })
    const report = await importMtconnect(paths, { ...SITE, serial: 'NIST/{part}/{number}' }, deps)
    expect(report.notes).toEqual([expect.stringContaining('NIST/Cover/01')])
    expect(await facts('UnitProcessed', 'UnitProduced')).toEqual([])
  })
})

describe('what cannot be imported says so, with its name', () => {
  const failing = (paths: string[]) => importMtconnect(paths, SITE, memorySystem().deps)
  test('a file that is not there', () =>
    expect(failing(['/no/M1-20260302-20260303.txt'])).rejects.toThrow(
      '/no/M1-20260302-20260303.txt: there is no such file',
    ))
  test('a folder', () => {
    const [file] = files({ x: '' })
    mkdirSync(join(file!, '..', 'M1-20260302-20260303.txt'))
    return expect(failing([join(file!, '..', 'M1-20260302-20260303.txt')])).rejects.toThrow(
      'is not a file',
    )
  })
  test('another format', () =>
    expect(failing(files({ 'M1-20260302-20260303.txt': '{"a": 1}\n{"b": 2}' }))).rejects.toThrow(
      'is no SHDR log',
    ))
  test('binary data', () =>
    expect(failing(files({ 'M1-20260302-20260303.txt': 'a\u0000b\n' }))).rejects.toThrow(
      'is not a text file',
    ))
  test('a name without a machine', () =>
    expect(failing(files({ 'log.txt': DAY_1.join('\n') }))).rejects.toThrow('give --machine'))
  test.each([
    [{ timeZone: 'Berlin' }, '--time-zone Berlin: must be an IANA time zone'],
    [{ site: ' S1' }, '--site  S1: must be printable'],
  ])('options %j', (wrong, message) =>
    expect(importMtconnect([], { ...SITE, ...wrong }, memorySystem().deps)).rejects.toThrow(
      message,
    ),
  )
  test('which --machine can say', async () => {
    const { deps, facts } = memorySystem()
    await importMtconnect(files({ 'log.txt': DAY_1.join('\n') }), { ...SITE, machine: 'M9' }, deps)
    expect((await facts('EquipmentStateChanged'))[0]!.data.equipmentId).toBe('M9')
  })
})
