import { randomUUID } from 'node:crypto'
import type { ServerWritableStream } from '@grpc/grpc-js'
import { START } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'
import { admit, send, signalOf, streaming } from './calls.ts'
import type { Caller } from './caller.ts'
import type { Definitions } from './definitions.ts'
import { Refused } from './errors.ts'
import { matcher, type WireFilter } from './filter.ts'
import { followAll, followStream } from './follow.ts'
import { sees, type Service } from './service.ts'
import { pagesOfStream } from './stream-pages.ts'
import { fromStream, toRecorded, toStream, type UuidStyle } from './wire.ts'

/** Facts fetched at once. */
const PAGE = 2_000
/** Who wants so many gets whole pages of the log, which reads the next one ahead. */
const WORTH_A_PAGE = 1_000
/** Checkpoints of a filter that does not say how often: the real server's default window. */
const DEFAULT_WINDOW = 32

type ReadReq = InstanceType<Definitions['streams']['ReadReq']>
type ReadResp = InstanceType<Definitions['streams']['ReadResp']>
type Options = InstanceType<Definitions['streams']['ReadReq']['Options']>

/** One call of `Streams.Read`: who asks, and where the answers go. */
export interface Reading {
  readonly service: Service
  readonly caller: Caller
  readonly options: Options
  readonly signal: AbortSignal
  readonly style: UuidStyle
  readonly send: (response: ReadResp) => Promise<void>
  readonly sendFact: (fact: Recorded) => Promise<void>
}

/** `Streams.Read`: pages of a stream or of the whole log, and subscriptions to both. */
export const read = (service: Service) =>
  streaming<ReadReq, ReadResp>(service, async (call) => {
    const caller = await admit(service, call.metadata, { kind: 'read' })
    const options = call.request.getOptions()
    if (!options) throw new Refused({ kind: 'invalid-argument', why: 'options are missing' })
    const reading = readingOf(service, caller, options, call)
    if (options.hasSubscription()) await subscribe(reading)
    else if (options.hasStream()) await readStream(reading)
    else await readAll(reading)
  })

function readingOf(
  service: Service,
  caller: Caller,
  options: Options,
  call: ServerWritableStream<ReadReq, ReadResp>,
): Reading {
  const { streams } = service.d
  const signal = signalOf(service, call)
  const style = options.getUuidOption()?.hasStructured() ? 'structured' : 'string'
  const reply = (response: ReadResp) => send(call, response, signal)
  return {
    service,
    caller,
    options,
    signal,
    style,
    send: reply,
    async sendFact(fact) {
      if (!sees(caller, fact.metadata.site)) return
      const event = toRecorded(service, new streams.ReadResp.ReadEvent.RecordedEvent(), fact, style)
      await reply(
        new streams.ReadResp().setEvent(
          new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(String(fact.position)),
        ),
      )
    },
  }
}

async function subscribe(reading: Reading): Promise<void> {
  const { streams } = reading.service.d
  await reading.send(
    new streams.ReadResp().setConfirmation(
      new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID()),
    ),
  )
  await (reading.options.hasStream() ? followStream(reading) : followAll(reading))
}

const isForward = ({ service, options }: Reading): boolean =>
  options.getReadDirection() === service.d.streams.ReadReq.Options.ReadDirection.FORWARDS

async function readStream(reading: Reading): Promise<void> {
  const { service, options, signal } = reading
  const { streams } = service.d
  const from = options.getStream()!
  const stream = fromStream(from.getStreamIdentifier())
  const forward = isForward(reading)
  const limit = Number(options.getCount())
  if (forward && from.hasEnd()) return
  const start = from.hasRevision() ? Number(from.getRevision()) : from.hasStart() ? 0 : undefined
  const pages = pagesOfStream(service, { stream, from: start, forward, limit, page: PAGE })
  if ((await pages.open()) === 'absent') {
    const absent = new streams.ReadResp.StreamNotFound().setStreamIdentifier(
      toStream(service.d, stream),
    )
    await reading.send(new streams.ReadResp().setStreamNotFound(absent))
    return
  }
  for await (const facts of pages.read())
    for (const fact of facts) {
      if (signal.aborted) return
      await reading.sendFact(fact)
    }
}

async function readAll(reading: Reading): Promise<void> {
  const { service, options, caller, signal } = reading
  const forward = isForward(reading)
  const { matches, pushed } = matcher(filterOf(options))
  const place = options.getAll()
  if (!place || (forward ? place.hasEnd() : place.hasStart())) return
  const position = Number(place.getPosition()?.getCommitPosition() ?? 0)
  const kept = forward ? service.scans.take(position, pushed) : undefined
  // Forward, the protocol's position is where the first event may stand; ours is what came before it.
  let from = place.hasPosition() ? position - (forward ? 1 : 0) : forward ? START : Infinity
  if (from < START) from = START
  let left = Number(options.getCount())
  const limit = left < WORTH_A_PAGE ? left : PAGE
  for (let page = kept; left > 0 && !signal.aborted; page = undefined) {
    const direction = forward ? 'forward' : 'backward'
    const facts = page ?? (await service.store.readAll({ from, limit, direction, ...pushed }))
    for (const [i, fact] of facts.entries()) {
      if (signal.aborted) return
      if (!matches(fact) || !sees(caller, fact.metadata.site)) continue
      await reading.sendFact(fact)
      if (--left > 0) continue
      if (forward) service.scans.keep(facts.slice(i), pushed)
      return
    }
    if (facts !== kept && facts.length < limit) return
    from = facts.at(-1)!.position
  }
}

/** @throws Refused where it filters neither by stream nor by type */
export function filterOf(options: Pick<Options, 'getFilter'>): WireFilter | null {
  const filter = options.getFilter()
  if (!filter) return null
  const on = filter.hasStreamIdentifier() ? 'stream' : 'type'
  const expression = filter.getStreamIdentifier() ?? filter.getEventType()
  if (!expression)
    throw new Refused({ kind: 'invalid-argument', why: 'a filter needs an expression' })
  const window = filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW
  return {
    on,
    regex: expression.getRegex(),
    prefixes: expression.getPrefixList(),
    checkpointEvery: Math.max(1, window) * Math.max(1, filter.getCheckpointintervalmultiplier()),
  }
}
