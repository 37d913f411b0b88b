import type { EventStore } from '../../commands/event-store.ts'
import type { Recorded } from '../../domain/event.ts'
import { disjoint, type Flow } from '../../domain/energy/flows.ts'
import type { Problem } from '../../domain/planning/problem.ts'
import { energyIntervals } from '../energy/energy-intervals.ts'
import { meterCorrections } from '../energy/meter-corrections.ts'
import { meterReadings } from '../energy/meter-readings.ts'
import {
  correctedReadings,
  correctedStatements,
  registerStatements,
} from '../energy/meter-statements.ts'
import { meters, type MeterRow } from '../energy/meters.ts'
import { daysOf, equipmentDays } from '../kpi/equipment-days.ts'
import { replay, type Keyed, type Projection } from '../projection.ts'
import type { Replay } from '../replay.ts'
import { stretchesOf, type Stretch } from './machine-stretches.ts'

/** Mean power of a machine while it runs, by its own meters. */
export interface MeasuredPower {
  readonly kilowatts: number
  /** Of running that it is the mean of. */
  readonly hours: number
}

/** What a forecast reckons with for one machine. */
export interface MachinePower {
  readonly equipmentId: string
  /** MEASURED by its meters, else the STANDARD that people set; UNKNOWN: its energy does not count. */
  readonly basis: 'MEASURED' | 'STANDARD' | 'UNKNOWN'
  readonly kilowatts: number | null
  /** Of running that were measured; null where it is not MEASURED. */
  readonly hours: number | null
}

/** A machine takes what it took in the last week. */
const DAYS_BACK = 7
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Less running than this tells too little; the standard counts then. */
const MIN_HOURS = 1

/**
 * Machines with electricity meters of their own, by what they took in the last days before a moment: of the
 * intervals and stands that were measured, those throughout which the machine ran. A meter below another one of
 * the same machine counts in that. A machine is left out where one of its meters tells less than an hour.
 * @param history holds `meters` and `equipmentDays`
 * @param log facts behind `position` do not count
 */
export async function measuredPower(
  log: Pick<EventStore, 'readStream'>,
  history: Replay,
  { site, at, position }: { readonly site: string; readonly at: string; readonly position: number },
): Promise<ReadonlyMap<string, MeasuredPower>> {
  const to = Date.parse(at)
  const days = daysOf(to - DAYS_BACK * DAY_MS, to + 1)
  const ofSite = <Row extends object>(p: Projection<Row>): readonly Keyed<Row>[] =>
    history.rows(p).filter((row) => row.site === site)
  const states = Map.groupBy(ofSite(equipmentDays), ({ equipmentId }) => equipmentId)
  const read = async (stream: string): Promise<readonly Recorded[]> =>
    (await log.readStream(stream)).filter((fact) => fact.position <= position)
  const found = new Map<string, MeasuredPower>()
  for (const [machine, own] of Map.groupBy(ownMeters(ofSite(meters)), ({ scopeId }) => scopeId!)) {
    const running = stretchesOf(states.get(machine) ?? [], days[0]!).filter(
      ({ state }) => state === 'RUNNING',
    )
    if (running.length === 0) continue
    const powers = await Promise.all(
      own.map(async ({ key, firstDigits }) => {
        const streams = [`meter-${key}`, `meterQuality-${key}`]
        const said = days.map((day) => `meterData-${key}-${day}`)
        const facts = await Promise.all([...streams, ...said].map(read))
        return meanPower(flowsOf(facts.flat(), firstDigits), running)
      }),
    )
    const hours = Math.min(...powers.map((power) => power.hours))
    const kilowatts = powers.reduce((sum, power) => sum + power.kilowatts, 0)
    if (hours >= MIN_HOURS && kilowatts > 0) found.set(machine, { kilowatts, hours })
  }
  return found
}

function ownMeters(all: readonly Keyed<MeterRow>[]): readonly Keyed<MeterRow>[] {
  const scopes = new Map(all.map(({ key, scopeId }) => [key, scopeId]))
  return all.filter(
    ({ medium, status, scopeId, parentMeterId }) =>
      medium === 'ELECTRICITY' &&
      status === 'ACTIVE' &&
      scopeId !== null &&
      (parentMeterId === null || scopes.get(parentMeterId) !== scopeId),
  )
}

/** In kWh, as corrected. */
function flowsOf(facts: readonly Recorded[], firstDigits: number | null): readonly Flow[] {
  const rows = <Row extends object>(p: Projection<Row>): Keyed<Row>[] => [
    ...replay(p, facts).values(),
  ]
  const corrections = rows(meterCorrections)
  const stands = correctedReadings(rows(meterReadings), corrections)
  const measured = rows(energyIntervals).map(({ from, to, quantity, saidAt }) => ({
    ...{ from: Date.parse(from), to: Date.parse(to), quantity },
    ...{ kind: 'MEASURED' as const, saidAt: Date.parse(saidAt) },
  }))
  return disjoint([
    ...measured,
    ...correctedStatements(corrections),
    ...registerStatements(stands, firstDigits).statements,
  ])
}

/** @param running by time */
function meanPower(flows: readonly Flow[], running: readonly Stretch[]): MeasuredPower {
  let [kwh, ms, at] = [0, 0, 0]
  for (const { from, to, quantity } of flows) {
    while (at < running.length && running[at]!.to <= from) at++
    const during = running[at]
    if (!during || during.from > from || during.to < to) continue
    kwh += quantity
    ms += to - from
  }
  const hours = ms / HOUR_MS
  return { kilowatts: hours === 0 ? 0 : kwh / hours, hours }
}

/**
 * The same work with the power that was measured.
 * @param except machines whose standard is assumed: that counts
 */
export function withPower(
  problem: Problem,
  measured: ReadonlyMap<string, MeasuredPower>,
  except: (machine: string) => boolean = () => false,
): { readonly problem: Problem; readonly power: readonly MachinePower[] } {
  const known = new Map([...measured].filter(([machine]) => !except(machine)))
  const standard = new Map(
    problem.orders.flatMap(({ operations }) =>
      operations.flatMap(({ modes }) =>
        modes.map(({ equipment, kilowatts }) => [equipment, kilowatts ?? null] as const),
      ),
    ),
  )
  const orders = problem.orders.map((order) => ({
    ...order,
    operations: order.operations.map((operation) => ({
      ...operation,
      modes: operation.modes.map((mode) => {
        const own = known.get(mode.equipment)
        return own ? { ...mode, kilowatts: own.kilowatts } : mode
      }),
    })),
  }))
  const power = problem.equipment.map(({ id: equipmentId }): MachinePower => {
    const own = known.get(equipmentId)
    if (own) return { equipmentId, basis: 'MEASURED', ...own }
    const kilowatts = standard.get(equipmentId) ?? null
    return {
      equipmentId,
      basis: kilowatts === null ? 'UNKNOWN' : 'STANDARD',
      kilowatts,
      hours: null,
    }
  })
  return { problem: { ...problem, orders }, power }
}
