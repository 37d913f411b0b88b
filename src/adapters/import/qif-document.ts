import { ImportError } from './errors.ts'
import {
  at,
  children,
  element,
  elements,
  list,
  numberOf,
  parseXml,
  textOf,
  type Element,
} from './xml.ts'

/**
 * Reads a document of the Quality Information Framework (QIF 2.1, ANSI; ISO 23952 is its third
 * version) into characteristics and measured pieces. The names of elements carry the kind of the
 * characteristic, so they are told apart by their endings.
 */
export interface QifCharacteristic {
  /** Id of the characteristic item within the file. */
  readonly itemId: string
  readonly name: string
  /** DIAMETER, FLATNESS, DISTANCE_BETWEEN ... */
  readonly kind: string
  readonly nominal: number | null
  readonly lowerLimit: number | null
  readonly upperLimit: number | null
}
interface QifResult {
  readonly itemId: string
  readonly value: number | null
  readonly instrument: string | null
  /** What the measuring software decided: PASS, FAIL or another of its words. */
  readonly status: string | null
}
export interface QifPiece {
  /** Null where the file does not say which piece it was. */
  readonly serial: string | null
  /** ISO-8601 with an offset or without; null where the file does not say when. */
  readonly inspectedAt: string | null
  /** Number of the employee; names stay in the file. */
  readonly inspector: string | null
  readonly results: readonly QifResult[]
}
export interface QifDocument {
  readonly part: string | null
  readonly characteristics: readonly QifCharacteristic[]
  readonly pieces: readonly QifPiece[]
}

/** @throws ImportError when the text is no QIF or its references lead nowhere */
export function parseQif(file: string, text: string): QifDocument {
  const document = element(parseXml(file, text)['QIFDocument'])
  if (document === null) throw new ImportError(file, 'is no QIF: its root is not QIFDocument')
  const version = document['@versionQIF']
  if (typeof version === 'string' && !version.startsWith('2.'))
    throw new ImportError(file, `is QIF ${version}; QIF 2.0 and 2.1 are read`)
  const results = element(document['MeasurementsResults']) ?? {}
  const sets = children(results['MeasurementResultsSet'], 'MeasurementResults')
  return {
    part: textOf(at(document, 'Product', 'PartSet', 'Part', 'Header', 'Name')),
    characteristics: characteristicsOf(file, document),
    pieces: piecesOf(sets, results, instrumentsOf(document)),
  }
}

function characteristicsOf(file: string, document: Element): QifCharacteristic[] {
  const all = element(document['Characteristics']) ?? {}
  const definitions = byId(ending(all['CharacteristicDefinitions'], 'Definition'))
  const nominals = byId(ending(all['CharacteristicNominals'], 'Nominal'))
  return ending(all['CharacteristicItems'], 'Item').map(({ name, element: item }) => {
    const itemId = String(item['@id'])
    const nominal = nominals.get(textOf(item['CharacteristicNominalId']) ?? '')
    const definition = definitions.get(textOf(nominal?.['CharacteristicDefinitionId']) ?? '')
    if (!nominal || !definition)
      throw new ImportError(file, `characteristic item ${itemId} has no nominal or definition`)
    const target = numberOf(nominal['TargetValue'])
    return {
      itemId,
      name: textOf(item['Name']) ?? textOf(definition['Name']) ?? itemId,
      kind: name
        .replace(/CharacteristicItem$/, '')
        .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')
        .toUpperCase(),
      nominal: target,
      ...limitsOf(definition, target),
    }
  })
}

/**
 * Limits stand for themselves (`DefinedAsLimit`) or as deviations from the nominal value; a form or
 * position tolerance has an upper limit only, and a tolerance may leave one side open.
 */
function limitsOf(definition: Element, nominal: number | null) {
  const zone = numberOf(definition['ToleranceValue'])
  if (zone !== null) return { lowerLimit: null, upperLimit: zone }
  const tolerance = element(definition['Tolerance'])
  const isLimit = textOf(tolerance?.['DefinedAsLimit']) !== 'false'
  const limit = (value: number | null) =>
    value === null || isLimit ? value : nominal === null ? null : plus(nominal, value)
  return {
    lowerLimit: limit(numberOf(tolerance?.['MinValue'])),
    upperLimit: limit(numberOf(tolerance?.['MaxValue'])),
  }
}

/** Ten digits are beyond any gauge; without rounding, 0.1 + 0.2 would fail a value of 0.3. */
const plus = (a: number, b: number): number => Number((a + b).toFixed(10))

function instrumentsOf(document: Element): ReadonlyMap<string, string> {
  const devices = element(at(document, 'MeasurementResources', 'MeasurementDevices')) ?? {}
  const named = Object.values(devices).flatMap((value) => elements(value))
  return new Map(
    named.flatMap((device): [string, string][] => {
      const name = textOf(device['SerialNumber']) ?? textOf(device['Name'])
      return name === null ? [] : [[String(device['@id']), name]]
    }),
  )
}

function piecesOf(
  sets: readonly Element[],
  results: Element,
  instruments: ReadonlyMap<string, string>,
): QifPiece[] {
  const components = byId(
    children(results['ActualComponentSets'], 'ActualComponentSet')
      .flatMap((set) => elements(set['ActualComponent']))
      .map((component) => ({ element: component })),
  )
  return sets.map((set) => {
    const mine = ids(set['ActualComponentIds'])
      .map((id) => components.get(id))
      .filter((c) => c !== undefined)
    const piece = mine.find((component) => textOf(component['SerialNumber']) !== null) ?? mine[0]
    const traces = [piece?.['Traceability'], set['InspectionTraceability']].map(element)
    const found = (...path: readonly string[]) =>
      traces.map((trace) => textOf(at(trace, ...path))).find((value) => value !== null) ?? null
    const actuals = element(at(set, 'MeasuredCharacteristics', 'CharacteristicActuals'))
    const all = ending(actuals, 'Actual').map(({ element: actual }) => actual)
    const stamp = all.map((actual) => textOf(actual['TimeStamp'])).findLast((t) => t !== null)
    return {
      serial: textOf(piece?.['SerialNumber']),
      inspectedAt: found('InspectionEnd') ?? found('InspectionStart') ?? stamp ?? null,
      inspector: found('InspectionOperator', 'EmployeeId'),
      results: all.map((actual) => {
        const device = ids(actual['MeasurementDeviceIds'])[0]
        return {
          itemId: textOf(actual['CharacteristicItemId']) ?? '',
          value: numberOf(actual['Value']),
          instrument: device === undefined ? null : (instruments.get(device) ?? device),
          status: textOf(at(actual, 'Status', 'CharacteristicStatusEnum')),
        }
      }),
    }
  })
}

/**
 * Children whose name ends so: `DiameterCharacteristicItem` among the items. The parser sorts them by
 * name; ids count up through a document, so they give its order back.
 */
const ending = (parent: unknown, suffix: string) =>
  Object.entries(element(parent) ?? {})
    .flatMap(([name, value]) =>
      name.endsWith(`Characteristic${suffix}`)
        ? elements(value).map((child) => ({ name, element: child }))
        : [],
    )
    .toSorted((a, b) => Number(a.element['@id']) - Number(b.element['@id']))
const byId = (all: readonly { readonly element: Element }[]) =>
  new Map(all.map(({ element: one }) => [String(one['@id']), one]))
const ids = (parent: unknown): string[] => {
  const all = element(parent)?.['Id']
  return list(all).flatMap((id) => textOf(id) ?? [])
}
