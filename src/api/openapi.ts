import { exportPaths } from './openapi-exports.ts'
import { messagePaths } from './openapi-messages.ts'
import { recallPaths } from './recall-openapi.ts'
import { PATH } from './graphql.ts'

const text = { type: 'string' } as const
const error = {
  description: 'An error with its stable code.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } },
}
const health = (about: string) => ({
  description: about,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Health' } } },
})
const plain = (about: string) => ({
  description: about,
  content: { 'text/plain': { schema: text } },
})

const auditFilters = [
  ...['stream', 'actor', 'person', 'types', 'source', 'site'],
  ...['occurredFrom', 'occurredBefore', 'recordedFrom', 'recordedBefore'],
].map((name) => ({ name, in: 'query', schema: text }))

const signatureManifest = <const F extends string>(format: F, type: string) =>
  ({
    [`/signatures.${format}`]: {
      get: {
        operationId: `signatures_${format}`,
        summary: `Electronic signatures with printed name, time and meaning as ${format}.`,
        description: 'Needs the scopes read:workflow and read:personnel.',
        parameters: ['kind', 'recordId', 'personId', 'site', 'from', 'to'].map((name) => ({
          ...{ name, in: 'query', schema: text },
        })),
        responses: {
          200: { description: 'They.', content: { [type]: { schema: text } } },
          ...{ 400: error, 401: error, 403: error },
        },
      },
    },
  }) as const

/** The REST part of the API; the large part is GraphQL and describes itself in /schema.graphql. */
export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Taktlog',
    version: '1',
    description: `Health, metrics and descriptions. Everything else is GraphQL at ${PATH}.`,
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  security: [{ bearer: [] }],
  paths: {
    '/health/live': {
      get: {
        operationId: 'live',
        summary: 'Is the process alive?',
        security: [],
        responses: { 200: health('It is.') },
      },
    },
    '/health/ready': {
      get: {
        operationId: 'ready',
        summary: 'Can it take traffic: is the log reachable, are the read models up to date?',
        security: [],
        responses: { 200: health('It can.'), 503: health('It cannot; `why` says why.') },
      },
    },
    '/metrics': {
      get: {
        operationId: 'metrics',
        summary: 'Counters in the text format of Prometheus. Needs the scope read:metrics.',
        responses: { 200: plain('The counters.'), 401: error, 403: error },
      },
    },
    '/audit-trail.csv': {
      get: {
        operationId: 'auditTrail',
        summary: 'The audit trail as CSV, in the order of the log. Needs the scope read:audit.',
        parameters: auditFilters,
        responses: {
          200: { description: 'The lines, streamed.', content: { 'text/csv': { schema: text } } },
          ...{ 400: error, 401: error, 403: error },
        },
      },
    },
    ...signatureManifest('csv', 'text/csv'),
    ...signatureManifest('html', 'text/html'),
    ...exportPaths,
    ...messagePaths,
    ...recallPaths,
    '/log/checkpoint': {
      get: {
        operationId: 'logCheckpoint',
        summary: 'The latest checkpoint of the log (C2SP tlog-tiles). Needs the scope read:audit.',
        responses: { 200: plain('A signed note.'), 401: error, 403: error, 404: error },
      },
    },
    '/log/tile/{path}': {
      get: {
        operationId: 'logTile',
        summary: 'A tile <L>/<N>[.p/<W>] or a bundle entries/<N>[.p/<W>] of the Merkle tree.',
        parameters: [{ name: 'path', in: 'path', required: true, schema: text }],
        responses: {
          200: { description: 'The bytes.', content: { 'application/octet-stream': {} } },
          ...{ 401: error, 403: error, 404: error },
        },
      },
    },
    '/schema.graphql': {
      get: {
        operationId: 'schema',
        summary: 'The GraphQL schema in its definition language.',
        responses: { 200: plain('The schema.'), 400: error, 401: error },
      },
    },
    '/calendars/{scopeId}.ics': {
      get: {
        operationId: 'calendar',
        summary: 'Shifts, holidays and planned down time of a scope as iCalendar.',
        description: 'Needs the scopes read:calendar and read:site.',
        parameters: [
          { name: 'scopeId', in: 'path', required: true, schema: text },
          { name: 'kind', in: 'query', schema: { enum: ['EQUIPMENT', 'PERSON'] } },
          { name: 'from', in: 'query', schema: { ...text, format: 'date-time' } },
          { name: 'to', in: 'query', schema: { ...text, format: 'date-time' } },
        ],
        responses: {
          200: { description: 'It.', content: { 'text/calendar': { schema: text } } },
          ...{ 400: error, 401: error, 403: error },
        },
      },
    },
    '/schedules/{file}': {
      get: {
        operationId: 'schedule',
        summary: 'The plan in force: <site>.svg (a Gantt chart), <site>.csv or <site>.ics.',
        description: 'Needs the scopes read:planning and read:site.',
        parameters: [
          { name: 'file', in: 'path', required: true, schema: text },
          { name: 'equipmentId', in: 'query', schema: { type: 'array', items: text } },
          { name: 'from', in: 'query', schema: { ...text, format: 'date-time' } },
          { name: 'to', in: 'query', schema: { ...text, format: 'date-time' } },
        ],
        responses: {
          200: {
            description: 'It.',
            content: { 'image/svg+xml': {}, 'text/csv': {}, 'text/calendar': {} },
          },
          ...{ 400: error, 401: error, 403: error },
        },
      },
    },
    '/openapi.json': {
      get: {
        operationId: 'openapi',
        summary: 'This description.',
        security: [],
        responses: { 200: { description: 'It.', content: { 'application/json': {} } } },
      },
    },
  },
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An API key (tk_...) or a JWT.' },
    },
    schemas: {
      Health: {
        type: 'object',
        required: ['status'],
        properties: { status: { enum: ['live', 'ready', 'not ready'] }, why: text },
      },
      Errors: {
        type: 'object',
        required: ['errors'],
        properties: {
          errors: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message', 'extensions'],
              properties: {
                message: text,
                extensions: { type: 'object', required: ['code'], properties: { code: text } },
              },
            },
          },
        },
      },
    },
  },
} as const
