import type {
  AppendStreamState,
  MaxAppendSizeExceededError,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client'
import {
  ANY,
  NO_STREAM,
  START,
  type Append,
  type AppendResult,
  type NewEvent,
} from '../../commands/event-store.ts'
import { createLanes } from '../../commands/lanes.ts'
import { typeOf, type Calls } from './calls.ts'
import type { Client } from './client.ts'
import { bytesOf, toEventData, toPosition } from './codec.ts'
import type { Reads } from './read.ts'

/** Servers up to 25.0 take 1 MiB at once; names, ids and frames need room beside the payload. */
const MAX_BYTES = 900_000
/** An event's share of that beside its payload. */
const EVENT_OVERHEAD = 200

/**
 * Appends of one stream go one after the other, those of different streams together over one call.
 * One of more than a megabyte goes in parts: each is atomic, the whole is not.
 */
export function createAppend(client: Client, reads: Reads, { call, deadlineMs }: Calls) {
  const inLane = createLanes()

  const part = async (
    stream: string,
    expected: number,
    events: readonly NewEvent[],
  ): Promise<AppendResult> => {
    const write = () =>
      client.appendToStream(stream, events.map(toEventData), {
        streamState: stateOf(expected),
        deadline: deadlineMs,
        requiresLeader: true,
      })
    try {
      const done = await call(expected !== ANY, write)
      const revision = Number(done.nextExpectedRevision)
      const position = done.position
        ? toPosition(done.position)
        : (await reads.last(stream, revision))!.position
      return { ok: true, revision, position }
    } catch (error) {
      const type = typeOf(error)
      if (type === 'maximum-append-size-exceeded')
        throw tooLarge(stream, events, error as MaxAppendSizeExceededError)
      if (type !== 'wrong-expected-version') throw error
      return conflict({ stream, expected, events }, error as WrongExpectedVersionError)
    }
  }

  /** A conflict with what this very append has written before is the answer of the first time. */
  const conflict = async (
    { stream, expected, events }: Append,
    { actualState }: WrongExpectedVersionError,
  ): Promise<AppendResult> => {
    const actual = typeof actualState === 'bigint' ? Number(actualState) : NO_STREAM
    if (actual < expected + events.length) return { ok: false, actual }
    const there = await reads.stream(stream, {
      from: expected + 1,
      limit: events.length,
      asStored: true,
    })
    const same = there.length === events.length && there.every(({ id }, i) => id === events[i]!.id)
    const last = there.at(-1)
    return same && last
      ? { ok: true, revision: last.revision, position: last.position, repeated: true }
      : { ok: false, actual }
  }

  const one = async ({ stream, expected, events }: Append): Promise<AppendResult> => {
    if (events.length === 0) {
      const last = await reads.last(stream)
      const actual = last?.revision ?? NO_STREAM
      return expected === ANY || expected === actual
        ? { ok: true, revision: actual, position: last?.position ?? START }
        : { ok: false, actual }
    }
    let result: AppendResult | undefined
    let next = expected
    let repeated = true
    for (const events_ of inParts(events)) {
      result = await part(stream, next, events_)
      if (!result.ok) return result
      repeated &&= result.repeated === true
      next = result.revision
    }
    const { revision, position } = result as AppendResult & { readonly ok: true }
    return { ok: true, revision, position, ...(repeated ? { repeated } : {}) }
  }

  return (appends: readonly Append[]): Promise<readonly AppendResult[]> =>
    Promise.all(appends.map((append) => inLane([append.stream], () => one(append))))
}

/** Of one event alone: several go in parts that any server takes. */
const tooLarge = (
  stream: string,
  events: readonly NewEvent[],
  { maxAppendSize }: MaxAppendSizeExceededError,
): Error => {
  const bytes = events.reduce((sum, event) => sum + bytesOf(toEventData(event)), 0)
  const what = `${stream}: ${events[0]!.type} of ${bytes} bytes`
  const why = `${what} is larger than the server takes (${maxAppendSize} bytes); nothing was written`
  return Object.assign(new Error(why), { code: 'EventTooLarge' })
}

/** The client takes a misspelt or unknown state for "any", silently. */
const stateOf = (expected: number): AppendStreamState =>
  expected === ANY ? 'any' : expected === NO_STREAM ? 'no_stream' : BigInt(expected)

function* inParts(events: readonly NewEvent[]): Generator<readonly NewEvent[]> {
  let part: NewEvent[] = []
  let bytes = 0
  if (events.length === 1) {
    yield events
    return
  }
  for (const event of events) {
    const size = bytesOf(toEventData(event)) + EVENT_OVERHEAD
    if (part.length > 0 && bytes + size > MAX_BYTES) {
      yield part
      part = []
      bytes = 0
    }
    part.push(event)
    bytes += size
  }
  yield part
}
