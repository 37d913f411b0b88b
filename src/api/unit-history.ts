import { GraphQLError } from 'graphql'
import { lotMovements, type LotMovementRow } from '../projections/material/lot-movements.ts'
import { edgesAt } from '../projections/material/trace/statements.ts'
import type { Edge, View } from '../projections/material/trace/view.ts'
import { unitOperations, type UnitOperationRow } from '../projections/material/unit-operations.ts'
import { stepsOf, type Step } from '../projections/material/unit-steps.ts'
import { units, type UnitRow } from '../projections/material/units.ts'
import type { Keyed } from '../projections/projection.ts'
import type { InspectionRow } from '../projections/quality/inspections.ts'
import { processValues, type ProcessValueRow } from '../projections/quality/process-values.ts'
import { asOfMoment, childrenOf, momentOf, ownChildren } from './as-of.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { unitEnergy, UnitEnergyRef, type UnitEnergy } from './energy-unit.ts'
import { GenealogyEdgeRef, GenealogyEndRef } from './genealogy-edge.ts'
import { askOf, clockArgs, nodeOf, viewOf, type Clocks } from './genealogy-view.ts'
import { ProcessValueRef } from './process-values.ts'
import { InspectionRef } from './quality.ts'
import { DeviationRef, deviationsOf } from './unit-deviations.ts'
import { inspectionsOf } from './unit-inspections.ts'
import { partsOfUnit, type Origin, type Part } from './unit-origins.ts'
import { UnitOperationRef, UnitRef } from './units.ts'

/** `unitHistory`: the electronic batch record of one item, put together from what each context knows. */
export interface UnitHistory {
  readonly unit: Keyed<UnitRow>
  readonly view: View
  readonly values: () => Promise<readonly Keyed<ProcessValueRow>[]>
  readonly inspections: () => Promise<readonly Keyed<InspectionRow>[]>
  readonly made: () => ReturnType<typeof partsOfUnit>
}
type UnitStep = Step<Keyed<UnitOperationRow>, Keyed<ProcessValueRow>, Keyed<InspectionRow>>

const StepRef = builder.objectRef<UnitStep>('UnitStep').implement({
  description: 'One operation on an item, with all that was measured at it.',
  fields: (t) => ({
    operation: t.field({
      type: UnitOperationRef,
      nullable: true,
      description:
        'Who, when, which machine and program. Null for what names no operation that was reported.',
      resolve: ({ operation }) => operation,
    }),
    toolIds: t.idList({
      description: 'Tools, fixtures and sensors that process values name.',
      resolve: ({ values }) => [...new Set(values.flatMap(({ toolId }) => toolId ?? []))],
    }),
    processValues: t.field({
      type: [ProcessValueRef],
      description: 'What was used on it, with limits and verdicts, oldest first.',
      resolve: ({ values }) => [...values],
    }),
    inspections: t.field({
      type: [InspectionRef],
      description: 'What was found, with limits and verdicts, oldest first.',
      resolve: ({ inspections }) => [...inspections],
    }),
  }),
})

const OriginRef = builder.objectRef<Origin>('UnitOrigin').implement({
  description: 'A receipt of something that is in an item.',
  fields: (t) => ({
    certain: t.exposeBoolean('certain', {
      description: 'False: known for an order that made several things only.',
    }),
    supplierId: t.id({
      nullable: true,
      description: 'Who delivered it.',
      resolve: ({ edge }) => edge.partyId,
    }),
    supplierLotId: t.id({
      nullable: true,
      description: 'Number of its lot at the supplier.',
      resolve: ({ edge }) => edge.reference,
    }),
    received: t.field({
      type: GenealogyEndRef,
      description: 'The lot or item it was received as.',
      resolve: ({ edge }) => ({ node: edge.toNode! }),
    }),
    edge: t.expose('edge', { type: GenealogyEdgeRef, description: 'The receipt itself.' }),
  }),
})

const PartRef = builder.objectRef<Part>('UnitPart').implement({
  description: 'A component or material of an item, with its own origin.',
  fields: (t) => ({
    part: t.field({
      type: GenealogyEndRef,
      description: 'The lot or item.',
      resolve: ({ node }) => ({ node }),
    }),
    certain: t.exposeBoolean('certain', {
      description: 'False: used for the order of the item; whether for this one, nobody said.',
    }),
    edge: t.expose('edge', {
      type: GenealogyEdgeRef,
      description: 'How much, at which operation, by whom, on which machine.',
    }),
    origins: t.field({
      type: [OriginRef],
      description: 'Receipts of it and of what it was made of, at any depth, nearest first.',
      resolve: ({ origins }) => [...origins],
    }),
  }),
})

const operationsOf = ownChildren('unit', 'serial', 'startedAt')
const valuesOf = ownChildren('processValue', 'subjectId', 'at')

export const UnitHistoryRef = builder.objectRef<UnitHistory>('UnitHistory').implement({
  description: 'All that is known of an item: what, when, by whom, with what, out of what.',
  fields: (t) => ({
    unit: t.expose('unit', { type: UnitRef, description: 'The item, as of the same moment.' }),
    steps: t.field({
      type: [StepRef],
      description: 'Its operations in the order they began, with what was measured at each.',
      complexity: 20,
      resolve: async ({ unit, values, inspections }, _, context) =>
        stepsOf(
          await childrenOf(unit, unitOperations, operationsOf(unit.key), context),
          await values(),
          await inspections(),
        ),
    }),
    deviations: t.field({
      type: [DeviationRef],
      description: 'What did not go as planned, oldest first.',
      complexity: 20,
      resolve: (history, _, context) => readDeviations(history, context),
    }),
    parts: t.field({
      type: [PartRef],
      description: 'What is in it, with lots and suppliers of everything below.',
      complexity: 20,
      resolve: async ({ made }) => [...(await made()).parts],
    }),
    energy: t.field({
      type: UnitEnergyRef,
      nullable: true,
      description:
        'As `unitEnergy` answers as of the same moment; null where no meter is known of its ' +
        'machines, or energy is not open to the caller.',
      complexity: 200,
      resolve: ({ unit }, _, context) => readEnergy(unit, context),
    }),
    asKnownAt: t.field({
      type: 'Position',
      description: 'What the log held up to here; ask with it for the same answer again.',
      resolve: ({ view }) => view.position,
    }),
  }),
})

/** One context that is closed to the caller does not spoil what the others know. */
async function readEnergy(unit: Keyed<UnitRow>, context: Context): Promise<UnitEnergy | null> {
  try {
    const energy = await unitEnergy(unit.key, momentOf(unit) ?? null, context)
    return energy && energy.rules.length > 0 ? energy : null
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions['code'] === 'Forbidden') return null
    throw error
  }
}

async function readDeviations(history: UnitHistory, context: Context) {
  const { unit, view, values, inspections, made } = history
  const { parts } = await made()
  const node = nodeOf('SERIAL', unit.key)
  const edges = await askOf(context)<Edge>(edgesAt({ ...view, kinds: DEVIATING }, node))
  const lotIds = new Set(
    parts.flatMap((part) => (part.node.startsWith('lot-') ? [part.node.slice(4)] : [])),
  )
  if (unit.lotId !== null) lotIds.add(unit.lotId)
  const { at, position } = view
  const [movements] = await context.reads.allAsOf(
    [lotMovements],
    [...lotIds].map((lotId) => nodeOf('LOT', lotId)),
    { at: at ?? undefined, position },
  )
  return deviationsOf({
    ...{ unit, values: await values(), inspections: await inspections() },
    movements: movements as readonly Keyed<LotMovementRow>[],
    edges: edges.filter(({ kind, toNode }) => !OWN.has(kind) || toNode === node),
  })
}
const DEVIATING = ['REWORKED', 'SCRAPPED', 'REMOVED', 'REPLACED', 'RETURNED'] as const
/** Kinds that are about what the edge leads to: the parent a component was taken out of. */
const OWN = new Set<string>(['REMOVED', 'REPLACED'])

builder.queryField('unitHistory', (t) =>
  t.field({
    type: UnitHistoryRef,
    nullable: true,
    description:
      'The electronic batch record of one item in one query: routing, machines, programs, tools, ' +
      'process values, inspections, deviations, and components with their origin.',
    args: { serial: t.arg.id({ required: true, description: 'Its number.' }), ...clockArgs(t) },
    complexity: 20,
    resolve: (_, args, context) => readHistory(args.serial, args as Clocks, context),
  }),
)

async function readHistory(
  serial: string,
  clocks: Clocks,
  context: Context,
): Promise<UnitHistory | null> {
  const view = await viewOf(clocks, null, context)
  const { at, position } = view
  const moment = { at: at ?? undefined, position, recordedAt: clocks.asKnownAt?.recordedAt }
  const isDated = clocks.at != null || clocks.asKnownAt != null
  const found = isDated
    ? await context.reads.asOf(units, serial, [nodeOf('SERIAL', serial)], moment)
    : await context.reads.load(units, serial)
  const unit = asOfMoment(found, isDated ? moment : undefined)
  if (!unit) return null
  const once = <T>(read: () => Promise<T>) => {
    let answer: Promise<T> | undefined
    return () => (answer ??= read())
  }
  return {
    ...{ unit, view },
    values: once(async () =>
      (await childrenOf(unit, processValues, valuesOf(serial), context)).filter(
        ({ subjectKind }) => subjectKind === 'SERIAL',
      ),
    ),
    inspections: once(() => inspectionsOf(unit, context)),
    made: once(() => partsOfUnit(nodeOf('SERIAL', serial), view, context)),
  }
}
