import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { hash } from 'node:crypto'
import { inspectionPlan } from '../../domain/quality/inspection-plan.ts'
import { inspection } from '../../domain/quality/inspection.ts'
import { judge } from '../../domain/quality/verdict.ts'
import { ImportError } from './errors.ts'
import { readText } from './lines.ts'
import { DEFAULT_SERIAL, serialOf } from './mtconnect-files.ts'
import { checkSite, definePlant, type SiteOptions } from './plant.ts'
import {
  parseQif,
  type QifCharacteristic,
  type QifDocument,
  type QifPiece,
} from './qif-document.ts'
import { runImport, type ImportDeps, type Report, type Sink } from './run.ts'

export interface QifOptions extends SiteOptions {
  /** Material inspected; else the file's name up to its first underscore: `Cover_Results.qif`. */
  readonly part?: string
  /** Serial of a piece from the serial number in the file: `{part}-{number}`. */
  readonly serial?: string
  /** When the pieces were inspected, for files that do not say; else the file's own date. */
  readonly at?: string
  /** Rec 20 codes of lengths and angles, for files that do not say: MMT, DD. */
  readonly lengthUnit?: string
  readonly angleUnit?: string
}

/** Some hundred characteristics on some thousand pieces; it is held in memory about ten times over. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * Imports inspection results of QIF 2.1: the characteristics of a part as its inspection plan, the
 * results of each piece as an inspection by serial. Pass or fail follows from the limits; where the
 * file says otherwise, the report says so, result by result.
 * @throws ImportError naming the file that cannot be read or is no QIF
 */
export async function importQif(
  files: readonly string[],
  options: QifOptions,
  deps: ImportDeps,
): Promise<Report> {
  checkSite(options)
  return runImport(files, options.site, deps, async (sink) => {
    for (const file of files) await importFile(sink, file, options)
  })
}

async function importFile(sink: Sink, file: string, options: QifOptions): Promise<void> {
  const text = await readText(file, MAX_BYTES)
  const document = parseQif(file, text)
  if (document.characteristics.length === 0)
    throw new ImportError(file, 'has no characteristics: there is nothing to inspect')
  const lines = text.split('\n').length
  const part =
    options.part ??
    basename(file)
      .replace(/\.\w+$/, '')
      .split('_')[0]!
  const fileTime = await fileTimeOf(sink, file, document, options)
  const source = `qif:${basename(file)}`
  await definePlant(sink, source, options, { at: fileTime, file, scopes: [] })
  const ids = namesOf(document.characteristics)
  sink.command(source, {
    decider: inspectionPlan,
    command: {
      type: 'DefineInspectionPlan',
      planId: part,
      materialId: part,
      characteristics: document.characteristics.map((c) => ({
        characteristicId: ids.get(c.itemId)!,
        name: c.name,
        kind: c.kind,
        nominal: c.nominal,
        lowerLimit: c.lowerLimit,
        upperLimit: c.upperLimit,
        unit: unitOf(c.kind, options),
      })),
    },
    name: `plan/${part}/${hash('sha256', JSON.stringify(document.characteristics), 'hex')}`,
    occurredAt: fileTime,
    file,
    line: 0,
  })
  // An inspection is judged by the plan as it stands: the plan must be there first.
  await sink.settle()
  const byItem = new Map(document.characteristics.map((c) => [c.itemId, c]))
  for (const [index, piece] of document.pieces.entries()) {
    putPiece(sink, piece, { file, source, part, index, ids, fileTime, options })
    compare(sink, file, piece, byItem)
    await sink.room()
  }
  await sink.room({ file, bytes: Buffer.byteLength(text), lines })
}

interface PieceContext {
  readonly file: string
  readonly source: string
  readonly part: string
  readonly index: number
  readonly ids: ReadonlyMap<string, string>
  readonly fileTime: string
  readonly options: QifOptions
}

function putPiece(sink: Sink, piece: QifPiece, c: PieceContext): void {
  const place = { file: c.file, line: 0 }
  if (piece.serial === null) {
    const why = `measurement ${c.index + 1} does not say the serial number of its piece`
    sink.bad(c.source, { ...place, raw: JSON.stringify(piece), why })
    return
  }
  const serial = serialOf(c.options.serial ?? DEFAULT_SERIAL, c.part, piece.serial)
  const results = piece.results.map((r) => ({
    characteristicId: c.ids.get(r.itemId) ?? r.itemId,
    value: r.value,
    instrumentId: r.instrument,
  }))
  // The same piece measured again is another inspection; the same file again is not.
  const mark = hash('sha256', JSON.stringify([piece.inspectedAt, results]), 'hex').slice(0, 8)
  const inspectionId = `${serial}-${mark}`
  sink.command(c.source, {
    decider: inspection,
    command: {
      type: 'RecordInspection',
      inspectionId,
      subjectKind: 'SERIAL',
      subjectId: serial,
      planId: c.part,
      materialId: c.part,
      personId: piece.inspector,
      results,
    },
    name: `inspection/${inspectionId}`,
    occurredAt: instantOf(piece.inspectedAt, c.options.timeZone) ?? c.fileTime,
    ...place,
  })
}

/** Says where the measuring software and we judge differently; its words beyond PASS and FAIL do not count. */
function compare(
  sink: Sink,
  file: string,
  piece: QifPiece,
  characteristics: ReadonlyMap<string, QifCharacteristic>,
): void {
  for (const { itemId, value, status } of piece.results) {
    const characteristic = characteristics.get(itemId)
    if (!characteristic || (status !== 'PASS' && status !== 'FAIL')) continue
    const verdict = judge({ value, passed: null }, characteristic)
    if (verdict === status) continue
    const { name, lowerLimit, upperLimit } = characteristic
    sink.note(
      `${file}: serial ${piece.serial}, ${name} = ${value} (${lowerLimit} to ${upperLimit}): the file says ${status}, the limits ${verdict ?? 'nothing'}`,
    )
  }
}

/** Ids of characteristics are their names; names that occur twice are told apart by the file's ids. */
function namesOf(all: readonly QifCharacteristic[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const { name } of all) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map(
    all.map(({ itemId, name }) => [itemId, counts.get(name) === 1 ? name : `${name} (${itemId})`]),
  )
}

/** USER_DEFINED characteristics are numbers of any kind: a part number has no length. */
function unitOf(kind: string, { lengthUnit, angleUnit }: QifOptions): string | null {
  if (kind.startsWith('USER_DEFINED')) return null
  return (/ANGLE|ANGULAR/.test(kind) ? angleUnit : lengthUnit) ?? null
}

async function fileTimeOf(
  sink: Sink,
  file: string,
  document: QifDocument,
  { at, timeZone }: QifOptions,
): Promise<string> {
  if (at !== undefined) {
    const given = instantOf(at, timeZone)
    if (given === null) throw new ImportError(file, `--at ${at} is not an ISO-8601 date and time`)
    return given
  }
  const told = document.pieces.flatMap((p) => instantOf(p.inspectedAt, timeZone) ?? []).toSorted()
  if (told[0] !== undefined) return told[0]
  const { mtime } = await stat(file)
  sink.note(
    `${file}: does not say when it was inspected; took the date of the file, ${mtime.toISOString()} (--at gives another)`,
  )
  return mtime.toISOString()
}

/** Null for what is no time; one without an offset is of the site's zone. */
function instantOf(time: string | null, timeZone: string): string | null {
  if (time === null) return null
  try {
    const instant = /(?:Z|[+-]\d{2}:?\d{2})$/.test(time)
      ? Temporal.Instant.from(time)
      : Temporal.PlainDateTime.from(time).toZonedDateTime(timeZone).toInstant()
    return new Date(instant.epochMilliseconds).toISOString()
  } catch {
    return null
  }
}
