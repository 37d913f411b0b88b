import { allocate, NO_STATE, type Rule, type Share } from '../domain/energy/allocation.ts'
import { bordersOf } from '../domain/energy/buckets.ts'
import type { Flow } from '../domain/energy/flows.ts'
import type { Context } from './context.ts'
import { factorsOf, valued } from './energy-factors.ts'
import type { MeterFlows, Window } from './energy-flows.ts'
import { rulesOf, type RuleUsed } from './energy-rules.ts'
import type { Selection } from './energy-selection.ts'
import { statesOf, worksOf } from './energy-work.ts'

/** The energy of meters, laid upon machines, their states and their work by the rules in force. */

export interface EnergyShare extends Share {
  readonly meterId: string
  /** Null where no rule says which machine. */
  readonly equipmentId: string | null
  /** Of the quantity, by the factors valid at the time. */
  co2eKg: number
  /** The same: of what is measured by volume, as its conversion factors say. */
  kwh: number
  /** Part of the quantity that no factor makes kWh of: water, or gas at a time without one. */
  withoutKwh: number
}

export interface Allocated {
  readonly rules: readonly RuleUsed[]
  readonly shares: readonly EnergyShare[]
  readonly total: number
  /** Energy that no emission factor was valid for. */
  readonly withoutFactor: number
}

export async function sharesOf(selection: Selection, context: Context): Promise<Allocated> {
  const { meters, moment, window, timeZone } = selection
  const { reads } = context
  const sites = [...new Set(meters.flatMap((m) => m.site ?? []))]
  const [measured, rules, factors, conversions] = await Promise.all([
    selection.flows(),
    rulesOf(
      meters.map((m) => m.meterId),
      moment,
      reads,
    ),
    factorsOf('EMISSION', sites, moment, reads),
    factorsOf('CONVERSION', sites, moment, reads),
  ])
  const machines = [...new Set(rules.flatMap((r) => r.equipment.map((e) => e.equipmentId)))]
  const works = await worksOf(machines, window, moment, context)
  const states = new Map(
    await Promise.all(
      machines.map(async (id) => [id, await statesOf(id, window, moment, context)] as const),
    ),
  )
  let withoutFactor = 0
  const shares = measured.flatMap((of, i) => {
    const { site, medium } = meters[i]!
    const mine = (all: typeof factors) =>
      all.filter((f) => f.site === site && f.medium === medium && of.units.includes(f.unit))
    const emitted = valued(of.flows, mine(factors))
    withoutFactor += amount(emitted.uncovered)
    const isKwh = of.units.every((unit) => unit === 'KWH')
    const energy = isKwh ? null : valued(of.flows, mine(conversions))
    const rule = rules[i]!
    const basis = { basis: rule.basis, borders: periods(rule, window, timeZone) }
    const values = {
      co2eKg: emitted.flows,
      kwh: energy?.flows ?? of.flows,
      withoutKwh: energy?.uncovered ?? [],
    }
    return onMachines(of, values, rule, (equipmentId, flows) =>
      allocate(flows, states.get(equipmentId)!, works.get(equipmentId)!, basis),
    )
  })
  const total = measured.reduce((sum, { flows }) => sum + amount(flows), 0)
  return { rules, shares, total, withoutFactor }
}

/** What flowed, in other terms. */
type Values = Readonly<Record<'co2eKg' | 'kwh' | 'withoutKwh', readonly Flow[]>>

/** A day as long as its clock says, not one and an hour. */
const DAY_MINUTES = 1_440
const periods = (rule: RuleUsed, { from, to }: Window, timeZone: string): Rule['borders'] =>
  rule.basis === 'TIME'
    ? []
    : bordersOf(
        { from: Date.parse(from), to: Date.parse(to), timeZone },
        rule.periodMinutes === DAY_MINUTES ? 'DAY' : rule.periodMinutes,
      )

const amount = (flows: readonly Flow[]): number => flows.reduce((sum, f) => sum + f.quantity, 0)

/** Each machine has its part of every flow, of the energy and of what it emitted. */
function onMachines(
  { meterId, flows }: MeterFlows,
  values: Values,
  { equipment }: RuleUsed,
  on: (equipmentId: string, flows: readonly Flow[]) => readonly Share[],
): EnergyShare[] {
  if (equipment.length === 0)
    return flows.length === 0
      ? []
      : [
          {
            ...{ meterId, equipmentId: null, state: NO_STATE, work: null },
            ...{ quantity: amount(flows), co2eKg: amount(values.co2eKg) },
            kwh: amount(values.kwh),
            withoutKwh: amount(values.withoutKwh),
          },
        ]
  const all = equipment.reduce((sum, e) => sum + e.weight, 0)
  return equipment.flatMap(({ equipmentId, weight }) => {
    const part = (of: readonly Flow[]) =>
      all === weight ? of : of.map((f) => ({ ...f, quantity: (f.quantity * weight) / all }))
    const shares = on(equipmentId, part(flows)).map((share): EnergyShare => ({
      ...share,
      meterId,
      equipmentId,
      co2eKg: 0,
      kwh: values.kwh === flows ? share.quantity : 0,
      withoutKwh: 0,
    }))
    const byWork = Map.groupBy(shares, (share) => share.work)
    const fields = [
      'co2eKg',
      'withoutKwh',
      ...(values.kwh === flows ? [] : ['kwh' as const]),
    ] as const
    for (const field of fields)
      for (const { state, work, quantity } of on(equipmentId, part(values[field]))) {
        const share = byWork.get(work)?.find((s) => s.state === state)
        if (share) share[field] += quantity
      }
    return shares
  })
}
