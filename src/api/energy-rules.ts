import { allocationRules, type AllocationRuleRow } from '../projections/energy/allocation-rules.ts'
import type { Keyed } from '../projections/projection.ts'
import type { Moment, Reader } from './reader.ts'

/** The rule a meter is allocated by. Version 0 is nobody's choice: by time, to what it measures. */
export type RuleUsed = Pick<
  AllocationRuleRow,
  'meterId' | 'version' | 'basis' | 'periodMinutes' | 'equipment'
> & { readonly definedAt: string | null }

/** In the order of the meters. */
export async function rulesOf(
  meterIds: readonly string[],
  moment: Moment | null,
  reads: Reader,
): Promise<readonly RuleUsed[]> {
  const scopes = await reads.query<{ meterId: string; scopeId: string | null }>(
    'energy',
    (sites) => ({
      text: `select id as "meterId", coalesce(m."scopeId", v."scopeId") as "scopeId"
        from unnest($2::text[]) id left join read.meters m on m.key = id
          left join read.virtual_meters v on v."meterId" = id
        where $1::text[] is null or coalesce(m.site, v.site) = any($1)`,
      values: [sites, meterIds],
    }),
  )
  const scopeOf = new Map(scopes.map((s) => [s.meterId, s.scopeId]))
  const known = moment
    ? await rulesAsKnown(meterIds, moment, reads)
    : await reads.query<RuleUsed>('energy', (sites) => ({
        text: `select distinct on ("meterId") "meterId", version, basis, "periodMinutes",
            equipment, "definedAt" from read.allocation_rules
          where "meterId" = any($2) and ($1::text[] is null or site = any($1))
          order by "meterId", version desc`,
        values: [sites, meterIds],
      }))
  const byMeter = new Map(known.map((rule) => [rule.meterId, rule]))
  return meterIds.map(
    (meterId) => byMeter.get(meterId) ?? byDefault(meterId, scopeOf.get(meterId) ?? null),
  )
}

const byDefault = (meterId: string, scopeId: string | null): RuleUsed => ({
  ...{ meterId, version: 0, basis: 'TIME', periodMinutes: 60, definedAt: null },
  equipment: scopeId === null ? [] : [{ equipmentId: scopeId, weight: 1 }],
})

async function rulesAsKnown(meterIds: readonly string[], moment: Moment, reads: Reader) {
  const streams = meterIds.map((meterId) => `allocationRule-${meterId}`)
  const [rows] = await reads.allAsOf([allocationRules], streams, moment)
  return (rows as Keyed<AllocationRuleRow>[]).toSorted((a, b) => a.version - b.version)
}

/** Meters whose energy is laid upon these machines: by a rule in force, else by where they stand. */
export const metersOfEquipment = (
  equipmentIds: readonly string[],
  reads: Reader,
): Promise<readonly { meterId: string; equipmentId: string }[]> =>
  reads.query('energy', (sites) => ({
    text: `with rules as (
        select distinct on ("meterId") "meterId", site, equipment from read.allocation_rules
        order by "meterId", version desc
      )
      select r."meterId", e->>'equipmentId' as "equipmentId"
      from rules r, jsonb_array_elements(r.equipment) e
      where e->>'equipmentId' = any($2) and ($1::text[] is null or r.site = any($1))
      union select m.key, m."scopeId" from read.meters m
      where m."scopeId" = any($2) and ($1::text[] is null or m.site = any($1))
        and not exists (select from rules r where r."meterId" = m.key)
      order by 1, 2`,
    values: [sites, equipmentIds],
  }))
