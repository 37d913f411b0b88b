import type { Query } from '../read-models.ts'

/** What facts are about, as far as they name it. */
export interface MaterialFacts {
  readonly materials: readonly string[]
  readonly lots: readonly string[]
  readonly serials: readonly string[]
  readonly receipts: readonly string[]
}

/** Materials that operations of open orders take, as product segments have it. */
const NEEDED = `
  select distinct m ->> 'materialId' id
  from read.product_segments s, jsonb_array_elements(s.materials) m
  where s.site = $1 and s."materialId" in (
    select "materialId" from read.orders
    where site = $1 and status in ('RELEASED', 'RUNNING', 'HELD'))`

/**
 * Of the materials, lots, items and receipts those whose material an open order of the site needs: rows of `kind`
 * (as the names of `MaterialFacts`) and `id`.
 */
export const neededOf = (site: string, about: MaterialFacts): Query => ({
  text: `with needed as (${NEEDED})
    select 'materials' kind, id from needed where id = any($2)
    union all select 'lots', key from read.lots
      where site = $1 and key = any($3) and "materialId" in (select id from needed)
    union all select 'serials', key from read.units
      where site = $1 and key = any($4) and "materialId" in (select id from needed)
    union all select 'receipts', key from read.expected_receipts
      where site = $1 and key = any($5) and "materialId" in (select id from needed)`,
  values: [site, about.materials, about.lots, about.serials, about.receipts],
})
