import type { z } from 'zod'

/** A fact of the shop floor: a stable type name and its payload, always in the schema of today. */
export interface Event<T extends string = string, D = unknown> {
  readonly type: T
  readonly data: D
}

/** Who said it, about which site, and when it happened at the source (first of the two clocks). */
export interface Metadata {
  /** ISO-8601 UTC with milliseconds: when it happened at the source. */
  readonly occurredAt: string
  /** The connector, importer or client that reported it. */
  readonly source: string
  /** Strictly increasing per source, where the source can count. */
  readonly sourceSequence?: number
  /** ISA-95 site the fact belongs to; authorisation is by site. */
  readonly site: string
  /** Principal that sent it: a person id, an API key id, `system`. Never a name. */
  readonly actor: string
  readonly commandId?: string
  readonly correlationId: string
  readonly causationId: string
  /** W3C trace context of the work that recorded it: a caller's, or of a trace that is recorded. */
  readonly traceparent?: string
  /** When the log took it that it was copied from: copying a log does not change what was known when. */
  readonly recordedAt?: string
}

/** A fact together with what the log added when it took it; `recordedAt` is the second clock. */
export type Recorded<E extends Event = Event> = E & {
  readonly id: string
  readonly schemaVersion: number
  readonly metadata: Metadata
  readonly stream: string
  /** 0-based, gapless within the stream. */
  readonly revision: number
  /** Grows along the whole log. A safe integer; its distances mean nothing to a reader. */
  readonly position: number
  readonly recordedAt: string
}

export interface EventDefinition<T extends string = string, D = unknown> {
  (data: D): Event<T, D>
  readonly type: T
  readonly schema: z.ZodType<D>
  /** 1 + the number of upcast steps. */
  readonly version: number
  /** Payload of an old schema version in, payload of today out. */
  readonly upcast: (data: unknown, version: number) => D
}

type Upcast = (data: any) => unknown

/**
 * Defines one event type. Calling the definition validates the payload and yields the event.
 * `upcasts[n]` turns version n+1 into n+2; a released step is never edited, only followed by another.
 * @throws ZodError when the payload breaks the schema: a bug in a decider, never user input.
 */
export function event<const T extends string, S extends z.ZodType>(
  type: T,
  schema: S,
  upcasts: readonly Upcast[] = [],
): EventDefinition<T, z.output<S>> {
  const version = upcasts.length + 1
  const create = (data: z.output<S>): Event<T, z.output<S>> => ({ type, data: schema.parse(data) })
  const upcast = (data: unknown, from: number): z.output<S> =>
    from === version
      ? (data as z.output<S>)
      : schema.parse(upcasts.slice(from - 1).reduce<unknown>((d, step) => step(d), data))
  return Object.assign(create, { type, schema: schema as z.ZodType<z.output<S>>, version, upcast })
}

/** The union of the events that a record of definitions can create. */
export type EventOf<M extends Record<string, EventDefinition<any, any>>> = ReturnType<M[keyof M]>

/** All event types a program knows, by type name; stores decode through it. */
export type Catalogue = ReadonlyMap<string, EventDefinition<string, any>>

/** @throws Error when two definitions claim one type name. */
export function catalogue(definitions: Iterable<EventDefinition<any, any>>): Catalogue {
  const byType = new Map<string, EventDefinition<string, any>>()
  for (const definition of definitions) {
    if (byType.has(definition.type)) throw new Error(`event type ${definition.type} defined twice`)
    byType.set(definition.type, definition)
  }
  return byType
}
