import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, instant, quantity, reason, unit } from '../types.ts'
import { gapMethod, meterQualityEvents as e, type MeterQualityEvent } from './events.ts'
import { meter, type Meter } from './meter.ts'

/**
 * What people say about the data of a meter: corrections with their reason, and how to fill gaps. What
 * the meter said stays as it was; corrections count before it, the later before the earlier.
 */
const correction = { meterId: id, correctionId: id, personId: id, reason }

const meterQualityCommands = {
  CorrectMeterReading: z
    .object({
      type: z.literal('CorrectMeterReading'),
      ...correction,
      at: instant.describe('Moment of the reading.'),
      kind: z
        .enum(['READING', 'FINAL', 'START'])
        .default('READING')
        .describe('FINAL and START are those of an exchange.'),
      reading: quantity.nullable().describe('Null: wrong, and nobody knows the right one.'),
      unit: unit.default('KWH'),
    })
    .describe('Replace the stand of a register that was read wrongly, or strike it out.'),
  CorrectMeterInterval: z
    .object({
      type: z.literal('CorrectMeterInterval'),
      ...correction,
      from: instant,
      to: instant,
      quantity: quantity.nullable().describe('Null: wrong, and nobody knows the right value.'),
      unit: unit.default('KWH'),
    })
    .describe('Say what really flowed between two moments, whatever was reported for them.'),
  SetGapEstimation: z
    .object({
      type: z.literal('SetGapEstimation'),
      meterId: id,
      method: gapMethod.describe(
        'INTERPOLATE: the mean of the power before and after. WEEK_BEFORE: the same hours seven ' +
          'days earlier, and what is missing there too is interpolated.',
      ),
      longestGapMinutes: z.number().int().positive().max(44_640).default(1_440),
    })
    .describe('Say how gaps between readings are estimated. Real data takes their place.'),
}
export type MeterQualityCommand = CommandOf<typeof meterQualityCommands>
type Correction = Exclude<MeterQualityEvent, { type: 'GapEstimationSet' }>
interface MeterQuality {
  readonly corrections: ReadonlyMap<string, Correction>
  readonly estimation: Extract<MeterQualityEvent, { type: 'GapEstimationSet' }>['data'] | null
}
type Refusal = 'MeterUnknown' | 'CorrectionDiffers' | 'IntervalBackwards'

export const meterQuality: Decider<
  MeterQualityCommand,
  MeterQuality,
  MeterQualityEvent,
  Refusal,
  Meter
> = {
  context: 'energy',
  category: 'meterQuality',
  commands: meterQualityCommands,
  events: e,
  id: (command) => command.meterId,
  initial: { corrections: new Map(), estimation: null },
  consults: { decider: meter, id: (command) => command.meterId },
  decide(command, state, { consulted }) {
    if (consulted.status === 'unknown')
      return reject('MeterUnknown', `meterId ${command.meterId} has not been registered.`)
    if (command.type === 'SetGapEstimation') {
      const { estimation } = state
      const isSame =
        estimation?.method === command.method &&
        estimation.longestGapMinutes === command.longestGapMinutes
      return isSame ? [] : [e.gapEstimationSet(command)]
    }
    if (command.type === 'CorrectMeterInterval' && command.from >= command.to)
      return reject('IntervalBackwards', `to ${command.to} is not after from ${command.from}.`)
    const fact =
      command.type === 'CorrectMeterReading'
        ? e.readingCorrected(command)
        : e.intervalCorrected(command)
    const known = state.corrections.get(command.correctionId)
    if (!known) return [fact]
    return isSameCorrection(known, fact)
      ? []
      : reject('CorrectionDiffers', `correctionId ${command.correctionId} is taken by another.`)
  },
  evolve: (state, event) =>
    event.type === 'GapEstimationSet'
      ? { ...state, estimation: event.data }
      : { ...state, corrections: new Map(state.corrections).set(event.data.correctionId, event) },
}

function isSameCorrection(a: Correction, b: Correction): boolean {
  const other: Record<string, unknown> = b.data
  return a.type === b.type && Object.entries(a.data).every(([field, v]) => other[field] === v)
}
