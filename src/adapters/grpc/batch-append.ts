import { ANY, NO_STREAM, type AppendResult } from '../../commands/event-store.ts'
import { createLanes } from '../../commands/lanes.ts'
import { appendFor, revisionOf } from './append.ts'
import { admit, drained, duplex, signalOf } from './calls.ts'
import type { Definitions } from './definitions.ts'
import { MAX_APPEND_BYTES, Refused, statusOf } from './errors.ts'
import type { Service } from './service.ts'
import { fromStream, fromUuid, toStream } from './wire.ts'
import { EXISTS } from './writer.ts'

type Streams = Definitions['streams']
type Request = InstanceType<Streams['BatchAppendReq']>
type Response = InstanceType<Streams['BatchAppendResp']>
type Proposed = InstanceType<Streams['BatchAppendReq']['ProposedMessage']>

/** Appends of one client under way at a time; beyond that it is read no further. */
const MAX_UNDER_WAY = 2_000
/** Appends whose events are still coming; a client sends them one after the other. */
const MAX_OPEN = 100

interface Open {
  readonly id: InstanceType<Definitions['shared']['UUID']>
  readonly stream: string
  readonly expected: number
  readonly messages: Proposed[]
  bytes: number
}

/**
 * `Streams.BatchAppend`: any number of appends over one call, each answered under its correlation id.
 * Those of one stream are written in the order in which they came.
 */
export const batchAppend = (service: Service) =>
  duplex<Request, Response>(service, async (call) => {
    const caller = await admit(service, call.metadata, null)
    const signal = signalOf(service, call)
    const inLane = createLanes()
    const open = new Map<string, Open>()
    const underWay = new Set<Promise<void>>()

    const run = async (append: Open): Promise<void> => {
      const response = await outcome(service, append, () => {
        if (append.bytes > MAX_APPEND_BYTES)
          throw new Refused({ kind: 'maximum-append-size-exceeded' })
        return appendFor(service, caller, append)
      })
      if (!signal.aborted) call.write(response)
    }
    for await (const request of call as AsyncIterable<Request>) {
      const append = take(open, request)
      if (!append) continue
      const running = inLane([append.stream], () => run(append))
      underWay.add(running)
      void running.finally(() => underWay.delete(running))
      if (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay)
      // A client that does not take its answers is read no further.
      if (call.writableNeedDrain) await drained(call, signal)
    }
    await Promise.all(underWay)
  })

/** The append that this request completes, if it does. */
function take(open: Map<string, Open>, request: Request): Open | null {
  const id = request.getCorrelationId()
  const key = fromUuid(id)
  const options = request.getOptions()
  if (options && id)
    open.set(key, {
      id,
      stream: fromStream(options.getStreamIdentifier()),
      expected: expectedOf(options),
      messages: [],
      bytes: 0,
    })
  const append = open.get(key)
  if (!append || open.size > MAX_OPEN)
    throw new Refused({ kind: 'invalid-argument', why: 'events without an append they belong to' })
  for (const message of request.getProposedMessagesList()) {
    append.bytes += message.getData_asU8().length
    // What is too large is refused when it is complete; until then it is only counted.
    if (append.bytes <= MAX_APPEND_BYTES) append.messages.push(message)
  }
  if (!request.getIsFinal()) return null
  open.delete(key)
  return append
}

function expectedOf(options: InstanceType<Streams['BatchAppendReq']['Options']>): number {
  if (options.hasStreamPosition()) return revisionOf(options.getStreamPosition())
  return options.hasNoStream() ? NO_STREAM : options.hasStreamExists() ? EXISTS : ANY
}

async function outcome(
  service: Service,
  { id, stream, expected }: Open,
  work: () => Promise<AppendResult>,
): Promise<Response> {
  const { d } = service
  const response = new d.streams.BatchAppendResp()
    .setCorrelationId(id)
    .setStreamIdentifier(toStream(d, stream))
  try {
    const result = await work()
    if (!result.ok) return response.setError(conflict(d, expected, result.actual))
    const position = String(result.position)
    const place = new d.shared.AllStreamPosition()
      .setCommitPosition(position)
      .setPreparePosition(position)
    return response.setSuccess(
      new d.streams.BatchAppendResp.Success()
        .setCurrentRevision(String(result.revision))
        .setPosition(place),
    )
  } catch (error) {
    if (!(error instanceof Refused)) service.onError(error as Error)
    return response.setError(failure(d, error, stream))
  }
}

type Status = InstanceType<Definitions['status']['Status']>

function conflict(d: Definitions, expected: number, actual: number): Status {
  const details = new d.shared.WrongExpectedVersion()
  if (actual === NO_STREAM) details.setCurrentNoStream(new d.empty.Empty())
  else details.setCurrentStreamRevision(String(actual))
  if (expected === EXISTS) details.setExpectedStreamExists(new d.empty.Empty())
  else if (expected === NO_STREAM) details.setExpectedNoStream(new d.empty.Empty())
  else details.setExpectedStreamPosition(String(expected))
  const why = `expected revision ${expected}, the stream is at ${actual}`
  return packed(d, { message: why, name: 'WrongExpectedVersion', details })
}

function failure(d: Definitions, error: unknown, stream: string): Status {
  const { shared } = d
  const message = String(statusOf(d, error).details)
  const kind = error instanceof Refused ? error.reason.kind : null
  if (kind === 'stream-deleted') {
    const details = new shared.StreamDeleted().setStreamIdentifier(toStream(d, stream))
    return packed(d, { message, name: 'StreamDeleted', details })
  }
  if (kind === 'maximum-append-size-exceeded') {
    const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_BYTES)
    return packed(d, { message, name: 'MaximumAppendSizeExceeded', details })
  }
  if (kind === 'access-denied')
    return packed(d, { message, name: 'AccessDenied', details: new shared.AccessDenied() })
  if (kind === 'invalid-argument') {
    const details = new shared.BadRequest().setMessage(message)
    return packed(d, { message, name: 'BadRequest', details })
  }
  return packed(d, { message, name: 'Unknown', details: new shared.Unknown() })
}

function packed(
  d: Definitions,
  what: {
    readonly message: string
    readonly name: string
    readonly details: { serializeBinary(): Uint8Array }
  },
): Status {
  const any = new d.any.Any()
  any.pack(what.details.serializeBinary(), `event_store.client.${what.name}`)
  const { UNKNOWN } = d.grpc.status
  return new d.status.Status()
    .setCode(UNKNOWN as never)
    .setMessage(what.message)
    .setDetails(any)
}
