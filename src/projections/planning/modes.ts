import type { Required } from '../../domain/personnel/events.ts'
import { requiredAt, type QualificationRules } from '../../domain/personnel/events.ts'
import type { Mode } from '../../domain/planning/problem.ts'
import { cycleTimeAt, type CycleTimeRow } from '../equipment/cycle-times.ts'
import type { OrderOperation, OrderRow } from '../production/orders.ts'
import type { Keyed } from '../projection.ts'
import { qualificationKey } from './people.ts'
import type { Places } from './places.ts'
import type { PlanningResourceRow } from './planning-resources.ts'
import type { PlanningToolRow } from './planning-tools.ts'
import type { ProductSegmentRow } from './product-segments.ts'
import type { Findings } from './rows.ts'
import { secondsOf } from './seconds.ts'

/** Everything by id that modes are made from. */
export interface ModeSources {
  /** ISO-8601: when the plan begins. */
  readonly at: string
  readonly places: Places
  readonly rules: Pick<QualificationRules, 'byScope'>
  readonly resources: ReadonlyMap<string, PlanningResourceRow>
  readonly tools: ReadonlyMap<string, PlanningToolRow>
  readonly cycleTimes: ReadonlyMap<string, readonly CycleTimeRow[]>
  readonly findings: Findings
  /** Sets of qualifications that were asked for so far, by their key. */
  readonly sets: Map<string, readonly Required[]>
}

/** A way to do an operation, and the times behind it. */
export interface PossibleMode {
  readonly mode: Mode
  /** Seconds: setup within the run, the run of all units, and of those that are left. */
  readonly setup: number
  readonly run: number
  readonly left: number
}

export interface Wish {
  readonly order: Keyed<OrderRow>
  readonly operation: OrderOperation
  readonly segment: ProductSegmentRow | null
  /** Units left to make, and of the order. */
  readonly quantity: number
  readonly whole: number
  /** Where it runs or is pinned; null where it may be anywhere. */
  readonly only: string | null
}

/** What the place or any it stands in says; the narrowest counts. */
export function narrowest<T>(
  path: readonly string[],
  of: (scopeId: string) => T | null | undefined,
): T | null {
  for (const scope of path) {
    const found = of(scope)
    if (found != null) return found
  }
  return null
}

export const changeoversOf = (
  equipmentId: string,
  { places, resources }: Pick<ModeSources, 'places' | 'resources'>,
): PlanningResourceRow['changeovers'] =>
  narrowest(places.path(equipmentId), (scope) => {
    const { changeovers = [] } = resources.get(scope) ?? {}
    return changeovers.length > 0 ? changeovers : null
  }) ?? []

export const batchCapacityOf = (
  equipmentId: string,
  { places, resources }: Pick<ModeSources, 'places' | 'resources'>,
): number | null =>
  narrowest(places.path(equipmentId), (scope) => resources.get(scope)?.batchCapacity)

const powerOf = (
  equipmentId: string,
  { places, resources }: Pick<ModeSources, 'places' | 'resources'>,
): number | null => narrowest(places.path(equipmentId), (scope) => resources.get(scope)?.kilowatts)

/** Every way to do an operation; none where it cannot be planned, which is told. */
export function modesOf(wish: Wish, sources: ModeSources): readonly PossibleMode[] {
  const { order, operation, segment } = wish
  const about = { orderId: order.key, operationId: operation.operationId }
  const candidates = candidatesOf(wish, sources)
  if (candidates.length === 0) {
    const why = `Work centre ${operation.workCentreId} has no work unit in service.`
    sources.findings.tell('NoEquipment', { ...about, omitted: true }, why)
    return []
  }
  const tool = toolOf(wish, sources)
  const modes = candidates.flatMap((equipmentId): PossibleMode[] => {
    const times = timesAt(equipmentId, wish, sources)
    if (!times) return []
    const qualification = asked(equipmentId, wish, sources)
    const capacity = batchCapacityOf(equipmentId, sources)
    const kilowatts = powerOf(equipmentId, sources)
    const attendance = segment?.attendance ?? 'ALL'
    // Setup is part of the run here, so who only sets up has to be there for all of it.
    const bound = attendance === 'SETUP' && times.setup > 0 ? 'ALL' : attendance
    const size = segment?.batch
      ? Math.min(capacity ?? 1, wish.quantity * segment.batch.sizePerUnit)
      : (capacity ?? 1)
    const mode: Mode = {
      equipment: equipmentId,
      ...spread(times, wish),
      ...(segment?.setupFamily != null ? { family: segment.setupFamily } : {}),
      ...(tool === null ? {} : { tool }),
      ...(qualification === null ? {} : { qualification, attendance: LOWER[bound] }),
      interruptible: segment?.interruptible ?? true,
      ...(kilowatts === null ? {} : { kilowatts }),
      ...(capacity === null ? {} : { size }),
    }
    return [{ mode, ...times }]
  })
  if (modes.length === 0)
    sources.findings.tell(
      'NoRunTime',
      { ...about, omitted: true },
      'Neither the order, its product segment nor a cycle time of the equipment has a run time.',
    )
  return modes
}

const LOWER = { SETUP: 'setup', RUN: 'run', ALL: 'all' } as const

function candidatesOf(
  { order, operation, segment, only }: Wish,
  { places, findings }: ModeSources,
) {
  if (only !== null) return [only]
  if (segment && segment.alternatives.length > 0)
    return segment.alternatives.map(({ equipmentId }) => equipmentId).toSorted()
  const units = places.workUnits(operation.workCentreId)
  if (units !== null) return units
  findings.tell(
    'WorkCentreUnknown',
    { orderId: order.key, operationId: operation.operationId, subjectId: operation.workCentreId },
    `Work centre ${operation.workCentreId} is not in the hierarchy; planned as one machine.`,
  )
  return [operation.workCentreId]
}

/** Without a fraction of a second anywhere: what pieces are handed on by the unit is a part of the run. */
function spread(
  { setup, left }: Pick<PossibleMode, 'setup' | 'left'>,
  { segment, quantity, order }: Wish,
): Pick<Mode, 'fixedSeconds' | 'perUnitSeconds'> {
  const pieces = order.quantity ?? 0
  const overlaps = Number.isInteger(pieces) && pieces > 0 && !segment?.batch && quantity > 0
  const perUnitSeconds = overlaps ? Math.floor(left / pieces) : 0
  return { fixedSeconds: setup + left - perUnitSeconds * pieces, perUnitSeconds }
}

/** Null where nobody knows how long it takes there. */
function timesAt(
  equipmentId: string,
  { order, operation, segment, quantity, whole }: Wish,
  sources: ModeSources,
): Pick<PossibleMode, 'setup' | 'run' | 'left'> | null {
  const own = segment?.alternatives.find((one) => one.equipmentId === equipmentId)
  const changes = changeoversOf(equipmentId, sources).length > 0 && segment?.setupFamily != null
  const setupMs = changes ? 0 : (own?.setupTimeMs ?? operation.setupTimeMs ?? 0)
  if (segment?.batch) {
    const { runTimeMs, sizePerUnit } = segment.batch
    const capacity = batchCapacityOf(equipmentId, sources)
    const batches = (units: number): number =>
      capacity === null ? 1 : Math.max(1, Math.ceil((units * sizePerUnit) / capacity))
    const of = (units: number): number => secondsOf(runTimeMs * batches(units))
    return { setup: secondsOf(setupMs), run: of(whole), left: of(quantity) }
  }
  let perUnitMs = own?.runTimeMsPerUnit ?? operation.runTimeMsPerUnit
  if (perUnitMs === null) {
    const making = {
      materialId: order.materialId,
      operationId: operation.operationId,
      program: null,
    }
    const ideal = cycleTimeAt(sources.cycleTimes.get(equipmentId) ?? [], making, sources.at)
    if (!ideal) return null
    perUnitMs = ideal.idealMs
    sources.findings.tell(
      'IdealCycleTime',
      { orderId: order.key, operationId: operation.operationId, subjectId: equipmentId },
      `Without a run time; planned with the ideal cycle time of ${equipmentId}.`,
    )
  }
  return {
    setup: secondsOf(setupMs),
    run: secondsOf(perUnitMs * whole),
    left: secondsOf(perUnitMs * quantity),
  }
}

/** The set of qualifications it takes there, by name; null for none. */
function asked(equipmentId: string, { operation }: Wish, sources: ModeSources): string | null {
  const places = [operation.workCentreId, equipmentId]
  const required = requiredAt(sources.rules, places, operation.qualifications ?? [])
  if (required.length === 0) return null
  const key = qualificationKey(required)
  sources.sets.set(key, required)
  return key
}

function toolOf({ order, operation, segment }: Wish, { tools, findings }: ModeSources) {
  const toolId = segment?.toolId ?? null
  if (toolId === null || tools.has(toolId)) return toolId
  findings.tell(
    'ToolUnknown',
    { orderId: order.key, operationId: operation.operationId, subjectId: toolId },
    `Nobody counted tools ${toolId}; planned as if there were enough.`,
  )
  return null
}
