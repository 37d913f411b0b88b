import type { EventDefinition } from './event.ts'

/** A fact nobody can refuse: a machine, meter or vehicle said so. Streams end with the UTC day. */
export interface ObservationDefinition<D = any> {
  readonly context: string
  readonly category: string
  readonly event: EventDefinition<string, D>
  /** Which thing the observation is about; with the day it makes the stream name. */
  readonly subject: (data: D) => string
  /** Streams that end with the day (default), or with the subject itself. */
  readonly streamPer: 'day' | 'subject'
  /**
   * Stream that says which site the subject belongs to (by its first fact): nobody reports on a
   * subject of another site. A subject nobody has defined yet may be reported on by any.
   */
  readonly owner: (data: D) => string
}

/** @param occurredAt ISO-8601 UTC */
export const observationStream = (
  { category, subject, streamPer }: ObservationDefinition,
  data: unknown,
  occurredAt: string,
): string =>
  streamPer === 'subject'
    ? `${category}-${subject(data)}`
    : `${category}-${subject(data)}-${occurredAt.slice(0, 10)}`

/** Declares the observations of one context that share a category and a subject. */
export const observations = <D>(
  declaration: Omit<ObservationDefinition<D>, 'event' | 'streamPer'> & {
    readonly events: readonly EventDefinition<any, any>[]
    readonly streamPer?: 'day' | 'subject'
  },
): readonly ObservationDefinition[] =>
  declaration.events.map((event) => ({
    context: declaration.context,
    category: declaration.category,
    event,
    subject: declaration.subject as (data: unknown) => string,
    streamPer: declaration.streamPer ?? 'day',
    owner: declaration.owner as (data: unknown) => string,
  }))
