import { createReadStream } from 'node:fs'
import { parse, type CsvError, type Info, type Parser } from 'csv-parse'
import { ImportError, unreadable } from './errors.ts'
import type { Mapping } from './mapping-schema.ts'
import type { Cells } from './mapping-values.ts'

export type CsvRow = { readonly line: number; readonly bytes: number } & (
  | { readonly cells: Cells; readonly raw: string }
  | { readonly why: string; readonly raw: string }
)

/** A cell holds a remark at most; a quote that is never closed would take the file into memory. */
const MAX_RECORD = 1_000_000

interface Parsed {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: Info
}

/**
 * Reads the rows below the header, one by one, without holding more than a buffer. A row with too many
 * or too few cells, or broken quotes, comes as a row that says why.
 * @throws ImportError for a file that cannot be read, has no header or lacks a column of the mapping
 */
export async function* readRows(
  file: string,
  { csv }: Mapping,
  columns: ReadonlySet<string>,
): AsyncGenerator<CsvRow> {
  const skipped: CsvRow[] = []
  const parser = openParser(file, csv, skipped)
  let header: readonly string[] | null = null
  const places = new Map<string, number>()
  try {
    for await (const { record, raw, info } of parser as AsyncIterable<Parsed>) {
      if (header === null) {
        header = record.map((name) => name.trim())
        for (const [place, name] of header.entries()) places.set(name, place)
        const missing = [...columns].filter((column) => !places.has(column))
        if (missing.length > 0)
          throw new ImportError(
            file,
            `has no column ${missing.join(', ')}; it has ${header.join(', ')}`,
          )
        continue
      }
      yield* skipped.splice(0)
      const at = { line: info.lines, bytes: info.bytes, raw: raw.replace(/\r?\n$/, '') }
      if (record.length === header.length)
        yield { ...at, cells: (column) => record[places.get(column)!]! }
      else yield { ...at, why: `has ${record.length} cells, the header has ${header.length}` }
    }
  } catch (error) {
    if (error instanceof ImportError) throw error
    throw isCsvError(error) ? new ImportError(file, error.message, error) : unreadable(file, error)
  }
  if (header === null) throw new ImportError(file, 'is empty: it has no header')
  yield* skipped
}

function openParser(file: string, csv: Mapping['csv'], skipped: CsvRow[]): Parser {
  const parser = parse({
    bom: true,
    delimiter: csv.delimiter,
    quote: csv.quote,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD,
    raw: true,
    info: true,
    on_skip: (error, raw) => {
      if (error)
        skipped.push({ line: parser.info.lines, bytes: 0, raw: raw ?? '', why: error.message })
    },
  })
  const stream = createReadStream(file)
  stream.on('error', (error) => parser.destroy(error))
  parser.on('close', () => stream.destroy())
  return stream.pipe(parser)
}

const isCsvError = (error: unknown): error is CsvError =>
  error instanceof Error && String((error as { code?: unknown }).code).startsWith('CSV_')
