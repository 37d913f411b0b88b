import type { Level, SiteEvent } from '../../domain/site/events.ts'
import { projection } from '../projection.ts'

export interface HierarchyRow {
  level: Level
  parentId: string | null
  /** The SITE it stands in; null above the sites. */
  siteId: string | null
  name: string
  timeZone: string | null
  status: 'ACTIVE' | 'RETIRED'
  definedAt: string
  /** When and why it was retired. */
  retiredAt: string | null
  reason: string | null
}

/** One row per node of the ISA-95 hierarchy; children find their parent by `parentId`. */
export const hierarchy = projection<HierarchyRow>()<SiteEvent>({
  name: 'hierarchy',
  context: 'site',
  version: 1,
  columns: {
    level: 'text',
    parentId: 'text',
    siteId: 'text',
    name: 'text',
    timeZone: 'text',
    status: 'text',
    definedAt: 'timestamptz',
    retiredAt: 'timestamptz',
    reason: 'text',
  },
  indexes: [['parentId', 'name'], ['level', 'name'], ['siteId']],
  on: {
    HierarchyScopeDefined: {
      key: (d) => d.scopeId,
      evolve: (_, { data: { scopeId: _id, ...node }, metadata }) => ({
        ...node,
        status: 'ACTIVE',
        definedAt: metadata.occurredAt,
        retiredAt: null,
        reason: null,
      }),
    },
    HierarchyScopeRenamed: {
      key: (d) => d.scopeId,
      evolve: (row, { data }) => row && { ...row, name: data.name },
    },
    HierarchyScopeMoved: {
      key: (d) => d.scopeId,
      evolve: (row, { data }) => row && { ...row, parentId: data.parentId },
    },
    SiteTimeZoneChanged: {
      key: (d) => d.scopeId,
      evolve: (row, { data }) => row && { ...row, timeZone: data.timeZone },
    },
    HierarchyScopeRetired: {
      key: (d) => d.scopeId,
      evolve: (row, { data, metadata }) =>
        row && {
          ...row,
          status: 'RETIRED',
          retiredAt: metadata.occurredAt,
          reason: data.reason,
        },
    },
  },
})
