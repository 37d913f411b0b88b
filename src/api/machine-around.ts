import { localDayOf } from '../domain/calendar/local-time.ts'
import { workingTime } from '../domain/calendar/working-time.ts'
import { scheduleOf, type ScheduleSpan } from '../projections/equipment/schedule.ts'
import type { Work } from '../projections/equipment/segments.ts'
import { limitAt, stopRules, type StopRuleRow } from '../projections/equipment/stop-rules.ts'
import { orders, type OrderRow } from '../projections/production/orders.ts'
import { runningClocks, type RunningClockRow } from '../projections/production/running-clocks.ts'
import { workClocks, type WorkClockRow } from '../projections/production/work-clocks.ts'
import type { Keyed } from '../projections/projection.ts'
import { hierarchy } from '../projections/site/hierarchy.ts'
import type { Context } from './context.ts'
import type { Moment } from './reader.ts'
import { workingCalendars } from './working-calendars.ts'

interface Stretch {
  readonly from: string
  readonly to: string
}

/** What is said for one machine by where it stands: shifts, and how long a micro-stop may be. */
export interface Around {
  readonly schedule: (window: Stretch) => readonly ScheduleSpan[]
  readonly limitAt: (moment: string) => number
  /** Local day of a moment outside of all shifts, YYYY-MM-DD. */
  readonly dayAt: (moment: string) => string
}

/** Calendars and limits of one machine, now or as the log knew them. */
export async function aroundOf(
  equipmentId: string,
  asKnownAt: Moment | null,
  context: Context,
): Promise<Around> {
  const { path, calendars } = await workingCalendars(equipmentId, 'EQUIPMENT', asKnownAt, context)
  const [rules, timeZone] = await Promise.all([
    rulesOf(path, asKnownAt, context),
    timeZoneOf(path, context),
  ])
  return {
    schedule: (window) => scheduleOf(workingTime(calendars, path, window), window),
    limitAt: (moment) => limitAt(rules, path, moment),
    dayAt: (moment) => localDayOf(moment, timeZone),
  }
}

/** Of the site; UTC for equipment that the hierarchy does not know. */
async function timeZoneOf(path: readonly string[], { reads }: Context): Promise<string> {
  const nodes = await Promise.all(path.map((id) => reads.load(hierarchy, id)))
  return nodes.find((node) => node?.timeZone)?.timeZone ?? 'UTC'
}

/** Limits of micro-stops. @param path ids of a machine and what it stands in */
export async function rulesOf(
  path: readonly string[],
  asKnownAt: Moment | null,
  { reads }: Context,
): Promise<readonly StopRuleRow[]> {
  if (asKnownAt)
    return (
      await reads.allAsOf(
        [stopRules],
        path.map((id) => `stopRule-${id}`),
        asKnownAt,
      )
    )[0]!
  const relation = { column: 'scopeId', orderBy: 'validFrom' } as const
  return (await Promise.all(path.map((id) => reads.children(stopRules, relation, id)))).flat()
}

type Clock = WorkClockRow | (RunningClockRow & { readonly endedAt?: null })
const workOf = (clock: Clock, materialId: string | null): Work => ({
  orderId: clock.orderId,
  operationId: clock.operationId,
  personId: clock.personId,
  activity: clock.activity,
  materialId,
  from: clock.startedAt,
  to: clock.endedAt ?? null,
})

/** Work on machines that touches the window, by machine. */
export async function workOn(
  equipmentIds: readonly string[],
  { from, to }: Stretch,
  asKnownAt: Moment | null,
  { reads }: Context,
): Promise<ReadonlyMap<string, readonly Work[]>> {
  type Row = Clock & { readonly equipmentId: string; readonly materialId: string | null }
  const columns = `c."orderId", c."operationId", c."personId", c."equipmentId", c.activity,
    c."startedAt", o."materialId"`
  const mine = `c."equipmentId" = any($2) and c."startedAt" < $4
    and ($1::text[] is null or c.site = any($1))`
  const rows = await reads.query<Row>('production', (sites) => ({
    text: `select ${columns}, c."endedAt" from read.work_clocks c
             left join read.orders o on o.key = c."orderId" where ${mine} and c."endedAt" > $3
           union all
           select ${columns}, null from read.running_clocks c
             left join read.orders o on o.key = c."orderId" where ${mine}`,
    values: [sites, equipmentIds, from, to],
  }))
  const found = asKnownAt ? await workAsKnown(rows, asKnownAt) : rows
  const groups = Map.groupBy(found, ({ equipmentId }) => equipmentId)
  return new Map(
    [...groups].map(([id, all]) => [id, all.map((row) => workOf(row, row.materialId))]),
  )

  /** The read models tell which orders to look at: they hold all that was known then, and more. */
  async function workAsKnown(now: readonly Row[], moment: Moment): Promise<readonly Row[]> {
    const streams = [...new Set(now.map(({ orderId }) => `order-${orderId}`))]
    const [stopped, running, known] = await reads.allAsOf(
      [workClocks, runningClocks, orders],
      streams,
      moment,
    )
    const made = new Map((known as Keyed<OrderRow>[]).map((o) => [o.key, o.materialId]))
    return [...stopped!, ...running!]
      .filter((c) => equipmentIds.includes(c.equipmentId) && c.startedAt < to)
      .filter((c) => (c.endedAt ?? to) > from)
      .map((c) => ({ ...c, materialId: made.get(c.orderId) ?? null }))
  }
}
