import { randomUUID } from 'node:crypto'
import {
  ANY,
  NO_STREAM,
  type Append,
  type AppendResult,
  type EventStore,
  type NewEvent,
} from '../../commands/event-store.ts'
import type { Caller } from './caller.ts'
import { demand } from './calls.ts'
import { Refused } from './errors.ts'
import {
  DELETED,
  isSoftDeleted,
  metastreamOf,
  STREAM_METADATA,
  TOMBSTONE,
  truncateBefore,
} from './lifetimes.ts'
import type { Service } from './service.ts'

/** Expected revision of an append to a stream that must exist, whatever it holds. */
export const EXISTS = -4
/** Races lost in a row before the client is told to try again. */
const MAX_ATTEMPTS = 20
/** Events at the end of a stream among which a repeated append without a revision is looked for. */
const LOOK_BACK = 32

/** Appends as the protocol has them: any, no stream, exists, after a deletion, idempotent in all cases. */
export async function write(service: Service, append: Append): Promise<AppendResult> {
  const { store, lifetimes } = service
  const { stream, expected, events } = append
  const lifetime = lifetimes.of(stream)
  if (lifetime.tombstoned) throw new Refused({ kind: 'stream-deleted', stream })
  const result = isSoftDeleted(lifetime)
    ? await revive(service, append)
    : expected === ANY || expected === EXISTS
      ? await anyhow(store, append)
      : await exactly(store, append, truncateBefore(lifetime))
  if (result.ok && !result.repeated)
    for (const [i, event] of events.entries())
      lifetimes.note({ ...event, stream, revision: result.revision - events.length + 1 + i })
  return result
}

/** A stream that was deleted before begins, for its writers, after what was deleted. */
async function exactly(store: EventStore, append: Append, first: number): Promise<AppendResult> {
  const expected = append.expected === NO_STREAM && first > 0 ? first - 1 : append.expected
  const [result] = await store.append([{ ...append, expected }])
  return result!
}

/** At whatever revision the stream is; a repetition of what it ends with is recognised. */
async function anyhow(store: EventStore, append: Append): Promise<AppendResult> {
  const { stream, events } = append
  const limit = Math.max(LOOK_BACK, 2 * events.length)
  for (let n = 1; n <= MAX_ATTEMPTS; n++) {
    const past = await store.readStream(stream, { direction: 'backward', limit })
    const [last] = past
    if (!last && append.expected === EXISTS) return { ok: false, actual: NO_STREAM }
    const before = past.toReversed()
    const at = before.findIndex(({ id }) => id === events[0]?.id)
    const same = at >= 0 && events.every(({ id }, i) => before[at + i]?.id === id)
    if (same) {
      const { revision, position } = before[at + events.length - 1]!
      return { ok: true, revision, position, repeated: true }
    }
    const expected = last?.revision ?? NO_STREAM
    const [result] = await store.append([{ stream, events, expected }])
    if (result!.ok) return result!
  }
  throw new Error(`${stream}: lost ${MAX_ATTEMPTS} races in a row`)
}

/** The first append after a deletion: the stream shows from then on what is new. */
async function revive(service: Service, append: Append): Promise<AppendResult> {
  const { store } = service
  const { stream, expected } = append
  if (expected === EXISTS) return { ok: false, actual: NO_STREAM }
  const [last] = await store.readStream(stream, { direction: 'backward', limit: 1 })
  const revision = last?.revision ?? NO_STREAM
  if (expected >= 0 && expected !== revision) return exactly(store, append, 0)
  const [result] = await store.append([{ ...append, expected: revision }])
  if (result!.ok) await changeMetadata(service, stream, { $tb: revision + 1 })
  return result!
}

/** Whoever does it to which stream, and at which revision it is expected. */
export interface Ending {
  readonly stream: string
  readonly expected: number
  readonly caller: Caller
}

/** Hides what a stream holds until it is written again. The facts stay in the log. */
export async function softDelete(service: Service, ending: Ending): Promise<number> {
  await mayEnd(service, ending)
  return changeMetadata(service, ending.stream, { $tb: DELETED }, ending.caller)
}

/** Closes a stream for good, with a fact that says so. */
export async function tombstone(service: Service, ending: Ending): Promise<number> {
  const revision = await mayEnd(service, ending)
  const { stream, caller } = ending
  const event = systemEvent(service, TOMBSTONE, {}, caller)
  const [result] = await service.store.append([{ stream, expected: revision, events: [event] }])
  if (!result!.ok) throw wrongVersion(ending, result!.actual)
  service.lifetimes.note({ ...event, stream, revision: result!.revision })
  return result!.position
}

/** @returns the revision at which the stream stands */
async function mayEnd({ store, lifetimes }: Service, ending: Ending): Promise<number> {
  const { stream, expected } = ending
  if (lifetimes.of(stream).tombstoned) throw new Refused({ kind: 'stream-deleted', stream })
  const [last] = await store.readStream(stream, { direction: 'backward', limit: 1 })
  const revision = last?.revision ?? NO_STREAM
  const wrong = expected === EXISTS ? !last : expected !== ANY && expected !== revision
  if (wrong) throw wrongVersion(ending, revision)
  return revision
}

const wrongVersion = ({ stream, expected }: Ending, actual: number) =>
  new Refused({ kind: 'wrong-expected-version', stream, expected, actual })

async function changeMetadata(
  service: Service,
  stream: string,
  change: Readonly<Record<string, unknown>>,
  caller?: Caller,
): Promise<number> {
  const { store, lifetimes } = service
  const metastream = metastreamOf(stream)
  const event = (data: unknown) => systemEvent(service, STREAM_METADATA, data, caller)
  for (let n = 1; n <= MAX_ATTEMPTS; n++) {
    const [last] = await store.readStream(metastream, { direction: 'backward', limit: 1 })
    const changed = event({ ...(last?.data as object | undefined), ...change })
    const expected = last?.revision ?? NO_STREAM
    const [result] = await store.append([{ stream: metastream, expected, events: [changed] }])
    if (!result!.ok) continue
    lifetimes.note({ ...changed, stream: metastream, revision: result!.revision })
    return result!.position
  }
  throw new Error(`${metastream}: lost ${MAX_ATTEMPTS} races in a row`)
}

/** A fact of the protocol itself. */
export function systemEvent(
  { clock }: Pick<Service, 'clock'>,
  type: string,
  data: unknown,
  caller?: Pick<Caller, 'actor'>,
): NewEvent {
  const id = randomUUID()
  const metadata = {
    occurredAt: clock.now(),
    source: 'grpc',
    site: '*',
    actor: caller?.actor ?? 'system',
    correlationId: id,
    causationId: id,
  }
  return { id, type, schemaVersion: 1, data, metadata }
}

/** @throws Refused where clients may not write to the stream, or this one not for these sites */
export async function mayWrite(
  { writable }: Pick<Service, 'writable'>,
  caller: Caller,
  stream: string,
  sites: Iterable<string>,
): Promise<void> {
  const target = stream.startsWith('$$') ? stream.slice(2) : stream
  const [category = ''] = target.split('-', 1)
  const open = writable.includes('*') || writable.includes(category)
  if (!open || target === '' || target.startsWith('$'))
    throw new Refused({
      kind: 'access-denied',
      why: `category ${category} is not one of those that TAKTLOG_GRPC_WRITE opens to clients`,
    })
  for (const site of new Set(sites)) await demand(caller, { kind: 'write', site })
}
