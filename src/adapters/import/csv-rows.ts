import { parse } from 'csv-parse/sync'
import { ImportError } from './errors.ts'
import { readLines, type Line } from './lines.ts'
import type { Mapping } from './mapping-schema.ts'
import type { Cells } from './mapping-values.ts'

export type CsvRow = { readonly line: number; readonly bytes: number; readonly raw: string } & (
  | { readonly cells: Cells }
  | { readonly why: string }
)

/** Lines of one quoted cell: a remark. Without a bound, a quote never closed would swallow the file. */
const MAX_CELL_LINES = 100

/**
 * Reads the rows below the header, one by one, without holding more than a block of them. A row with
 * too many or too few cells, or a quote that is never closed, comes as a row that says why; the row
 * below it is read as if nothing had been. The line of a row is its first.
 * @throws ImportError for a file that cannot be read, has no header or lacks a column of the mapping
 */
export async function* readRows(
  file: string,
  { csv }: Mapping,
  columns: ReadonlySet<string>,
): AsyncGenerator<CsvRow> {
  let header: readonly string[] | null = null
  const places = new Map<string, number>()
  for await (const { line, bytes, text, isClosed } of readRecords(file, csv)) {
    if (text.trim() === '') continue
    const row = { line, bytes, raw: text }
    const cells = isClosed ? split(text, csv) : null
    if (header === null) {
      header = (cells ?? [text]).map((name) => name.trim())
      for (const [place, name] of header.entries()) places.set(name, place)
      checkColumns(file, header, columns)
    } else if (cells === null) yield { ...row, why: 'has a quote that is never closed' }
    else if (cells.length !== header.length)
      yield { ...row, why: `has ${cells.length} cells, the header has ${header.length}` }
    else yield { ...row, cells: (column) => cells[places.get(column)!]! }
  }
  if (header === null) throw new ImportError(file, 'is empty: it has no header')
}

function checkColumns(file: string, header: readonly string[], columns: ReadonlySet<string>): void {
  const missing = [...columns].filter((column) => !header.includes(column))
  if (missing.length > 0)
    throw new ImportError(file, `has no column ${missing.join(', ')}; it has ${header.join(', ')}`)
}

interface TextRecord {
  readonly line: number
  readonly bytes: number
  readonly text: string
  readonly isClosed: boolean
}

/** Joins the lines of quoted cells. An open record that finds no end is given up after its first line. */
async function* readRecords(file: string, csv: Mapping['csv']): AsyncGenerator<TextRecord> {
  let open: Line[] = []
  let at = 0
  const take = function* (line: Line, isLast: boolean): Generator<TextRecord> {
    open.push(line)
    const text = open.map((l) => l.text).join('\n')
    const { number } = open[0]!
    if (!isOpen(text, csv)) {
      open = []
      yield { line: number, bytes: at, text, isClosed: true }
    } else if (isLast || open.length === MAX_CELL_LINES) {
      const [first, ...rest] = open
      open = []
      yield { line: number, bytes: at, text: first!.text, isClosed: false }
      for (const [i, again] of rest.entries()) yield* take(again, isLast && i === rest.length - 1)
    }
  }
  let held: Line | null = null
  for await (const { lines, bytes } of readLines(file)) {
    at = bytes
    for (const line of lines) {
      if (held) yield* take(held, false)
      held = line
    }
  }
  if (held) yield* take(held, true)
}

/** A cell that begins with a quote has not ended; a quote within a cell (5" pipe) opens nothing. */
function isOpen(text: string, { quote, delimiter }: Mapping['csv']): boolean {
  if (!text.includes(quote)) return false
  const quotes = text.split(quote).length - 1
  return quotes % 2 === 1 && (text.startsWith(quote) || text.includes(delimiter + quote))
}

function split(text: string, { quote, delimiter }: Mapping['csv']): readonly string[] {
  if (!text.includes(quote)) return text.split(delimiter)
  const how = { delimiter, quote, relax_quotes: true, relax_column_count: true }
  return parse(text, how)[0] ?? []
}
