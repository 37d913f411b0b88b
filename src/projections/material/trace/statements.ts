import type { Query } from '../../read-models.ts'
import { EDGE_COLUMNS, VISIBLE, viewValues, type View } from './view.ts'

/** Forward is the way material goes: from what is used to what is made of it. */
export type Way = 'BACKWARD' | 'FORWARD'
const NEAR = { FORWARD: '"fromNode"', BACKWARD: '"toNode"' } as const
const FAR = { FORWARD: '"toNode"', BACKWARD: '"fromNode"' } as const

/**
 * Nodes reached from these, theirs among them, with the edges that leave them on this way: one statement
 * for any depth, a row an edge, and one with nothing but its name for each node that has none (of two
 * columns of one name the driver keeps the last). `union` makes it proof against cycles; reading the recursion through a
 * limit ends it early. The fences of `offset 0` keep the plan to one index look-up a node: a hash join
 * would read the table whole at each level.
 * @param limit most nodes of one answer; at least as many as `nodes`
 */
export const reach = (view: View, way: Way, nodes: readonly string[], limit: number): Query => ({
  text: `
    with recursive reached(node) as (
      select unnest($5::text[]) collate "C"
      union
      select n.node from reached r cross join lateral (
        select e.${FAR[way]} as node from read.genealogy_edges e
        where e.${NEAR[way]} = r.node and e.${FAR[way]} is not null and ${VISIBLE} offset 0) n),
    batch as materialized (select node from reached limit $6::bigint)
    select ${EDGE_COLUMNS}, b.node as ${NEAR[way]}
    from batch b left join lateral (
      select * from read.genealogy_edges e where e.${NEAR[way]} = b.node and ${VISIBLE} offset 0) e on true`,
  values: [...viewValues(view), nodes, limit],
})

/** Kinds that bring a quantity into a lot, in its own unit. A return was counted when it came. */
const ARRIVING = `('RECEIVED', 'PRODUCED', 'TRANSFORMED', 'SPLIT', 'MERGED', 'ADJUSTED')`

/**
 * How much ever was in each of these lots, and how many different things came out of each order or
 * transformation: what shares are taken of.
 */
export const sizes = (view: View, nodes: readonly string[]): Query => ({
  text: `
    select n.node,
      (select sum(e.quantity) from read.genealogy_edges e
       where e."toNode" = n.node and e.kind in ${ARRIVING} and e."arrivedFrom" <= $1::bigint
         and ${VISIBLE}) as size,
      (select count(distinct e."toNode") from read.genealogy_edges e
       where n.node ~ '^(order|transformation)-' and e."fromNode" = n.node and ${VISIBLE})::int
        as outputs
    from unnest($5::text[]) n(node)`,
  values: [...viewValues({ ...view, kinds: null }), nodes],
})

/** Other sites at which the genealogy goes on from a node: their names, and nothing of theirs. */
export const sitesBeyond = (view: View, way: Way, node: string): Query => ({
  text: `
    select distinct e.site from read.genealogy_edges e
    where e.${NEAR[way]} = $5 and not (e.site = any($6::text[])) and ${VISIBLE} order by 1`,
  values: [...viewValues({ ...view, sites: null }), node, view.sites ?? []],
})

/** All edges of one node, both ways. */
export const edgesAt = (view: View, node: string): Query => ({
  text: `
    select ${EDGE_COLUMNS} from read.genealogy_edges e
    where (e."fromNode" = $5 or e."toNode" = $5) and ${VISIBLE}`,
  values: [...viewValues(view), node],
})

/** Which of these names the genealogy knows. */
export const known = (view: View, nodes: readonly string[]): Query => ({
  text: `
    select n.node from unnest($5::text[]) n(node) where exists (
      select from read.genealogy_edges e where e."fromNode" = n.node and ${VISIBLE})
    or exists (select from read.genealogy_edges e where e."toNode" = n.node and ${VISIBLE})`,
  values: [...viewValues({ ...view, kinds: null }), nodes],
})
