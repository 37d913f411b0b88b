import type { ElementId, Elements } from '../domain/kpi/elements.ts'
import type { About, Extra } from '../projections/kpi/extras.ts'
import type { Dimension, Group, KpiFilter } from '../projections/kpi/groups.ts'
import type { Scope } from '../projections/kpi/inputs.ts'
import type { OrderRow } from '../projections/production/orders.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import { attended } from './kpi-attendance.ts'
import { energyUsed } from './kpi-energy.ts'
import type { KpiWindow, ScopedInputs } from './kpi-inputs.ts'
import { materialFlow } from './kpi-material.ts'
import { capability, firstPasses } from './kpi-quality.ts'
import type { Moment } from './reader.ts'

/**
 * Elements that no machine and no booking tells: of inspections, attendance, movements of lots and
 * meters. Each is read when asked for.
 */
export interface ExtraFilter extends KpiFilter {
  readonly characteristicId?: string | null
  /** Values of one subgroup of a capability study; 1 for single values. */
  readonly subgroupSize?: number | null
}

interface Asked {
  readonly scope: readonly string[]
  readonly inputs: ScopedInputs
  readonly window: KpiWindow
  readonly groupBy: readonly Dimension[]
  readonly filter: ExtraFilter
  readonly moment: Moment | null
}

export interface ExtraQuestion extends Asked {
  /** Where something stands; null: outside of the scopes. A place nobody knows is the site's. */
  readonly pathOf: (placeId: string | null, site: string) => readonly Scope[] | null
  /** What facts are about, in their order; null: outside of the scopes. */
  readonly aboutOf: (facts: readonly OfWork[]) => Promise<readonly (About | null)[]>
}

interface OfWork {
  readonly site: string
  readonly equipmentId?: string | null
  readonly orderId: string | null
  readonly operationId: string | null
  readonly materialId: string | null
  readonly personId: string | null
}

const SOURCES: readonly {
  readonly elements: readonly ElementId[]
  readonly read: (question: ExtraQuestion, context: Context) => Promise<Extra>
}[] = [
  { elements: ['IP', 'GP'], read: firstPasses },
  { elements: ['APAT'], read: attended },
  { elements: ['USL', 'LSL', 'XBAR', 'S', 'SIGMA', 'N'], read: capability },
  { elements: ['CM', 'IGQ', 'PL', 'STL', 'OL', 'TH', 'INV'], read: materialFlow },
  { elements: ['E'], read: energyUsed },
]

/** @throws GraphQLError `InvalidInput` where a capability index names no characteristic */
export async function extraElements(
  wanted: readonly ElementId[],
  asked: Asked,
  context: Context,
): Promise<Extra> {
  const { inputs } = asked
  const pathOf = (placeId: string | null, site: string) =>
    (placeId === null ? undefined : inputs.places.get(placeId)) ?? inputs.places.get(site) ?? null
  const aboutOf = (facts: readonly OfWork[]) => about(facts, pathOf, inputs, context)
  const parts = await Promise.all(
    SOURCES.filter(({ elements }) => elements.some((id) => wanted.includes(id))).map(({ read }) =>
      read({ ...asked, pathOf, aboutOf }, context),
    ),
  )
  return {
    whole: Object.assign({}, ...parts.map(({ whole }) => whole)),
    groups: parts.flatMap(({ groups }) => groups),
    streams: [...new Set(parts.flatMap(({ streams = [] }) => streams))],
  }
}

/** A fact that names no machine was where its operation is worked on. */
async function about(
  facts: readonly OfWork[],
  pathOf: ExtraQuestion['pathOf'],
  inputs: ScopedInputs,
  { reads }: Context,
): Promise<readonly (About | null)[]> {
  const ids = new Set(facts.flatMap(({ orderId }) => orderId ?? []))
  const missing = [...ids].filter((id) => !inputs.orders.has(id))
  type Order = Pick<Keyed<OrderRow>, 'key' | 'operations' | 'materialId'>
  const others =
    missing.length === 0
      ? []
      : await reads.query<Order>('production', (sites) => ({
          text: `select key, operations, "materialId" from read.orders where key = any($2)
                   and ($1::text[] is null or site = any($1))`,
          values: [sites, missing],
        }))
  const orders = new Map<string, Pick<Order, 'operations' | 'materialId'>>([
    ...inputs.orders,
    ...others.map((order) => [order.key, order] as const),
  ])
  return facts.map(({ site, equipmentId = null, ...fact }) => {
    const order = fact.orderId === null ? undefined : orders.get(fact.orderId)
    const operation = order?.operations.find((o) => o.operationId === fact.operationId)
    const path = pathOf(equipmentId ?? operation?.workCentreId ?? null, site)
    const materialId = fact.materialId ?? order?.materialId ?? null
    return path && { path, materialId, orderId: fact.orderId, personId: fact.personId }
  })
}

/** Groups of machines and work with what else is known of them; those of which only that is known last. */
export function withExtra(groups: readonly Group[], extra: Extra['groups']): readonly Group[] {
  const nameOf = ({ keys }: Pick<Group, 'keys'>) => JSON.stringify(keys.map(({ id }) => id))
  const all = new Map(groups.map((group) => [nameOf(group), group]))
  for (const { keys, elements } of extra) {
    const known = all.get(nameOf({ keys })) ?? { keys, elements: {}, unpriced: 0 }
    const together: Elements = { ...known.elements, ...elements }
    all.set(nameOf({ keys }), { ...known, elements: together })
  }
  return [...all.values()]
}
