import { hash } from 'node:crypto'
import { canonicalUri } from './gs1-uri.ts'

/** Any JSON object: events carry fields of others beside those of the standard. */
export type Json = Readonly<Record<string, unknown>>
/** Children of an element in the order in which they are hashed. */
interface Order {
  readonly [name: string]: Order | null
}

const QUANTITY: Order = { epcClass: null, quantity: null, uom: null }
const METADATA: Order = Object.fromEntries(
  ['time', 'startTime', 'endTime', 'deviceID', 'deviceMetadata', 'rawData']
    .concat(['dataProcessingMethod', 'bizRules'])
    .map((name) => [name, null]),
)
const REPORT: Order = Object.fromEntries(
  [
    ...['type', 'exception', 'deviceID', 'deviceMetadata', 'rawData', 'dataProcessingMethod'],
    ...['time', 'microorganism', 'chemicalSubstance', 'value', 'component', 'stringValue'],
    ...['booleanValue', 'hexBinaryValue', 'uriValue', 'minValue', 'maxValue', 'meanValue', 'sDev'],
    ...['percRank', 'percValue', 'uom', 'coordinateReferenceSystem'],
  ].map((name) => [name, null]),
)
/** Section 8.9.2 of CBV 2.0; lists are one element with the name in the second place for each entry. */
const EVENT: Order = {
  eventTime: null,
  eventTimeZoneOffset: null,
  certificationInfo: null,
  parentID: null,
  epcList: null,
  inputEPCList: null,
  childEPCs: null,
  quantityList: QUANTITY,
  childQuantityList: QUANTITY,
  inputQuantityList: QUANTITY,
  outputEPCList: null,
  outputQuantityList: QUANTITY,
  action: null,
  transformationID: null,
  bizStep: null,
  disposition: null,
  persistentDisposition: { set: null, unset: null },
  readPoint: { id: null },
  bizLocation: { id: null },
  sensorElementList: { sensorMetadata: METADATA, sensorReport: REPORT },
  bizTransactionList: { type: null, bizTransaction: null },
  destinationList: { type: null, destination: null },
  sourceList: { type: null, source: null },
}
/** What XML calls the entries of lists, which JSON does not name. */
const ENTRY: Readonly<Record<string, string>> = {
  ...{ epcList: 'epc', inputEPCList: 'epc', outputEPCList: 'epc', childEPCs: 'epc' },
  ...{ quantityList: 'quantityElement', childQuantityList: 'quantityElement' },
  ...{ inputQuantityList: 'quantityElement', outputQuantityList: 'quantityElement' },
  ...{ sensorElementList: 'sensorElement' },
  ...{ bizTransactionList: '', sourceList: '', destinationList: '' },
}
/** Neither what it is called nor when it was noted is part of what happened. */
const IGNORED = new Set([
  ...['@context', 'type', 'eventID', 'recordTime', 'errorDeclaration'],
  ...['rdfs:comment', 'comment'],
])
const CBV = 'https://ref.gs1.org/cbv/'
const BARE: Readonly<Record<string, string>> = {
  ...{ bizStep: `${CBV}BizStep-`, disposition: `${CBV}Disp-` },
  ...{ set: `${CBV}Disp-`, unset: `${CBV}Disp-` },
  ...{ 'bizTransactionList/type': `${CBV}BTT-`, component: `${CBV}Comp-` },
  ...{ 'sourceList/type': `${CBV}SDT-`, 'destinationList/type': `${CBV}SDT-` },
  ...{ 'sensorReport/type': 'https://gs1.org/voc/', exception: 'https://gs1.org/voc/' },
}
const OLD_WORDS: Readonly<Record<string, string>> = {
  ...{ bizstep: 'BizStep-', disp: 'Disp-', btt: 'BTT-', sdt: 'SDT-', er: 'ER-' },
}

/** Namespaces by prefix: keys of extensions are hashed with the whole name. */
export type Namespaces = Readonly<Record<string, string>>

/** The namespaces that a JSON-LD context declares. */
export const namespacesIn = (context: unknown): Namespaces => ({
  cbvmda: 'urn:epcglobal:cbv:mda:',
  ...Object.fromEntries(
    [context]
      .flat()
      .flatMap((part) =>
        typeof part === 'object' && part !== null
          ? Object.entries(part).filter((entry) => typeof entry[1] === 'string')
          : [],
      ),
  ),
})

/**
 * The id of an event by its content: CBV 2.0, section 8.9. Two parties who saw the same event come to
 * the same id. Where the words of the standard leave it open, as its reference implementation does
 * (github.com/RalphTro/epcis-event-hash-generator): destinations come before sources.
 */
export const eventHash = (event: Json, namespaces: Namespaces): string =>
  `ni:///sha-256;${hash('sha256', preHash(event, namespaces), 'hex')}?ver=CBV2.0`

/** The string that is hashed. */
export function preHash(event: Json, namespaces: Namespaces): string {
  const words = ordered(event, EVENT, namespaces)
  return `eventType=${String(event['type'])}${words}`
}

/** What the standard orders, in its order; then all else, sorted. */
function ordered(element: Json, order: Order, ns: Namespaces, path = ''): string {
  let named = ''
  for (const name in order) {
    const value = element[name]
    if (value !== undefined && value !== null)
      named += child(name, value, order[name]!, { ns, path })
  }
  const others = Object.entries(element).filter(([name]) => !(name in order) && !IGNORED.has(name))
  return others.length === 0 ? named : named + generic(others, ns)
}

interface Place {
  readonly ns: Namespaces
  readonly path: string
}

function child(name: string, value: unknown, order: Order | null, { ns, path }: Place): string {
  const entry = ENTRY[name]
  const say = (one: unknown): string => {
    const tag = entry ?? name
    if (order && typeof one === 'object' && one !== null) {
      const inner = ordered(one as Json, order, ns, name)
      return inner === '' ? '' : tag + inner
    }
    const text = canonical(name, one, { ns, path })
    return text === '' ? '' : `${tag}=${text}`
  }
  const all = Array.isArray(value) ? sorted(value.flat().map(say)) : say(value)
  return entry === undefined || all === '' ? all : name + all
}

const sorted = (texts: string[]): string =>
  texts.length === 1 ? texts[0]! : texts.toSorted(byCode).join('')

function generic(entries: readonly (readonly [string, unknown])[], ns: Namespaces): string {
  const texts = entries.flatMap(([name, value]) =>
    (Array.isArray(value) ? value.flat() : [value]).map((one) => {
      const whole = wholeName(name, ns)
      if (typeof one === 'object' && one !== null) {
        const text = (one as Json)['#text']
        const inner = Object.entries(one).filter(([n]) => n !== '#text' && !n.startsWith('@xmlns'))
        const said = text === undefined ? '' : `=${canonical(name, text, { ns, path: '' })}`
        return whole + said + generic(inner, ns)
      }
      const said = canonical('', one, { ns, path: '' })
      return said === '' ? whole : `${whole}=${said}`
    }),
  )
  return sorted(texts)
}

function wholeName(name: string, ns: Namespaces): string {
  const colon = name.indexOf(':')
  const space = colon < 0 ? undefined : ns[name.slice(0, colon)]
  return space === undefined ? name : `{${space}}${name.slice(colon + 1)}`
}

/** A value in the one form it has in a hash. */
function canonical(name: string, value: unknown, { ns, path }: Place): string {
  const text = String(value).trim()
  if (/time/i.test(name) && !/offset/i.test(name)) return instant(text)
  const bare = BARE[`${path}/${name}`] ?? BARE[name]
  if (bare !== undefined && !text.includes(':')) return bare + text
  const colon = text.indexOf(':')
  const space = colon < 0 ? undefined : ns[text.slice(0, colon)]
  const whole = space === undefined ? text : space + text.slice(colon + 1)
  const old = whole.startsWith('urn:epcglobal:cbv:') && OLD.exec(whole)
  if (old) return CBV + OLD_WORDS[old[1]!] + old[2]
  return NUMBER.test(whole) ? number(whole) : canonicalUri(whole)
}

const OLD = /^urn:epcglobal:cbv:(bizstep|disp|btt|sdt|er):(.*)$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Neither leading nor trailing zeros, no plus sign, no exponent. */
function number(text: string): string {
  const value = Number(text)
  if (!Number.isFinite(value)) return text
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}

/** UTC with milliseconds, rounded half to even from the microseconds. */
function instant(text: string): string {
  const found = /^(.*?:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)$/i.exec(text)
  const whole = found ? Date.parse(`${found[1]}${found[3]}`) : Number.NaN
  if (Number.isNaN(whole)) return text
  const ms = Number(`0${found![2] ?? ''}`) * 1_000
  const down = Math.floor(ms)
  const up = ms - down === 0.5 ? down % 2 : Math.round(ms - down)
  return new Date(whole + down + up).toISOString()
}

const byCode = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
