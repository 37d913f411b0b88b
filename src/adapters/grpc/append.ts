import type { ServerReadableStream } from '@grpc/grpc-js'
import { ANY, NO_STREAM, type AppendResult } from '../../commands/event-store.ts'
import { admit, collecting, unary } from './calls.ts'
import type { Caller } from './caller.ts'
import type { Definitions } from './definitions.ts'
import { Refused } from './errors.ts'
import { accept } from './proposed.ts'
import type { Service } from './service.ts'
import { fromStream } from './wire.ts'
import { EXISTS, mayWrite, softDelete, tombstone, write } from './writer.ts'

type Streams = Definitions['streams']
type AppendReq = InstanceType<Streams['AppendReq']>
type AppendResp = InstanceType<Streams['AppendResp']>
type Proposed = InstanceType<Streams['BatchAppendReq']['ProposedMessage']>

/** Events in one append; the log takes no more at once. */
const MAX_EVENTS = 10_000

interface Wanted {
  readonly stream: string
  readonly expected: number
  readonly messages: readonly Proposed[]
}

/** Checks, completes and writes one append in the name of its caller. */
export async function appendFor(
  service: Service,
  caller: Caller,
  { stream, expected, messages }: Wanted,
): Promise<AppendResult> {
  const { catalogue, clock, writable } = service
  if (messages.length > MAX_EVENTS)
    throw new Refused({ kind: 'invalid-argument', why: `more than ${MAX_EVENTS} events at once` })
  const trusted = writable.includes('*')
  const events = accept(messages, { catalogue, caller, now: clock.now(), trusted })
  await mayWrite(
    service,
    caller,
    stream,
    events.map(({ metadata }) => metadata.site),
  )
  try {
    return await write(service, { stream, expected, events })
  } catch (error) {
    // The log says with it what it cannot take: a name too long, an event too large.
    if (error instanceof RangeError)
      throw new Refused({ kind: 'invalid-argument', why: error.message })
    throw error
  }
}

/** `Streams.Append`: options first, then an event a message. */
export const append = (service: Service) =>
  collecting<AppendReq, AppendResp>(service, async (call) => {
    const caller = await admit(service, call.metadata, null)
    const { options, messages } = await collect(call)
    const stream = fromStream(options?.getStreamIdentifier())
    if (!options || stream === '')
      throw new Refused({ kind: 'invalid-argument', why: 'the stream is missing' })
    const expected = expectedOf(options)
    const result = await appendFor(service, caller, { stream, expected, messages })
    return answer(service.d, expected, result)
  })

async function collect(call: ServerReadableStream<AppendReq, AppendResp>) {
  let options: InstanceType<Streams['AppendReq']['Options']> | undefined
  const messages: Proposed[] = []
  for await (const request of call as AsyncIterable<AppendReq>) {
    options ??= request.getOptions()
    const message = request.getProposedMessage()
    if (message) messages.push(message)
    if (messages.length > MAX_EVENTS) break
  }
  return { options, messages }
}

/** What all requests that change a stream expect of it. */
interface Expecting {
  hasRevision(): boolean
  getRevision(): string
  hasNoStream(): boolean
  hasStreamExists(): boolean
}

const expectedOf = (options: Expecting): number => {
  if (options.hasRevision()) return revisionOf(options.getRevision())
  return options.hasNoStream() ? NO_STREAM : options.hasStreamExists() ? EXISTS : ANY
}

/** No stream gets that far; a larger one is a conflict in any case. */
export const revisionOf = (text: string): number => Math.min(Number(text), 2 ** 31 - 2)

function answer({ streams, shared }: Definitions, expected: number, result: AppendResult) {
  const response = new streams.AppendResp()
  if (result.ok)
    return response.setSuccess(
      new streams.AppendResp.Success()
        .setCurrentRevision(String(result.revision))
        .setPosition(
          new streams.AppendResp.Position()
            .setCommitPosition(String(result.position))
            .setPreparePosition(String(result.position)),
        ),
    )
  const conflict = new streams.AppendResp.WrongExpectedVersion()
  if (result.actual === NO_STREAM) conflict.setCurrentNoStream(new shared.Empty())
  else conflict.setCurrentRevision(String(result.actual))
  if (expected === EXISTS) conflict.setExpectedStreamExists(new shared.Empty())
  else if (expected === NO_STREAM) conflict.setExpectedNoStream(new shared.Empty())
  else conflict.setExpectedRevision(String(expected))
  return response.setWrongExpectedVersion(conflict)
}

type DeleteReq = InstanceType<Streams['DeleteReq']>
type DeleteResp = InstanceType<Streams['DeleteResp']>
type TombstoneReq = InstanceType<Streams['TombstoneReq']>
type TombstoneResp = InstanceType<Streams['TombstoneResp']>

export const deleteStream = (service: Service) =>
  unary<DeleteReq, DeleteResp>(service, async (request, metadata) => {
    const { DeleteResp } = service.d.streams
    const ending = await endingOf(service, request.getOptions(), metadata)
    const position = String(await softDelete(service, ending))
    const place = new DeleteResp.Position().setCommitPosition(position).setPreparePosition(position)
    return new DeleteResp().setPosition(place)
  })

export const tombstoneStream = (service: Service) =>
  unary<TombstoneReq, TombstoneResp>(service, async (request, metadata) => {
    const { TombstoneResp } = service.d.streams
    const ending = await endingOf(service, request.getOptions(), metadata)
    const position = String(await tombstone(service, ending))
    const place = new TombstoneResp.Position()
      .setCommitPosition(position)
      .setPreparePosition(position)
    return new TombstoneResp().setPosition(place)
  })

async function endingOf(
  service: Service,
  options: InstanceType<Streams['DeleteReq']['Options']> | undefined,
  metadata: Parameters<typeof admit>[1],
) {
  const caller = await admit(service, metadata, null)
  const stream = fromStream(options?.getStreamIdentifier())
  if (!options || stream === '')
    throw new Refused({ kind: 'invalid-argument', why: 'the stream is missing' })
  // It hides facts of all sites there are in the stream.
  await mayWrite(service, caller, stream, caller.sites ?? ['*'])
  return { stream, expected: expectedOf(options), caller }
}
