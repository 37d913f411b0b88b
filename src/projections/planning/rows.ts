import type { CalendarRow } from '../calendar/calendars.ts'
import type { CycleTimeRow } from '../equipment/cycle-times.ts'
import type { EnergyTariffRow } from '../energy/energy-tariffs.ts'
import type { ExpectedReceiptRow } from '../material/expected-receipts.ts'
import type { AbsenceRow } from '../personnel/absences.ts'
import type { CrewRow } from '../personnel/crews.ts'
import type { HeldQualificationRow } from '../personnel/held-qualifications.ts'
import type { PersonRow } from '../personnel/persons.ts'
import type { QualificationRulesRow } from '../personnel/qualification-rules.ts'
import type { ShiftAssignmentRow } from '../personnel/shift-assignments.ts'
import type { OrderRow } from '../production/orders.ts'
import type { RunningClockRow } from '../production/running-clocks.ts'
import type { Keyed } from '../projection.ts'
import type { HierarchyRow } from '../site/hierarchy.ts'
import type { PlanningResourceRow } from './planning-resources.ts'
import type { PlanningRulesRow } from './planning-rules.ts'
import type { PlanningToolRow } from './planning-tools.ts'
import type { ProductSegmentRow } from './product-segments.ts'

/**
 * All that a plan of one site is made from, as plain rows: of the read models, or of the same
 * projections folded in memory up to a position. Both are sorted by key, so the same facts make the
 * same problem.
 */
export interface PlanningRows {
  /** Released, running and held. */
  readonly orders: readonly Keyed<OrderRow>[]
  readonly runningClocks: readonly Keyed<RunningClockRow>[]
  readonly lastWork: readonly LastWork[]
  readonly hierarchy: readonly Keyed<HierarchyRow>[]
  readonly calendars: readonly Keyed<CalendarRow>[]
  /** Equipment that is not fit for work. */
  readonly faults: readonly EquipmentFault[]
  readonly cycleTimes: readonly Keyed<CycleTimeRow>[]
  readonly persons: readonly Keyed<PersonRow>[]
  readonly heldQualifications: readonly Keyed<HeldQualificationRow>[]
  readonly qualificationRules: readonly Keyed<QualificationRulesRow>[]
  readonly crews: readonly Keyed<CrewRow>[]
  /** Those that end after the plan begins. */
  readonly shiftAssignments: readonly Keyed<ShiftAssignmentRow>[]
  readonly absences: readonly Keyed<AbsenceRow>[]
  readonly stock: readonly StockRow[]
  readonly expectedReceipts: readonly Keyed<ExpectedReceiptRow>[]
  /** Those that end after the plan begins. */
  readonly energyTariffs: readonly Keyed<EnergyTariffRow>[]
  readonly productSegments: readonly Keyed<ProductSegmentRow>[]
  readonly planningResources: readonly Keyed<PlanningResourceRow>[]
  readonly planningTools: readonly Keyed<PlanningToolRow>[]
  readonly planningRules: readonly Keyed<PlanningRulesRow>[]
  /** The accepted plan with its moves; empty where there is none. */
  readonly current: readonly CurrentOperation[]
  readonly pins: readonly PinnedOperation[]
}

/** What a machine did last: its tools and colours are still on it. */
export interface LastWork {
  readonly equipmentId: string
  readonly materialId: string
  readonly operationId: string
}

export interface EquipmentFault {
  readonly equipmentId: string
  readonly state: string
  readonly since: string
}

/** Of everything that was ever in stock, also where nothing is left. */
export interface StockRow {
  readonly materialId: string
  readonly unit: string
  /** On hand and not held, in millionths of the unit. */
  readonly micro: number
}

/** Where the accepted plan has an operation; moments ISO-8601. */
export interface CurrentOperation {
  readonly orderId: string
  readonly operationId: string
  readonly equipmentId: string
  readonly personId: string | null
  readonly startsAt: string
  /** It waits for cheaper energy until then; only where the plan is played. */
  readonly waits?: boolean
}
/** Where a person wants it to stay. */
export type PinnedOperation = CurrentOperation

/** Something that planning had to do without, or to assume. */
export interface Finding {
  readonly code: FindingCode
  /** Whether the operation (or order) is left out for it; else it is planned all the same. */
  readonly omitted: boolean
  readonly orderId: string | null
  readonly operationId: string | null
  /** Equipment, person, material or tool that it is about. */
  readonly subjectId: string | null
  /** One sentence: what is missing, and what was done instead. */
  readonly why: string
}

export const findingCodes = [
  'OrderHeld',
  'NoQuantity',
  'NoRunTime',
  'NoEquipment',
  'NobodyQualified',
  'PredecessorOmitted',
  'PredecessorUnknown',
  'IdealCycleTime',
  'WorkCentreUnknown',
  'NoShiftPlan',
  'QualificationExpires',
  'EquipmentDown',
  'EquipmentUnknown',
  'RunningSomewhere',
  'PinOverdue',
  'ReceiptOverdue',
  'StockUnknown',
  'UnitDiffers',
  'ToolUnknown',
  'EnergyPriceUnknown',
] as const
export type FindingCode = (typeof findingCodes)[number]

/** What `buildProblem` notes as it goes. */
export interface Findings {
  readonly all: Finding[]
  readonly tell: (
    code: FindingCode,
    about: Partial<Pick<Finding, 'orderId' | 'operationId' | 'subjectId' | 'omitted'>>,
    why: string,
  ) => void
}

export function createFindings(): Findings {
  const all: Finding[] = []
  const told = new Set<string>()
  return {
    all,
    tell(code, about, why) {
      const finding = {
        ...{ code, omitted: false, orderId: null, operationId: null, subjectId: null },
        ...about,
        why,
      }
      const key = JSON.stringify(finding)
      if (told.has(key)) return
      told.add(key)
      all.push(finding)
    },
  }
}
