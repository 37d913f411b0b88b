import { calendars } from '../calendar/calendars.ts'
import { energyTariffs } from '../energy/energy-tariffs.ts'
import { equipmentCurrent } from '../equipment/current.ts'
import { cycleTimes } from '../equipment/cycle-times.ts'
import { expectedReceipts } from '../material/expected-receipts.ts'
import { lots } from '../material/lots.ts'
import { units } from '../material/units.ts'
import { absences } from '../personnel/absences.ts'
import { crews } from '../personnel/crews.ts'
import { heldQualifications } from '../personnel/held-qualifications.ts'
import { persons } from '../personnel/persons.ts'
import { qualificationRules } from '../personnel/qualification-rules.ts'
import { shiftAssignments } from '../personnel/shift-assignments.ts'
import { orders } from '../production/orders.ts'
import { runningClocks } from '../production/running-clocks.ts'
import { workClocks } from '../production/work-clocks.ts'
import type { Projection } from '../projection.ts'
import type { Query } from '../read-models.ts'
import { hierarchy } from '../site/hierarchy.ts'
import { planningResources } from './planning-resources.ts'
import { planningRulesTable } from './planning-rules.ts'
import { planningTools } from './planning-tools.ts'
import { productSegments } from './product-segments.ts'
import type { PlanningRows } from './rows.ts'

/** Which rows of a read model count: said once, for SQL and for rows in memory. `null`: false. */
type Condition =
  | { readonly column: string; readonly is: readonly string[] | null }
  /** Ends after the plan begins. */
  | { readonly column: string; readonly is: 'AFTER' }

const isNot = (column: string): Condition => ({ column, is: null })
const among = (column: string, ...values: readonly string[]): Condition => ({ column, is: values })
const ENDS_LATER: Condition = { column: 'endsAt', is: 'AFTER' }

/** Read models whose rows are taken as they are, with what limits them beside the site. */
export const wholeRows = {
  orders: [orders, [among('status', 'RELEASED', 'RUNNING', 'HELD')]],
  runningClocks: [runningClocks, []],
  hierarchy: [hierarchy, []],
  calendars: [calendars, []],
  cycleTimes: [cycleTimes, []],
  persons: [persons, [among('status', 'ACTIVE')]],
  heldQualifications: [heldQualifications, []],
  qualificationRules: [qualificationRules, []],
  crews: [crews, []],
  shiftAssignments: [shiftAssignments, [isNot('withdrawn'), ENDS_LATER]],
  absences: [absences, [isNot('cancelled'), ENDS_LATER]],
  expectedReceipts: [expectedReceipts, [among('status', 'EXPECTED')]],
  energyTariffs: [energyTariffs, [ENDS_LATER]],
  productSegments: [productSegments, []],
  planningResources: [planningResources, []],
  planningTools: [planningTools, []],
  planningRules: [planningRulesTable, []],
} as const satisfies {
  readonly [K in keyof PlanningRows]?: readonly [Projection, readonly Condition[]]
}

/** @param at ISO-8601, as `endsAt` of the row is */
export const counts = (conditions: readonly Condition[], row: object, at: string): boolean =>
  conditions.every(({ column, is }) => {
    const value: unknown = Reflect.get(row, column)
    if (is === null) return value === false
    return typeof value === 'string' && (is === 'AFTER' ? value > at : is.includes(value))
  })

/** `$2` is the moment. */
const whereOf = (conditions: readonly Condition[]): string =>
  conditions
    .map(({ column, is }) => {
      if (is === null) return ` and not ${quoted(column)}`
      if (is === 'AFTER') return ` and ${quoted(column)} > $2`
      return ` and ${quoted(column)} in ('${is.join(`', '`)}')`
    })
    .join('')

/** Every projection that a problem is made from. */
export const planningProjections: readonly Projection[] = [
  ...Object.values(wholeRows).map(([p]) => p),
  ...[workClocks, equipmentCurrent, lots, units],
]

/** What machines did so long ago tells nothing of what is set up on them. */
export const LAST_WORK_DAYS = 60
export const DOWN_STATES = ['FAULT', 'MAINTENANCE'] as const

const quoted = (name: string): string => `"${name}"`

/** A row as the projection made it: moments as ISO-8601, not as JSON of PostgreSQL writes them. */
const columnsOf = (p: Projection): string =>
  [
    'key',
    'site',
    ...Object.entries(p.columns).map(([name, type]) =>
      type === 'timestamptz'
        ? `to_char(${quoted(name)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') ${quoted(name)}`
        : quoted(name),
    ),
  ].join(', ')

const asJson = (name: string, select: string): string =>
  `(select coalesce(json_agg(t), '[]') from (${select}) t) ${quoted(name)}`

const LAST_WORK = `
  select distinct on (c."equipmentId" collate "C") c."equipmentId", o."materialId", c."operationId"
  from read.work_clocks c join read.orders o on o.key = c."orderId"
  where c.site = $1 and c."equipmentId" is not null
    and c."endedAt" > $2::timestamptz - interval '${LAST_WORK_DAYS} days' and c."endedAt" <= $2
  order by c."equipmentId" collate "C", c."endedAt" desc, c.key collate "C" desc`

const FAULTS = `
  select key "equipmentId", state,
    to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') since
  from read.equipment_current where site = $1 and state in ('${DOWN_STATES.join(`', '`)}')
  order by key collate "C"`

const STOCK = `
  select "materialId", unit, sum(micro)::float8 micro from (
    select "materialId", unit,
      case when status = 'ON_HAND' then round(quantity * 1e6) else 0 end micro
    from read.lots where site = $1
    union all
    select "materialId", 'C62', case when status = 'ON_HAND' then 1e6 else 0 end
    from read.units where site = $1 and "materialId" is not null and "lotId" is null
  ) s
  where "materialId" in (
    select m ->> 'materialId' from read.product_segments, jsonb_array_elements(materials) m
    where site = $1)
  group by 1, 2 order by "materialId" collate "C", unit collate "C"`

/** How far the read models had come that a problem was made from. */
export interface ReadPosition {
  /** Of the one furthest behind. */
  readonly position: number
  /** False: some were ahead of others, so no position of the log holds exactly this. */
  readonly isExact: boolean
}

/**
 * One statement, so that all of it is of one moment: rows of a site for a plan that begins at `at`.
 * @param at ISO-8601
 */
export function planningRowsQuery(site: string, at: string): Query {
  const parts = Object.entries(wholeRows).map(([name, [p, where]]) =>
    asJson(
      name,
      `select ${columnsOf(p)} from read.${quoted(p.name)}
       where site = $1${whereOf(where)} order by key collate "C"`,
    ),
  )
  const names = planningProjections.map(({ name }) => name)
  return {
    text: `select ${[
      ...parts,
      asJson('lastWork', LAST_WORK),
      asJson('faults', FAULTS),
      asJson('stock', STOCK),
    ].join(',\n')},
      (select min(position)::float8 from read._tables where active and name = any($3)) "position",
      (select min(position) = max(position) from read._tables
       where active and name = any($3)) "isExact"`,
    values: [site, at, names],
  }
}
