import { binning, both, summing, type Extra } from '../projections/kpi/extras.ts'
import { attendance, type AttendanceRow } from '../projections/personnel/attendance.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import type { ExtraQuestion } from './kpi-extras.ts'

type Stay = Pick<
  Keyed<AttendanceRow>,
  'key' | 'site' | 'personId' | 'scopeId' | 'clockedInAt' | 'clockedOutAt' | 'cancelled'
>

/** Stays of persons, cut to the window; who has not clocked out is there until its end. */
export async function attended(question: ExtraQuestion, context: Context): Promise<Extra> {
  const { inputs, window, moment, pathOf } = question
  // As known then a stay that was corrected since may have been another.
  const rows = await context.reads.query<Stay>('personnel', (open) => ({
    text: `select key, site, "personId", "scopeId", "clockedInAt", "clockedOutAt", cancelled
           from read.attendance
           where site = any($2) and ($1::text[] is null or site = any($1))
             and ("clockedInAt" < $4 and coalesce("clockedOutAt", $4::timestamptz) > $3
               or $5 and corrections <> '[]')`,
    values: [open, inputs.sites, window.from, window.to, moment !== null],
  }))
  const known = moment ? await asKnown(rows, question, context) : rows
  const stays = known.flatMap(({ key, personId, scopeId, site, cancelled, ...times }) => {
    const path = pathOf(scopeId, site)
    if (cancelled || times.clockedInAt === null || path === null) return []
    const from = Date.parse(times.clockedInAt)
    const to = times.clockedOutAt === null ? inputs.window.to : Date.parse(times.clockedOutAt)
    if (from >= to || from >= inputs.window.to || to <= inputs.window.from) return []
    return [{ key, about: { path, personId, orderId: null, materialId: null }, from, to }]
  })
  const found = both(question, (asked) => {
    const sums = summing(binning(inputs, asked), stays.length === 0 ? {} : { APAT: 0 })
    for (const { about, from, to } of stays)
      sums.add(about, { from, to }, (cell) => ({ APAT: cell.to - cell.from }))
    return sums.groups()
  })
  return { ...found, streams: stays.map(({ key }) => `attendance-${key}`) }
}

async function asKnown(
  rows: readonly Stay[],
  { moment }: ExtraQuestion,
  { reads }: Context,
): Promise<readonly Stay[]> {
  const streams = rows.map(({ key }) => `attendance-${key}`)
  return (await reads.allAsOf([attendance], streams, moment!))[0]!
}
