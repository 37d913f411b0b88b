import type { ShiftSpan, WorkingTime } from '../domain/calendar/working-time.ts'
import { BUILT_IN } from '../domain/kpi/catalogue.ts'
import { outlook, type Outlook } from '../domain/kpi/outlook.ts'
import { equipmentCurrent, type EquipmentRow } from '../projections/equipment/current.ts'
import { cycleTimeAt } from '../projections/equipment/cycle-times.ts'
import { evaluateKpi } from '../projections/kpi/evaluate.ts'
import type { KpiInputs, Subject } from '../projections/kpi/inputs.ts'
import { daysIn, planOf } from '../projections/kpi/plan.ts'
import type { Context } from './context.ts'
import { kpiInputs } from './kpi-inputs.ts'
import { valueOf } from './kpi-report.ts'
import { candidatesOf, plannedFor, type Candidate } from './kpi-scope.ts'

/** One machine of the board. Figures are null outside of shifts. */
export interface BoardLine extends Outlook {
  readonly equipmentId: string
  readonly name: string
  readonly state: EquipmentRow['state']
  readonly since: string | null
  readonly shift: ShiftSpan | null
  readonly orderId: string | null
  readonly operationId: string | null
  readonly count: number | null
  readonly good: number | null
  readonly oee: number | null
  readonly coverage: number | null
}

const DAY_MS = 86_400_000
const OEE = BUILT_IN.get('oee')!
const NO_FIGURES = {
  ...{ orderId: null, operationId: null, count: null, good: null, oee: null, coverage: null },
  ...{ targetSoFar: null, target: null, forecast: null },
}
const iso = (ms: number): string => new Date(ms).toISOString()

export const machinesOf = async (areaId: string, context: Context): Promise<readonly Candidate[]> =>
  (await candidatesOf([areaId], context)).filter(({ isMachine }) => isMachine)

/** Lines of these machines as of now; machines of one shift are read together. */
export async function boardLines(
  machines: readonly Candidate[],
  context: Context,
): Promise<readonly BoardLine[]> {
  const now = Date.parse(context.clock.now())
  const around = { from: iso(now - DAY_MS), to: iso(now + DAY_MS) }
  const ids = machines.map(({ id }) => id)
  const [planned, current] = await Promise.all([
    plannedFor(machines, around, null, context),
    context.reads.rows(equipmentCurrent, ids),
  ])
  const shiftOf = ({ id }: Candidate): ShiftSpan | null =>
    planned
      .get(id)
      ?.shifts.find(({ whole }) => Date.parse(whole.from) <= now && now < Date.parse(whole.to)) ??
    null
  const byId = new Map(machines.map((machine, i) => [machine.id, { machine, row: current[i]! }]))
  const groups = Map.groupBy(machines, (machine) => {
    const shift = shiftOf(machine)
    return shift && JSON.stringify(shift.whole)
  })
  const lines = [...groups.values()].map(async (group): Promise<readonly BoardLine[]> => {
    const shift = shiftOf(group[0]!)
    const inputs =
      shift &&
      (await kpiInputs(
        group.map(({ id }) => id),
        shift.whole,
        null,
        context,
      ))
    return group.map((machine) => {
      const { row } = byId.get(machine.id)!
      const subject = inputs?.subjects.find(({ id }) => id === machine.id)
      return {
        ...{ equipmentId: machine.id, name: machine.path[0]!.name, shift },
        ...{ state: row?.state ?? 'NO_DATA', since: row?.since ?? null },
        ...(shift && inputs && subject
          ? figuresOf(subject, inputs, { ...shift, working: planned.get(machine.id)! })
          : NO_FIGURES),
      }
    })
  })
  return (await Promise.all(lines)).flat()
}

/** @param shift with the plan of all of it: the inputs know only what has happened */
function figuresOf(
  subject: Subject,
  all: KpiInputs,
  shift: Pick<ShiftSpan, 'whole'> & { readonly working: WorkingTime },
) {
  const isMine = ({ subjectId }: { readonly subjectId: string }) => subjectId === subject.id
  const [work, booked] = [all.work.filter(isMine), all.booked.filter(isMine)]
  const inputs = { ...all, subjects: [subject], work, booked }
  const { whole: sum } = evaluateKpi(inputs, { groupBy: [], filter: {} })
  const { value: oee, coverage } = valueOf(OEE, sum)
  const { PQ = 0, GQ = 0, PRI_PQ } = sum.elements
  const running = work.filter(({ isRunning }) => isRunning).sort((a, b) => b.from - a.from)[0]
  const { orderId = null, operationId = null } = running ?? {}
  const order = orderId === null ? undefined : all.orders.get(orderId)
  const making = { materialId: order?.materialId ?? null, operationId, program: null }
  const ideal =
    cycleTimeAt(subject.cycleTimes, making, iso(all.window.to))?.idealMs ??
    order?.operations.find((o) => o.operationId === operationId)?.runTimeMsPerUnit ??
    null
  const pieceMs = PQ > 0 && PRI_PQ ? PRI_PQ / PQ : ideal
  return {
    ...{ orderId, operationId, count: PQ, good: GQ, oee, coverage },
    ...outlook(PQ, pieceMs, plannedTime({ ...shift, timeZone: subject.timeZone }, all.window.to)),
  }
}

/** Planned time of a shift until now and of all of it. */
function plannedTime(
  {
    working,
    whole,
    timeZone,
  }: Pick<ShiftSpan, 'whole'> & { readonly working: WorkingTime; readonly timeZone: string },
  now: number,
): { readonly soFar: number; readonly whole: number } {
  const window = { from: Date.parse(whole.from), to: Date.parse(whole.to) }
  const { slots } = planOf(working, daysIn(window, timeZone))
  const busy = slots.filter(({ kind }) => kind === 'BUSY')
  const until = (end: number): number =>
    busy.reduce(
      (ms, { from, to }) => ms + Math.max(0, Math.min(to, end) - Math.max(from, window.from)),
      0,
    )
  return { soFar: until(now), whole: until(window.to) }
}
