import type { StopCategory, StopReasonEvent } from '../../domain/equipment/events.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface StopReasonRow {
  siteId: string
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

export const stopReasonKey = (siteId: string, reasonId: string): string =>
  compositeKey(siteId, reasonId)
const key = (d: { readonly siteId: string; readonly reasonId: string }): string =>
  stopReasonKey(d.siteId, d.reasonId)

/** One row per reason for stops; children find their parent by `parentKey`. */
export const stopReasonTree = projection<StopReasonRow>()<StopReasonEvent>({
  name: 'stop_reasons',
  context: 'equipment',
  version: 1,
  columns: {
    siteId: 'text',
    reasonId: 'text',
    parentId: 'text',
    parentKey: 'text',
    name: 'text',
    category: 'text',
    status: 'text',
    retiredBecause: 'text',
  },
  indexes: [
    ['parentKey', 'name'],
    ['siteId', 'name'],
  ],
  on: {
    StopReasonDefined: {
      key,
      evolve: (_, { data }) => ({
        ...data,
        parentKey: data.parentId === null ? null : stopReasonKey(data.siteId, data.parentId),
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
