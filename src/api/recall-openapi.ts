const text = { type: 'string' } as const
const moment = { ...text, format: 'date-time' } as const
const query = (name: string, description: string, schema: object = text) => ({
  ...{ name, in: 'query', description, schema },
})
const refused = { description: 'An error of the catalogue.' }

const path = (format: 'csv' | 'html', type: string) => ({
  [`/recall.${format}`]: {
    get: {
      operationId: format === 'csv' ? 'recallCsv' : 'recallHtml',
      summary: `A recall as ${format.toUpperCase()}. Needs the scope read:material.`,
      parameters: [
        query('lots', 'These lots, with commas.'),
        query('serials', 'These serials, with commas.'),
        query('materialId', 'What was made of it within the window.'),
        query('equipmentId', 'What it worked on within the window; also with parameterId.'),
        query('personId', 'What somebody worked on within the window.'),
        query('parameterId', 'What was out of its limits within the window; needs read:quality.'),
        query('from', 'Begin of the window.', moment),
        query('to', 'End of the window.', moment),
        query('at', 'State of the plant at this moment.', moment),
        query('asKnownAt', 'As the log knew it: a position, or when it was recorded.'),
      ],
      responses: {
        200: { description: 'The report.', content: { [type]: { schema: text } } },
        ...{ 400: refused, 401: refused, 403: refused },
      },
    },
  },
})

/** The exports of a recall, for the description of the API. */
export const recallPaths = { ...path('csv', 'text/csv'), ...path('html', 'text/html') }
