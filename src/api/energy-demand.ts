import { forecast, windowAt, type Forecast } from '../domain/energy/demand.ts'
import { energyIntervals } from '../projections/energy/energy-intervals.ts'
import { demandAlarms, type DemandAlarmRow } from '../projections/energy/demand-alarms.ts'
import { demandLimits } from '../projections/energy/demand-limits.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import { flowsOf } from './energy-flows.ts'
import { windowOf } from './energy-load.ts'
import { timeZoneOf } from './energy-selection.ts'

/** The demand window that is running now, where it is heading, and the warnings there were. */

interface Running {
  readonly meterId: string
  readonly site: string | null
}
interface Found extends Forecast {
  readonly limitKw: number | null
}
const found = new WeakMap<Running, Promise<Found>>()

/** Of a window's end, enough before it for the power of the last minutes. */
const LOOK_BACK_MS = 3_600_000

function read(running: Running, context: Context): Promise<Found> {
  const known = found.get(running) ?? measure(running, context)
  found.set(running, known)
  return known
}

async function measure({ meterId, site }: Running, { reads, clock }: Context): Promise<Found> {
  const limit = await reads.load(demandLimits, meterId)
  const minutes =
    limit?.windowMinutes ?? (await windowOf({ meters: [meterOf(meterId, site)] }, reads))
  const timeZone = limit?.timeZone ?? (await timeZoneOf(null, [{ site }], reads))
  const window = windowAt(Date.parse(clock.now()), minutes, timeZone)
  const span = { from: iso(window.from - LOOK_BACK_MS), to: iso(window.to) }
  const [measured] = await flowsOf([meterId], span, null, reads)
  const flows = measured!.flows.map((f) => ({ from: f.from, to: f.to, kwh: f.quantity }))
  return { ...forecast(flows, window), limitKw: limit?.limitKw ?? null }
}
const meterOf = (meterId: string, site: string | null) => ({
  meterId,
  site,
  medium: null,
  unit: null,
})
const iso = (ms: number): string => new Date(ms).toISOString()

const field = <T>(type: any, description: string, of: (f: Found) => T, nullable = false) => ({
  ...{ type, description, nullable },
  resolve: async (running: Running, _: unknown, context: Context) =>
    of(await read(running, context)),
})

const RunningRef = builder.objectRef<Running>('DemandWindow').implement({
  description: 'The demand window of a meter that is running now.',
  fields: (t: any) => ({
    meterId: t.exposeID('meterId', { description: 'Meter.' }),
    from: t.field(field('DateTime', 'Begin of the window.', (f) => iso(f.from))),
    to: t.field(field('DateTime', 'End of the window.', (f) => iso(f.to))),
    usedKwh: t.field(field('Float', 'Energy so far in kWh.', (f) => f.usedKwh)),
    observedTo: t.field(
      field('DateTime', 'Until here it has been measured.', (f) => iso(f.observedTo)),
    ),
    forecastKw: t.field(
      field(
        'Float',
        'Average power of the whole window if it goes on as in its last 5 minutes; null without data.',
        (f) => f.forecastKw,
        true,
      ),
    ),
    limitKw: t.field(
      field('Float', 'Limit of the meter in kW; null where it has none.', (f) => f.limitKw, true),
    ),
    headroomKw: t.field(
      field(
        'Float',
        'What may be drawn on average until the end without exceeding the limit; null without one.',
        headroom,
        true,
      ),
    ),
  }),
})

function headroom({ limitKw, usedKwh, observedTo, from, to }: Found): number | null {
  if (limitKw === null || observedTo >= to) return null
  const leftKwh = (limitKw * (to - from)) / 3_600_000 - usedKwh
  return (leftKwh * 3_600_000) / (to - observedTo)
}

builder.queryField('demandWindow', (t: any) =>
  t.field({
    type: RunningRef,
    nullable: true,
    description: 'The demand window of a meter that is running now, with a forecast to its end.',
    args: { meterId: t.arg.id({ required: true, description: 'Meter.' }) },
    complexity: 20,
    resolve: async (_: unknown, { meterId }: { meterId: string }, { reads }: Context) => {
      const [row] = await reads.query<{ site: string }>('energy', (sites) => ({
        text: `select site from read.meters where key = $1
            and ($2::text[] is null or site = any($2))
          union all select site from read.virtual_meters where "meterId" = $1
            and ($2::text[] is null or site = any($2)) limit 1`,
        values: [meterId, sites],
      }))
      return row ? { meterId, site: row.site } : null
    },
  }),
)

changesField('demandWindowChanged', {
  projection: energyIntervals,
  node: RunningRef,
  description: 'The running demand window of a meter, each time it has reported.',
  only: { arg: 'meterIds', description: 'Of these meters.' },
  idOf: (row) => row.meterId,
})

const AlarmKind = builder.enumType('DemandAlarmKind', {
  description: 'How far it has come.',
  values: {
    THREATENED: { description: 'Going on like this, the window will end above the limit.' },
    EXCEEDED: { description: 'The energy of the window is used up.' },
  },
})
const AlarmRef = builder.objectRef<Keyed<DemandAlarmRow>>('DemandAlarm').implement({
  description: 'A warning that a demand window ends, or has come, above the limit of its meter.',
  fields: (t) => ({
    meterId: t.exposeID('meterId', { description: 'Meter.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    kind: t.expose('kind', { type: AlarmKind, description: 'How far it has come.' }),
    windowFrom: t.expose('windowFrom', { type: 'DateTime', description: 'Begin of the window.' }),
    windowTo: t.expose('windowTo', { type: 'DateTime', description: 'End of the window.' }),
    limitKw: t.exposeFloat('limitKw', { description: 'Limit that held, in kW.' }),
    usedKwh: t.exposeFloat('usedKwh', { description: 'Energy of the window by then, in kWh.' }),
    forecastKw: t.exposeFloat('forecastKw', {
      nullable: true,
      description: 'Average power forecast for the window, in kW; null once it is exceeded.',
    }),
    observedTo: t.expose('observedTo', { type: 'DateTime', description: 'Measured until here.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was known.' }),
  }),
})

connectionField('demandAlarms', {
  projection: demandAlarms,
  node: AlarmRef,
  description: 'Warnings about demand windows, latest first by default.',
  filters: {
    meterId: { column: 'meterId', op: '=', type: 'ID', description: 'Of this meter.' },
    kind: { column: 'kind', op: '=', type: AlarmKind, description: 'Of this kind.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
    from: { column: 'at', op: '>=', type: 'DateTime', description: 'Then or later.' },
    to: { column: 'at', op: '<', type: 'DateTime', description: 'Before.' },
  },
  orderable: ['at'],
  defaultOrder: { column: 'at', direction: 'desc' },
})

changesField('demandAlarmRaised', {
  projection: demandAlarms,
  node: AlarmRef,
  description: 'Warnings as they come.',
  only: { arg: 'meterIds', description: 'Of these meters.' },
  idOf: (row) => row.meterId,
})
