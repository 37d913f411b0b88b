import { describe, expect, test } from 'vitest'
import { importQif } from '../../src/adapters/import/qif.ts'
import { files, memorySystem } from './system.ts'

const SITE = { site: 'S1', timeZone: 'Europe/Berlin', lengthUnit: 'MMT', angleUnit: 'DD' }

const limits = (min: string | null, max: string | null, isLimit: boolean) => `<Tolerance>
  ${max === null ? '' : `<MaxValue>${max}</MaxValue>`}${min === null ? '' : `<MinValue>${min}</MinValue>`}
  <DefinedAsLimit>${isLimit}</DefinedAsLimit></Tolerance>`
const DEFINITIONS = `
  <DiameterCharacteristicDefinition id="1"><Name>Bore</Name>${limits('9.9', '10.1', true)}</DiameterCharacteristicDefinition>
  <FlatnessCharacteristicDefinition id="2"><Name>Flat</Name><ToleranceValue>0.05</ToleranceValue></FlatnessCharacteristicDefinition>
  <AngleCharacteristicDefinition id="3"><Name>Cone</Name>${limits('-0.2', '0.1', false)}</AngleCharacteristicDefinition>
  <DiameterCharacteristicDefinition id="4"><Name>Bore</Name>${limits('5', null, true)}</DiameterCharacteristicDefinition>`
const KINDS = ['Diameter', 'Flatness', 'Angle', 'Diameter']
const NAMES = ['Bore', 'Flat', 'Cone', 'Bore']
const TARGETS = ['10', null, '45', '5.5']
const each = (make: (kind: string, i: number) => string) => KINDS.map(make).join('')

const actual = (i: number, value: string, status: string) =>
  `<${KINDS[i]}CharacteristicActual id="${50 + i}"><Status><CharacteristicStatusEnum>${status}</CharacteristicStatusEnum></Status>
   <CharacteristicItemId>${21 + i}</CharacteristicItemId><MeasurementDeviceIds n="1"><Id>90</Id></MeasurementDeviceIds>
   <Value>${value}</Value></${KINDS[i]}CharacteristicActual>`

interface Piece {
  readonly values?: readonly (readonly [value: string, status: string])[]
  readonly serial?: string
  readonly trace?: string
}
const GOOD = [
  ['10.1', 'PASS'],
  ['0.05', 'PASS'],
  ['45.1', 'PASS'],
  ['5', 'PASS'],
] as const

const document = ({
  values = GOOD,
  serial = '<SerialNumber>7</SerialNumber>',
  trace = '',
}: Piece = {}) =>
  `\uFEFF<?xml version="1.0"?>
<QIFDocument versionQIF="2.1.0" xmlns="http://qifstandards.org/xsd/qif2">
  <MeasurementResources><MeasurementDevices n="1"><CMM id="90"><Name>Zeiss &amp; Co 1</Name></CMM></MeasurementDevices></MeasurementResources>
  <Characteristics>
    <CharacteristicDefinitions n="4">${DEFINITIONS}</CharacteristicDefinitions>
    <CharacteristicNominals n="4">${each(
      (kind, i) =>
        `<${kind}CharacteristicNominal id="${11 + i}"><CharacteristicDefinitionId>${1 + i}</CharacteristicDefinitionId>
         ${TARGETS[i] === null ? '' : `<TargetValue>${TARGETS[i]}</TargetValue>`}</${kind}CharacteristicNominal>`,
    )}</CharacteristicNominals>
    <CharacteristicItems n="4">${each(
      (kind, i) =>
        `<${kind}CharacteristicItem id="${21 + i}"><Name>${NAMES[i]}</Name><CharacteristicNominalId>${11 + i}</CharacteristicNominalId></${kind}CharacteristicItem>`,
    )}</CharacteristicItems>
  </Characteristics>
  <MeasurementsResults>
    <MeasurementResultsSet n="1"><MeasurementResults id="40">
      <InspectionTraceability>${trace}</InspectionTraceability>
      <MeasuredCharacteristics><CharacteristicActuals n="4">${values.map(([v, s], i) => actual(i, v, s)).join('')}</CharacteristicActuals></MeasuredCharacteristics>
      <ActualComponentIds n="2"><Id>60</Id><Id>61</Id></ActualComponentIds>
    </MeasurementResults></MeasurementResultsSet>
    <ActualComponentSets n="1"><ActualComponentSet n="2">
      <ActualComponent id="60"><Status/></ActualComponent><ActualComponent id="61">${serial}</ActualComponent>
    </ActualComponentSet></ActualComponentSets>
  </MeasurementsResults>
</QIFDocument>`

async function imported(text: string, options: object = {}, name = 'Cover_Results.qif') {
  const system = memorySystem()
  const paths = files({ [name]: text })
  const report = await importQif(paths, { ...SITE, ...options }, system.deps)
  const [plan] = await system.facts('InspectionPlanDefined')
  const [inspection] = await system.facts('InspectionRecorded')
  return { ...system, report, plan, inspection, again: () => importQif(paths, SITE, system.deps) }
}

describe('a QIF document', () => {
  test('limits as such, as deviations from the nominal value, and on one side', async () => {
    const { plan } = await imported(document())
    const fields = ['characteristicId', 'kind', 'nominal', 'lowerLimit', 'upperLimit', 'unit']
    expect(plan!.data.characteristics.map((c: any) => fields.map((field) => c[field]))).toEqual([
      ['Bore (21)', 'DIAMETER', 10, 9.9, 10.1, 'MMT'],
      ['Flat', 'FLATNESS', null, null, 0.05, 'MMT'],
      ['Cone', 'ANGLE', 45, 44.8, 45.1, 'DD'],
      ['Bore (24)', 'DIAMETER', 5.5, 5, null, 'MMT'],
    ])
    expect(plan!.data).toMatchObject({ planId: 'Cover', materialId: 'Cover' })
  })

  test('results by serial, with instrument and our own verdict', async () => {
    const { inspection, report } = await imported(document())
    expect(inspection!.data).toMatchObject({
      ...{ subjectKind: 'SERIAL', subjectId: 'Cover-07', planVersion: 1, verdict: 'PASS' },
    })
    expect(inspection!.data.results.map((r: any) => [r.value, r.instrumentId, r.verdict])).toEqual([
      [10.1, 'Zeiss & Co 1', 'PASS'],
      [0.05, 'Zeiss & Co 1', 'PASS'],
      [45.1, 'Zeiss & Co 1', 'PASS'],
      [5, 'Zeiss & Co 1', 'PASS'],
    ])
    expect(report.notes.filter((note) => note.includes('the file says'))).toEqual([])
  })

  test('a verdict of the file that is not ours is told, result by result', async () => {
    const { report, inspection } = await imported(
      document({ values: [['10.2', 'PASS'], ...GOOD.slice(1)] }),
    )
    expect(inspection!.data.verdict).toBe('FAIL')
    expect(report.notes[1]).toMatch(
      /serial 7, Bore = 10.2 \(9.9 to 10.1\): the file says PASS, the limits FAIL$/,
    )
  })

  test.each([
    [
      'of the file',
      '<InspectionEnd>2017-02-14T10:00:00</InspectionEnd>',
      '2017-02-14T09:00:00.000Z',
    ],
    [
      'with an offset',
      '<InspectionStart>2017-02-14T10:00:00-05:00</InspectionStart>',
      '2017-02-14T15:00:00.000Z',
    ],
  ])('time %s', async (_, trace, expected) => {
    const { inspection, report } = await imported(document({ trace }))
    expect(inspection!.metadata.occurredAt).toBe(expected)
    expect(report.notes).toEqual([])
  })
  test('the time given, where the file has none', async () => {
    const { inspection } = await imported(document(), { at: '2017-02-14T10:00:00' })
    expect(inspection!.metadata.occurredAt).toBe('2017-02-14T09:00:00.000Z')
  })
  test('of an inspector the number, not the name', async () => {
    const trace =
      '<InspectionOperator><Name>Jane Doe</Name><EmployeeId>E17</EmployeeId></InspectionOperator>'
    const { inspection } = await imported(document({ trace }))
    expect(inspection!.data.personId).toBe('E17')
    expect(JSON.stringify(inspection)).not.toContain('Jane')
  })
  test('without a serial number it goes to quarantine', async () => {
    const { report, inspection } = await imported(document({ serial: '' }))
    expect(inspection).toBeUndefined()
    expect(report).toMatchObject({
      quarantined: 1,
      badLines: [{ why: expect.stringContaining('serial') }],
    })
  })
  test('the same again changes nothing, another measurement of the piece is another inspection', async () => {
    const { again, head, deps, facts } = await imported(document())
    const before = await head()
    expect((await again()).recorded).toBe(0)
    expect(await head()).toBe(before)
    const other = files({ 'Cover_2.qif': document({ values: [['10', 'PASS'], ...GOOD.slice(1)] }) })
    await importQif(other, SITE, deps)
    expect(await facts('InspectionRecorded')).toHaveLength(2)
  })
})

describe('what is no QIF is refused with the name of the file', () => {
  const BOMB = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">
    <!ENTITY f SYSTEM "file:///etc/passwd">]><QIFDocument>&b;&f;</QIFDocument>`
  test.each([
    ['entities of its own', BOMB, 'document type'],
    ['another document', '<html></html>', 'its root is not QIFDocument'],
    ['broken XML', '<QIFDocument><a></QIFDocument>', 'not well-formed'],
    ['another version', '<QIFDocument versionQIF="3.0.0"></QIFDocument>', 'is QIF 3.0.0'],
    ['no characteristics', '<QIFDocument versionQIF="2.1.0"></QIFDocument>', 'nothing to inspect'],
    [
      'a reference into nothing',
      document().replaceAll('id="11"', 'id="99"'),
      'item 21 has no nominal',
    ],
  ])('%s', (_, text, why) =>
    expect(imported(text)).rejects.toThrow(new RegExp(`Cover_Results\\.qif: .*${why}`)),
  )
  test('a part with a name of its own', async () => {
    const { plan } = await imported(document(), { part: 'P-100' }, 'x.qif')
    expect(plan!.data.materialId).toBe('P-100')
  })
})
