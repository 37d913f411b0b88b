import { basename } from 'node:path'
import type { EventStore } from '../../commands/event-store.ts'
import type { Ack, Execute } from '../../commands/execute.ts'
import { uuid5 } from '../../commands/ids.ts'
import type { Observation, Record } from '../../commands/record.ts'
import { isRejection, type Decider, type Rejection } from '../../domain/decider.ts'
import { sizeOf } from './lines.ts'

/** What an import needs of the system; all of it goes through the doors everybody uses. */
export interface ImportDeps {
  readonly execute: Execute
  readonly record: Record
  readonly store: Pick<EventStore, 'head' | 'readStream'>
  /** Stops between two batches; what was sent stays, and the next run goes on. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly file: string
  readonly bytes: number
  readonly totalBytes: number
  readonly lines: number
}

interface Refused {
  readonly file: string
  readonly line: number
  readonly command: string
  readonly code: string
  readonly why: string
}

export interface Report {
  readonly files: number
  readonly lines: number
  /** Facts that are new in the log. */
  readonly recorded: number
  /** Facts and commands the log already had. */
  readonly duplicates: number
  readonly quarantined: number
  readonly rejected: number
  /** The first of each, with reasons; the rest is in the audit trail and in quarantine. */
  readonly refusals: readonly Refused[]
  readonly badLines: readonly {
    readonly file: string
    readonly line: number
    readonly why: string
  }[]
  /** Decisions the importer made that a reader should know. */
  readonly notes: readonly string[]
  readonly seconds: number
  readonly linesPerSecond: number
  /** The signal aborted before the end. */
  readonly stopped: boolean
  /** A read with `after: position` includes everything imported. */
  readonly position: number
}

interface Place {
  readonly file: string
  readonly line: number
}
interface CommandItem extends Place {
  readonly decider: Decider
  readonly command: { readonly type: string; readonly [field: string]: unknown }
  /** Identifies the wish for ever; the same name in a later run is the same command. */
  readonly name: string
  readonly occurredAt: string
}
interface FactItem extends Place {
  readonly observation: Observation
}

/** Where a format puts what it read. Nothing is sent before `room` or `settle`. */
export interface Sink {
  command(source: string, item: CommandItem): void
  observe(source: string, item: FactItem): void
  /** A line nobody can read: it goes to quarantine as it is. */
  bad(source: string, item: Place & { readonly raw: string; readonly why: string }): void
  note(text: string): void
  /** Whether anything ever happened in this stream. */
  has(stream: string): Promise<boolean>
  /** Waits while a full batch is under way. @throws Stopped when the signal has aborted */
  room(at?: {
    readonly file: string
    readonly bytes: number
    readonly lines: number
  }): Promise<void>
  /** Waits until all that was put in is in the log: what follows may depend on it. */
  settle(): Promise<void>
}

/** Commands and facts sent together: a group commit of this size costs one flush of the disk. */
const BATCH = 2_000
/** Streams decided on at the same time. */
const CONCURRENCY = 256
/** Refusals and bad lines told one by one; a wrong mapping has as many as the file has lines. */
const MAX_TOLD = 100
const ACTOR = 'import'

class Stopped extends Error {}

type Entry = { readonly source: string } & (
  | { readonly kind: 'command'; readonly item: CommandItem }
  | { readonly kind: 'fact'; readonly item: FactItem }
)

/**
 * Runs an import: `read` puts commands and facts into the sink, batches go to the log while reading
 * goes on, at most one batch ahead. Running it again changes nothing: every id derives from what was
 * read. A stopped import, or one that failed half-way, is resumed by running it again.
 * @throws ImportError for what cannot be imported at all, StoreUnavailable for an outage
 */
export async function runImport(
  files: readonly string[],
  site: string,
  deps: ImportDeps,
  read: (sink: Sink) => Promise<void>,
): Promise<Report> {
  const started = performance.now()
  const sizes = await Promise.all(files.map(sizeOf))
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0)
  const counts = newCounts(await deps.store.head())
  let waiting: Entry[] = []
  let flying: Promise<void> = Promise.resolve()
  let done = { file: '', bytes: 0 }
  let before = { bytes: 0, lines: 0 }
  const launch = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    await flying
    flying = send(batch, site, deps, counts)
    // Whoever waits for it next gets the error; until then it must not count as unhandled.
    flying.catch(() => {})
  }
  const sink: Sink = {
    command: (source, item) => void waiting.push({ kind: 'command', source, item }),
    observe: (source, item) => void waiting.push({ kind: 'fact', source, item }),
    bad: (source, { file, line, raw, why }) => {
      tell(counts.badLines, { file, line, why })
      const observation = {
        type: '',
        data: { file: basename(file), line, raw },
        occurredAt: '',
        unreadable: why,
      }
      waiting.push({ kind: 'fact', source, item: { file, line, observation } })
    },
    note: (text) => void (counts.notes.length < MAX_TOLD && counts.notes.push(text)),
    has: async (stream) => (await deps.store.readStream(stream, { limit: 1 })).length > 0,
    async room(at) {
      if (deps.signal?.aborted) throw new Stopped()
      if (at) {
        if (at.file !== done.file)
          before = { bytes: before.bytes + done.bytes, lines: counts.lines }
        done = { file: at.file, bytes: at.bytes }
        counts.lines = before.lines + at.lines
        const bytes = Math.min(totalBytes, before.bytes + at.bytes)
        deps.onProgress?.({ file: at.file, bytes, totalBytes, lines: counts.lines })
      }
      if (waiting.length >= BATCH) await launch()
    },
    async settle() {
      await launch()
      await flying
    },
  }
  const stopped = await read(sink).then(
    () => sink.settle().then(() => false),
    async (error: unknown) => {
      await flying.catch(() => {})
      if (!(error instanceof Stopped)) throw error
      await flying
      return true
    },
  )
  return report(counts, files.length, stopped, (performance.now() - started) / 1_000)
}

const newCounts = (head: number) => ({
  head,
  lines: 0,
  recorded: 0,
  duplicates: 0,
  quarantined: 0,
  rejected: 0,
  position: head,
  refusals: [] as Refused[],
  badLines: [] as { file: string; line: number; why: string }[],
  notes: [] as string[],
})
type Counts = ReturnType<typeof newCounts>

const tell = <T>(list: T[], item: T): void => void (list.length < MAX_TOLD && list.push(item))

function report(counts: Counts, files: number, stopped: boolean, seconds: number): Report {
  const { head: _, ...rest } = counts
  return { ...rest, files, stopped, seconds, linesPerSecond: Math.round(counts.lines / seconds) }
}

/** Commands of one stream in their order, streams side by side; then the facts, by source. */
async function send(
  batch: readonly Entry[],
  site: string,
  deps: ImportDeps,
  counts: Counts,
): Promise<void> {
  const commands = batch.filter((entry) => entry.kind === 'command')
  const streams = [
    ...Map.groupBy(
      commands,
      ({ item }) => `${item.decider.category}-${streamId(item, site)}`,
    ).values(),
  ]
  const workers = Array.from({ length: Math.min(CONCURRENCY, streams.length) }, async () => {
    for (let stream = streams.shift(); stream; stream = streams.shift())
      for (const { source, item } of stream)
        countCommand(counts, item, await execute(deps, site, source, item))
  })
  await Promise.all(workers)
  const facts = batch.filter((entry) => entry.kind === 'fact')
  for (const [source, group] of Map.groupBy(facts, (entry) => entry.source)) {
    const all = group.map(({ item }) => item.observation)
    const recording = await deps.record(all, { source, site, actor: ACTOR })
    counts.recorded += recording.recorded
    counts.duplicates += recording.duplicates
    counts.quarantined += recording.quarantined.length
    counts.position = Math.max(counts.position, recording.position)
    for (const { index, why } of recording.quarantined)
      if (all[index]!.unreadable === undefined) {
        const { file, line } = group[index]!.item
        tell(counts.badLines, { file, line, why })
      }
  }
}

/** A malformed command has no stream yet; `execute` says what is wrong with it. */
const streamId = ({ decider, command }: CommandItem, site: string): string =>
  decider.id(command, site)

const execute = (deps: ImportDeps, site: string, source: string, item: CommandItem) =>
  deps.execute(item.decider, item.command, {
    commandId: uuid5(`import/${item.name}`),
    actor: ACTOR,
    site,
    source,
    occurredAt: item.occurredAt,
  })

function countCommand(counts: Counts, item: CommandItem, outcome: Ack | Rejection): void {
  if (isRejection(outcome)) {
    counts.rejected++
    const { file, line, command } = item
    const { rejected: code, why } = outcome
    tell(counts.refusals, { file, line, command: command.type, code, why })
    return
  }
  // A command of an earlier run is answered with its first Ack, which lies before this run's start.
  if (outcome.events.length === 0 || outcome.position <= counts.head) counts.duplicates++
  else counts.recorded += outcome.events.length
  counts.position = Math.max(counts.position, outcome.position)
}
