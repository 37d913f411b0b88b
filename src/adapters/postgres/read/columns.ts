import type { ColumnType, Keyed, Projection } from '../../../projections/projection.ts'

type Row = Keyed<object>

/** Column names and types of a projection's table, `key` and `site` first. */
export const columnsOf = (p: Projection): readonly (readonly [string, ColumnType])[] => [
  ['key', 'text'],
  ['site', 'text'],
  ...Object.entries<ColumnType>(p.columns),
]

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

/** PostgreSQL's text has no U+0000; the read model shows U+FFFD, the log keeps what was sent. */
export const cleanText = (value: string): string =>
  value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value

/** In JSON text: an escaped NUL or half of a surrogate pair, both refused by jsonb. */
const MAYBE_BAD_ESCAPE = /\\u(?:0000|d[89a-f])/
const BAD_ESCAPE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g
const toJson = (value: unknown): string => {
  const json = JSON.stringify(value)
  return MAYBE_BAD_ESCAPE.test(json) ? json.replace(BAD_ESCAPE, '$1\uFFFD') : json
}

/** The five-digit years that ISO-8601 writes with a sign; PostgreSQL wants them without. */
const toTimestamp = (iso: string): string => (iso.startsWith('+') ? iso.slice(1) : iso)

/** The text form of a value; null for SQL null. NaN and the infinities are null, as in JSON. */
function textOf(value: unknown, type: ColumnType): string | null {
  if (value === null || value === undefined) return null
  switch (type) {
    case 'text':
      return cleanText(scalar(value, type))
    case 'timestamptz':
      return toTimestamp(scalar(value, type))
    case 'jsonb':
      return toJson(value)
    case 'double precision':
    case 'bigint':
      return typeof value === 'number' && !Number.isFinite(value) ? null : scalar(value, type)
    case 'boolean':
      return value ? 't' : 'f'
  }
}

function scalar(value: unknown, type: ColumnType): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new TypeError(`a column of type ${type} cannot hold ${typeof value} values`)
}

/** Types whose text form may hold characters that COPY and array literals give a meaning. */
const needsEscape = (type: ColumnType): boolean => type === 'text' || type === 'jsonb'

const COPY_SPECIAL = /[\\\n\r\t\0]/
const COPY_SPECIALS = /[\\\n\r\t]/g
const COPY_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}
const escapeCopy = (text: string): string =>
  COPY_SPECIAL.test(text) ? text.replace(COPY_SPECIALS, (c) => COPY_ESCAPES[c]!) : text

/** Makes the line of a row in COPY's text format. */
export function copyLines(p: Projection): (row: Row) => string {
  const names = columnsOf(p).map(([column]) => column)
  const types = columnsOf(p).map(([, type]) => type)
  return (row) => {
    let line = ''
    for (let i = 0; i < names.length; i++) {
      const value = (row as Record<string, unknown>)[names[i]!]
      if (i > 0) line += '\t'
      // Most texts are plain, and looked through once; the others go the long way.
      if (typeof value === 'string' && !COPY_SPECIAL.test(value) && types[i] === 'text')
        line += value
      else {
        const type = types[i]!
        const text = textOf(value, type)
        line += text === null ? '\\N' : needsEscape(type) ? escapeCopy(text) : text
      }
    }
    return `${line}\n`
  }
}

const ARRAY_SPECIAL = /["\\]/
const ARRAY_SPECIALS = /["\\]/g
const quoteElement = (text: string): string =>
  `"${ARRAY_SPECIAL.test(text) ? text.replace(ARRAY_SPECIALS, '\\$&') : text}"`

/** Rows as one array literal per column, for `unnest`. */
export function arrayTexts(p: Projection, rows: readonly Row[]): string[] {
  return columnsOf(p).map(([column, type]) => {
    let out = '{'
    for (const row of rows) {
      const text = textOf((row as Record<string, unknown>)[column], type)
      if (out.length > 1) out += ','
      out += text === null ? 'NULL' : quoteElement(text)
    }
    return `${out}}`
  })
}
