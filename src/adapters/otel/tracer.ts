import { randomFillSync } from 'node:crypto'
import {
  unrecorded,
  validTraceparent,
  type Attributes,
  type Span,
  type Tracer,
} from '../../commands/tracing.ts'
import { traceIdOf, type Ended } from './otlp.ts'
import { createSender, type Sender } from './sender.ts'

export interface TracingOptions {
  /** Base address of an OTLP receiver over HTTP. */
  readonly endpoint: string
  readonly serviceName: string
  /** Share of the traces begun here that is recorded; what comes with a decision keeps it. */
  readonly share: number
}

export interface Tracing extends Tracer {
  /** Sends what has ended by now. */
  flush(): Promise<void>
  /** Sends what is left. */
  close(): Promise<void>
}

/** Sends spans to an OTLP receiver. */
export async function createTracing(options: TracingOptions): Promise<Tracing> {
  const sender = await createSender(options)
  return {
    start(name, { kind, parent, links, attributes = {} } = {}) {
      const given = validTraceparent(parent)
      const linked = links ? recordedOf(links()) : NONE
      const only = !given && linked.length === 1 ? linked[0] : undefined
      const above = given ?? only
      const isRecorded = above
        ? isSampled(above)
        : links
          ? linked.length > 0
          : Math.random() < options.share
      if (!isRecorded) return unrecorded(given)
      const about = { name, kind, above, linked: only ? NONE : linked, told: [attributes] }
      return recorded(about, sender)
    },
    flush: () => sender.flush(),
    close: () => sender.close(),
  }
}

/** Becomes text only when many are sent at once: next to a command, all of that would run cold. */
function recorded(
  about: Pick<Ended, 'name' | 'kind' | 'above' | 'linked'> & { readonly told: Attributes[] },
  sender: Sender,
): Span {
  const { name, kind, above, linked, told } = about
  const traceparent = newTraceparent(above)
  const began = now()
  const counted = performance.now()
  let failed = false
  return {
    recorded: true,
    traceparent,
    set: (more) => void told.push(more),
    // The message may hold what was recorded; the log has it.
    fail(error) {
      failed = true
      told.push({ 'error.type': error instanceof Error ? error.name : 'unknown' })
    },
    end() {
      const ended = began + performance.now() - counted
      sender.add({ traceparent, above, linked, name, kind, began, ended, told, failed })
    },
  }
}

let offset = 0
let checked = -Infinity
const CHECK_EVERY_MS = 1_000

/** Milliseconds since 1970, finer than the clock of the system tells them and following it. */
function now(): number {
  const ms = performance.now()
  if (ms - checked > CHECK_EVERY_MS) {
    offset = Date.now() - ms
    checked = ms
  }
  return offset + ms
}

/** `00-<trace>-<span>-01`, of which the digits are written anew for each. */
const TEXT = Buffer.from(`00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, 'latin1')
const [TRACE, SPAN] = [
  { at: 3, digits: 32 },
  { at: 36, digits: 16 },
]
const HEX = Buffer.from('0123456789abcdef', 'latin1')
/** For some hundred spans: the system is not asked for each. */
const RANDOM = Buffer.alloc(8_192)
let used = RANDOM.length

/** One piece of text: put together of pieces, each of its readers would have to join them. */
function newTraceparent(above: string | undefined): string {
  if (above) TEXT.write(traceIdOf(above), TRACE.at, 'latin1')
  else draw(TRACE)
  draw(SPAN)
  return TEXT.toString('latin1')
}

function draw({ at, digits }: typeof SPAN): void {
  if (used + digits > RANDOM.length) {
    randomFillSync(RANDOM)
    used = 0
  }
  for (let i = 0; i < digits; i++) TEXT[at + i] = HEX[RANDOM[used++]! & 15]!
}

const isSampled = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.slice(53), 16) & 1) === 1

const NONE: readonly string[] = []
/** More would make one batch of the projector larger than all its events. */
const MAX_LINKS = 128

/** One of each trace that is recorded. */
function recordedOf(traceparents: Iterable<string | undefined>): readonly string[] {
  const found = new Map<string, string>()
  for (const traceparent of traceparents) {
    if (found.size === MAX_LINKS) break
    const valid = validTraceparent(traceparent)
    if (valid !== undefined && isSampled(valid)) found.set(traceIdOf(valid), valid)
  }
  return [...found.values()]
}
