import { OTHER_KPIS, STANDARD_KPIS, type KpiDefinition } from '../domain/kpi/catalogue.ts'
import { definitionOf, elementIds, type ElementId, type Elements } from '../domain/kpi/elements.ts'
import { kpiTrend } from '../domain/kpi/events.ts'
import { elementsOf, parseFormula } from '../domain/kpi/formula.ts'
import { kpiVersions, type KpiVersionRow } from '../projections/kpi/kpi-versions.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { connectionField, cursorArgs, listCost, pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { EventConnection } from './events.ts'
import { enumOf } from './inputs.ts'
import { Dimension, FilterInput, KeyRef, momentArgs, momentOf, WindowInput } from './kpi-args.ts'
import { factsBehind } from './kpi-events.ts'
import { kpiReport, type KpiReport, type KpiValue } from './kpi-report.ts'

const Trend = enumOf(kpiTrend, 'KpiTrend')

const KpiElementRef = builder
  .objectRef<{ id: ElementId; value: number | null }>('KpiElement')
  .implement({
    description: 'An element of key figures: a time, quantity or count that adds up.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Short name, as formulas have it.' }),
      name: t.string({ description: 'What it is.', resolve: ({ id }) => definitionOf(id).name }),
      unit: t.string({
        description: 'ms, quantity, count.',
        resolve: ({ id }) => definitionOf(id).unit,
      }),
      value: t.exposeFloat('value', { nullable: true, description: 'Null: not known.' }),
    }),
  })

const elementList = (ids: readonly ElementId[], elements: Elements) =>
  ids.map((id) => ({ id, value: elements[id] ?? null }))

const DefinitionRef = builder.objectRef<KpiDefinition>('KpiDefinition').implement({
  description: 'A built-in key figure: formula, unit, range, and who looks at it when.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its name in queries.' }),
    number: t.exposeInt('number', {
      nullable: true,
      description: 'Place in ISO 22400-2:2014, 1 to 34; null: not of the standard.',
    }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    formula: t.exposeString('formula', {
      description: 'Over elements; PRI_PQ is the sum of planned run time x quantity.',
    }),
    unit: t.exposeString('unit', { description: 'Unit of its value; 1 for a share.' }),
    range: t.exposeString('range', { description: 'Values it can have.' }),
    trend: t.expose('trend', { type: Trend, description: 'Which way is better.' }),
    audience: t.exposeStringList('audience', { description: 'OPERATOR, SUPERVISOR, MANAGEMENT.' }),
    timing: t.exposeStringList('timing', { description: 'REAL_TIME, ON_DEMAND, PERIODICALLY.' }),
    notes: t.exposeString('notes', { description: 'How it is read here.' }),
    elements: t.field({
      type: [KpiElementRef],
      description: 'Elements of its formula, without values.',
      resolve: ({ elements }) => elementList(elements, {}),
    }),
  }),
})

const number = (
  t: any,
  name: 'value' | 'numerator' | 'denominator' | 'coverage',
  description: string,
) => t.exposeFloat(name, { nullable: true, description })

const valueFields = (t: any) => ({
  value: number(t, 'value', 'The figure; null says why in nullReason. Never capped.'),
  numerator: number(t, 'numerator', 'What is divided; null where the formula is no fraction.'),
  denominator: number(t, 'denominator', 'What it is divided by.'),
  coverage: number(
    t,
    'coverage',
    'Share of the scheduled time of which anything is known, 0 to 1; null: nothing was scheduled.',
  ),
  nullReason: t.exposeString('nullReason', {
    nullable: true,
    description: 'Why there is no value.',
  }),
  elements: t.field({
    type: [KpiElementRef],
    description: 'Every element that is known, not only those of the formula.',
    resolve: ({ elements }: KpiValue) =>
      elementList(
        elementIds.filter((id) => elements[id] !== undefined),
        elements,
      ),
  }),
})

const GroupRef = builder.objectRef<KpiValue>('KpiGroup').implement({
  description: 'A key figure of one group.',
  fields: (t) => ({
    keys: t.field({
      type: [KeyRef],
      description: 'One for each dimension.',
      resolve: ({ keys }) => [...keys],
    }),
    ...valueFields(t),
  }),
})

export const KpiRef = builder.objectRef<KpiReport>('Kpi').implement({
  description: 'A key figure of some scopes in a window, with what it was made of.',
  fields: (t: any) => ({
    ...valueFields(t),
    name: t.id({ description: 'Its name.', resolve: ({ definition }: KpiReport) => definition.id }),
    title: t.string({
      description: 'What it is called.',
      resolve: ({ definition }: KpiReport) => definition.name,
    }),
    formula: t.string({
      description: 'By which it was reckoned: of a figure of a site, the version of the time.',
      resolve: ({ definition }: KpiReport) => definition.formula,
    }),
    unit: t.string({
      description: 'Unit of its value; 1 for a share.',
      resolve: ({ definition }: KpiReport) => definition.unit,
    }),
    trend: t.field({
      type: Trend,
      description: 'Which way is better.',
      resolve: ({ definition }: KpiReport) => definition.trend,
    }),
    until: t.field({
      type: 'DateTime',
      description: 'End of the window, or now: what has not happened yet does not count.',
      resolve: ({ inputs }: KpiReport) => new Date(inputs.window.to).toISOString(),
    }),
    groups: t.field({
      type: [GroupRef],
      description: 'The same by groupBy, in the order they were met.',
      resolve: (report: KpiReport) => [...report.groups()],
    }),
    events: t.field({
      type: EventConnection,
      nullable: true,
      description:
        'The facts behind the number, by stream: what machines reported, the state that held ' +
        'when the window began, work, bookings, cycle times and calendars; of figures about them also ' +
        'inspections, attendance and movements. Intervals of meters are in energy.',
      complexity: listCost,
      args: cursorArgs(t),
      resolve: (report: KpiReport, { first, after }: any, context: Context) =>
        factsBehind(
          { ...report, filter: report.question.filter, moment: report.question.moment },
          { first: pageSize(first), after },
          context,
        ),
    }),
  }),
})

builder.queryField('kpi', (t: any) =>
  t.field({
    type: KpiRef,
    nullable: true,
    description:
      'A key figure by name, of machines, work centres, areas or sites together (ratios of sums), ' +
      'now, at a moment, or as the log knew it. Several of one scope and window are read once.',
    complexity: { field: 50, multiplier: 1 },
    args: {
      name: t.arg.id({ required: true, description: "Of a built-in figure or of a site's own." }),
      scope: t.arg.idList({ required: true, description: 'Nodes of the hierarchy, machines too.' }),
      window: t.arg({ type: WindowInput, required: true, description: 'Of which time.' }),
      groupBy: t.arg({ type: [Dimension], description: 'Told apart by these, in this order.' }),
      filter: t.arg({ type: FilterInput, description: 'What counts.' }),
      ...momentArgs(t),
    },
    resolve: async (_: unknown, args: any, context: Context) => {
      const { name, scope, window, groupBy, filter } = args
      const moment = await momentOf(args, context)
      const question = { name, scope, window, groupBy: groupBy ?? [], filter: filter ?? {}, moment }
      return kpiReport(question, context)
    },
  }),
)

builder.queryField('kpiDefinitions', (t: any) =>
  t.field({
    type: [DefinitionRef],
    description: 'Built-in key figures: the 34 of ISO 22400-2:2014, then others.',
    args: {
      standardOnly: t.arg.boolean({ description: 'Only those of the standard.' }),
    },
    resolve: (_: unknown, { standardOnly }: { standardOnly?: boolean | null }) =>
      standardOnly === true ? [...STANDARD_KPIS] : [...STANDARD_KPIS, ...OTHER_KPIS],
  }),
)

const VersionRef = builder.objectRef<Keyed<KpiVersionRow>>('OwnKpi').implement({
  description: "A version of a key figure of a site's own.",
  fields: (t) => ({
    kpiId: t.exposeID('kpiId', { description: 'Its name in queries.' }),
    siteId: t.exposeID('siteId', { description: 'Site it belongs to.' }),
    validFrom: t.expose('validFrom', {
      type: 'DateTime',
      description: 'Windows that begin then or later are reckoned by it, until the next version.',
    }),
    version: t.exposeInt('version', { nullable: true, description: '1, 2, 3; null: retired.' }),
    name: t.exposeString('name', { nullable: true, description: 'What it is called.' }),
    formula: t.exposeString('formula', {
      nullable: true,
      description: 'Over elements; null: retired from then on.',
    }),
    unit: t.exposeString('unit', { nullable: true, description: 'Unit of its value.' }),
    trend: t.expose('trend', { type: Trend, nullable: true, description: 'Which way is better.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it was retired.' }),
    elements: t.field({
      type: ['ID'],
      description: 'Elements of its formula.',
      resolve: ({ formula }) => (formula === null ? [] : [...elementsOf(parseFormula(formula))]),
    }),
  }),
})

connectionField('ownKpis', {
  projection: kpiVersions,
  node: VersionRef,
  description: 'Key figures that sites defined themselves, with all their versions.',
  filters: {
    kpiId: { column: 'kpiId', op: '=', type: 'ID', description: 'Of this name.' },
    siteId: { column: 'siteId', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['validFrom', 'key'],
  defaultOrder: { column: 'key', direction: 'asc' },
})
