import ICAL from 'ical.js'
import type { ScheduledOperation } from '../domain/planning/plan-text.ts'
import { csvLine } from './csv.ts'

const COLUMNS = [
  'equipmentId',
  'orderId',
  'operationId',
  'personId',
  'setupStartsAt',
  'startsAt',
  'endsAt',
  'cause',
  'culprit',
] as const

/** A plan as CSV (RFC 4180), in the order of its start. */
export const scheduleCsv = (operations: readonly ScheduledOperation[]): string =>
  [csvLine(COLUMNS), ...operations.map((one) => csvLine(COLUMNS.map((name) => one[name])))].join('')

/** A plan as iCalendar (RFC 5545): one event an operation, in UTC. @param now its DTSTAMP, ISO-8601 */
export function scheduleIcs(
  name: string,
  operations: readonly ScheduledOperation[],
  now: string,
): string {
  const root = new ICAL.Component('vcalendar')
  root.addPropertyWithValue('version', '2.0')
  root.addPropertyWithValue('prodid', '-//Taktlog//Schedule//EN')
  root.addPropertyWithValue('x-wr-calname', name)
  for (const one of operations) {
    const event = new ICAL.Component('vevent')
    event.addPropertyWithValue('uid', `${one.orderId}/${one.operationId}@taktlog`)
    event.addPropertyWithValue('dtstamp', utc(now))
    event.addPropertyWithValue('dtstart', utc(one.setupStartsAt))
    event.addPropertyWithValue('dtend', utc(one.endsAt))
    event.addPropertyWithValue('summary', `${one.orderId} ${one.operationId}`)
    event.addPropertyWithValue('location', one.equipmentId)
    root.addSubcomponent(event)
  }
  return `${root.toString()}\r\n`
}

const utc = (instant: string): ICAL.Time => ICAL.Time.fromDateTimeString(`${instant.slice(0, 19)}Z`)
