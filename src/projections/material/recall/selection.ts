import type { Query } from '../../read-models.ts'
import { VISIBLE, viewValues, type View } from '../trace/view.ts'

/** From this moment to before that one, ISO-8601 UTC. */
export interface Window {
  readonly from: string
  readonly to: string
}

/** Kinds that say of a thing that it came into being here. */
const MADE = `('RECEIVED', 'PRODUCED', 'TRANSFORMED')`

/** What was received or made of a material within the window. */
export const madeOf = (view: View, materialId: string, { from, to }: Window): Query => ({
  text: `
    select distinct e."toNode" as node from read.genealogy_edges e
    where e."materialId" = $5 and e."occurredAt" >= $6 and e."occurredAt" < $7
      and e.kind in ${MADE} and e."toNode" ~ '^(lot|unit)-' and ${VISIBLE}
    order by 1`,
  values: [...viewValues({ ...view, kinds: null }), materialId, from, to],
})

/**
 * What a machine or person had in hand within the window: what it worked on or into. Of a packing or
 * shipment that is what was packed; and where only the order is known, it is the order.
 */
export const touchedBy = (
  view: View,
  by: 'equipmentId' | 'personId',
  id: string,
  { from, to }: Window,
): Query => ({
  text: `
    select distinct n.node from read.genealogy_edges e cross join lateral (
      select case when e."toNode" ~ '^(lot|unit|order|transformation)-' then e."toNode"
        else e."fromNode" end as node) n
    where e."${by}" = $5 and e."occurredAt" >= $6 and e."occurredAt" < $7
      and n.node is not null and ${VISIBLE}
    order by 1`,
  values: [...viewValues({ ...view, kinds: null }), id, from, to],
})

/** What customers sent back of lots, by the delivery it came with. */
export const returnsOf = (view: View, nodes: readonly string[]): Query => ({
  text: `
    select e."toNode" as node, e.reference as "deliveryId", sum(e.quantity) as quantity
    from read.genealogy_edges e
    where e."toNode" = any($5::text[]) and e.kind = 'RETURNED' and ${VISIBLE}
    group by 1, 2`,
  values: [...viewValues({ ...view, kinds: null }), nodes],
})
