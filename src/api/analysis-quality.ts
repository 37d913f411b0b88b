import { firstPasses, type FirstPasses } from '../domain/kpi/first-pass.ts'
import { pareto, type ParetoBar } from '../domain/kpi/pareto.ts'
import { bookedOf, subjectOf, type KpiInputs } from '../projections/kpi/inputs.ts'
import { bookings, type BookingRow } from '../projections/production/bookings.ts'
import { resultsIn, streamsOf } from './analysis-results.ts'
import { builder } from './builder.ts'
import { cursorArgs, listCost, pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { EventConnection } from './events.ts'
import { FilterInput, momentArgs, momentOf, WindowInput } from './kpi-args.ts'
import { factsOf } from './kpi-events.ts'
import { inputsFor } from './kpi-report.ts'
import type { Moment } from './reader.ts'

interface Report<T> {
  readonly bars: readonly ParetoBar<T>[]
  readonly streams: readonly string[]
  readonly moment: Moment | null
}

const shares = (t: any) => ({
  share: t.exposeFloat('share', { nullable: true, description: 'Of all.' }),
  cumulativeShare: t.exposeFloat('cumulativeShare', {
    nullable: true,
    description: 'Of all, together with the bars before.',
  }),
})
const reportFields = (t: any, bar: any, context: string) => ({
  bars: t.field({
    type: [bar],
    description: 'Most important first.',
    resolve: ({ bars }: Report<unknown>) => [...bars],
  }),
  events: t.field({
    type: EventConnection,
    nullable: true,
    description: 'The facts behind it, by stream.',
    complexity: listCost,
    args: cursorArgs(t),
    resolve: ({ streams, moment }: Report<unknown>, { first, after }: any, of: Context) =>
      factsOf(streams, { moment, context }, { first: pageSize(first), after }, of),
  }),
})
const scopeArgs = (t: any) => ({
  scope: t.arg.idList({ required: true, description: 'Nodes of the hierarchy.' }),
  window: t.arg({ type: WindowInput, required: true, description: 'Of which time.' }),
  filter: t.arg({ type: FilterInput, description: 'What counts.' }),
  ...momentArgs(t),
})

const FailBar = builder.objectRef<ParetoBar<FirstPasses>>('FirstPassBar').implement({
  description: 'How a characteristic did at first and later inspections.',
  fields: (t) => ({
    characteristicId: t.id({ description: 'Characteristic.', resolve: ({ key }) => key }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    inspected: t.exposeInt('inspected', { description: 'First results that were judged.' }),
    failedFirst: t.exposeInt('failedFirst', { description: 'Of them, failed.' }),
    firstPassYield: t.float({
      nullable: true,
      description: 'Share that passed at first; null where there was none.',
      resolve: ({ inspected, failedFirst }) =>
        inspected === 0 ? null : (inspected - failedFirst) / inspected,
    }),
    repeated: t.exposeInt('repeated', {
      description: 'Later results, of what was inspected again.',
    }),
    failedAgain: t.exposeInt('failedAgain', { description: 'Of them, failed.' }),
    ...shares(t),
  }),
})
const FirstPassRef = builder.objectRef<Report<FirstPasses>>('FirstPassPareto').implement({
  description: 'Which characteristics fail at the first inspection.',
  fields: (t: any) => reportFields(t, FailBar, 'quality'),
})

builder.queryField('firstPassPareto', (t: any) =>
  t.field({
    type: FirstPassRef,
    nullable: true,
    description:
      'Characteristics by how often they failed at the first inspection of a piece or lot after an ' +
      'operation, with their first-pass yield and how they did when inspected again. An inspection knows ' +
      'no machine: all of the sites of the scopes count.',
    complexity: { field: 50, multiplier: 1 },
    args: scopeArgs(t),
    resolve: async (_: unknown, args: any, context: Context): Promise<Report<FirstPasses>> => {
      const { scope, window } = args
      const moment = await momentOf(args, context)
      const asked = { scope, window, fromFirst: true }
      const results = await resultsIn(asked, args.filter ?? {}, moment, context)
      const bars = pareto(firstPasses(results, window), ({ failedFirst }) => failedFirst)
      return { bars, streams: streamsOf(results), moment }
    },
  }),
)

type By = 'REASON' | 'OPERATION' | 'MATERIAL' | 'EQUIPMENT'
type Weight = 'SCRAP' | 'REWORK'
const ByType = builder.enumType('ScrapCause', {
  description: 'What scrap and rework are told apart by.',
  values: {
    REASON: { description: 'Reason that was booked.' },
    OPERATION: { description: 'Operation, by its name.' },
    MATERIAL: { description: 'Material that was made.' },
    EQUIPMENT: { description: 'Machine, or work centre where none was named.' },
  } satisfies Record<By, object>,
})
const WeightType = builder.enumType('ScrapWeight', {
  description: 'What makes a bar long.',
  values: {
    SCRAP: { description: 'Scrapped quantity.' },
    REWORK: { description: 'Quantity to be reworked.' },
  } satisfies Record<Weight, object>,
})

interface Lost {
  readonly key: string
  readonly id: string | null
  readonly unit: string
  scrap: number
  rework: number
}
const LostBar = builder.objectRef<ParetoBar<Lost>>('ScrapBar').implement({
  description: 'One cause of scrap and rework.',
  fields: (t) => ({
    id: t.exposeID('id', { nullable: true, description: 'What it is; null: nobody said.' }),
    unit: t.exposeString('unit', { description: 'Unit of the quantities (UN/ECE Rec 20).' }),
    scrap: t.exposeFloat('scrap', { description: 'Scrapped quantity.' }),
    rework: t.exposeFloat('rework', { description: 'Quantity to be reworked.' }),
    ...shares(t),
  }),
})
const ScrapRef = builder.objectRef<Report<Lost>>('ScrapPareto').implement({
  description: 'Why pieces were scrapped or have to be reworked, as people booked it.',
  fields: (t: any) => reportFields(t, LostBar, 'production'),
})

builder.queryField('scrapPareto', (t: any) =>
  t.field({
    type: ScrapRef,
    nullable: true,
    description:
      'Booked scrap and rework by cause, as last corrected. Quantities of different units are ' +
      'different bars.',
    complexity: { field: 50, multiplier: 1 },
    args: {
      by: t.arg({ type: ByType, description: 'Told apart by this; REASON.' }),
      weight: t.arg({ type: WeightType, description: 'What orders and sums up; SCRAP.' }),
      ...scopeArgs(t),
    },
    resolve: async (_: unknown, args: any, context: Context): Promise<Report<Lost>> => {
      const { scope, window, filter } = args
      const weight: Weight = args.weight ?? 'SCRAP'
      const moment = await momentOf(args, context)
      const inputs = await inputsFor({ scope, window, moment }, context)
      const rows = (await bookedIn(inputs, moment, context)).filter(
        ({ orderId, personId }) =>
          (filter?.orderIds == null || filter.orderIds.includes(orderId)) &&
          (filter?.personIds == null || filter.personIds.includes(personId)) &&
          (filter?.materialIds == null ||
            filter.materialIds.includes(inputs.orders.get(orderId)?.materialId)),
      )
      const lost = lostBy(args.by ?? 'REASON', rows, inputs).filter(
        ({ scrap, rework }) => scrap !== 0 || rework !== 0,
      )
      const bars = pareto(lost, ({ scrap, rework }) => (weight === 'SCRAP' ? scrap : rework))
      const streams = [...new Set(rows.map(({ orderId }) => `order-${orderId}`))]
      return { bars, streams, moment }
    },
  }),
)

/** Bookings of the machines and window of the inputs, at the moments the time model counts them for. */
async function bookedIn(
  inputs: KpiInputs,
  moment: Moment | null,
  { reads }: Context,
): Promise<readonly BookingRow[]> {
  const subjects = new Set(inputs.subjects.map(({ id }) => id))
  const ids = [...new Set(inputs.booked.map(({ orderId }) => orderId))]
  const streams = ids.map((id) => `order-${id}`)
  const rows: readonly BookingRow[] = moment
    ? (await reads.allAsOf([bookings], streams, moment))[0]!
    : await reads.query<BookingRow>('production', (sites) => ({
        text: `select * from read.bookings where "orderId" = any($2)
                 and ($1::text[] is null or site = any($1))`,
        values: [sites, ids],
      }))
  return rows.filter((row) => {
    const subject = subjectOf(row, inputs.orders)
    if (subject === null || !subjects.has(subject)) return false
    const { at } = bookedOf(row, subject)
    return at >= inputs.window.from && at < inputs.window.to
  })
}

function lostBy(by: By, rows: readonly BookingRow[], inputs: KpiInputs): readonly Lost[] {
  const found = new Map<string, Lost>()
  for (const row of rows) {
    const order = inputs.orders.get(row.orderId)
    const operation = order?.operations.find((o) => o.operationId === row.operationId)
    const id = {
      REASON: row.scrapReason,
      OPERATION: operation?.name ?? row.operationId,
      MATERIAL: order?.materialId ?? null,
      EQUIPMENT: subjectOf(row, inputs.orders),
    }[by]
    const unit = order?.unit ?? ''
    const key = JSON.stringify([id, unit])
    const lost = found.get(key) ?? { key, id, unit, scrap: 0, rework: 0 }
    lost.scrap += row.scrap
    lost.rework += row.rework
    found.set(key, lost)
  }
  return [...found.values()]
}
