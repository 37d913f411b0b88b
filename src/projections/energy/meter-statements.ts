import type { Statement } from '../../domain/energy/flows.ts'
import {
  registerIntervals,
  withDigits,
  type RegisterReading,
} from '../../domain/energy/register.ts'
import { baseOf } from '../../domain/energy/units.ts'
import type { MeterCorrectionRow } from './meter-corrections.ts'

/** What rows of a meter say of what flowed, before it is settled which of two statements counts. */
export type Correction = Omit<MeterCorrectionRow, 'correctionId' | 'personId' | 'reason' | 'saidAt'>

/** Of corrected intervals, in base units. */
export const correctedStatements = (corrections: readonly Correction[]): Statement[] =>
  corrections
    .filter(({ kind }) => kind === 'INTERVAL')
    .map(({ from, to, quantity, factor, nth }) => ({
      ...{ from: Date.parse(from), to: Date.parse(to), saidAt: nth },
      ...{ quantity: (quantity ?? 0) * factor, kind: quantity === null ? 'VOID' : 'CORRECTED' },
    }))

/** The last correction of a reading takes its place, or leaves it out. */
export function correctedReadings(
  readings: readonly RegisterReading[],
  corrections: readonly Correction[],
): RegisterReading[] {
  const last = new Map<string, Correction>()
  for (const c of corrections.toSorted((a, b) => a.nth - b.nth)) last.set(`${c.kind}/${c.from}`, c)
  return readings.flatMap((reading): RegisterReading[] => {
    const correction = last.get(`${reading.kind}/${reading.at}`)
    if (!correction) return [reading]
    const { quantity, unit } = correction
    return quantity === null ? [] : [{ ...reading, reading: quantity, unit }]
  })
}

/** Corrected stands, each with the digits of the device it was read from; in base units. */
export function registerStatements(
  readings: readonly RegisterReading[],
  firstDigits: number | null,
) {
  const ways = registerIntervals(withDigits(readings, firstDigits))
  const statements = ways.flatMap(({ from, to, quantity, unit }): Statement[] =>
    quantity === null || from === to
      ? []
      : [
          {
            ...{
              from: Date.parse(from),
              to: Date.parse(to),
              quantity: quantity * baseOf(unit).factor,
            },
            ...{ kind: 'MEASURED', saidAt: 0 },
          },
        ],
  )
  const problems = ways.flatMap(({ from, to, problem }) =>
    problem === null ? [] : [{ from, to, problem }],
  )
  return { statements, problems, units: readings.map((r) => baseOf(r.unit).unit) }
}
