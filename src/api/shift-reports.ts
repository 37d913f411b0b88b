import type { Cause, ShiftFigure } from '../domain/kpi/shift-events.ts'
import { kpiRestatements, type KpiRestatementRow } from '../projections/kpi/kpi-restatements.ts'
import {
  shiftReports,
  type ShiftReportRow,
  type ToldOfShift,
} from '../projections/kpi/shift-reports.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import type { Context } from './context.ts'
import type { KpiReport } from './kpi-report.ts'
import { KpiRef } from './kpi.ts'
import { lookupField } from './lookup.ts'

const FigureRef = builder.objectRef<ShiftFigure>('ShiftFigure').implement({
  description: 'A key figure as it was told.',
  fields: (t) => ({
    kpi: t.exposeID('kpi', { description: 'Name of the figure.' }),
    value: t.exposeFloat('value', { nullable: true, description: 'The value; null: none.' }),
    numerator: t.exposeFloat('numerator', { nullable: true, description: 'What was divided.' }),
    denominator: t.exposeFloat('denominator', { nullable: true, description: 'By what.' }),
  }),
})

const CauseRef = builder.objectRef<Cause>('RestatementCause').implement({
  description: 'The fact that made what was told another.',
  fields: (t) => ({
    eventId: t.exposeID('eventId', { description: 'Id of the event, as `events` has it.' }),
    type: t.exposeString('type', { description: 'Event type, such as BookingCorrected.' }),
    facts: t.exposeInt('facts', {
      description: 'Facts that came together and concern the shift; this is the last of them.',
    }),
  }),
})

const ToldRef = builder.objectRef<ToldOfShift>('ToldOfShift').implement({
  description: 'What was told of a shift at a time.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it was told.' }),
    position: t.expose('position', {
      type: 'Position',
      description: '`kpi` with `asKnownAt: { position }` answers the same.',
    }),
    coverage: t.exposeFloat('coverage', {
      nullable: true,
      description: 'Share of the scheduled time of which anything was known.',
    }),
    cause: t.expose('cause', {
      type: CauseRef,
      nullable: true,
      description: 'Why it was told anew; null: the first report.',
    }),
    figures: t.field({
      type: [FigureRef],
      description: 'All figures as told then.',
      args: { kpis: t.arg.idList({ description: 'Only these.' }) },
      resolve: ({ figures }, { kpis }) => figures.filter(({ kpi }) => kpis?.includes(kpi) ?? true),
    }),
  }),
})

const Status = builder.enumType('ShiftReportStatus', {
  description: 'How far a closed shift has come.',
  values: {
    CLOSED: { description: 'Closed; its figures are told in a moment.' },
    REPORTED: { description: 'Told once, and nothing has changed since.' },
    RESTATED: { description: 'Told anew since, at least once.' },
  },
})

const ReportRef = builder.objectRef<Keyed<ShiftReportRow>>('ShiftReport').implement({
  description: 'A closed shift of a machine, work centre or area, and all that was told of it.',
  fields: (t) => ({
    scopeId: t.exposeID('scopeId', { description: 'Machine, work centre or area.' }),
    shiftId: t.exposeID('shiftId', { description: 'Shift, as its calendar has it.' }),
    day: t.expose('day', { type: 'Date', description: 'Plant day it counts for.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin of the shift.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End of the shift.' }),
    status: t.expose('status', { type: Status, description: 'How far it has come.' }),
    closedAt: t.expose('closedAt', { type: 'DateTime', description: 'When it was closed.' }),
    restatements: t.exposeInt('restatements', { description: 'How often it was told anew.' }),
    oee: t.exposeFloat('oee', { nullable: true, description: 'OEE as told last.' }),
    coverage: t.exposeFloat('coverage', { nullable: true, description: 'Coverage as told last.' }),
    reported: t.field({
      type: ToldRef,
      nullable: true,
      description: 'What was told first; null until it is.',
      resolve: ({ told }) => told[0] ?? null,
    }),
    told: t.expose('told', {
      type: [ToldRef],
      description: 'The report and every restatement, oldest first.',
    }),
  }),
})

const shiftFilters = {
  scopeId: { column: 'scopeId', op: '=', type: 'ID', description: 'Of this scope.' },
  scopeIds: { column: 'scopeId', op: 'in', type: ['ID'], description: 'Of these scopes.' },
  shiftId: { column: 'shiftId', op: '=', type: 'ID', description: 'Of this shift.' },
  day: { column: 'day', op: '=', type: 'Date', description: 'Of this plant day.' },
  from: { column: 'from', op: '>=', type: 'DateTime', description: 'Begun at this time or later.' },
  to: { column: 'to', op: '<=', type: 'DateTime', description: 'Ended by this time.' },
} as const

connectionField('shiftReports', {
  projection: shiftReports,
  node: ReportRef,
  description: 'Closed shifts with what was told of them, by default the latest first.',
  filters: {
    ...shiftFilters,
    status: { column: 'status', op: '=', type: Status, description: 'That have come this far.' },
  },
  orderable: ['from', 'to', 'oee', 'coverage', 'restatements'],
  defaultOrder: { column: 'from', direction: 'desc' },
})

changesField('shiftReportChanged', {
  projection: shiftReports,
  node: ReportRef,
  description: 'Each closed shift as it is reported and restated.',
  only: { arg: 'scopeIds', description: 'Of these scopes.' },
  idOf: ({ scopeId }) => scopeId,
})

const RestatementRef = builder.objectRef<Keyed<KpiRestatementRow>>('KpiRestatement').implement({
  description: 'A key figure of a shift that is another than was told, and why.',
  fields: (t: any) => ({
    scopeId: t.exposeID('scopeId', { description: 'Machine, work centre or area.' }),
    shiftId: t.exposeID('shiftId', { description: 'Shift.' }),
    day: t.expose('day', { type: 'Date', description: 'Plant day.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin of the shift.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End of the shift.' }),
    kpi: t.exposeID('kpi', { description: 'Name of the figure.' }),
    ...beforeAndAfter(t, 'Value', 'value'),
    ...beforeAndAfter(t, 'Numerator', 'numerator'),
    ...beforeAndAfter(t, 'Denominator', 'denominator'),
    ...beforeAndAfter(t, 'Coverage', 'coverage'),
    restatement: t.exposeInt('restatement', { description: '1, 2, 3 ... of this shift.' }),
    restatedAt: t.expose('restatedAt', { type: 'DateTime', description: 'When it was told.' }),
    cause: t.field({
      type: CauseRef,
      description: 'The fact that it is due to.',
      resolve: (row: KpiRestatementRow) => ({
        ...{ eventId: row.causeEventId, type: row.causeType, facts: row.causeFacts },
      }),
    }),
  }),
})

const beforeAndAfter = (t: any, name: string, says: string) => ({
  [`old${name}`]: t.exposeFloat(`old${name}`, {
    nullable: true,
    description: `The ${says} as told before.`,
  }),
  [`new${name}`]: t.exposeFloat(`new${name}`, { nullable: true, description: `The ${says} now.` }),
})

connectionField('kpiRestatements', {
  projection: kpiRestatements,
  node: RestatementRef,
  description: 'What was told of closed shifts and is another now, by default the latest first.',
  filters: {
    ...shiftFilters,
    kpi: { column: 'kpi', op: '=', type: 'ID', description: 'Of this figure.' },
    since: {
      ...{ column: 'restatedAt', op: '>=', type: 'DateTime' },
      description: 'Told at this time or later.',
    },
    causeEventId: { column: 'causeEventId', op: '=', type: 'ID', description: 'Due to this fact.' },
  },
  orderable: ['restatedAt', 'from'],
  defaultOrder: { column: 'restatedAt', direction: 'desc' },
})

interface RestatedFrom extends ShiftFigure {
  readonly first: ToldOfShift
  readonly report: Keyed<ShiftReportRow>
}

const RestatedFromRef = builder.objectRef<RestatedFrom>('RestatedFrom').implement({
  description: 'What was first told of a shift whose figure is another now.',
  fields: (t) => ({
    value: t.exposeFloat('value', { nullable: true, description: 'The value told first.' }),
    numerator: t.exposeFloat('numerator', { nullable: true, description: 'Its numerator.' }),
    denominator: t.exposeFloat('denominator', { nullable: true, description: 'Its denominator.' }),
    reportedAt: t.field({
      type: 'DateTime',
      description: 'When it was told.',
      resolve: ({ first }) => first.at,
    }),
    position: t.field({
      type: 'Position',
      description: '`asKnownAt: { position }` answers it again.',
      resolve: ({ first }) => first.position,
    }),
    report: t.expose('report', {
      type: ReportRef,
      description: 'The shift, with every restatement and its cause.',
    }),
  }),
})

builder.objectField(KpiRef, 'restatedFrom', (t: any) =>
  t.field({
    type: RestatedFromRef,
    nullable: true,
    description:
      'What was told first of the closed shift that scope and window are, where its value or ' +
      'elements changed since; null for other windows, with a filter, and where nothing changed.',
    resolve: restatedFrom,
  }),
)

/** @returns null unless the question is about one closed shift of one scope that has been restated */
async function restatedFrom(
  { question, definition, ...now }: KpiReport,
  _: unknown,
  { reads }: Context,
): Promise<RestatedFrom | null> {
  const { scope, window, filter } = question
  if (scope.length !== 1 || Object.values(filter).some((value) => value != null)) return null
  const rows = await reads.query<Keyed<ShiftReportRow>>('kpi', (sites) => ({
    text: `select * from read.shift_reports where "scopeId" = $2 and "from" = $3 and "to" = $4
             and ($1::text[] is null or site = any($1)) order by key limit 1`,
    values: [sites, scope[0], window.from, window.to],
  }))
  const [report] = rows
  const first = report?.told[0]
  const told = first?.figures.find(({ kpi }) => kpi === definition.id)
  if (!report || !first || !told) return null
  const isSame =
    told.value === now.value &&
    told.numerator === now.numerator &&
    told.denominator === now.denominator
  return isSame ? null : { ...told, first, report }
}

lookupField('shiftReport', {
  projection: shiftReports,
  node: ReportRef,
  description: 'A closed shift of one scope.',
  by: {
    scopeId: 'Machine, work centre or area.',
    day: 'Plant day, YYYY-MM-DD.',
    shiftId: 'Shift, as its calendar has it.',
  },
  key: ({ scopeId, day, shiftId }) => JSON.stringify([scopeId, day, shiftId]),
})
