export type {
  PlanningResourceEvent,
  PlanningRulesEvent,
  PlanningToolEvent,
  ProductSegmentEvent,
} from './master-events.ts'
export { usualPlanningRules, type PlanningRules } from './master-events.ts'
