import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { importEpcis } from '../../src/adapters/import/epcis.ts'
import { ImportError } from '../../src/adapters/import/errors.ts'
import { documentText } from '../../src/projections/epcis/document.ts'
import { epcisEvents } from '../../src/projections/epcis/epcis-events.ts'
import { DEFAULT_NAMING } from '../../src/projections/epcis/names.ts'
import { replay } from '../../src/projections/projection.ts'
import { files, memorySystem } from '../import/system.ts'
import { hasStandard, officialExamples } from './validator.ts'

const OPTIONS = { site: 'S1', timeZone: 'Europe/Berlin', naming: DEFAULT_NAMING }
const when = { eventTime: '2026-03-02T06:00:00+01:00', eventTimeZoneOffset: '+01:00' }
const LOT = 'urn:epc:class:lgtin:4012345.011111.4444'
const SERIAL = 'urn:epc:id:sgtin:4012345.077889.25'
const PART = 'urn:epc:id:sgtin:4012345.033333.7'
const PALLET = 'urn:epc:id:sscc:4012345.0000000333'
const document = (...eventList: object[]) =>
  files({
    'a.jsonld': JSON.stringify({
      ...{ '@context': [], type: 'EPCISDocument', schemaVersion: '2.0' },
      epcisBody: { eventList },
    }),
  })

const STORY = [
  {
    ...{ type: 'ObjectEvent', action: 'ADD', bizStep: 'receiving', ...when },
    quantityList: [{ epcClass: LOT, quantity: 10, uom: 'KGM' }],
    sourceList: [{ type: 'owning_party', source: 'urn:epc:id:pgln:4000001.98765' }],
  },
  {
    ...{ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning', ...when },
    epcList: [SERIAL, PART],
  },
  {
    ...{ type: 'AssociationEvent', action: 'ADD', bizStep: 'assembling', ...when },
    ...{ parentID: SERIAL, childEPCs: [PART] },
  },
  {
    ...{ type: 'TransformationEvent', ...when },
    inputQuantityList: [{ epcClass: LOT, quantity: 4, uom: 'KGM' }],
    outputQuantityList: [
      { epcClass: 'urn:epc:class:lgtin:4012345.022222.A', quantity: 3, uom: 'KGM' },
    ],
  },
  {
    ...{ type: 'AggregationEvent', action: 'ADD', bizStep: 'packing', ...when },
    ...{ parentID: PALLET, childEPCs: [SERIAL] },
  },
  {
    ...{ type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'shipping', ...when },
    epcList: [PALLET],
    bizTransactionList: [{ type: 'desadv', bizTransaction: 'urn:epcglobal:cbv:bt:1:4711' }],
  },
]

test('what others tell becomes facts, and the same file again changes nothing', async () => {
  const { deps, facts } = memorySystem()
  const story = document(...STORY)
  const report = await importEpcis(story, OPTIONS, deps)
  expect(report.refusals).toEqual([])
  expect((await facts()).map(({ type }) => type)).toEqual([
    'HierarchyScopeDefined',
    'LotReceived',
    'UnitProduced',
    'UnitProduced',
    'UnitRanked',
    'ComponentInstalled',
    'LotTransformed',
    'LotYielded',
    'LogisticUnitOpened',
    'UnitRepacked',
    'LogisticUnitShipped',
  ])
  const [received] = await facts('LotReceived')
  expect(received!.data).toMatchObject({ lotId: LOT, materialId: '04012345111118', quantity: 10 })
  expect((await importEpcis(story, OPTIONS, deps)).recorded).toBe(0)
})

test('a bad event is quarantined, the others are taken; what has no counterpart is told', async () => {
  const { deps, facts } = memorySystem()
  const { eventTime: _, ...timeless } = STORY[0]!
  const seen = { ...STORY[0]!, action: 'OBSERVE', bizStep: 'inspecting' }
  const report = await importEpcis(document(timeless, STORY[0]!, seen), OPTIONS, deps)
  expect(report).toMatchObject({ quarantined: 1 })
  expect(await facts('LotReceived')).toHaveLength(1)
  expect(report.notes).toEqual([
    'no counterpart here, 1 times: object events of inspecting that OBSERVE',
  ])
  await expect(importEpcis(files({ 'x.json': '{}' }), OPTIONS, deps)).rejects.toThrow(ImportError)
})

test('what one plant tells, another takes in: the same lots, items and amounts', async () => {
  const [here, there] = [memorySystem(), memorySystem()]
  await importEpcis(document(...STORY), OPTIONS, here.deps)
  const rows = [...replay(epcisEvents, await here.facts()).values()]
  const text = await Array.fromAsync(
    documentText(
      (async function* () {
        yield* rows
      })(),
      '2030-01-01T00:00:00.000Z',
    ),
  )
  const [file] = files({ 'there.jsonld': '' })
  writeFileSync(file!, text.join(''))
  const report = await importEpcis([file!], OPTIONS, there.deps)
  expect(report.refusals).toEqual([])
  const told = async ({ facts }: typeof here) =>
    (await facts('LotReceived', 'LotYielded', 'UnitProduced', 'LogisticUnitShipped')).map(
      ({ type, data: { lotId, serial, logisticUnitId, materialId, quantity } }) =>
        [type, lotId, serial, logisticUnitId, materialId, quantity] as const,
    )
  expect(await told(there)).toEqual(await told(here))
})

describe.skipIf(!hasStandard)('the official examples', () => {
  test('there are 47', () => expect(officialExamples()).toHaveLength(47))
  test.each(hasStandard ? officialExamples() : [])('%s is read', async (_, file) => {
    const { deps } = memorySystem()
    const report = await importEpcis([file], OPTIONS, deps)
    expect(report.badLines).toEqual([])
    const again = await importEpcis([file], OPTIONS, deps)
    expect(again.recorded).toBe(0)
  })
})
