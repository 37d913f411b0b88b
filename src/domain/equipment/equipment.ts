import { observations } from '../observation.ts'
import { hierarchyScopeStream } from '../site/events.ts'
import { equipmentEvents } from './events.ts'

/** All a machine says of itself, in one stream for each machine and UTC day: `equipment-M1-2026-03-02`. */
export const equipmentObservations = observations<{ readonly equipmentId: string }>({
  context: 'equipment',
  category: 'equipment',
  events: Object.values(equipmentEvents),
  subject: ({ equipmentId }) => equipmentId,
  owner: ({ equipmentId }) => hierarchyScopeStream(equipmentId),
})
