import type { Query } from '../read-models.ts'

/** Conditions of the EPCIS query interface, each with the values of which one has to match. */
export type EpcisFilter = Readonly<Record<string, readonly string[]>>

export interface EpcisPage {
  readonly orderBy: 'eventTime' | 'recordTime'
  readonly direction: 'asc' | 'desc'
  readonly limit: number
  /** Time and key of the last row of the page before. */
  readonly after: readonly [time: string, key: string] | null
}

const COLUMN = { eventTime: 'e."eventTime"', recordTime: 'e."recordedAt"' } as const

const among = (sql: string) => (values: string) => `${sql} = any(${values}::text[])`
/** Any of the lists of the event has any of the values. */
const inLists =
  (...lists: readonly string[]) =>
  (values: string): string =>
    `(${lists.map((name) => `coalesce(e.event->'${name}' ?| ${values}::text[], false)`).join(' or ')})`
const inClasses =
  (...lists: readonly string[]) =>
  (values: string): string =>
    `exists (select from (values ${lists.map((name) => `(e.event->'${name}')`).join(', ')}) l(list),
      jsonb_array_elements(l.list) q where q->>'epcClass' = any(${values}::text[]))`
/** Found by the index first; the lists then say in which role. */
const about = (of: (values: string) => string) => (values: string) =>
  `(e.item = any(${values}::text[]) or e.other = any(${values}::text[])) and ${of(values)}`
const since = (sql: string) => (values: string) => `${sql} >= (${values}::timestamptz[])[1]`
const before = (sql: string) => (values: string) => `${sql} < (${values}::timestamptz[])[1]`

const EPCS = ['epcList', 'childEPCs', 'inputEPCList', 'outputEPCList'] as const
const CLASSES = ['quantityList', 'childQuantityList'] as const
const IN_CLASSES = ['inputQuantityList'] as const
const OUT_CLASSES = ['outputQuantityList'] as const
const anyEpc = (values: string): string =>
  `(${inLists(...EPCS)(values)} or e.event->>'parentID' = any(${values}::text[]))`

/** Parameters of `SimpleEventQuery` that are understood: name to condition on the row `e`. */
export const PARAMETERS: Readonly<Record<string, (values: string) => string>> = {
  eventType: among('e."eventType"'),
  GE_eventTime: since('e."eventTime"'),
  LT_eventTime: before('e."eventTime"'),
  GE_recordTime: since('e."recordedAt"'),
  LT_recordTime: before('e."recordedAt"'),
  EQ_action: among(`e.event->>'action'`),
  EQ_bizStep: among('e."bizStep"'),
  EQ_disposition: among(`e.event->>'disposition'`),
  EQ_readPoint: among(`e.event->'readPoint'->>'id'`),
  EQ_bizLocation: among(`e.event->'bizLocation'->>'id'`),
  EQ_transformationID: among(`e.event->>'transformationID'`),
  MATCH_epc: about(inLists('epcList', 'childEPCs')),
  MATCH_parentID: about(among(`e.event->>'parentID'`)),
  MATCH_inputEPC: about(inLists('inputEPCList')),
  MATCH_outputEPC: about(inLists('outputEPCList')),
  MATCH_anyEPC: about(anyEpc),
  MATCH_epcClass: about(inClasses(...CLASSES)),
  MATCH_inputEPCClass: about(inClasses(...IN_CLASSES)),
  MATCH_outputEPCClass: about(inClasses(...OUT_CLASSES)),
  MATCH_anyEPCClass: about(inClasses(...CLASSES, ...IN_CLASSES, ...OUT_CLASSES)),
  EQ_eventID: among('e."eventId"'),
  EXISTS_errorDeclaration: (values) => `${values}::text[] is not null and e."errorAt" is not null`,
  GE_errorDeclarationTime: since('e."errorAt"'),
  LT_errorDeclarationTime: before('e."errorAt"'),
  EQ_errorReason: among(`e.error->>'reason'`),
  EQ_correctiveEventID: (values) => `e.error->'correctiveEventIDs' ?| ${values}::text[]`,
}
/** Parameters whose one value is a moment. */
export const isMoment = (name: string): boolean => /^(GE|LT)_/.test(name)

const COLUMNS = `e.key, e."eventId", e."eventType", e."eventTime", e."recordedAt", e."bizStep",
  e.item, e.other, e.event, e."errorAt", e.error`

/** One page of the events of these sites (null opens all) that meet every condition. */
export function searchEvents(
  filter: EpcisFilter,
  { orderBy, direction, limit, after }: EpcisPage,
  sites: readonly string[] | null,
): Query {
  const values: unknown[] = [sites, limit]
  const conditions = ['($1::text[] is null or e.site = any($1::text[]))']
  for (const [name, wanted] of Object.entries(filter))
    conditions.push(PARAMETERS[name]!(`$${values.push(wanted)}`))
  const column = COLUMN[orderBy]
  if (after)
    conditions.push(
      `(${column}, e.key) ${direction === 'asc' ? '>' : '<'}
        ($${values.push(after[0])}::timestamptz, $${values.push(after[1])}::text collate "C")`,
    )
  const text = `select ${COLUMNS} from read.epcis_events e where ${conditions.join(' and ')}
    order by ${column} ${direction}, e.key ${direction} limit $2`
  return { text, values }
}

/** All events about these things, by their URIs. */
export const eventsAbout = (uris: readonly string[], sites: readonly string[] | null): Query => ({
  text: `select ${COLUMNS} from read.epcis_events e
    where ($1::text[] is null or e.site = any($1::text[]))
      and (e.item = any($2::text[]) or e.other = any($2::text[]))
    order by e."eventTime", e.key`,
  values: [sites, uris],
})
