import { allocationRules, type AllocationRuleRow } from '../projections/energy/allocation-rules.ts'
import { meters, type MeterRow } from '../projections/energy/meters.ts'
import type { Keyed } from '../projections/projection.ts'
import { loadVirtual } from './energy-data.ts'
import type { Moment, Reader } from './reader.ts'

/** The rule a meter is allocated by. Version 0 is nobody's choice: by time, to what it measures. */
export type RuleUsed = Pick<
  AllocationRuleRow,
  'meterId' | 'version' | 'basis' | 'periodMinutes' | 'equipment'
> & { readonly definedAt: string | null }

/** Node of the plant each meter stands at, by meter. */
type Scopes = ReadonlyMap<string, string | null>

/** In the order of the meters. */
export async function rulesOf(
  meterIds: readonly string[],
  moment: Moment | null,
  reads: Reader,
): Promise<readonly RuleUsed[]> {
  const [scopeOf, known] = moment
    ? await Promise.all([
        scopesAsKnown(meterIds, moment, reads),
        rulesAsKnown(meterIds, moment, reads),
      ])
    : await Promise.all([scopesNow(meterIds, reads), rulesNow(meterIds, reads)])
  const byMeter = new Map(known.map((rule) => [rule.meterId, rule]))
  return meterIds.map(
    (meterId) => byMeter.get(meterId) ?? byDefault(meterId, scopeOf.get(meterId) ?? null),
  )
}

async function scopesNow(meterIds: readonly string[], reads: Reader): Promise<Scopes> {
  const rows = await reads.query<{ meterId: string; scopeId: string | null }>(
    'energy',
    (sites) => ({
      text: `select id as "meterId", coalesce(m."scopeId", v."scopeId") as "scopeId"
        from unnest($2::text[]) id left join read.meters m on m.key = id
          left join read.virtual_meters v on v."meterId" = id
        where $1::text[] is null or coalesce(m.site, v.site) = any($1)`,
      values: [sites, meterIds],
    }),
  )
  return new Map(rows.map((s) => [s.meterId, s.scopeId]))
}

const rulesNow = (meterIds: readonly string[], reads: Reader): Promise<readonly RuleUsed[]> =>
  reads.query<RuleUsed>('energy', (sites) => ({
    text: `select distinct on ("meterId") "meterId", version, basis, "periodMinutes",
        equipment, "definedAt" from read.allocation_rules
      where "meterId" = any($2) and ($1::text[] is null or site = any($1))
      order by "meterId", version desc`,
    values: [sites, meterIds],
  }))

/** Where meters stood, then: one that was moved since is counted where it was. */
async function scopesAsKnown(
  meterIds: readonly string[],
  moment: Moment,
  reads: Reader,
): Promise<Scopes> {
  const streams = meterIds.map((meterId) => `meter-${meterId}`)
  const [[rows], virtual] = await Promise.all([
    reads.allAsOf([meters], streams, moment),
    loadVirtual(moment, reads),
  ])
  return new Map([
    ...[...virtual.values()].map((v) => [v.meterId, v.scopeId] as const),
    ...(rows as readonly Keyed<MeterRow>[]).map((m) => [m.key, m.scopeId] as const),
  ])
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
  moment: Moment | null,
  reads: Reader,
): Promise<readonly { meterId: string; equipmentId: string }[]> =>
  moment ? metersAsKnown(equipmentIds, moment, reads) : metersNow(equipmentIds, reads)

const metersNow = (
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

/** A rule or a place that was changed since has no row of its own: every meter is asked. */
async function metersAsKnown(equipmentIds: readonly string[], moment: Moment, reads: Reader) {
  const all = await reads.query<{ meterId: string; isRead: boolean }>('energy', (sites) => ({
    text: `select key as "meterId", true as "isRead" from read.meters
        where $1::text[] is null or site = any($1)
      union all select distinct r."meterId", false from read.allocation_rules r
        where ($1::text[] is null or r.site = any($1))
          and not exists (select from read.meters m where m.key = r."meterId")
      order by 1`,
    values: [sites],
  }))
  const rules = await rulesOf(
    all.map((m) => m.meterId),
    moment,
    reads,
  )
  // A virtual meter counts what others have counted, unless a rule says that it is to be laid.
  return rules.flatMap(({ meterId, version, equipment }, i) =>
    equipment
      .filter((e) => equipmentIds.includes(e.equipmentId) && (all[i]!.isRead || version > 0))
      .map(({ equipmentId }) => ({ meterId, equipmentId })),
  )
}
