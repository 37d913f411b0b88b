import type { PlanningToolEvent } from '../../domain/planning/events.ts'
import { projection } from '../projection.ts'

export interface PlanningToolRow {
  name: string
  count: number
}

/** One row per kind of tool: how many there are. */
export const planningTools = projection<PlanningToolRow>()<PlanningToolEvent>({
  name: 'planning_tools',
  context: 'planning',
  version: 1,
  columns: { name: 'text', count: 'bigint' },
  indexes: [['name']],
  on: {
    ToolsCounted: {
      key: (d) => d.toolId,
      evolve: (_, { data: { name, count } }) => ({ name, count }),
    },
  },
})
