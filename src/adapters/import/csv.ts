import { streamOf } from '../../domain/decider.ts'
import { readRows } from './csv-rows.ts'
import { groupsReader, type Group } from './csv-groups.ts'
import { sourceOf } from './lines.ts'
import { columnsOf, deciderOf, readMapping } from './mapping.ts'
import { resolve } from './mapping-data.ts'
import type { Mapping, RowRule } from './mapping-schema.ts'
import { holds, UnmappableRow, valuesReader, type Value, type Values } from './mapping-values.ts'
import { definePlant } from './plant.ts'
import { runImport, type ImportDeps, type Report, type Sink } from './run.ts'

export interface CsvOptions {
  /** YAML file that says what the columns mean; it also names the site and its time zone. */
  readonly mapping: string
}

/** Rows between two looks at whether a batch is full. */
const ROWS = 200
/** Facts one row may make. */
const MAX_RULES = 100

/**
 * Imports tables through a mapping. Each file is read twice where the mapping has set-up or groups:
 * first to find what must be there before the rows, then to send the rows; neither pass holds more
 * than the groups. A row is identified by its file (name and first two lines), line and rule.
 * @throws ImportError naming the file or mapping that cannot be used, with key, value and rule
 */
export async function importCsv(
  files: readonly string[],
  options: CsvOptions,
  deps: ImportDeps,
): Promise<Report> {
  const mapping = await readMapping(options.mapping)
  return runImport(files, mapping.site.id, deps, async (sink) => {
    for (const file of files) await importFile(sink, file, mapping)
  })
}

async function importFile(sink: Sink, file: string, mapping: Mapping): Promise<void> {
  const source = await sourceOf('csv', file)
  const columns = columnsOf(mapping)
  const valuesOf = valuesReader(mapping)
  const groups = groupsReader(mapping)
  for await (const row of readRows(file, mapping, columns)) {
    if ('why' in row || isSkipped(mapping, row.cells)) continue
    const values = readable(() => valuesOf(row.cells, row.line, file))
    if (values) groups.see(values)
    if (row.line % ROWS === 0) await sink.room()
  }
  const start = groups.start()
  if (start === null) {
    sink.note(`${file}: no row says when it was`)
  } else {
    await definePlant(sink, source, siteOf(mapping), { at: start, file, scopes: [] })
    await setUp(sink, source, file, { mapping, start, groups: groups.all() })
  }
  await sendRows(sink, { file, source, mapping, columns })
}

const siteOf = ({ site }: Mapping) => ({
  site: site.id,
  ...(site.name === undefined ? {} : { siteName: site.name }),
  timeZone: site.timeZone,
})

const isSkipped = ({ skip }: Mapping, cells: (column: string) => string): boolean =>
  skip.some((test) => holds(test, cells(test.column!).trim()))

/** Null for a row that cannot be mapped; the second pass says why. */
function readable(read: () => Values): Values | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof UnmappableRow) return null
    throw error
  }
}

/** Sends what must be there before the rows, each where its stream is new: what is there stays. */
async function setUp(
  sink: Sink,
  source: string,
  file: string,
  found: {
    readonly mapping: Mapping
    readonly start: string
    readonly groups: readonly (readonly Group[])[]
  },
): Promise<void> {
  const ensure = async (type: string, data: unknown, occurredAt: string): Promise<boolean> => {
    const decider = deciderOf(type)!
    const command = { type, ...(data as Record<string, unknown>) }
    const stream = streamOf(decider, decider.id(command, found.mapping.site.id))
    if (await sink.has(stream)) return false
    sink.command(source, {
      decider,
      command,
      name: `${found.mapping.name}/${stream}`,
      occurredAt,
      file,
      line: 1,
    })
    return true
  }
  // One by one: a place stands in the one before it.
  for (const { command, data } of found.mapping.setup)
    if (await ensure(command, resolve(data, {}), found.start)) await sink.settle()
  for (const groups of found.groups) {
    for (const { command, data, at } of groups) {
      await ensure(command, data, at)
      await sink.room()
    }
    await sink.settle()
  }
}

interface Rows {
  readonly file: string
  readonly source: string
  readonly mapping: Mapping
  readonly columns: ReadonlySet<string>
}

async function sendRows(sink: Sink, { file, source, mapping, columns }: Rows): Promise<void> {
  const valuesOf = valuesReader(mapping)
  const before = mapping.rows.map(() => new Map<Value, Value>())
  let seen = 0
  let last = { bytes: 0, line: 0 }
  for await (const row of readRows(file, mapping, columns)) {
    last = { bytes: Math.max(last.bytes, row.bytes), line: row.line }
    if (++seen % ROWS === 0) await sink.room({ file, bytes: last.bytes, lines: row.line })
    const { line, raw } = row
    if ('why' in row) {
      sink.bad(source, { file, line, raw, why: row.why })
      continue
    }
    if (isSkipped(mapping, row.cells)) continue
    try {
      const values = valuesOf(row.cells, line, file)
      for (const [index, rule] of mapping.rows.entries())
        if (applies(rule, values, before[index]!))
          put(sink, { source, file, line, index }, rule, values)
    } catch (error) {
      if (!(error instanceof UnmappableRow)) throw error
      sink.bad(source, { file, line, raw, why: error.message })
    }
  }
  await sink.room({ file, bytes: last.bytes, lines: last.line })
}

function applies(rule: RowRule, values: Values, before: Map<Value, Value>): boolean {
  if (!rule.when.every((test) => holds(test, values[test.value!] ?? null))) return false
  if (!rule.onChange) return true
  const { of, per } = rule.onChange
  const [key, now] = [values[per] ?? null, values[of] ?? null]
  if (before.has(key) && before.get(key) === now) return false
  before.set(key, now)
  return true
}

function put(
  sink: Sink,
  at: {
    readonly source: string
    readonly file: string
    readonly line: number
    readonly index: number
  },
  rule: RowRule,
  values: Values,
): void {
  const { source, file, line, index } = at
  const occurredAt = values[rule.at]
  if (typeof occurredAt !== 'string')
    throw new UnmappableRow(`${rule.at} ${JSON.stringify(occurredAt)}: must be a time`)
  const data = resolve(rule.data, values) as Record<string, unknown>
  if (rule.command === undefined) {
    const sourceSequence = line * MAX_RULES + index
    const observation = { type: rule.observe!, data, occurredAt, sourceSequence }
    sink.observe(source, { observation, file, line })
    return
  }
  sink.command(source, {
    decider: deciderOf(rule.command)!,
    command: { type: rule.command, ...data },
    name: `${source}/${line}/${index}`,
    occurredAt,
    file,
    line,
  })
}
