import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { instant } from '../types.ts'
import {
  cause,
  ofShift,
  reckoned,
  shiftReportEvents as e,
  shiftReportId,
  type ShiftFigure,
  type ShiftReportEvent,
} from './shift-events.ts'

/**
 * What was told of a shift, and what it is now. Closing a shift reports its figures as the log knew
 * them then; whatever is learnt later restates them, with the fact that caused it. Nothing is overwritten.
 */
export const shiftReportCommands = {
  CloseShift: z
    .object({
      type: z.literal('CloseShift'),
      ...ofShift,
      from: instant.describe('When it began.'),
      to: instant.describe('When it ended; where the calendar knows the shift, its word counts.'),
    })
    .describe(
      'Close a shift: its figures are reported. Also done by itself some time after its end.',
    ),
  ReportShift: z
    .object({
      type: z.literal('ReportShift'),
      ...ofShift,
      ...reckoned,
      cause: cause.nullable(),
    })
    .describe('Tell what was reckoned of a closed shift.'),
}
export type ShiftReportCommand = CommandOf<typeof shiftReportCommands>
type Report = Extract<ShiftReportCommand, { type: 'ReportShift' }>

type Told = Pick<Report, 'from' | 'to' | 'position' | 'coverage' | 'figures'>
type ShiftReport =
  | { readonly status: 'open' }
  | { readonly status: 'closed' }
  | { readonly status: 'reported'; readonly last: Told; readonly restatements: number }

export const shiftReport: Decider<
  ShiftReportCommand,
  ShiftReport,
  ShiftReportEvent,
  'ShiftNotClosed' | 'ShiftEmpty'
> = {
  context: 'kpi',
  category: 'shiftReport',
  commands: shiftReportCommands,
  internal: ['ReportShift'],
  events: e,
  id: shiftReportId,
  initial: { status: 'open' },

  decide(command, state) {
    const { scopeId, shiftId, day } = command
    if (command.type === 'CloseShift') {
      const { from, to } = command
      if (to <= from) return reject('ShiftEmpty', `to ${to} is not after from ${from}.`)
      return state.status === 'open' ? [e.closed({ scopeId, shiftId, day, from, to })] : []
    }
    if (state.status === 'open')
      return reject('ShiftNotClosed', `shiftId ${shiftId} of ${day} at ${scopeId} is not closed.`)
    const { type: _, cause: because, ...report } = command
    if (state.status === 'closed') return [e.reported(report)]
    const { last, restatements } = state
    // What was reckoned from less of the log than is told already says nothing new.
    if (because === null || report.position <= last.position || isSame(report, last)) return []
    return [
      e.restated({
        ...report,
        restatement: restatements + 1,
        coverageBefore: last.coverage,
        changed: changes(last.figures, report.figures),
        cause: because,
      }),
    ]
  },

  evolve(state, event) {
    if (event.type === 'ShiftClosed') return state.status === 'open' ? { status: 'closed' } : state
    const { from, to, position, coverage, figures } = event.data
    const restatements = event.type === 'ShiftRestated' ? event.data.restatement : 0
    return {
      status: 'reported',
      last: { from, to, position, coverage, figures },
      restatements,
    }
  },
}

const isSame = (a: Told, b: Told): boolean =>
  a.from === b.from &&
  a.to === b.to &&
  a.coverage === b.coverage &&
  changes(a.figures, b.figures).length === 0

const NOTHING = { value: null, numerator: null, denominator: null }
const content = ({ value, numerator, denominator }: Omit<ShiftFigure, 'kpi'>) => ({
  ...{ value, numerator, denominator },
})

/** Figures that differ; one that was not told before had no value. */
function changes(before: readonly ShiftFigure[], after: readonly ShiftFigure[]) {
  const told = new Map(before.map((figure) => [figure.kpi, figure]))
  return after.flatMap((figure) => {
    const was = told.get(figure.kpi) ?? NOTHING
    const isEqual =
      was.value === figure.value &&
      was.numerator === figure.numerator &&
      was.denominator === figure.denominator
    return isEqual ? [] : [{ kpi: figure.kpi, before: content(was), after: content(figure) }]
  })
}
