import { basename } from 'node:path'
import { ImportError } from './errors.ts'

/** `Cover-Op2-Hurco04-07of20.txt`: one operation on one piece. */
const SPLIT = /^(?<part>.+)-Op(?<operation>\d+)-(?<machine>.+)-(?<piece>\d+)of\d+\.\w+$/i
/** `Hurco04-20170201-20170202.txt`: a day of one machine. */
const DAY = /^(?<machine>.+)-(?<from>\d{8})-\d{8}\.\w+$/

interface DayFile {
  readonly kind: 'day'
  readonly file: string
  readonly machine: string
}
export interface PieceFile {
  readonly kind: 'piece'
  readonly file: string
  readonly machine: string
  readonly part: string
  /** Counts from 1 within the part. */
  readonly operation: number
  readonly serial: string
  /** No file of a later operation of this part was given: this one makes the piece. */
  readonly isLast: boolean
}
export type MachineFile = DayFile | PieceFile

/** Files whose samples follow one another on one machine: its state carries over from each to the next. */
export interface Series {
  readonly machine: string
  readonly files: readonly MachineFile[]
}

/**
 * Sorts files by what their names say. Pieces of one machine are a series of their own beside its day
 * files: they are extracts, and tell nothing of the time between them.
 * @param machine for files whose name does not say it
 * @param order sorts the pieces: the time of the first line of a file
 * @throws ImportError for a file of which nobody says whose machine it is
 */
export function seriesOf(
  files: readonly string[],
  options: { readonly machine?: string; readonly serial: string },
  order: ReadonlyMap<string, number>,
): readonly Series[] {
  const lastOf = new Map<string, number>()
  for (const file of files) {
    const { part, operation } = SPLIT.exec(basename(file))?.groups ?? {}
    if (part) lastOf.set(part, Math.max(lastOf.get(part) ?? 0, Number(operation)))
  }
  const known = files.map((file) => classify(file, options, lastOf))
  const groups = Map.groupBy(known, (file) => `${file.kind}/${file.machine}`)
  return [...groups.values()].map((group) => ({
    machine: group[0]!.machine,
    files: group.toSorted(
      (a, b) =>
        (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) ||
        (basename(a.file) < basename(b.file) ? -1 : 1),
    ),
  }))
}

function classify(
  file: string,
  options: { readonly machine?: string; readonly serial: string },
  lastOf: ReadonlyMap<string, number>,
): MachineFile {
  const name = basename(file)
  const piece = SPLIT.exec(name)?.groups
  if (piece) {
    const [part, operation] = [piece['part']!, Number(piece['operation'])]
    return {
      kind: 'piece',
      file,
      machine: options.machine ?? piece['machine']!,
      part,
      operation,
      serial: serialOf(options.serial, part, piece['piece']!),
      isLast: lastOf.get(part) === operation,
    }
  }
  const machine = options.machine ?? DAY.exec(name)?.groups?.['machine']
  if (machine === undefined)
    throw new ImportError(
      file,
      'its name does not say the machine; call it Machine-yyyymmdd-yyyymmdd.txt or give --machine',
    )
  return { kind: 'day', file, machine }
}

/** The first moment a day file is about, epoch milliseconds UTC; null where its name has no date. */
export function dayOf(file: string): number | null {
  const day = DAY.exec(basename(file))?.groups?.['from']
  if (day === undefined) return null
  const at = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`)
  return Number.isNaN(at) ? null : at
}

/**
 * Fills a template such as `{part}-{number}`. A number gets two digits at least, so that `7` of one
 * source and `07` of another are the same piece: `Cover-07`.
 */
export const serialOf = (template: string, part: string, number: string): string =>
  template
    .replaceAll('{part}', part)
    .replaceAll('{number}', /^\d+$/.test(number) ? String(Number(number)).padStart(2, '0') : number)
export const DEFAULT_SERIAL = '{part}-{number}'
