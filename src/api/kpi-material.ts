import type { Elements } from '../domain/kpi/elements.ts'
import { binning, both, summing, type Extra } from '../projections/kpi/extras.ts'
import { movementElements, placed, settled, type Movement } from '../projections/kpi/stock.ts'
import { lotMovements, type LotMovementRow } from '../projections/material/lot-movements.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Context } from './context.ts'
import type { ExtraQuestion } from './kpi-extras.ts'

const NONE: Elements = { CM: 0, IGQ: 0, PL: 0, STL: 0, OL: 0, TH: 0, INV: 0 }

/**
 * What was consumed, lost and kept of material, by the movements of its lots. Quantities of several
 * units do not add up to anything: then nothing is known.
 */
export async function materialFlow(question: ExtraQuestion, context: Context): Promise<Extra> {
  const { inputs, moment, aboutOf, pathOf } = question
  const rows = moment ? await asKnown(question, context) : await movementsNow(question, context)
  const all = placed(rows, inputs.window)
  const abouts = await aboutOf(all.map((one) => ({ ...one, materialId: null })))
  const items = all.flatMap((one, i) => {
    const at = Date.parse(one.occurredAt)
    // Work is where it was done, everything else where the lot is; stock is of its own material.
    const isWork = one.orderId !== null || one.equipmentId !== null
    const path = isWork ? (abouts[i]?.path ?? null) : pathOf(one.locationId, one.site)
    const store = pathOf(one.locationId, one.site)
    const own = { orderId: null, personId: null, materialId: one.materialId }
    return [
      {
        ...one,
        at,
        about: path && (isWork ? { ...abouts[i]!, path } : { ...own, path }),
        store: store && { ...own, path: store },
      },
    ]
  })
  const { cells } = binning(inputs, { ...question, groupBy: [] })
  const counted = items.filter(
    ({ about, store, at, until }) =>
      (about && cells(about, { from: at, to: at }).length > 0) ||
      (store && cells(store, { from: at, to: until }).length > 0),
  )
  const amounts = counted.filter(({ stock, quantity }) => stock !== 0 || quantity !== 0)
  const units = new Set(amounts.flatMap(({ unit }) => unit ?? []))
  if (units.size > 1) return { whole: {}, groups: [] }
  const found = both(question, (asked) => {
    const bins = binning(inputs, asked)
    const sums = summing(bins, units.size === 0 ? {} : NONE)
    const lengths = new Map<number, number>()
    for (const { about, store, at, until, stock, kind, ...one } of counted) {
      if (about && kind !== 'OPENING' && at >= inputs.window.from)
        sums.add(about, { from: at, to: at }, () => movementElements({ ...one, kind }))
      if (store && until > at)
        sums.add(store, { from: at, to: until }, (cell) => ({
          INV: (stock * (cell.to - cell.from)) / lengthOf(cell.bin, store),
        }))
    }
    return sums.groups()

    /** Time of the whole group: stock is averaged over all of it, also where the lot was not there. */
    function lengthOf(bin: number, about: Parameters<typeof bins.cells>[0]): number {
      const known = lengths.get(bin)
      if (known !== undefined) return known
      const cells = bins.cells(about, inputs.window).filter((cell) => cell.bin === bin)
      const length = cells.reduce((sum, { from, to }) => sum + to - from, 0)
      lengths.set(bin, length)
      return length
    }
  })
  return { ...found, streams: counted.map(({ lotId }) => `lot-${lotId}`) }
}

type Row = Keyed<LotMovementRow>

/** Movements of the window, and of each lot what it had before. */
async function movementsNow(
  { inputs, window }: ExtraQuestion,
  { reads }: Context,
): Promise<readonly Movement[]> {
  return reads.query<Movement>('material', (open) => ({
    text: `with mine as (
             select * from read.lot_movements
             where site = any($2) and ($1::text[] is null or site = any($1)) and "occurredAt" < $4),
           settled as (
             select m.key, m.site, m."lotId", m."materialId", m.kind, m.quantity, m.unit,
               m."toLocationId", m."orderId", m."operationId", m."equipmentId", m."personId",
               m."occurredAt" from mine m where kind <> 'CONSUMPTION_CANCELLED'
             union all
             select c.key, m.site, m."lotId", m."materialId", m.kind, c.quantity, m.unit,
               m."toLocationId", m."orderId", m."operationId", m."equipmentId", m."personId",
               m."occurredAt" from mine m
             join read.lot_movements c on c."lotId" = m."lotId" and c."bookingId" = m."bookingId"
               and c.kind = 'CONSUMPTION_CANCELLED'
             where m.kind = 'CONSUMED'),
           before as (
             select site, "lotId", max("materialId") "materialId", sum(quantity) quantity,
               max(unit) unit, (array_agg("toLocationId" order by "occurredAt" desc, key desc) filter (
                 where "toLocationId" is not null and kind in
                   ('RECEIVED', 'PRODUCED', 'YIELDED', 'MOVED', 'SPLIT_IN', 'MERGE_IN')))[1] as place
             from settled where "occurredAt" < $3 group by site, "lotId")
           select site, "lotId", "materialId", 'OPENING' kind, quantity, unit, place "toLocationId",
             null "orderId", null "operationId", null "equipmentId", null "personId",
             $3::timestamptz "occurredAt" from before
             where quantity <> 0 or place is not null
           union all
           select site, "lotId", "materialId", kind, quantity, unit, "toLocationId", "orderId",
             "operationId", "equipmentId", "personId", "occurredAt"
             from settled where "occurredAt" >= $3`,
    values: [open, inputs.sites, window.from, window.to],
  }))
}

/** The read model tells which lots to look at: it holds all that was known then, and more. */
async function asKnown(
  { inputs, window, moment }: ExtraQuestion,
  { reads }: Context,
): Promise<readonly Movement[]> {
  const lots = await reads.query<{ lotId: string }>('material', (open) => ({
    text: `select distinct "lotId" from read.lot_movements
           where site = any($2) and ($1::text[] is null or site = any($1)) and "occurredAt" < $3`,
    values: [open, inputs.sites, window.to],
  }))
  const streams = lots.map(({ lotId }) => `lot-${lotId}`)
  const known = (await reads.allAsOf([lotMovements], streams, moment!))[0] as readonly Row[]
  return settled(known).filter(({ occurredAt }) => occurredAt < window.to)
}
