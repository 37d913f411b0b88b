import { WORKING_TIME_FACTS, type CalendarEvent } from '../../domain/calendar/events.ts'
import type { CycleTimeEvent } from '../../domain/equipment/cycle-time.ts'
import type { EquipmentEvent } from '../../domain/equipment/events.ts'
import type { StopEvent, StopRuleEvent } from '../../domain/equipment/stop-events.ts'
import type { Recorded } from '../../domain/event.ts'
import type { OrderEvent } from '../../domain/production/events.ts'
import type { EventStore } from '../event-store.ts'
import type { Concerned, ShiftIndex } from './shift-index.ts'

/** Facts that key figures are reckoned from. */
export const FIGURE_FACTS = [
  'EquipmentStateChanged',
  'DataGapStarted',
  'CounterAdvanced',
  'StateTimeObserved',
  'ProgramChanged',
  'OperationStarted',
  'OperationActivityChanged',
  'OperationPaused',
  'OperationResumed',
  'OperationCompleted',
  'OrderCompleted',
  'OrderCancelled',
  'QuantityReported',
  'WorkBooked',
  'BookingCorrected',
  'StopClassified',
  'StopClassificationCleared',
  'StopSplit',
  'StopsJoined',
  'MicroStopLimitSet',
  'CycleTimeDefined',
  'CycleTimeWithdrawn',
  ...WORKING_TIME_FACTS,
] as const satisfies readonly FigureEvent['type'][]
type StopFact = StopEvent | StopRuleEvent
type FigureEvent = EquipmentEvent | StopFact | OrderEvent | CycleTimeEvent | CalendarEvent

const DAY_MS = 86_400_000
const iso = (ms: number): string => new Date(ms).toISOString()
const midnight = (instant: string): number => Date.parse(`${instant.slice(0, 10)}T00:00:00.000Z`)
/** Local days begin up to 14 hours before those of UTC, and a shift ends a day after it began. */
const localDays = (first: string, last: string | null) => ({
  from: iso(midnight(first) - DAY_MS),
  to: last === null ? null : iso(midnight(last) + 3 * DAY_MS),
})

interface Known {
  readonly store: Pick<EventStore, 'readStream'>
  readonly index: ShiftIndex
}

/**
 * The stretch of time of which a fact tells something that is in a report; null for the many facts
 * that are newer than all reports. Rather too long than too short: who reckons anew finds no change.
 */
export async function concernedBy(
  fact: Recorded<FigureEvent>,
  known: Known,
): Promise<Concerned | null> {
  const { data, metadata } = fact
  if ('calendarId' in data) return ofCalendar(fact as Recorded<CalendarEvent>)
  if ('orderId' in data) return ofOrder(fact as Recorded<OrderEvent>, known)
  if ('limitMs' in data) return { scopes: [data.scopeId], from: data.validFrom, to: null }
  const scopes = [data.equipmentId]
  if ('validFrom' in data) return { scopes, from: data.validFrom, to: null }
  if ('decisionId' in data) return { scopes, from: data.from, to: data.to }
  // What is counted on a UTC day decides whose word counts on that day.
  const from = midnight('from' in data ? data.from : metadata.occurredAt)
  const to = midnight('to' in data ? data.to : metadata.occurredAt) + DAY_MS
  if (!known.index.reachesBeyond(iso(from))) return null
  // Until the next one, whenever that is.
  if (fact.type === 'ProgramChanged') return { scopes, from: metadata.occurredAt, to: null }
  if (fact.type !== 'EquipmentStateChanged' && fact.type !== 'DataGapStarted')
    return { scopes, from: iso(from), to: iso(to) }
  const [before, after] = await Promise.all([
    border(data.equipmentId, metadata.occurredAt, known, -1),
    border(data.equipmentId, metadata.occurredAt, known, 1),
  ])
  const first = before === null ? from : Math.min(from, Date.parse(before))
  const last = after === null ? null : iso(Math.max(to, Date.parse(after)))
  return { scopes, from: iso(first), to: last }
}

/** Days looked at for the end of a standstill; a machine that stands longer is taken for idle. */
const MAX_DAYS = 31

/**
 * Where the machine last ran, or next runs: a stop counts as a whole, so a fact within it tells of
 * all of it. Null: not found.
 */
async function border(
  equipmentId: string,
  at: string,
  { store, index }: Known,
  direction: 1 | -1,
): Promise<string | null> {
  for (let n = 0; n < MAX_DAYS; n++) {
    const day = iso(midnight(at) + direction * n * DAY_MS)
    if (direction === 1 && !index.reachesBeyond(day)) return null
    const facts = await store.readStream(`equipment-${equipmentId}-${day.slice(0, 10)}`)
    const borders = (facts as readonly Recorded<EquipmentEvent>[])
      .filter(
        ({ type, data }) =>
          type === 'DataGapStarted' ||
          (type === 'EquipmentStateChanged' && 'state' in data && data.state === 'RUNNING'),
      )
      .map(({ metadata }) => metadata.occurredAt)
      .filter((other) => (direction === 1 ? other > at : other < at))
      .sort()
    const nearest = borders.at(direction === 1 ? 0 : -1)
    if (nearest !== undefined) return nearest
    // Where nothing was said at all for a day there is nothing before that would reach so far.
    if (direction === -1 && facts.length === 0) return null
  }
  return null
}

/** Where the order is worked on, from the time of the booking or from the change of a clock on. */
async function ofOrder(
  { data, type, metadata: { occurredAt } }: Recorded<OrderEvent>,
  { store, index }: Known,
): Promise<Concerned | null> {
  const isBooking = 'bookingId' in data
  const begins = 'startedAt' in data ? data.startedAt : occurredAt
  if (type !== 'BookingCorrected' && !index.reachesBeyond(begins)) return null
  const facts = (await store.readStream(`order-${data.orderId}`)) as readonly Recorded<OrderEvent>[]
  const scopes = new Set<string>()
  let [from, to] = [begins, begins]
  for (const { data: said, metadata } of facts) {
    if ('equipmentId' in said && said.equipmentId !== null) scopes.add(said.equipmentId)
    if ('operations' in said) for (const o of said.operations) scopes.add(o.workCentreId)
    if (!isBooking || !('bookingId' in said) || said.bookingId !== data.bookingId) continue
    if ('before' in said) continue
    const ends = 'endedAt' in said ? said.endedAt : metadata.occurredAt
    const start = 'startedAt' in said ? said.startedAt : metadata.occurredAt
    if (start < from) from = start
    if (ends > to) to = ends
  }
  return { scopes: [...scopes], from, to: isBooking ? iso(Date.parse(to) + 1) : null }
}

function ofCalendar({
  type,
  data,
  metadata: { occurredAt },
}: Recorded<CalendarEvent>): Concerned | null {
  const [kind, ...rest] = data.calendarId.split(':')
  if (kind !== 'EQUIPMENT') return null
  const scopes = [rest.join(':')]
  switch (type) {
    case 'CalendarDefined':
      return null
    case 'CalendarCorrected':
      return { scopes, ...localDays(data.affectedFrom, data.affectedUntil) }
    case 'ShiftPatternChanged':
      return { scopes, ...localDays(data.from, null) }
    case 'CalendarDaysSet':
    case 'CalendarDaysCleared': {
      const days = data.days.map(({ day }) => day).sort()
      return { scopes, ...localDays(days[0]!, days.at(-1)!) }
    }
    case 'DownTimePlanned':
      return { scopes, from: data.from, to: data.to }
    case 'PlannedDownTimeCancelled':
      return { scopes, from: occurredAt, to: null }
  }
}
