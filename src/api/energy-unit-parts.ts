import { unitComponents, type UnitComponentRow } from '../projections/material/unit-components.ts'
import { unitOperations, type UnitOperationRow } from '../projections/material/unit-operations.ts'
import { units, type UnitRow } from '../projections/material/units.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Window } from './energy-flows.ts'
import type { Moment, Reader } from './reader.ts'

/** A piece, what is built into it, and when machines worked on all of it. */

/** A product of more pieces is asked about part by part. */
export const MAX_SERIALS = 500
const MAX_DEPTH = 30

export interface Member {
  readonly serial: string
  readonly materialId: string | null
  readonly depth: number
}

/** The piece and all that is in it, each once, at most one more than 500; none of an unknown piece. */
export const membersOf = (
  serial: string,
  moment: Moment | null,
  reads: Reader,
): Promise<readonly Member[]> =>
  moment ? membersAsKnown(serial, moment, reads) : membersNow(serial, reads)

const membersNow = (serial: string, reads: Reader): Promise<readonly Member[]> =>
  reads.query<Member>('material', (sites) => ({
    text: `with recursive tree as (
        select key as serial, 0 as depth from read.units
        where key = $2 and ($1::text[] is null or site = any($1))
        union
        select c.serial, t.depth + 1 from tree t
          join read.unit_components c on c."parentSerial" = t.serial and c."removedAt" is null
        where t.depth < ${MAX_DEPTH} and ($1::text[] is null or c.site = any($1))
      )
      select t.serial, u."materialId", min(t.depth) as depth
      from tree t left join read.units u on u.key = t.serial
      group by 1, 2 order by 3, 1 limit ${MAX_SERIALS + 1}`,
    values: [sites, serial],
  }))

/** Level by level: whatever was known to be in a piece has a row, though it may be out of it now. */
async function membersAsKnown(
  serial: string,
  moment: Moment,
  reads: Reader,
): Promise<readonly Member[]> {
  const fold = async (serials: readonly string[]) => {
    const streams = serials.map((s) => `unit-${s}`)
    const [made, installed] = await reads.allAsOf([units, unitComponents], streams, moment)
    return {
      made: new Map((made as Keyed<UnitRow>[]).map((u) => [u.key, u.materialId])),
      installed: installed as readonly Keyed<UnitComponentRow>[],
    }
  }
  const root = (await fold([serial])).made
  if (!root.has(serial)) return []
  const members = new Map<string, Member>([
    [serial, { serial, materialId: root.get(serial) ?? null, depth: 0 }],
  ])
  let level: readonly string[] = [serial]
  for (let depth = 1; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const parents = level
    const candidates = await reads.query<{ serial: string }>('material', (sites) => ({
      text: `select distinct serial from read.unit_components
        where "parentSerial" = any($2) and ($1::text[] is null or site = any($1))`,
      values: [sites, parents],
    }))
    const { made, installed } = await fold(candidates.map((c) => c.serial))
    const inside = installed
      .filter((c) => c.removedAt === null && parents.includes(c.parentSerial))
      .map((c) => c.serial)
    level = [...new Set(inside)].filter((s) => !members.has(s)).toSorted()
    for (const s of level) members.set(s, { serial: s, materialId: made.get(s) ?? null, depth })
    if (members.size > MAX_SERIALS) break
  }
  return [...members.values()]
}

export type Operation = Window & { readonly equipmentId: string }

/** When machines worked on these pieces. */
export async function operationsOn(
  serials: readonly string[],
  moment: Moment | null,
  reads: Reader,
): Promise<readonly Operation[]> {
  if (!moment)
    return reads.query<Operation>('material', (sites) => ({
      text: `select "equipmentId", "startedAt" as "from", "endedAt" as "to"
        from read.unit_operations where serial = any($2) and "endedAt" > "startedAt"
          and ($1::text[] is null or site = any($1)) order by "startedAt"`,
      values: [sites, serials],
    }))
  const streams = serials.map((serial) => `unit-${serial}`)
  const [rows] = await reads.allAsOf([unitOperations], streams, moment)
  return (rows as readonly Keyed<UnitOperationRow>[])
    .filter(({ startedAt, endedAt }) => endedAt > startedAt)
    .map(({ equipmentId, startedAt, endedAt }) => ({ equipmentId, from: startedAt, to: endedAt }))
}
