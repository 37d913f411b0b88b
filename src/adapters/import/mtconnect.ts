import {
  close,
  signalState,
  translate,
  type Sample,
  type SignalFact,
  type SignalState,
} from '../../domain/equipment/mtconnect-signals.ts'
import { unit } from '../../domain/material/unit.ts'
import { ImportError } from './errors.ts'
import { readLines } from './lines.ts'
import {
  DEFAULT_SERIAL,
  dayOf,
  seriesOf,
  type MachineFile,
  type PieceFile,
  type Series,
} from './mtconnect-files.ts'
import { watchPiece, type PieceRun } from './piece.ts'
import { checkSite, definePlant, type SiteOptions } from './plant.ts'
import { runImport, type ImportDeps, type Report, type Sink } from './run.ts'
import { parseShdr } from './shdr.ts'

export interface MtconnectOptions extends SiteOptions {
  /** Whose files these are, where their names do not say it. */
  readonly machine?: string
  /** Work centre the machines stand in; defined where it is new. */
  readonly workCentre?: string
  /** Serial of a piece from the name of its file: `{part}-{number}`. */
  readonly serial?: string
}

/** A file tells no more than this at its start of how things had been; an agent has some 100 items. */
const MAX_SNAPSHOT = 10_000
/** The domain's name for an item that says whether the machine talks. */
const AVAILABILITY = 'availability'

/**
 * Imports logs of MTConnect adapters (SHDR). Day files (`Machine-yyyymmdd-yyyymmdd.txt`) yield what
 * the machine did; files of one piece (`Part-OpN-Machine-NNofMM.txt`) also the operation on that
 * serial. Files of one machine are read in order of time, so its state carries over.
 *
 * A fact is identified by the machine, its time and its content, not by file and line: the same
 * recording cut into other files, or a longer one, adds only what is new.
 * @throws ImportError naming the file that cannot be read, is no SHDR or does not say its machine
 */
export async function importMtconnect(
  files: readonly string[],
  options: MtconnectOptions,
  deps: ImportDeps,
): Promise<Report> {
  checkSite(options)
  return runImport(files, options.site, deps, async (sink) => {
    const starts = new Map<string, number>()
    for (const file of files) {
      const first = await firstMoment(file, options.timeZone)
      if (first !== null) starts.set(file, first)
    }
    const order = new Map(files.map((file) => [file, dayOf(file) ?? starts.get(file) ?? 0]))
    const serial = options.serial ?? DEFAULT_SERIAL
    const series = seriesOf(files, { ...options, serial }, order)
    await definePlaces(sink, options, series, starts)
    for (const one of series) await readSeries(sink, one, options)
  })
}

/** Time of the first readable line; null for an empty file. */
async function firstMoment(file: string, timeZone: string): Promise<number | null> {
  let seen = 0
  for await (const { lines } of readLines(file)) {
    for (const { text } of lines) {
      const parsed = parseShdr(text, timeZone, '')
      if (parsed && 'samples' in parsed) return parsed.samples[0]!.at
      if (parsed) seen++
    }
    if (seen > 0) break
  }
  if (seen > 0)
    throw new ImportError(file, 'is no SHDR log: no line at its start reads time|item|value')
  return null
}

function definePlaces(
  sink: Sink,
  options: MtconnectOptions,
  series: readonly Series[],
  starts: ReadonlyMap<string, number>,
): Promise<void> {
  if (starts.size === 0) return Promise.resolve()
  const workCentre = options.workCentre ?? `${options.site}-machines`
  const machines = [...new Set(series.map(({ machine }) => machine))].toSorted()
  const [file, at] = [...starts].reduce((a, b) => (b[1] < a[1] ? b : a))
  return definePlant(sink, 'mtconnect', options, {
    at: new Date(at).toISOString(),
    file,
    scopes: [
      { id: workCentre, level: 'WORK_CENTRE', parentId: options.site },
      ...machines.map((id) => ({ id, level: 'WORK_UNIT', parentId: workCentre }) as const),
    ],
  })
}

interface Reading {
  readonly sink: Sink
  readonly source: string
  readonly machine: string
  readonly timeZone: string
  state: SignalState
  /** Program in the control, as far as piece files say. */
  loaded: string | null
}

async function readSeries(
  sink: Sink,
  { machine, files }: Series,
  { timeZone }: MtconnectOptions,
): Promise<void> {
  const source = `mtconnect:${machine}`
  const state = signalState(machine)
  const reading: Reading = { sink, source, machine, timeZone, state, loaded: null }
  for (const file of files) await readFile(reading, file)
}

async function readFile(reading: Reading, file: MachineFile): Promise<void> {
  const { sink, source, machine, timeZone } = reading
  const day = file.kind === 'day' ? dayOf(file.file) : null
  const piece = file.kind === 'piece' ? watchPiece(reading.loaded) : null
  let snapshot: Sample[] | null = day === null ? null : []
  let last: number | null = null
  let total = 0
  for await (const { lines, bytes } of readLines(file.file)) {
    const samples: Sample[] = []
    for (const { number, text } of lines) {
      const parsed = parseShdr(text, timeZone, machine)
      if (parsed === null) continue
      if ('why' in parsed)
        sink.bad(source, { file: file.file, line: number, raw: text, why: parsed.why })
      else samples.push(...parsed.samples)
    }
    total = lines.at(-1)!.number
    if (piece) {
      for (const sample of samples) piece.see(sample)
      if (last === null && samples[0]) tellPresence(reading, file, samples[0].at, 'AVAILABLE')
      last = samples.at(-1)?.at ?? last
    }
    if (snapshot) {
      snapshot.push(...samples)
      if (snapshot.length > MAX_SNAPSHOT || snapshot.some(({ at }) => at >= day!)) {
        fold(reading, file, inOrder(snapshot, day!), total)
        snapshot = null
      }
    } else fold(reading, file, samples, total)
    await sink.room({ file: file.file, bytes, lines: total })
  }
  if (snapshot) fold(reading, file, inOrder(snapshot, day!), total)
  // An extract of one piece tells nothing of the time up to the next: that is no data, not idleness.
  if (last !== null) tellPresence(reading, file, last + 1, 'UNAVAILABLE')
  const { state, facts } = close(reading.state)
  put(reading, file, facts, total)
  reading.state = state
  if (piece && file.kind === 'piece') {
    tellOperation(reading, file, piece.run(), total)
    reading.loaded = piece.loaded()
  }
}

/** An agent's snapshot lists its items by name, each with the time of its last change. */
function inOrder(samples: readonly Sample[], day: number): readonly Sample[] {
  const end = samples.findIndex(({ at }) => at >= day)
  const snapshot = end < 0 ? samples : samples.slice(0, end)
  return [...snapshot.toSorted((a, b) => a.at - b.at), ...samples.slice(snapshot.length)]
}

function fold(reading: Reading, file: MachineFile, samples: readonly Sample[], line: number): void {
  const { state, facts } = translate(reading.state, samples)
  reading.state = state
  put(reading, file, facts, line)
}

const tellPresence = (reading: Reading, file: MachineFile, at: number, value: string): void =>
  fold(reading, file, [{ at, item: AVAILABILITY, value }], 0)

function put(
  { sink, source }: Reading,
  { file }: MachineFile,
  facts: readonly SignalFact[],
  line: number,
): void {
  for (const observation of facts) sink.observe(source, { observation, file, line })
}

function tellOperation(
  { sink, source }: Reading,
  { file, machine, part, operation, serial, isLast }: PieceFile,
  { startedAt, endedAt, program }: PieceRun,
  line: number,
): void {
  if (startedAt === null || endedAt === null) {
    sink.note(`${file}: the execution was never ACTIVE, so no operation on ${serial} is known`)
    return
  }
  const occurredAt = new Date(endedAt).toISOString()
  const operationId = `Op${operation}`
  const observation = {
    type: 'UnitProcessed',
    occurredAt,
    data: {
      serial,
      materialId: part,
      orderId: null,
      operationId,
      operationName: `${part} operation ${operation}`,
      equipmentId: machine,
      program,
      startedAt: new Date(startedAt).toISOString(),
      endedAt: occurredAt,
      personId: null,
    },
  }
  sink.observe(source, { observation, file, line })
  if (!isLast) return
  sink.command(source, {
    decider: unit,
    command: {
      type: 'ProduceUnit',
      serial,
      movementId: `made-${serial}`,
      materialId: part,
      operationId,
      equipmentId: machine,
    },
    name: `made/${serial}`,
    occurredAt,
    file,
    line,
  })
}
