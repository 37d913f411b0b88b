import type { Recorded } from '../../domain/event.ts'
import type { Projection } from '../projection.ts'
import { eventHash, type Json } from './event-hash.ts'
import { lotTelling } from './lot-statements.ts'
import { createNames, DEFAULT_NAMING, versionOf, type Naming } from './names.ts'
import type { Statement, Statements } from './statements.ts'
import { packageTelling, unitTelling } from './unit-statements.ts'

/** One EPCIS event, as it is given to others. */
export interface EpcisEventRow {
  /** Hash of its content: CBV 2.0, section 8.9. */
  eventId: string
  eventType: string
  eventTime: string
  recordedAt: string
  bizStep: string | null
  /** URIs of what it is about, and of the thing at its other end. */
  item: string
  other: string | null
  /** Without the error declaration. */
  event: Json
  /** When it was declared to be wrong. */
  errorAt: string | null
  /** `reason` and `correctiveEventIDs` of the declaration. */
  error: Json | null
}

/** Vocabulary of our own: the material, and the movement, so that two alike at one moment stay two. */
export const TAKTLOG_VOCABULARY = { taktlog: 'urn:taktlog:epcis:' }

type Tell = (data: any, names: ReturnType<typeof createNames>, fact: Recorded) => Statements
const telling = { ...lotTelling, ...unitTelling, ...packageTelling } as Record<string, Tell>

/**
 * What happened to material as EPCIS 2.0 events, under the names of `naming`. An event that was found
 * wrong stays, with an error declaration that names those in its place.
 */
export function epcisEventsFor(naming: Naming): Projection<EpcisEventRow> {
  const names = createNames(naming)
  // Asked for the keys of a fact and right after that for each of its rows; one answer serves them all.
  let told: { readonly fact: Recorded; readonly all: Statements } | null = null
  const statements = (tell: Tell, fact: Recorded): Statements => {
    if (told?.fact !== fact) told = { fact, all: tell(fact.data, names, fact) }
    return told.all
  }
  const handler = (tell: Tell) => ({
    key: (_: unknown, fact: Recorded): readonly string[] => {
      const { made, wrong } = statements(tell, fact)
      return [...made, ...wrong].map(({ key }) => key)
    },
    evolve(row: EpcisEventRow | null, fact: Recorded, key: string): EpcisEventRow | null {
      const { made, wrong } = statements(tell, fact)
      const statement = made.find((s) => s.key === key)
      if (statement) return rowOf(statement, fact)
      const { reason, by } = wrong.find((w) => w.key === key)!
      if (row === null) return null
      const correctiveEventIDs = made
        .filter((s) => by.includes(s.key))
        .map((s) => rowOf(s, fact).eventId)
      const error = correctiveEventIDs.length === 0 ? { reason } : { reason, correctiveEventIDs }
      return { ...row, errorAt: fact.recordedAt, error }
    },
  })
  return {
    name: 'epcis_events',
    context: 'material',
    version: versionOf(1, naming),
    columns: {
      eventId: 'text',
      eventType: 'text',
      eventTime: 'timestamptz',
      recordedAt: 'timestamptz',
      bizStep: 'text',
      item: 'text',
      other: 'text',
      event: 'jsonb',
      errorAt: 'timestamptz',
      error: 'jsonb',
    },
    indexes: [['eventTime'], ['eventId'], ['item', 'eventTime'], ['other', 'eventTime']],
    on: Object.fromEntries(Object.entries(telling).map(([type, tell]) => [type, handler(tell)])),
  }
}

export const epcisEvents = epcisEventsFor(DEFAULT_NAMING)

function rowOf({ key, event, at, item, other }: Statement, fact: Recorded): EpcisEventRow {
  const eventTime = at ?? fact.metadata.occurredAt
  // Times are UTC, and so is their offset: the local time of the place says nothing more.
  const { materialId } = fact.data as { readonly materialId?: string | null }
  const whole = {
    ...event,
    eventTime,
    eventTimeZoneOffset: '+00:00',
    'taktlog:movement': key,
    ...(materialId ? { 'taktlog:material': materialId } : {}),
  }
  const eventId = eventHash(whole, TAKTLOG_VOCABULARY)
  return {
    eventId,
    eventType: String(event['type']),
    eventTime,
    recordedAt: fact.recordedAt,
    bizStep: (event['bizStep'] as string | undefined) ?? null,
    item,
    other,
    event: { ...whole, eventID: eventId },
    errorAt: null,
    error: null,
  }
}
