import type { StopCategory, StopReasonEvent } from '../../domain/equipment/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface StopReasonRow {
  reasonId: string
  parentId: string | null
  /** Key of the parent's row. */
  parentKey: string | null
  name: string
  category: StopCategory
  status: 'ACTIVE' | 'RETIRED'
  /** Why it was retired. */
  retiredBecause: string | null
}

/** @param site whose tree the reason is in */
export const stopReasonKey = (site: string, reasonId: string): string =>
  compositeKey(site, reasonId)
const key = (
  { reasonId }: { readonly reasonId: string },
  { metadata }: { readonly metadata: { readonly site: string } },
): string => stopReasonKey(metadata.site, reasonId)

/** One row per reason for stops; children find their parent by `parentKey`. */
export const stopReasonTree = projection<StopReasonRow>()<StopReasonEvent>({
  name: 'stop_reasons',
  context: 'equipment',
  version: 1,
  columns: {
    reasonId: 'text',
    parentId: 'text',
    parentKey: 'text',
    name: 'text',
    category: 'text',
    status: 'text',
    retiredBecause: 'text',
  },
  indexes: [['parentKey', 'name'], ['name']],
  on: {
    StopReasonDefined: {
      key,
      evolve: (_, { data, metadata }) => ({
        ...data,
        parentKey: data.parentId === null ? null : stopReasonKey(metadata.site, data.parentId),
        status: 'ACTIVE',
        retiredBecause: null,
      }),
    },
    StopReasonRenamed: { key, evolve: (row, { data }) => row && { ...row, name: data.name } },
    StopReasonRetired: {
      key,
      evolve: (row, { data }) => row && { ...row, status: 'RETIRED', retiredBecause: data.reason },
    },
  },
})
