import { bordersOf } from '../domain/energy/buckets.ts'
import { exact } from '../domain/types.ts'
import { builder, quantity, QuantityRef } from './builder.ts'
import type { Context } from './context.ts'
import { RuleRef } from './energy-allocation.ts'
import { unitOf } from './energy-buckets.ts'
import { flowsOf, type Window } from './energy-flows.ts'
import { metersOfEquipment, rulesOf, type RuleUsed } from './energy-rules.ts'
import { momentOf, timeZoneOf, type EnergyArgs, type FoundMeter } from './energy-selection.ts'
import { sharesOf } from './energy-shares.ts'
import { MAX_SERIALS, membersOf, operationsOn, type Member } from './energy-unit-parts.ts'
import { apiError } from './errors.ts'
import { AsKnownAt } from './lookup.ts'
import type { Moment, Reader } from './reader.ts'

/** `unitEnergy`: energy and emissions of one piece and of everything that is built into it. */

interface Footprint extends Member {
  readonly kwh: number
  readonly co2eKg: number
}
export interface UnitEnergy {
  readonly members: readonly Footprint[]
  readonly rules: readonly RuleUsed[]
  /** Whether emission factors were valid for all energy of the windows looked at. */
  readonly hasFactors: boolean
  /** What no factor makes kWh of, by unit. */
  readonly withoutKwh: ReadonlyMap<string, number>
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
export const UnitEnergyRef = builder.objectRef<UnitEnergy>('UnitEnergy').implement({
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
    withoutKwh: t.field({
      type: [QuantityRef],
      description:
        'What was used for these pieces and no conversion factor makes kWh of, by unit: water, or gas ' +
        'at a time no factor is valid for. Not part of kwh.',
      resolve: ({ withoutKwh }) => [...withoutKwh].map(([unit, of]) => quantity(exact(of), unit)),
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

interface Args extends Pick<EnergyArgs, 'asKnownAt' | 'atLeast'> {
  readonly serial: string
}
builder.queryField('unitEnergy', (t: any) =>
  t.field({
    type: UnitEnergyRef,
    nullable: true,
    description:
      'Energy and emissions of a piece and of the serialised components that are in it, of every ' +
      'medium, by the allocation rules of the meters. What was replaced is not in it any more. ' +
      'asKnownAt computes with the components, operations, rules, readings and factors known then.',
    args: {
      serial: t.arg.id({ required: true, description: 'Piece.' }),
      asKnownAt: t.arg({ type: AsKnownAt, description: 'As the log knew it at that time.' }),
      atLeast: t.arg({
        type: 'Position',
        description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
      }),
    },
    complexity: 200,
    resolve: async (_: unknown, { serial, asKnownAt, atLeast }: Args, context: Context) => {
      await context.reads.waitFor(atLeast)
      return unitEnergy(serial, momentOf(asKnownAt), context)
    },
  }),
)

/**
 * Energy of a piece and of what is built into it; null where nothing is known of the piece.
 * @throws GraphQLError `InvalidInput` where it is made of too many pieces
 */
export async function unitEnergy(
  serial: string,
  moment: Moment | null,
  context: Context,
): Promise<UnitEnergy | null> {
  const { reads } = context
  const members = await membersOf(serial, moment, reads)
  if (members.length === 0) return null
  if (members.length > MAX_SERIALS)
    throw apiError('InvalidInput', `${serial} is made of more than ${MAX_SERIALS} pieces.`)
  const serials = new Set(members.map((m) => m.serial))
  const operations = await operationsOn([...serials], moment, reads)
  const byMachine = Map.groupBy(operations, (o) => o.equipmentId)
  const meters = await metersOfEquipment([...byMachine.keys()], moment, reads)
  const sums: Sums = { serials, bySerial: new Map(), rules: [], missing: 0, withoutKwh: new Map() }
  for (const of of windowsByMeter(meters, byMachine)) await addMeter(sums, of, moment, context)
  const { rules, withoutKwh, bySerial } = sums
  return {
    ...{ rules, withoutKwh, hasFactors: sums.missing === 0 },
    members: members.map((m) => {
      const { kwh, co2eKg } = bySerial.get(m.serial) ?? NOTHING
      return { ...m, kwh: exact(kwh), co2eKg: exact(co2eKg) }
    }),
  }
}

interface Sums {
  /** Pieces it is about: others were made in the same windows. */
  readonly serials: ReadonlySet<string>
  readonly bySerial: Map<string, Used>
  readonly rules: RuleUsed[]
  readonly withoutKwh: Map<string, number>
  /** Energy that no emission factor was valid for. */
  missing: number
}
interface Used {
  readonly kwh: number
  readonly co2eKg: number
}
const NOTHING: Used = { kwh: 0, co2eKg: 0 }

/** Adds what the meter measured for each piece. */
async function addMeter(
  sums: Sums,
  { meterId, windows }: { readonly meterId: string; readonly windows: readonly Window[] },
  moment: Moment | null,
  context: Context,
): Promise<void> {
  const { reads } = context
  const meter = await meterOf(meterId, reads)
  const [rule] = await rulesOf([meterId], moment, reads)
  const timeZone = await timeZoneOf(null, [meter], reads)
  sums.rules.push(rule!)
  for (const window of looked(windows, rule!, timeZone)) {
    const flows = flowsOf([meterId], window, moment, reads)
    const unit = unitOf(await flows, 'KWH')
    const selection = { window, timeZone, moment, meters: [meter], flows: () => flows }
    const { shares, withoutFactor } = await sharesOf(selection, context)
    // Water has no energy, and needs no factor for its emissions.
    if (meter.medium !== 'WATER') sums.missing += withoutFactor
    for (const { work, ...share } of shares) {
      if (work?.serial == null || !sums.serials.has(work.serial)) continue
      const before = sums.bySerial.get(work.serial) ?? NOTHING
      const [kwh, co2eKg] = [before.kwh + share.kwh, before.co2eKg + share.co2eKg]
      sums.bySerial.set(work.serial, { kwh, co2eKg })
      const { withoutKwh } = share
      if (withoutKwh > 0) sums.withoutKwh.set(unit, (sums.withoutKwh.get(unit) ?? 0) + withoutKwh)
    }
  }
}

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
