import { quarantineStream, rejectionEvents } from '../domain/audit/rejection.ts'
import type { Metadata } from '../domain/event.ts'
import { observationStream, type ObservationDefinition } from '../domain/observation.ts'
import type { Append, EventStore, NewEvent } from './event-store.ts'
import { invalid } from './execute.ts'
import { uuid5 } from './ids.ts'
import { implausible, parseInstant } from './instant.ts'
import { createLanes } from './lanes.ts'
import { createOwners } from './owners.ts'
import type { Clock } from './ports.ts'
import { createSeen, type Seen } from './seen.ts'
import { traceOf } from './tracing.ts'

/** What a connector hands over: not yet validated. */
export interface Observation {
  /** Event type, e.g. `EquipmentStateChanged`. */
  readonly type: string
  readonly data: unknown
  /** ISO-8601; when it happened at the source. */
  readonly occurredAt: string
  /** Strictly increasing per source, where the source counts; else content identifies the observation. */
  readonly sourceSequence?: number
  /** Why the connector itself could not read it: it goes to quarantine with this reason. */
  readonly unreadable?: string
}

export interface ObservationContext {
  readonly source: string
  readonly site: string
  readonly actor: string
  readonly correlationId?: string
  readonly traceparent?: string
}

export interface Recording {
  readonly recorded: number
  /** Already in the log: a redelivery. */
  readonly duplicates: number
  readonly quarantined: readonly { readonly index: number; readonly why: string }[]
  /** A read with `after: position` includes everything recorded. */
  readonly position: number
}

export interface Record {
  (observations: readonly Observation[], context: ObservationContext): Promise<Recording>
}

/** Most bytes of a malformed item that quarantine keeps. */
const MAX_RAW = 64 * 1024
/** A stream of one connector is rarely written by another process at the same time. */
const MAX_ATTEMPTS = 20
/** Events in one append; several appends travel in one call. */
const MAX_APPEND = 1_000

/**
 * Records observations: each is validated, deduplicated against the log and appended, or quarantined
 * with its raw content. Order within a source is kept. Repeating a call records nothing new.
 */
export function createRecord(deps: {
  readonly store: EventStore
  readonly clock: Clock
  readonly observations: ReadonlyMap<string, ObservationDefinition>
}): Record {
  const { store, clock } = deps
  const seen = createSeen(store)

  const owners = createOwners(store)
  const inLane = createLanes()

  return async (observations, context) => {
    const byStream = new Map<string, NewEvent[]>()
    const bad: NewEvent[] = []
    const quarantined: { index: number; why: string }[] = []
    const now = clock.now()
    const checked = observations.map((o) => check(deps.observations, o, context, now))
    const owning = new Set<string>()
    for (const result of checked) if ('owner' in result) owning.add(result.owner)
    const sites = await owners.sites(owning)
    for (const [index, result] of checked.entries()) {
      const why = 'why' in result ? result.why : foreign(sites.get(result.owner), result, context)
      if (why !== null) {
        bad.push(quarantineEvent(observations[index]!, why, context, now))
        quarantined.push({ index, why })
      } else if ('event' in result) {
        const events = byStream.get(result.stream)
        if (events) events.push(result.event)
        else byStream.set(result.stream, [result.event])
      }
    }
    const aside = new Map(bad.length > 0 ? [[quarantineStream(context.source), bad]] : [])
    return inLane([...byStream.keys(), ...aside.keys()], async () => {
      const { recorded, position } = await write(store, seen, byStream)
      return {
        recorded,
        duplicates: observations.length - quarantined.length - recorded,
        quarantined,
        position: Math.max(position, (await write(store, seen, aside)).position),
      }
    })
  }
}

interface Checked {
  readonly stream: string
  readonly owner: string
  readonly event: NewEvent
}

/** Why an observation about another site's thing is put aside; null when it is not. */
const foreign = (site: string | undefined, { owner }: Checked, context: ObservationContext) =>
  site === undefined || site === context.site
    ? null
    : `site ${context.site}: ${owner} belongs to site ${site}.`

function check(
  definitions: ReadonlyMap<string, ObservationDefinition>,
  o: Observation,
  context: ObservationContext,
  now: string,
): Checked | { readonly why: string } {
  if (o.unreadable !== undefined) return { why: o.unreadable }
  const definition = definitions.get(o.type)
  if (!definition) return { why: `type ${JSON.stringify(o.type)} is not an observation.` }
  const time = parseInstant(o.occurredAt)
  if (Number.isNaN(time))
    return { why: `occurredAt ${JSON.stringify(o.occurredAt)} is not an ISO-8601 instant.` }
  const wrong = implausible(time, now)
  if (wrong) return { why: `occurredAt ${o.occurredAt} ${wrong}.` }
  const parsed = definition.event.schema.safeParse(o.data)
  if (!parsed.success) return { why: invalid(parsed.error, o.data).why }
  const occurredAt = new Date(time).toISOString()
  const id = uuid5(identity(o, context.source, occurredAt, parsed.data))
  const metadata: Metadata = {
    occurredAt,
    source: context.source,
    ...(o.sourceSequence === undefined ? {} : { sourceSequence: o.sourceSequence }),
    site: context.site,
    actor: context.actor,
    correlationId: context.correlationId ?? id,
    causationId: id,
    ...traceOf(context),
  }
  const { type, version } = definition.event
  return {
    stream: observationStream(definition, parsed.data, occurredAt),
    owner: definition.owner(parsed.data),
    event: { id, type, schemaVersion: version, data: parsed.data, metadata },
  }
}

const identity = (o: Observation, source: string, occurredAt: string, data: unknown): string =>
  o.sourceSequence === undefined
    ? `${source}/${o.type}/${occurredAt}/${JSON.stringify(data)}`
    : `${source}#${o.sourceSequence}`

/** Appends what each stream does not have yet; a stream that lost a race is read again and retried. */
async function write(
  store: EventStore,
  seen: Seen,
  byStream: ReadonlyMap<string, readonly NewEvent[]>,
): Promise<{ recorded: number; position: number }> {
  let position = 0
  let recorded = 0
  let open = [...byStream]
  for (let n = 1; open.length > 0; n++) {
    if (n > MAX_ATTEMPTS) throw new Error(`${open[0]![0]}: lost ${MAX_ATTEMPTS} races in a row`)
    const known = await Promise.all(open.map(([stream]) => seen.load(stream)))
    const fresh = open.map(([, events], i) => known[i]!.claim(events))
    const appends: Append[] = []
    const parts = open.map(([stream], i) => {
      const chunks = split(fresh[i]!)
      for (const [c, events] of chunks.entries())
        appends.push({ stream, expected: known[i]!.revision + c * MAX_APPEND, events })
      return chunks.length
    })
    const results = await store.append(appends).catch((error: unknown) => {
      // Whether it took effect is unknown: the retry must look at the log.
      for (const [stream] of open) seen.forget(stream)
      throw error
    })
    let at = 0
    open = open.filter(([stream], i) => {
      const mine = results.slice(at, at + parts[i]!)
      const chunks = appends.slice(at, (at += parts[i]!))
      for (const [c, result] of mine.entries()) {
        if (!result.ok) {
          seen.forget(stream)
          return true
        }
        known[i]!.advance(chunks[c]!.events, result)
        recorded += chunks[c]!.events.length
        position = Math.max(position, result.position)
      }
      position = Math.max(position, known[i]!.position)
      return false
    })
  }
  return { recorded, position }
}

const split = (events: readonly NewEvent[]): NewEvent[][] =>
  Array.from({ length: Math.ceil(events.length / MAX_APPEND) }, (_, i) =>
    events.slice(i * MAX_APPEND, (i + 1) * MAX_APPEND),
  )

function quarantineEvent(
  o: Observation,
  why: string,
  context: ObservationContext,
  now: string,
): NewEvent {
  const whole = JSON.stringify(o)
  const definition = rejectionEvents.observationQuarantined
  const id = uuid5(`quarantine/${context.source}/${whole}`)
  const claimedType = typeof o.type === 'string' ? o.type : ''
  const raw = whole.slice(0, MAX_RAW)
  const { data } = definition({ claimedType, raw, truncated: raw.length < whole.length, why })
  return {
    id,
    type: definition.type,
    schemaVersion: definition.version,
    data,
    metadata: {
      occurredAt: now,
      source: context.source,
      site: context.site,
      actor: context.actor,
      correlationId: context.correlationId ?? id,
      causationId: id,
      ...traceOf(context),
    },
  }
}
