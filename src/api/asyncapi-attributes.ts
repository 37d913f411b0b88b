const text = { type: 'string' } as const
const moment = { type: 'string', format: 'date-time' } as const
const about = (description: string) => ({ ...text, description })

/** Attributes of every event that Taktlog publishes, extensions included. */
export const eventAttributes = {
  type: 'object',
  required: [
    ...['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'datacontenttype'],
    ...['dataschema', 'sequence', 'partitionkey', 'recordedtime', 'correlationid', 'causationid'],
    ...['traceparent', 'revision', 'site', 'actor', 'reportedby'],
  ],
  properties: {
    specversion: { const: '1.0' },
    id: about('Id of the event: the same when it is delivered again.'),
    source: about('The log: TAKTLOG_LOG_ORIGIN.'),
    type: about('Event type.'),
    subject: about('Stream: the order, lot, serial, machine and day ... it is about.'),
    time: { ...moment, description: 'When it happened at the source.' },
    recordedtime: { ...moment, description: 'When the log took it.' },
    datacontenttype: { const: 'application/json' },
    dataschema: about('Schema of the data; /schemas has it.'),
    sequence: about('Position in the log, with leading zeros: orders all events as text.'),
    revision: { type: 'integer', description: 'Place in its stream, from 0, without gaps.' },
    partitionkey: about('The stream, which is the key of the record.'),
    correlationid: about('Ties together what belongs to one errand.'),
    causationid: about('Id of the event or message that led to it.'),
    traceparent: about('W3C trace context: that of the work, else derived from the errand.'),
    site: about('ISA-95 site.'),
    actor: about('Who sent it: a person id, an API key id, system.'),
    reportedby: about('Connector, importer or client that reported it.'),
    commandid: about('The command that led to it.'),
  },
} as const

/** Attributes that Taktlog reads of what it takes in. */
export const wishAttributes = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: about('Chosen once per wish and source: sending it again changes nothing.'),
    source: about('Who sends it; at most 128 characters.'),
    type: about('Type of a command or an observation.'),
    time: {
      ...moment,
      description:
        'When it happened. An observation needs it; a command has the time of its record.',
    },
    site: about('ISA-95 site; the only one of the connector by default.'),
    sequence: about('Of observations: whole number, strictly increasing per source.'),
    correlationid: about('Ties together what belongs to one errand.'),
    traceparent: about('W3C trace context; the facts of a command go on with it.'),
  },
} as const

export const letterHeaders = {
  type: 'object',
  description: 'The headers of the message, and these.',
  required: ['taktlog-id', 'taktlog-code', 'taktlog-reason', 'taktlog-topic'],
  properties: {
    'taktlog-id': about('Of its delivery: a letter that is sent once more has the same.'),
    'taktlog-code': about('Stable code of why.'),
    'taktlog-reason': about('One sentence.'),
    'taktlog-topic': about('Where it came from.'),
    'taktlog-partition': about('Its partition there.'),
    'taktlog-offset': about('Its offset there.'),
    'taktlog-timestamp': { ...moment, description: 'When its sender made it.' },
    'taktlog-value-omitted': about('true where the value did not fit; it is still where it was.'),
  },
} as const
