import { bordersOf } from '../domain/energy/buckets.ts'
import { exact } from '../domain/types.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { RuleRef } from './energy-allocation.ts'
import { flowsOf, type Window } from './energy-flows.ts'
import { metersOfEquipment, rulesOf, type RuleUsed } from './energy-rules.ts'
import { timeZoneOf, type FoundMeter } from './energy-selection.ts'
import { sharesOf } from './energy-shares.ts'
import { apiError } from './errors.ts'
import type { Reader } from './reader.ts'

/** `unitEnergy`: energy and emissions of one piece and of everything that is built into it. */

/** A product of more pieces is asked about part by part. */
const MAX_SERIALS = 500
const MAX_DEPTH = 30

interface Member {
  readonly serial: string
  readonly materialId: string | null
  readonly depth: number
}
interface Footprint extends Member {
  readonly kwh: number
  readonly co2eKg: number
}
interface UnitEnergy {
  readonly members: readonly Footprint[]
  readonly rules: readonly RuleUsed[]
  /** kWh that no emission factor was valid for, of the windows looked at. */
  readonly hasFactors: boolean
}

const MemberRef = builder.objectRef<Footprint>('UnitEnergyPart').implement({
  description: 'Energy that was used for one piece, what is built into it left out.',
  fields: (t) => ({
    serial: t.exposeID('serial', { description: 'Piece.' }),
    materialId: t.exposeID('materialId', { nullable: true, description: 'What it is.' }),
    depth: t.exposeInt('depth', {
      description: '0 for the piece asked about, 1 for its components.',
    }),
    kwh: t.exposeFloat('kwh', { description: 'Energy in kWh.' }),
    co2eKg: t.exposeFloat('co2eKg', { description: 'Emissions in kg CO2e.' }),
  }),
})
const total = (of: readonly number[]): number => exact(of.reduce((sum, v) => sum + v, 0))
const UnitEnergyRef = builder.objectRef<UnitEnergy>('UnitEnergy').implement({
  description: 'Energy of a piece, summed up over everything that is built into it.',
  fields: (t) => ({
    kwh: t.float({
      description: 'In kWh, components included.',
      resolve: ({ members }) => total(members.map((m) => m.kwh)),
    }),
    co2eKg: t.float({
      nullable: true,
      description: 'In kg CO2e, components included; null where a factor is missing.',
      resolve: ({ members, hasFactors }) =>
        hasFactors ? total(members.map((m) => m.co2eKg)) : null,
    }),
    parts: t.field({
      type: [MemberRef],
      description: 'Each piece for itself, the one asked about first.',
      resolve: ({ members }) => [...members],
    }),
    rules: t.field({
      type: [RuleRef],
      description: 'By which rule each meter was allocated.',
      resolve: ({ rules }) => [...rules],
    }),
  }),
})

builder.queryField('unitEnergy', (t: any) =>
  t.field({
    type: UnitEnergyRef,
    nullable: true,
    description:
      'Energy and emissions of a piece and of the serialised components that are in it now, by the ' +
      'allocation rules of the meters. What was replaced is not in it any more.',
    args: { serial: t.arg.id({ required: true, description: 'Piece.' }) },
    complexity: 200,
    resolve: (_: unknown, { serial }: { serial: string }, context: Context) =>
      unitEnergy(serial, context),
  }),
)

async function unitEnergy(serial: string, context: Context): Promise<UnitEnergy | null> {
  const { reads } = context
  const members = await genealogy(serial, reads)
  if (members.length === 0) return null
  if (members.length > MAX_SERIALS)
    throw apiError('InvalidInput', `${serial} is made of more than ${MAX_SERIALS} pieces.`)
  const serials = members.map((m) => m.serial)
  const operations = await reads.query<Window & { readonly equipmentId: string }>(
    'material',
    (sites) => ({
      text: `select "equipmentId", "startedAt" as "from", "endedAt" as "to"
        from read.unit_operations where serial = any($2) and "endedAt" > "startedAt"
          and ($1::text[] is null or site = any($1)) order by "startedAt"`,
      values: [sites, serials],
    }),
  )
  const byMachine = Map.groupBy(operations, (o) => o.equipmentId)
  const meters = await metersOfEquipment([...byMachine.keys()], reads)
  const used = { bySerial: new Map<string, Used>(), rules: [] as RuleUsed[], hasFactors: true }
  for (const of of windowsByMeter(meters, byMachine)) await addMeter(used, of, context)
  return {
    ...{ hasFactors: used.hasFactors, rules: used.rules },
    members: members.map((m) => {
      const { kwh, co2eKg } = used.bySerial.get(m.serial) ?? NOTHING
      return { ...m, kwh: exact(kwh), co2eKg: exact(co2eKg) }
    }),
  }
}

interface Used {
  readonly kwh: number
  readonly co2eKg: number
}
const NOTHING: Used = { kwh: 0, co2eKg: 0 }

/** Adds what the meter measured for each piece; water and the like are not energy. */
async function addMeter(
  used: { readonly bySerial: Map<string, Used>; readonly rules: RuleUsed[]; hasFactors: boolean },
  { meterId, windows }: { readonly meterId: string; readonly windows: readonly Window[] },
  context: Context,
): Promise<void> {
  const { reads } = context
  const meter = await meterOf(meterId, reads)
  const [rule] = await rulesOf([meterId], null, reads)
  const timeZone = await timeZoneOf(null, [meter], reads)
  used.rules.push(rule!)
  for (const window of looked(windows, rule!, timeZone)) {
    const flows = flowsOf([meterId], window, null, reads)
    if ((await flows).some((m) => m.units.some((unit) => unit !== 'KWH'))) continue
    const selection = { window, timeZone, moment: null, meters: [meter], flows: () => flows }
    const { shares, withoutFactor } = await sharesOf(selection, context)
    if (withoutFactor > 0) used.hasFactors = false
    for (const { work, quantity, co2eKg } of shares) {
      if (work?.serial == null) continue
      const before = used.bySerial.get(work.serial) ?? NOTHING
      const sum = { kwh: before.kwh + quantity, co2eKg: before.co2eKg + co2eKg }
      used.bySerial.set(work.serial, sum)
    }
  }
}

/** The piece and all that is in it now, each once. */
const genealogy = (serial: string, reads: Reader): Promise<readonly Member[]> =>
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

/** Windows of the operations on the machines of each meter. */
const windowsByMeter = (
  meters: readonly { readonly meterId: string; readonly equipmentId: string }[],
  byMachine: ReadonlyMap<string, readonly Window[]>,
) =>
  [...Map.groupBy(meters, (m) => m.meterId)].map(([meterId, machines]) => ({
    meterId,
    windows: machines.flatMap((m) => byMachine.get(m.equipmentId) ?? []),
  }))

/** What is looked at, nothing twice. Rules by period need whole ones, and days hold them. */
function looked(windows: readonly Window[], { basis }: RuleUsed, timeZone: string): Window[] {
  const merged: { from: number; to: number }[] = []
  for (const w of windows.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const span = { from: Date.parse(w.from), to: Date.parse(w.to) }
    const days = basis === 'TIME' ? [] : bordersOf({ ...span, timeZone }, 'DAY')
    const { from, to } = { from: days[0] ?? span.from, to: days.at(-1) ?? span.to }
    const last = merged.at(-1)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else merged.push({ from, to })
  }
  return merged.map(({ from, to }) => ({ from: iso(from), to: iso(to) }))
}
const iso = (ms: number): string => new Date(ms).toISOString()

async function meterOf(meterId: string, reads: Reader): Promise<FoundMeter> {
  const [row] = await reads.query<FoundMeter>('energy', (sites) => ({
    text: `select key as "meterId", site, medium, unit from read.meters where key = $2
        and ($1::text[] is null or site = any($1))
      union all select "meterId", site, medium, null from read.virtual_meters where "meterId" = $2
        and ($1::text[] is null or site = any($1)) limit 1`,
    values: [sites, meterId],
  }))
  return row ?? { meterId, site: null, medium: null, unit: null }
}
