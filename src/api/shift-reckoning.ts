import type { ReckonAt, Reckoned } from '../commands/kpi/shift-reports.ts'
import type { DueShifts } from '../commands/kpi/close-shifts.ts'
import type { ClosedShift } from '../commands/kpi/shift-index.ts'
import type { ShiftSpan } from '../domain/calendar/working-time.ts'
import { shiftReportId } from '../domain/kpi/shift-events.ts'
import { SHIFT_FIGURES } from '../domain/kpi/shift-figures.ts'
import { evaluateKpi } from '../projections/kpi/evaluate.ts'
import { systemPrincipal } from './authorise.ts'
import { createContext, type Context, type Services } from './context.ts'
import { kpiInputs } from './kpi-inputs.ts'
import { valueOf } from './kpi-report.ts'
import { candidatesOf, plannedFor, type Candidate } from './kpi-scope.ts'
import { createReader, type Moment } from './reader.ts'

const DAY_MS = 86_400_000
/** The read models say where in the log to look; they are some milliseconds behind it. */
const MAX_WAIT_MS = 30_000
const iso = (ms: number): string => new Date(ms).toISOString()

/**
 * Figures of closed shifts as the log had it at a position: those that `kpi` answers with
 * `asKnownAt`, for the same scope and the whole shift.
 * @throws Error when the read models do not get to the position
 */
export const createReckoner =
  (services: Services): ReckonAt =>
  (position) => {
    const streams = new Map<string, ReturnType<Services['store']['readStream']>>()
    // Machine, work centre and area are made of the same streams: each is read once.
    const readStream: Services['store']['readStream'] = (stream) => {
      const reading = streams.get(stream) ?? services.store.readStream(stream)
      streams.set(stream, reading)
      return reading
    }
    const store = { ...services.store, readStream }
    const open = createContext(services, systemPrincipal)
    const { reads, access } = { reads: services.reads, access: open.access }
    const reader = createReader({
      ...{ reads, store, access, principal: systemPrincipal },
      maxFacts: Infinity,
    })
    const context: Context = { ...open, reads: reader }
    const ready = services.reads.waitFor(position, MAX_WAIT_MS)
    return async (shift) => {
      if (!(await ready)) throw new Error(`the read models do not reach position ${position}`)
      return reckon(shift, { position }, context)
    }
  }

async function reckon(
  shift: ClosedShift,
  moment: Moment & { readonly position: number },
  context: Context,
): Promise<Reckoned> {
  const { scopeId } = shift
  const scopes = await candidatesOf([scopeId], context)
  const self = scopes.find(({ id }) => id === scopeId)
  const { from, to } = self ? await spanOf(shift, self, moment, context) : shift
  const inputs = await kpiInputs([scopeId], { from, to }, moment, context)
  const { whole } = evaluateKpi(inputs, { groupBy: [], filter: {} })
  const figures = SHIFT_FIGURES.map((definition) => {
    const { value, numerator, denominator } = valueOf(definition, whole)
    return { kpi: definition.id, value, numerator, denominator }
  })
  const { coverage } = valueOf(SHIFT_FIGURES[0]!, whole)
  const concerns = [...new Set(scopes.flatMap(({ path }) => path.map(({ id }) => id)))].sort()
  return { from, to, position: moment.position, coverage, figures, concerns }
}

/** What the calendars of the scope say of the shift, else what was said when it was closed. */
async function spanOf(
  { shiftId, day, from, to }: ClosedShift,
  scope: Candidate,
  moment: Moment,
  context: Context,
): Promise<{ readonly from: string; readonly to: string }> {
  const midnight = Date.parse(`${day}T00:00:00.000Z`)
  const around = { from: iso(midnight - 2 * DAY_MS), to: iso(midnight + 4 * DAY_MS) }
  const planned = await plannedFor([scope], around, moment, context)
  const shifts = planned.get(scope.id)?.shifts ?? []
  const said = wholeShifts(shifts).find((s) => s.shiftId === shiftId && s.day === day)
  return said ?? { from, to }
}

/** A narrower calendar may cut a shift in two: it is one from the first begin to the last end. */
function wholeShifts(shifts: readonly ShiftSpan[]) {
  const parts = Map.groupBy(shifts, ({ shiftId, day }) => JSON.stringify([day, shiftId]))
  return [...parts.values()].map((all) => ({
    shiftId: all[0]!.shiftId,
    day: all[0]!.day,
    from: all.map(({ whole }) => whole.from).sort()[0]!,
    to: all
      .map(({ whole }) => whole.to)
      .sort()
      .at(-1)!,
  }))
}

/** Above them nobody asks for a shift: sites have several calendars. */
const WITHOUT_REPORT: readonly string[] = ['SITE', 'ENTERPRISE']
/** How far back shifts are closed by themselves: a long weekend off, or history just imported. */
const DAYS_BACK = 7

/** Shifts of machines and of the work centres and areas they stand in. */
export const createDueShifts =
  (services: Services): DueShifts =>
  async (endedBy) => {
    const context = createContext(services, systemPrincipal)
    const sites = await context.reads.query<{ key: string }>('site', () => ({
      text: `select key from read.hierarchy where level = 'SITE' and status = 'ACTIVE'`,
      values: [],
    }))
    const ids = sites.map(({ key }) => key)
    const nodes = await candidatesOf(ids, context)
    const used = new Set(
      nodes.filter((n) => n.isMachine).flatMap(({ path }) => path.map(({ id }) => id)),
    )
    const scopes = nodes.filter(
      ({ id, path }) => used.has(id) && !WITHOUT_REPORT.includes(path[0]!.level),
    )
    const window = { from: iso(Date.parse(endedBy) - DAYS_BACK * DAY_MS), to: endedBy }
    const [planned, closed] = await Promise.all([
      plannedFor(scopes, window, null, context),
      context.reads.query<{ key: string }>('kpi', () => ({
        text: `select key from read.shift_reports where "to" >= $1`,
        values: [iso(Date.parse(window.from) - DAY_MS)],
      })),
    ])
    const known = new Set(closed.map(({ key }) => key))
    return scopes.flatMap(({ id, site }) =>
      wholeShifts(planned.get(id)?.shifts ?? [])
        .filter(({ from, to }) => to <= endedBy && from >= window.from)
        .map((shift) => ({ ...shift, scopeId: id, site }))
        .filter((shift) => !known.has(shiftReportId(shift))),
    )
  }
