import { XMLParser } from 'fast-xml-parser'
import { ImportError } from './errors.ts'

/** An XML element as the parser gives it: attributes `@name`, text `#text`, repeated children arrays. */
export type Element = { readonly [name: string]: unknown }

/** Entities beyond the five of XML have no business in measurements; a bomb made of them neither. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  processEntities: { enabled: true, maxTotalExpansions: 1_000, maxExpandedLength: 1_000_000 },
})

/** @throws ImportError for what is not well-formed, or brings a document type with entities of its own */
export function parseXml(file: string, text: string): Element {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text))
    throw new ImportError(file, 'has a document type declaration; such files are not read')
  try {
    return parser.parse(text, true) as Element
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ImportError(file, `is not well-formed XML: ${why}`, error)
  }
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])
export const element = (value: unknown): Element | null => {
  const one = Array.isArray(value) ? value[0] : value
  return typeof one === 'object' && one !== null ? (one as Element) : null
}
export const elements = (value: unknown): Element[] =>
  list(value).flatMap((one): Element[] => {
    const child = element(one)
    return child ? [child] : []
  })
export const children = (parent: unknown, name: string): Element[] =>
  elements(element(parent)?.[name])
export const at = (parent: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => element(value)?.[name], parent)

/** Text of an element, with or without attributes of its own; null where it is absent or blank. */
export function textOf(value: unknown): string | null {
  const raw = element(value)?.['#text'] ?? (Array.isArray(value) ? value[0] : value)
  const text = typeof raw === 'string' || typeof raw === 'number' ? String(raw).trim() : ''
  return text === '' ? null : text
}
export function numberOf(value: unknown): number | null {
  const text = textOf(value)
  const number = text === null ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : null
}
