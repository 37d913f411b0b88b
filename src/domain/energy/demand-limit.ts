import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, instant, quantity, text } from '../types.ts'
import { forecast, windowAt } from './demand.ts'
import { demandLimitEvents as e, windowMinutes, type DemandLimitEvent } from './events.ts'
import { measuredBy, meterDay, REMEMBERED_MS, type MeterDay } from './meter-day.ts'
import { meter, type Meter } from './meter.ts'

/**
 * What the average power of a meter must not exceed within a demand window, and the warnings that it
 * is about to: in time to shed load, not on the bill.
 */
const isZone = (name: string): boolean => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId !== ''
  } catch {
    return false
  }
}
const zone = text.refine(isZone, 'must be an IANA time zone such as Europe/Berlin')

export const demandLimitCommands = {
  SetDemandLimit: z
    .object({
      type: z.literal('SetDemandLimit'),
      meterId: id,
      limitKw: quantity.nullable().describe('In kilowatts; null takes the limit away.'),
      windowMinutes: windowMinutes.default(15),
      timeZone: zone.default('UTC').describe('IANA zone by whose clock windows begin.'),
    })
    .describe(
      'Limit the average power of a meter in demand windows aligned to the clock. demandWindow shows ' +
        'where it is heading; a virtual meter raises no alarms.',
    ),
  AssessDemand: z
    .object({
      type: z.literal('AssessDemand'),
      meterId: id,
      at: instant.describe('A moment within the window, or its end.'),
    })
    .describe('Look whether a window threatens the limit; done by itself as readings come in.'),
}
export type DemandLimitCommand = CommandOf<typeof demandLimitCommands>

type DemandLimit = {
  readonly limit: Extract<DemandLimitEvent, { type: 'DemandLimitSet' }>['data'] | null
  /** Windows warned of, by `type/windowFrom`. */
  readonly warned: ReadonlySet<string>
}

/** What comes in later than this is of no use for shedding load. */
export const LATEST_MS = 3_600_000

interface Consulted {
  readonly meter: Meter
  /** Streams of readings begin at midnight UTC, windows may last beyond it: the day before, too. */
  readonly dayBefore: MeterDay
  readonly day: MeterDay
}
const dayOf = (command: DemandLimitCommand, shiftMs: number): string | null =>
  command.type === 'AssessDemand'
    ? `${command.meterId}-${iso(Date.parse(command.at) + shiftMs).slice(0, 10)}`
    : null

export const demandLimit: Decider<
  DemandLimitCommand,
  DemandLimit,
  DemandLimitEvent,
  'LimitZero',
  Consulted
> = {
  context: 'energy',
  category: 'demandLimit',
  internal: ['AssessDemand'],
  commands: demandLimitCommands,
  events: e,
  id: (command) => command.meterId,
  initial: { limit: null, warned: new Set() },
  consultsEach: {
    meter: {
      decider: meter,
      id: (command) => (command.type === 'AssessDemand' ? command.meterId : null),
    },
    dayBefore: {
      decider: meterDay,
      id(command) {
        const before = dayOf(command, -REMEMBERED_MS)
        return before === dayOf(command, LATEST_MS) ? null : before
      },
    },
    // What ended before midnight may have been said after it.
    day: { decider: meterDay, id: (command) => dayOf(command, LATEST_MS) },
  },
  decide(command, { limit, warned }, { consulted }) {
    if (command.type === 'AssessDemand') return assess(command, { limit, warned }, consulted)
    if (command.limitKw === 0) return reject('LimitZero', 'limitKw 0 allows nothing to run.')
    const isSame =
      limit?.limitKw === command.limitKw &&
      limit.windowMinutes === command.windowMinutes &&
      limit.timeZone === command.timeZone
    return isSame ? [] : [e.set(command)]
  },
  evolve: ({ limit, warned }, event) =>
    event.type === 'DemandLimitSet'
      ? { limit: event.data, warned }
      : { limit, warned: new Set(warned).add(mark(event.type, event.data.windowFrom)) },
}

const HOUR_MS = 3_600_000
const iso = (ms: number): string => new Date(ms).toISOString()
const mark = (type: DemandLimitEvent['type'], windowFrom: string) => `${type}/${windowFrom}`

function assess(
  { meterId, at }: Extract<DemandLimitCommand, { type: 'AssessDemand' }>,
  { limit, warned }: DemandLimit,
  { dayBefore, day, meter: device }: Consulted,
): readonly DemandLimitEvent[] {
  if (limit === null || limit.limitKw === null) return []
  const { limitKw } = limit
  // What ends at a border belongs to the window before it.
  const window = windowAt(Date.parse(at) - 1, limit.windowMinutes, limit.timeZone)
  const found = forecast(measuredBy([dayBefore, day], device), window)
  const windowFrom = iso(window.from)
  const isNew = (type: DemandLimitEvent['type']) => !warned.has(mark(type, windowFrom))
  const { usedKwh, forecastKw } = found
  const fact = {
    ...{ meterId, windowFrom, windowTo: iso(window.to), limitKw, usedKwh },
    observedTo: iso(found.observedTo),
  }
  if ((usedKwh * HOUR_MS) / (window.to - window.from) > limitKw)
    return isNew('DemandLimitExceeded') ? [e.exceeded(fact)] : []
  return forecastKw !== null && forecastKw > limitKw && isNew('DemandLimitThreatened')
    ? [e.threatened({ ...fact, forecastKw })]
    : []
}
