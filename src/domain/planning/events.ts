export type { BottleneckEvent } from './bottleneck-watch.ts'
export type {
  PlanningResourceEvent,
  PlanningRulesEvent,
  PlanningToolEvent,
  ProductSegmentEvent,
} from './master-events.ts'
export type { PlanEvent, PlannedOrderPart, PlanVariant, ScheduleEvent } from './plan-events.ts'
export { usualPlanningRules, type PlanningRules } from './master-events.ts'
