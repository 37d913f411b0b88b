import type { PlanningRulesEvent } from '../../domain/planning/events.ts'
import { projection } from '../projection.ts'

export interface TransportTime {
  fromScopeId: string
  toScopeId: string
  durationMs: number
}
export interface PlanningRulesRow {
  /** Null where nobody has set any: the usual ones hold. */
  rules: Extract<PlanningRulesEvent, { type: 'PlanningRulesSet' }>['data'] | null
  transportTimes: TransportTime[]
}

const NONE: PlanningRulesRow = { rules: null, transportTimes: [] }

/** One row per site: how it is planned. */
export const planningRulesTable = projection<PlanningRulesRow>()<PlanningRulesEvent>({
  name: 'planning_rules',
  context: 'planning',
  version: 2,
  columns: { rules: 'jsonb', transportTimes: 'jsonb' },
  indexes: [],
  on: {
    PlanningRulesSet: {
      key: (_, { metadata }) => metadata.site,
      evolve: (row, { data }) => ({ ...(row ?? NONE), rules: data }),
    },
    TransportTimeSet: {
      key: (_, { metadata }) => metadata.site,
      evolve: (row, { data: { fromScopeId, toScopeId, durationMs } }) => {
        const { transportTimes } = row ?? NONE
        const others = transportTimes.filter(
          (one) => one.fromScopeId !== fromScopeId || one.toScopeId !== toScopeId,
        )
        const all =
          durationMs === null ? others : [...others, { fromScopeId, toScopeId, durationMs }]
        return {
          ...(row ?? NONE),
          transportTimes: all.sort((a, b) => (wayOf(a) < wayOf(b) ? -1 : 1)),
        }
      },
    },
  },
})

const wayOf = ({ fromScopeId, toScopeId }: TransportTime): string =>
  JSON.stringify([fromScopeId, toScopeId])
