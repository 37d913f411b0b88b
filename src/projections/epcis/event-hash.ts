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
const ORDER: Order = {
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

/** A child of an element, as the standard has it. */
interface Child {
  readonly name: string
  /** Before its value, or before each entry of a list. */
  readonly tag: string
  readonly isList: boolean
  readonly words: Words
  /** What it holds, where that is an element. */
  readonly inner: Element | null
}
interface Element {
  readonly children: readonly Child[]
  readonly names: ReadonlySet<string>
}
/** How a value is read: as a time, or as a word that may come without its vocabulary. */
interface Words {
  readonly isTime: boolean
  readonly bare: string | undefined
}

const wordsOf = (name: string, path = ''): Words => ({
  isTime: /time/i.test(name) && !/offset/i.test(name),
  bare: BARE[`${path}/${name}`] ?? BARE[name],
})
const PLAIN = wordsOf('')
const element = (order: Order, path = ''): Element => ({
  names: new Set(Object.keys(order)),
  children: Object.entries(order).map(([name, inner]) => ({
    name,
    tag: ENTRY[name] ?? name,
    isList: name in ENTRY,
    words: wordsOf(name, path),
    inner: inner && element(inner, name),
  })),
})
const EVENT = element(ORDER)

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
  return `eventType=${String(event['type'])}${ordered(event, EVENT, namespaces)}`
}

/** What the standard orders, in its order; then all else, sorted. */
function ordered(from: Json, { children, names }: Element, ns: Namespaces): string {
  let text = ''
  for (const child of children) {
    const value = from[child.name]
    if (value !== undefined && value !== null) text += childText(child, value, ns)
  }
  const others = Object.keys(from).filter((name) => !names.has(name) && !IGNORED.has(name))
  return others.length === 0 ? text : text + generic(from, others, ns)
}

function childText(child: Child, value: unknown, ns: Namespaces): string {
  const all = Array.isArray(value)
    ? sorted(flat(value).map((one) => entryText(child, one, ns)))
    : entryText(child, value, ns)
  return child.isList && all !== '' ? child.name + all : all
}

function entryText({ tag, words, inner }: Child, one: unknown, ns: Namespaces): string {
  if (inner && typeof one === 'object' && one !== null) {
    const text = ordered(one as Json, inner, ns)
    return text === '' ? '' : tag + text
  }
  const text = canonical(words, one, ns)
  return text === '' ? '' : `${tag}=${text}`
}

const sorted = (texts: string[]): string =>
  texts.length === 1 ? texts[0]! : texts.toSorted(byCode).join('')

const flat = (list: readonly unknown[]): readonly unknown[] =>
  list.some(Array.isArray) ? list.flat() : list

/** Elements that the standard does not know. */
function generic(from: Json, names: readonly string[], ns: Namespaces): string {
  const texts: string[] = []
  for (const name of names) {
    const value = from[name]
    if (Array.isArray(value)) for (const one of flat(value)) texts.push(other(name, one, ns))
    else texts.push(other(name, value, ns))
  }
  return sorted(texts)
}

function other(name: string, value: unknown, ns: Namespaces): string {
  const whole = wholeName(name, ns)
  if (typeof value === 'object' && value !== null) {
    const text = (value as Json)['#text']
    const inner = Object.keys(value).filter((n) => n !== '#text' && !n.startsWith('@xmlns'))
    const said = text === undefined ? '' : `=${canonical(wordsOf(name), text, ns)}`
    return whole + said + generic(value as Json, inner, ns)
  }
  const said = canonical(PLAIN, value, ns)
  return said === '' ? whole : `${whole}=${said}`
}

function wholeName(name: string, ns: Namespaces): string {
  const colon = name.indexOf(':')
  const space = colon < 0 ? undefined : ns[name.slice(0, colon)]
  return space === undefined ? name : `{${space}}${name.slice(colon + 1)}`
}

/** A value in the one form it has in a hash. */
function canonical({ isTime, bare }: Words, value: unknown, ns: Namespaces): string {
  const text = String(value).trim()
  if (isTime) return instant(text)
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
  if (MILLISECONDS.test(text)) return withMilliseconds(text)
  const found = /^(.*?:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)$/i.exec(text)
  const whole = found ? Date.parse(`${found[1]}${found[3]}`) : Number.NaN
  if (Number.isNaN(whole)) return text
  const ms = Number(`0${found![2] ?? ''}`) * 1_000
  const down = Math.floor(ms)
  const up = ms - down === 0.5 ? down % 2 : Math.round(ms - down)
  return new Date(whole + down + up).toISOString()
}
/** As facts have it: there is nothing to round. */
const MILLISECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
function withMilliseconds(text: string): string {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? text : new Date(ms).toISOString()
}

const byCode = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
