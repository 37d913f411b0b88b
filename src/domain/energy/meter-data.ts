import { observations } from '../observation.ts'
import { meterDataEvents } from './events.ts'

/** What meters report, in a stream per meter and UTC day; an interval belongs to the day of its end. */
export const meterData = observations<{ readonly meterId: string }>({
  context: 'energy',
  category: 'meterData',
  events: Object.values(meterDataEvents),
  subject: (data) => data.meterId,
  owner: (data) => `meter-${data.meterId}`,
})
