import { basename } from 'node:path'
import { hash } from 'node:crypto'
import { calendar } from '../../domain/calendar/calendar.ts'
import {
  calendarIdOf,
  calendarKind,
  downTimePurpose,
  type CalendarChange,
  type CalendarEvent,
  type PlannedDownTime,
  type SpecialDay,
} from '../../domain/calendar/events.ts'
import { shiftIdOf } from '../../domain/calendar/calendar-state.ts'
import { streamOf } from '../../domain/decider.ts'
import { ImportError } from './errors.ts'
import { icalOccurrences, type Occurrence } from './ical-events.ts'
import { readText } from './lines.ts'
import { checkSite, type SiteOptions } from './plant.ts'
import { runImport, type ImportDeps, type Report, type Sink } from './run.ts'

export interface IcalOptions extends SiteOptions {
  /** Kind and scope, e.g. `EQUIPMENT:ULM`; defined where it is new. */
  readonly calendar: string
  /** Name of a new calendar. */
  readonly name?: string
  /** Days of events that recur: from today, for two years. YYYY-MM-DD. */
  readonly from?: string
  readonly until?: string
  /** Why days that have passed are corrected; without it they are left out. */
  readonly reason?: string
  /** Now, ISO-8601; the clock by default. */
  readonly now?: string
}

const MAX_BYTES = 16 * 1024 * 1024
const YEARS_AHEAD = 2
/** Days said in one command: a refusal concerns these only. */
const DAYS_AT_ONCE = 200
const MAX_UID = 100
const SHIFT_MAX_HOURS = 24

/**
 * Imports iCalendar files into a calendar. All-day events are holidays (working days with the category
 * WORKING-DAY), events of the category SHIFT are shifts, all others planned down time, for what their
 * category says: MAINTENANCE, TEST, CLEANING, MEETING, else OTHER.
 * @throws ImportError naming the file or option that cannot be used
 */
export async function importIcal(
  files: readonly string[],
  options: IcalOptions,
  deps: ImportDeps,
): Promise<Report> {
  checkSite(options)
  const of = calendarNamed(options.calendar)
  const now = options.now ?? new Date().toISOString()
  return runImport(files, options.site, deps, async (sink) => {
    const stream = streamOf(calendar, calendarIdOf(of.kind, of.scopeId))
    const [first] = await deps.store.readStream(stream, { limit: 1 })
    const zone = first ? (first as unknown as Defined).data.timeZone : options.timeZone
    for (const file of files) {
      const source = `ical:${basename(file)}`
      const put = (command: CommandOf, name: string) =>
        sink.command(source, {
          ...{ decider: calendar, command: { ...command, ...of }, occurredAt: now, file, line: 0 },
          name: `ical/${options.calendar}/${name}`,
        })
      if (!first) {
        const name = options.name ?? of.scopeId
        put({ type: 'DefineCalendar', name, timeZone: options.timeZone }, 'define')
      }
      const text = await readText(file, MAX_BYTES)
      const today = Temporal.Instant.from(now).toZonedDateTimeISO(zone).toPlainDate()
      const window = {
        zone,
        from: options.from ?? today.toString(),
        until: options.until ?? today.add({ years: YEARS_AHEAD }).toString(),
      }
      const read = readOccurrences(sink, icalOccurrences(file, text, window))
      send(read, { put, sink, today: today.toString(), reason: options.reason ?? null })
      await sink.room({ file, bytes: text.length, lines: text.split('\n').length })
    }
  })
}

type Defined = Extract<CalendarEvent, { type: 'CalendarDefined' }>
type CommandOf = { readonly type: string; readonly [field: string]: unknown }

/** @param name kind and scope with a colon between */
function calendarNamed(name: string) {
  const [kind, ...rest] = name.split(':')
  const known = calendarKind.safeParse(kind)
  const scopeId = rest.join(':')
  if (!known.success || scopeId === '')
    throw new ImportError(`--calendar ${name}`, 'must be EQUIPMENT:<scope> or PERSON:<scope>')
  return { kind: known.data, scopeId }
}

interface Read {
  readonly days: ReadonlyMap<string, SpecialDay>
  readonly downTimes: readonly { readonly day: string; readonly entry: PlannedDownTime }[]
}

function readOccurrences(sink: Sink, occurrences: Iterable<Occurrence>): Read {
  const days = new Map<string, SpecialDay>()
  const downTimes: { day: string; entry: PlannedDownTime }[] = []
  for (const occurrence of occurrences) {
    const purpose = purposeOf(occurrence)
    if (occurrence.categories.includes('SHIFT') || (occurrence.allDay && purpose === null))
      for (const day of occurrence.allDay ? allDays(occurrence) : shiftOf(sink, occurrence)) {
        const key = `${day.day}/${shiftIdOf(day) ?? ''}`
        const known = days.get(key)
        if (known && known.kind !== 'SHIFT')
          sink.note(`${day.day}: ${known.name} stays, ${day.name} is left out: a day is one thing.`)
        else days.set(key, day)
      }
    else {
      const day = occurrence.from.toPlainDate().toString()
      downTimes.push({ day, entry: downTimeOf(occurrence, purpose ?? 'OTHER') })
    }
  }
  return { days, downTimes }
}

const purposeOf = ({ categories }: Occurrence): PlannedDownTime['purpose'] | null =>
  downTimePurpose.options.find((purpose) => categories.includes(purpose)) ?? null

function allDays({ from, to, summary, categories }: Occurrence): SpecialDay[] {
  const kind = categories.includes('WORKING_DAY') ? 'WORKING_DAY' : 'HOLIDAY'
  const days: SpecialDay[] = []
  const end = to.toPlainDate()
  let day = from.toPlainDate()
  do {
    days.push({ kind, day: day.toString(), name: summary })
    day = day.add({ days: 1 })
  } while (Temporal.PlainDate.compare(day, end) < 0)
  return days
}

function shiftOf(sink: Sink, { from, to, summary, extra }: Occurrence): SpecialDay[] {
  const day = from.toPlainDate().toString()
  const hours = to.toPlainDateTime().since(from.toPlainDateTime()).total('hours')
  const shiftId = (extra('x-taktlog-shift') ?? summary).trim()
  if (shiftId === '' || hours <= 0 || hours > SHIFT_MAX_HOURS) {
    sink.note(`${day}: shift "${shiftId}" of ${hours} hours is left out.`)
    return []
  }
  const breaks = (extra('x-taktlog-breaks') ?? '').split(' ').filter(Boolean)
  return [
    {
      ...{ kind: 'SHIFT', day, shiftId, name: summary },
      ...{ start: clock(from), end: clock(to) },
      breaks: breaks.map((b) => ({ start: b.slice(0, 5), end: b.slice(6) })),
    },
  ]
}
const clock = (time: Temporal.ZonedDateTime): string => time.toPlainTime().toString().slice(0, 5)

function downTimeOf(
  { uid, summary, from, to, recurring, extra }: Occurrence,
  purpose: PlannedDownTime['purpose'],
): PlannedDownTime {
  const start = iso(from)
  const own = uid === '' || uid.length > MAX_UID ? hash('sha256', uid + summary).slice(0, 32) : uid
  const entryId = extra('x-taktlog-entry') ?? (recurring ? `${own}/${start.slice(0, 16)}` : own)
  return { entryId, from: start, to: iso(to), purpose, cause: summary || purpose }
}
const iso = (time: Temporal.ZonedDateTime): string => new Date(time.epochMilliseconds).toISOString()

/** Plain changes for today and later; for days that have passed corrections, where somebody says why. */
function send(
  { days, downTimes }: Read,
  {
    put,
    sink,
    today,
    reason,
  }: {
    readonly put: (command: CommandOf, name: string) => void
    readonly sink: Sink
    readonly today: string
    readonly reason: string | null
  },
): void {
  const correct = (change: CalendarChange) => {
    const correctionId = digest(change)
    put({ type: 'CorrectCalendar', correctionId, reason, change }, `correct/${correctionId}`)
  }
  const sorted = [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
  const isPast = (day: string): boolean => day < today
  for (const some of chunks(sorted.filter(({ day }) => !isPast(day))))
    put({ type: 'SetCalendarDays', days: some }, `days/${digest(some)}`)
  const upcoming = downTimes.filter(({ day }) => !isPast(day))
  for (const { entry } of upcoming) put({ type: 'PlanDownTime', ...entry }, `down/${digest(entry)}`)
  const pastDays = sorted.filter(({ day }) => isPast(day))
  const pastDowns = downTimes.filter(({ day }) => isPast(day))
  if (reason === null) {
    const left = pastDays.length + pastDowns.length
    if (left > 0) sink.note(`${left} entries before ${today} are left out; --reason corrects them.`)
    return
  }
  for (const some of chunks(pastDays)) correct({ change: 'SET_DAYS', days: some })
  for (const { entry } of pastDowns) correct({ change: 'PLAN_DOWN_TIME', entry })
}

const digest = (value: unknown): string => hash('sha256', JSON.stringify(value)).slice(0, 32)

const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / DAYS_AT_ONCE) }, (_, i) =>
    all.slice(i * DAYS_AT_ONCE, (i + 1) * DAYS_AT_ONCE),
  )
