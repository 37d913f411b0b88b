import { observations } from '../observation.ts'
import { variableEvents } from './events.ts'

/** Values of relevant variables, in a stream per series and UTC day. */
export const variableData = observations<{ readonly seriesId: string }>({
  context: 'energy',
  category: 'energyVariable',
  events: Object.values(variableEvents),
  subject: (data) => data.seriesId,
  owner: (data) => `energyVariable-${data.seriesId}`,
})
