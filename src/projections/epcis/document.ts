import type { Json } from './event-hash.ts'
import { TAKTLOG_VOCABULARY, type EpcisEventRow } from './epcis-events.ts'

const CONTEXT = [
  'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
  TAKTLOG_VOCABULARY,
] as const

/** The event, and where it was found wrong, the same again with its error declaration. */
function eventsOf(row: EpcisEventRow): readonly Json[] {
  const event = { ...row.event, recordTime: row.recordedAt }
  if (row.errorAt === null) return [event]
  const errorDeclaration = { declarationTime: row.errorAt, ...row.error }
  return [event, { ...event, recordTime: row.errorAt, errorDeclaration }]
}

/** An EPCIS document, piece by piece, as JSON text. @param at when it is made, ISO-8601 */
export async function* documentText(
  rows: AsyncIterable<EpcisEventRow>,
  at: string,
): AsyncGenerator<string> {
  const head = {
    '@context': CONTEXT,
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: at,
  }
  yield `${JSON.stringify(head).slice(0, -1)},"epcisBody":{"eventList":[\n`
  let first = true
  for await (const row of rows) {
    const text = eventsOf(row)
      .map((event) => JSON.stringify(event))
      .join(',\n')
    yield first ? text : `,\n${text}`
    first = false
  }
  yield '\n]}}\n'
}

/**
 * The answer to a query.
 * @param at when it was asked, ISO-8601
 * @param only error declarations, where the query was for them
 */
export const queryDocument = (
  rows: readonly EpcisEventRow[],
  at: string,
  only: 'all' | 'declared' = 'all',
): Json => ({
  '@context': CONTEXT,
  type: 'EPCISQueryDocument',
  schemaVersion: '2.0',
  creationDate: at,
  epcisBody: {
    queryResults: {
      queryName: 'SimpleEventQuery',
      resultsBody: {
        eventList: rows.flatMap((row) => eventsOf(row).slice(only === 'declared' ? -1 : 0)),
      },
    },
  },
})
