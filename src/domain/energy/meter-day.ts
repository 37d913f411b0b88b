import type { Fold } from '../decider.ts'
import type { Measured, Span } from './demand.ts'
import type { MeterDataEvent } from './events.ts'
import { disjoint, type Statement } from './flows.ts'
import type { Meter } from './meter.ts'
import { registerIntervals, withDigits, type RegisterReading } from './register.ts'
import { baseOf, isEnergy } from './units.ts'

/** What a meter said in the last hours of one day: enough to tell where its demand window is heading. */
export interface MeterDay {
  readonly measured: readonly Measured[]
  /** By time; the first may be long before the others: what flowed since then began with it. */
  readonly readings: readonly Reading[]
}
type Reading = Pick<RegisterReading, 'at' | 'reading' | 'unit'>

/** The longest window, and as much before it for readings that come late. */
export const REMEMBERED_MS = 2 * 3_600_000

export const meterDay: Fold<MeterDay> = {
  category: 'meterData',
  initial: { measured: [], readings: [] },
  evolve(state, event: MeterDataEvent, at) {
    switch (event.type) {
      case 'MediumMeasured':
        return state
      case 'EnergyMeasured': {
        const { from, to, energyKwh: kwh } = event.data
        const said = { from: Date.parse(from), to: Date.parse(to), kwh }
        const last = state.measured.reduce((latest, m) => Math.max(latest, m.to), said.to)
        // Of two that overlap the one said later counts.
        const all = [...state.measured.filter((m) => !overlaps(m, said)), said]
        return { ...state, measured: all.filter((m) => m.to > last - REMEMBERED_MS) }
      }
      case 'MeterRead': {
        const { reading, unit } = event.data
        if (!isEnergy(unit)) return state
        const others = state.readings.filter((r) => r.at !== at)
        const all = [...others, { at, reading, unit }].sort((a, b) => (a.at < b.at ? -1 : 1))
        const edge = Date.parse(all.at(-1)!.at) - REMEMBERED_MS
        const first = all.findLastIndex((r) => Date.parse(r.at) <= edge)
        return { ...state, readings: all.slice(Math.max(0, first)) }
      }
    }
  },
}

const overlaps = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to

/** What flowed through a meter, of all that it said by interval or by register. */
export function measuredBy(days: readonly MeterDay[], meter: Meter): readonly Measured[] {
  const said = days.flatMap((day) => day.measured)
  const read = days.flatMap((day) => day.readings)
  const statements = [
    ...said.map((m, i) => statement(m, m.kwh, i + 1)),
    ...(read.length === 0 ? [] : registered(read, meter)),
  ]
  return disjoint(statements).map(({ from, to, quantity: kwh }) => ({ from, to, kwh }))
}

const statement = ({ from, to }: Span, quantity: number, saidAt: number): Statement => ({
  ...{ from, to, quantity, saidAt, kind: 'MEASURED' },
})

/** From stand to stand, also where a register started over or a device was exchanged meanwhile. */
function registered(read: readonly Reading[], meter: Meter): Statement[] {
  const [known, firstDigits] =
    meter.status === 'unknown' ? [[], null] : [meter.exchanges.values(), meter.registered.digits]
  const earliest = read.reduce((first, { at }) => (at < first ? at : first), read[0]!.at)
  const exchanged = [...known].flatMap(({ at, unit, digits, ...stand }): RegisterReading[] => [
    ...(stand.finalReading === null || at < earliest
      ? []
      : [{ at, kind: 'FINAL' as const, reading: stand.finalReading, unit, digits: null }]),
    { at, kind: 'START', reading: stand.startReading, unit, digits },
  ])
  const plain = read.map((r) => ({ ...r, kind: 'READING' as const, digits: null }))
  return registerIntervals(withDigits([...plain, ...exchanged], firstDigits)).flatMap(
    ({ from, to, quantity, unit }) =>
      quantity === null || from === to
        ? []
        : [
            statement(
              { from: Date.parse(from), to: Date.parse(to) },
              quantity * baseOf(unit).factor,
              0,
            ),
          ],
  )
}
