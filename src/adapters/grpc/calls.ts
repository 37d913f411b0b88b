import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerWritableStream,
} from '@grpc/grpc-js'
import { asBearer, type Caller, type Wish } from './caller.ts'
import { Refused, statusOf } from './errors.ts'
import type { Service } from './service.ts'

/** What a method needs of whoever calls it, whatever it is called with. */
export async function admit(
  { identify }: Pick<Service, 'identify'>,
  metadata: Metadata,
  wish: Wish | null,
): Promise<Caller> {
  const [header] = metadata.get('authorization')
  const caller = await identify(asBearer(header?.toString()))
  if (!caller) throw new Refused({ kind: 'unauthenticated' })
  if (wish) await demand(caller, wish)
  return caller
}

/** @throws Refused where the caller may not */
export async function demand(caller: Caller, wish: Wish): Promise<void> {
  const why = await caller.refuses(wish)
  if (why !== null) throw new Refused({ kind: 'access-denied', why })
}

/** Ends when the client goes, the server closes, or the work is done. */
export function signalOf(
  { closing }: Pick<Service, 'closing'>,
  call: { on(event: string, listener: () => void): unknown; readonly cancelled: boolean },
): AbortSignal {
  const stop = new AbortController()
  const end = () => stop.abort()
  if (call.cancelled || closing.aborted) end()
  for (const event of ['cancelled', 'finish', 'close']) call.on(event, end)
  closing.addEventListener('abort', end, { once: true, signal: stop.signal })
  return stop.signal
}

const report = (service: Service, error: unknown) => {
  if (!(error instanceof Refused)) service.onError(error as Error)
  return statusOf(service.d, error)
}

async function answer<Res>(
  service: Service,
  callback: sendUnaryData<Res>,
  work: Promise<Res>,
): Promise<void> {
  let response: Res
  try {
    response = await work
  } catch (error) {
    callback(report(service, error))
    return
  }
  callback(null, response)
}

export const unary =
  <Req, Res>(
    service: Service,
    work: (request: Req, metadata: Metadata) => Promise<Res>,
  ): handleUnaryCall<Req, Res> =>
  (call, callback) => {
    void answer(service, callback, work(call.request, call.metadata))
  }

/** Collects what the client sends, then answers once. */
export const collecting =
  <Req, Res>(
    service: Service,
    work: (call: ServerReadableStream<Req, Res>) => Promise<Res>,
  ): handleClientStreamingCall<Req, Res> =>
  (call, callback) => {
    void answer(service, callback, work(call))
  }

export const streaming =
  <Req, Res>(
    service: Service,
    work: (call: ServerWritableStream<Req, Res>) => Promise<void>,
  ): handleServerStreamingCall<Req, Res> =>
  (call) => {
    finish(service, call, work(call))
  }

export const duplex =
  <Req, Res>(
    service: Service,
    work: (call: ServerDuplexStream<Req, Res>) => Promise<void>,
  ): handleBidiStreamingCall<Req, Res> =>
  (call) => {
    finish(service, call, work(call))
  }

function finish(
  service: Service,
  call: {
    end(): unknown
    emit(event: 'error', error: unknown): unknown
    readonly cancelled: boolean
  },
  work: Promise<void>,
): void {
  work.then(
    () => call.end(),
    (error: unknown) => {
      if (!call.cancelled) call.emit('error', report(service, error))
    },
  )
}

/** Writes, and waits where the client is slower. */
export async function send<Res>(
  call: {
    write(message: Res): boolean
    once(event: 'drain', listener: () => void): unknown
  },
  message: Res,
  signal: AbortSignal,
): Promise<void> {
  if (!signal.aborted && !call.write(message)) await drained(call, signal)
}

/** Resolves when the client has taken what was written, or is gone. */
export const drained = (
  call: { once(event: 'drain', listener: () => void): unknown },
  signal: AbortSignal,
): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    call.once('drain', done)
    signal.addEventListener('abort', done)
  })
