import { observations } from '../observation.ts'
import { processValueEvents, type ProcessValueEvent } from './events.ts'

type Said = ProcessValueEvent['data']

/**
 * What a machine or tool says it did to one item or lot: a temperature, a torque, a pressure. In a
 * stream of its subject, so that the record of one item is one read. Nobody refuses a value; whether it
 * keeps its limits is derived from both wherever it is read.
 */
export const processValues = observations<Said>({
  context: 'quality',
  category: 'processValue',
  events: [processValueEvents.recorded],
  subject: ({ subjectId }) => subjectId,
  owner: ({ subjectKind, subjectId }) =>
    `${subjectKind === 'SERIAL' ? 'unit' : 'lot'}-${subjectId}`,
  streamPer: 'subject',
})
