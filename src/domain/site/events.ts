import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, reason, text } from '../types.ts'

export { timeZone } from './time-zone.ts'

/**
 * Levels of the role-based equipment hierarchy: IEC 62264-1 clause 5.3, as enumerated by B2MML's
 * `EquipmentLevelType`. WORK_CENTRE and WORK_UNIT are the generic names of their level.
 */
export const level = z.enum([
  'ENTERPRISE',
  'SITE',
  'AREA',
  'WORK_CENTRE',
  'PROCESS_CELL',
  'PRODUCTION_UNIT',
  'PRODUCTION_LINE',
  'STORAGE_ZONE',
  'WORK_UNIT',
  'UNIT',
  'WORK_CELL',
  'STORAGE_UNIT',
  'EQUIPMENT_MODULE',
  'CONTROL_MODULE',
])
export type Level = z.output<typeof level>

const onScope = { scopeId: id }

/** What happens to one node of the hierarchy. A work unit's `scopeId` is the `equipmentId` of its facts. */
export const siteEvents = {
  defined: event(
    'HierarchyScopeDefined',
    z.object({
      ...onScope,
      level,
      /** Null for the top of a hierarchy. */
      parentId: id.nullable(),
      /** The SITE it stands in (its own id for a SITE); null above the sites. */
      siteId: id.nullable(),
      name: text,
      /** IANA name, e.g. `Europe/Berlin`; of a SITE only. */
      timeZone: text.nullable(),
    }),
  ),
  renamed: event('HierarchyScopeRenamed', z.object({ ...onScope, name: text })),
  moved: event(
    'HierarchyScopeMoved',
    z.object({ ...onScope, fromParentId: id.nullable(), parentId: id.nullable() }),
  ),
  timeZoneChanged: event('SiteTimeZoneChanged', z.object({ ...onScope, timeZone: text })),
  retired: event('HierarchyScopeRetired', z.object({ ...onScope, reason })),
}
export type SiteEvent = EventOf<typeof siteEvents>

/** Stream of a node of the hierarchy: others look there whose equipment it is. */
export const hierarchyScopeStream = (nodeId: string): string => `hierarchyScope-${nodeId}`
