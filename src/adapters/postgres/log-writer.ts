import type pg from 'pg'
import { ANY, type Append, type AppendResult, type NewEvent } from '../../commands/event-store.ts'
import type { Telemetry } from '../../commands/telemetry.ts'
import { traced } from '../../commands/tracing.ts'
import { countAppends } from '../../commands/watched.ts'
import { createGroups } from './groups.ts'
import { SEPARATOR } from './log-append.sql.ts'
import { categoryOf, type Names } from './log-names.ts'

/** One payload, as JSON: KurrentDB's limit for an append, so that a log can move there. */
const MAX_EVENT_BYTES = 1024 * 1024
/** One append is atomic and travels whole; `record` sends 1,000. */
const MAX_APPEND_EVENTS = 10_000
/** Bounds the time others wait for the head, some 50 ms, and the memory of one call. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024
/** An event's share of a group beside its payload: ids, numbers and its row's indexes. */
const EVENT_OVERHEAD = 200
/** A second group is encoded and sent while the first one's commit waits for the disk. */
const GROUPS_IN_FLIGHT = 2
/** Revisions are 32-bit in the log; a stream that ends with its order or day never comes near. */
const MAX_REVISION = 2 ** 31 - 1
/** Longest stream name: a category and a few identifiers; bounded by its unique index. */
const MAX_STREAM_LENGTH = 512

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** Control characters below the space: those of Unicode without DEL and what follows it. */
const CONTROL = /[^\P{Cc}\u007f-\u009f]/u

/** An append whose payloads are JSON already. */
interface Encoded {
  readonly stream: string
  readonly category: string
  readonly expected: number
  readonly events: readonly NewEvent[]
  readonly data: readonly string[]
  readonly metadata: readonly string[]
  readonly bytes: number
  /** As `performance.now()` tells it. */
  readonly began: number
}

/** Group commit: appends called while a group is in flight travel and commit together in the next. */
export function createWriter(pool: pg.Pool, names: Names, telemetry: Telemetry) {
  const submit = createGroups<Encoded, AppendResult>({
    run: (group) => observed(telemetry, group, () => appendGroup(pool, names, group)),
    inFlight: GROUPS_IN_FLIGHT,
    maxWeight: MAX_GROUP_BYTES,
    weigh: (append) => append.bytes,
  })
  return async (appends: readonly Append[]): Promise<readonly AppendResult[]> => {
    const encoded = appends.map(encode)
    return Promise.all(encoded.map(submit))
  }
}

async function observed(
  { metrics, tracer }: Telemetry,
  group: readonly Encoded[],
  work: () => Promise<readonly AppendResult[]>,
): Promise<readonly AppendResult[]> {
  const began = performance.now()
  const size = group.length
  // The facts of one append are of one piece of work.
  const links = () => group.map(({ events }) => events[0]?.metadata.traceparent)
  const attributes = { 'taktlog.appends': size }
  const results = await traced(tracer, 'append group', { links, attributes }, work)
  metrics.observe('taktlog_append_commit_seconds', (performance.now() - began) / 1_000)
  metrics.observe('taktlog_append_group_size', size)
  countAppends(metrics, group, results)
  return results
}

/**
 * Everything the database would refuse is refused here, so that no append can fail its neighbours.
 * @throws RangeError
 */
function encode({ stream, expected, events }: Append): Encoded {
  const began = performance.now()
  assertName(stream, 'stream')
  if (!Number.isInteger(expected) || expected < ANY || expected > MAX_REVISION)
    throw new RangeError(`${stream}: expected revision ${expected} is not one`)
  if (events.length > MAX_APPEND_EVENTS)
    throw new RangeError(
      `${stream}: ${events.length} events in one append, ${MAX_APPEND_EVENTS} at most`,
    )
  let bytes = 0
  for (const { id, type } of events) {
    if (!UUID.test(id)) throw new RangeError(`${stream}: event id ${id} is not a UUID`)
    assertName(type, 'event type')
  }
  const data = events.map((event) => payload(event, event.data))
  const metadata = events.map((event) => payload(event, event.metadata))
  for (const [i, text] of data.entries())
    bytes += text.length + metadata[i]!.length + EVENT_OVERHEAD
  return { stream, category: categoryOf(stream), expected, events, data, metadata, bytes, began }
}

function payload({ type }: NewEvent, value: unknown): string {
  const json = JSON.stringify(value) as string | undefined
  if (json === undefined) throw new RangeError(`${type}: a payload must be JSON`)
  // A UTF-16 unit takes at most three bytes; only long ones are worth counting.
  if (json.length * 3 > MAX_EVENT_BYTES && Buffer.byteLength(json) > MAX_EVENT_BYTES)
    throw new RangeError(`${type}: a payload of more than ${MAX_EVENT_BYTES} bytes`)
  return json
}

function assertName(name: string, what: string): void {
  if (name === '' || name.length > MAX_STREAM_LENGTH || CONTROL.test(name) || !name.isWellFormed())
    throw new RangeError(`${JSON.stringify(name)} cannot name a ${what}`)
}

/** In place of a position, see `es.append_batch`. */
const CONFLICT = -1

const APPEND = {
  name: 'es-append',
  text: `select revisions::text, positions::text
         from es.append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
}

async function appendGroup(
  pool: pg.Pool,
  names: Names,
  group: readonly Encoded[],
): Promise<readonly AppendResult[]> {
  await names.register(
    group.flatMap(({ category, events }) => events.map(({ type }) => ({ category, type }))),
  )
  const { rows } = await pool.query<[string, string], string[]>({
    ...APPEND,
    values: parameters(names, group),
    rowMode: 'array',
  })
  const [revisions, positions] = rows[0]!.map((list) => list.slice(1, -1).split(',')) as [
    string[],
    string[],
  ]
  return group.map((_, i) => {
    const revision = Number(revisions[i])
    const position = Number(positions[i])
    if (position >= 0) return { ok: true, revision, position }
    return position === CONFLICT
      ? { ok: false, actual: revision }
      : { ok: true, revision, position: -1 - position, repeated: true }
  })
}

/** The arguments of `es.append_batch`, see there. */
function parameters(names: Names, group: readonly Encoded[]): string[] {
  const streams = new Map<string, number>()
  const categories: number[] = []
  const stream: number[] = []
  const append: number[] = []
  const ids: string[] = []
  const types: number[] = []
  const versions: number[] = []
  for (const [a, { stream: name, category, events }] of group.entries()) {
    let index = streams.get(name)
    if (index === undefined) {
      streams.set(name, (index = streams.size + 1))
      categories.push(names.category(category))
    }
    stream.push(index)
    for (const event of events) {
      append.push(a + 1)
      ids.push(event.id)
      types.push(names.type(category, event.type))
      versions.push(event.schemaVersion)
    }
  }
  return [
    [...streams.keys()].join(SEPARATOR),
    list(categories),
    list(stream),
    list(group.map(({ expected }) => expected)),
    list(group.map(({ events }) => events.length)),
    list(append),
    list(ids),
    list(types),
    list(versions),
    group.flatMap(({ data }) => data).join(SEPARATOR),
    group.flatMap(({ metadata }) => metadata).join(SEPARATOR),
  ]
}

const list = (items: readonly (number | string)[]): string => `{${items.join(',')}}`
