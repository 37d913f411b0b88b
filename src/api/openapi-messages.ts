const parameter = (name: string) => ({
  ...{ name, in: 'path', required: true, schema: { type: 'string' } },
})
const found = (description: string, type = 'application/json') => ({
  200: { description, content: { [type]: {} } },
})
const missing = {
  404: {
    description: 'There is no such type, or it is read in another version.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } },
  },
}
const SCHEMA = 'application/schema+json'

/** What travels over a message broker. */
export const messagePaths = {
  '/asyncapi.json': {
    get: {
      operationId: 'asyncapi',
      summary: 'AsyncAPI 3 of the messages that are sent and taken.',
      security: [],
      responses: found('It.'),
    },
  },
  '/schemas': {
    get: {
      operationId: 'eventTypes',
      summary: 'Every event type, its version, and where its schema is.',
      security: [],
      responses: found('They.'),
    },
  },
  '/schemas/{type}': {
    get: {
      operationId: 'eventSchema',
      summary: 'JSON Schema (2020-12) of the payload of an event, as it is read today.',
      security: [],
      parameters: [parameter('type')],
      responses: { ...found('The schema.', SCHEMA), ...missing },
    },
  },
  '/schemas/{type}/{version}': {
    get: {
      operationId: 'eventSchemaOfVersion',
      summary: 'The same, if events are read in this version.',
      security: [],
      parameters: ['type', 'version'].map(parameter),
      responses: { ...found('The schema.', SCHEMA), ...missing },
    },
  },
} as const
