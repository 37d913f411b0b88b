import { PARAMETERS } from '../projections/epcis/search.ts'

const text = { type: 'string' } as const
const parameter = (name: string) => ({ name, in: 'query', schema: text })
const window = [
  { ...parameter('from'), schema: { ...text, format: 'date-time' } },
  { ...parameter('to'), schema: { ...text, format: 'date-time' } },
]
const error = {
  description: 'An error with its stable code.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } },
}
const errors = { 400: error, 401: error, 403: error }
const answered = (description: string, type: string) => ({
  responses: { 200: { description, content: { [type]: {} } }, ...errors },
})
const JSON_LD = 'application/ld+json'

/** What others read: EPCIS 2.0 and OCEL 2.0. */
export const exportPaths = {
  '/epcis/events': {
    get: {
      operationId: 'epcisEvents',
      summary: 'EPCIS 2.0 query interface. Needs the scope read:material.',
      parameters: [
        ...Object.keys(PARAMETERS),
        ...['orderBy', 'orderDirection', 'perPage', 'nextPageToken'],
      ].map(parameter),
      ...answered('An EPCISQueryDocument; the Link header leads to the next page.', JSON_LD),
    },
  },
  '/epcis/events/{eventID}': {
    get: {
      operationId: 'epcisEvent',
      summary: 'One event and its error declaration. Needs the scope read:material.',
      parameters: [{ name: 'eventID', in: 'path', required: true, schema: text }],
      ...answered('An EPCISQueryDocument.', JSON_LD),
    },
  },
  '/epcis/document': {
    get: {
      operationId: 'epcisDocument',
      summary: 'All events of a window of time. Needs the scope read:material.',
      parameters: window,
      ...answered('An EPCISDocument, streamed.', JSON_LD),
    },
  },
  '/epcis/trace': {
    get: {
      operationId: 'epcisTrace',
      summary: 'All events of everything a trace reaches. Needs the scope read:material.',
      parameters: [{ ...parameter('id'), required: true }, ...['kind', 'direction'].map(parameter)],
      ...answered('An EPCISDocument, streamed.', JSON_LD),
    },
  },
  '/export/ocel.json': {
    get: {
      operationId: 'ocelJson',
      summary: 'A window of the log as OCEL 2.0. Needs the scope read:audit.',
      parameters: window,
      ...answered('The JSON form.', 'application/json'),
    },
  },
  '/export/ocel.sqlite': {
    get: {
      operationId: 'ocelSqlite',
      summary: 'The same as a SQLite database. Needs the scope read:audit.',
      parameters: window,
      ...answered('The database.', 'application/vnd.sqlite3'),
    },
  },
} as const
