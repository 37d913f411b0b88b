import { z } from 'zod'
import { event, type EventOf } from '../event.ts'
import { id, instant, text } from '../types.ts'

/** Machines of one area; a larger one is reported by its parts. */
const MAX_CONCERNED = 5_000
const MAX_FIGURES = 50

/** One shift of one scope: a machine, a work centre, an area. */
export const ofShift = {
  scopeId: id.describe('Machine, work centre or area.'),
  shiftId: id.describe('Id of the shift in its calendar, such as NIGHT.'),
  day: z.iso.date().describe('Plant day it counts for, YYYY-MM-DD.'),
}

const measured = {
  value: z.number().nullable(),
  numerator: z.number().nullable(),
  denominator: z.number().nullable(),
}
export const shiftFigure = z
  .object({ kpi: id.describe('Name of the figure, such as oee.'), ...measured })
  .meta({ id: 'ShiftFigureInput' })
export type ShiftFigure = z.output<typeof shiftFigure>

/** The fact that made a value another. */
export const cause = z
  .object({
    eventId: id,
    type: text,
    /** How many facts that came together concern the shift; this is the last of them. */
    facts: z.number().int().positive(),
  })
  .meta({ id: 'RestatementCauseInput' })
export type Cause = z.output<typeof cause>

/** What was reckoned of a shift from all that the log held at a position. */
export const reckoned = {
  from: instant,
  to: instant,
  /** Nothing later in the log was looked at. */
  position: z.number().int().nonnegative(),
  coverage: z.number().nullable(),
  figures: z.array(shiftFigure).min(1).max(MAX_FIGURES),
  /** Scopes whose facts and calendars it depends on. */
  concerns: z.array(id).max(MAX_CONCERNED),
}

const changed = z.object({ kpi: id, before: z.object(measured), after: z.object(measured) })

export const shiftReportEvents = {
  closed: event('ShiftClosed', z.object({ ...ofShift, from: instant, to: instant })),
  reported: event('ShiftReported', z.object({ ...ofShift, ...reckoned })),
  /** What was reported before was not so, as the log knows now. */
  restated: event(
    'ShiftRestated',
    z.object({
      ...ofShift,
      ...reckoned,
      /** 1, 2, 3 ... */
      restatement: z.number().int().positive(),
      coverageBefore: z.number().nullable(),
      /** Figures that are others now. */
      changed: z.array(changed),
      cause,
    }),
  ),
}
export type ShiftReportEvent = EventOf<typeof shiftReportEvents>

export const shiftReportId = (d: {
  readonly scopeId: string
  readonly shiftId: string
  readonly day: string
}): string => JSON.stringify([d.scopeId, d.day, d.shiftId])
