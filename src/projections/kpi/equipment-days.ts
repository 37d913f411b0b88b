import type { EquipmentEvent } from '../../domain/equipment/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { change, type KnownState } from '../../domain/kpi/states.ts'
import { plus } from '../../domain/types.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'
import { withChange } from './packed-changes.ts'

/** Pieces counted within one minute: minute of the UTC day, kind of the counter, how many. */
export type Count = readonly [minute: number, kind: string, delta: number]
/** Of a source that sums up: milliseconds from midnight to both ends, state, how long it lasted. */
export type SummedUp = readonly [from: number, to: number, state: KnownState, durationMs: number]

/**
 * All that key figures need of one machine and UTC day, packed: 500 machines for a month are 15,000
 * rows instead of 1.5 million. `timeline.ts` keeps the same facts one by one, with their words.
 */
export interface EquipmentDayRow {
  equipmentId: string
  /** UTC day, YYYY-MM-DD. */
  day: string
  /** Changes of state as `states.ts` packs them, ascending, packed again by `packed-changes.ts`. */
  changes: string
  /** By minute and kind. A fast counter makes 1,440 of them a day at most, not one a piece. */
  counts: Count[]
  spans: SummedUp[]
  /** Facts it was folded from: it changes whenever the row may have. */
  facts: number
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const DAY_LENGTH = '2026-03-02'.length
/** As facts say when: `2026-03-02T06:00:00.000Z`. */
const INSTANT_LENGTH = 24
const ZERO = 48
const digits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO

/**
 * Read by hand, as it is for every fact of a machine. A UTC day has no leap second here, so all begin at a
 * multiple of its length; also before 1970.
 */
function sinceMidnight(instant: string): number {
  if (instant.length === INSTANT_LENGTH) {
    const seconds = digits(instant, 11) * 3_600 + digits(instant, 14) * 60 + digits(instant, 17)
    return seconds * 1_000 + digits(instant, 20) * 10 + instant.charCodeAt(22) - ZERO
  }
  const since = Date.parse(instant) % DAY_MS
  return since < 0 ? since + DAY_MS : since
}

const newRow = (equipmentId: string, day: string): EquipmentDayRow => ({
  ...{ equipmentId, day, changes: '', counts: [], spans: [], facts: 0 },
})

/** @param put changes the row it is given, and its lists */
const onDay = <E extends EquipmentEvent>(
  put: (row: EquipmentDayRow, fact: Recorded<E>) => void,
) => {
  const change = (row: EquipmentDayRow, fact: Recorded<E>): void => {
    row.facts++
    put(row, fact)
  }
  return {
    change,
    evolve(before: EquipmentDayRow | null, fact: Recorded<E>, key: string): EquipmentDayRow {
      const row = before
        ? { ...before, counts: before.counts.slice(), spans: before.spans.slice() }
        : newRow(fact.data.equipmentId, key.slice(-DAY_LENGTH))
      change(row, fact)
      return row
    },
  }
}

/** A machine says most of what it says on one day: its key is made once. */
const MAX_LAST_KEYS = 10_000
const lastKeys = new Map<string, { readonly day: string; readonly key: string }>()
function key({ equipmentId }: { equipmentId: string }, { metadata }: Recorded): string {
  const { occurredAt } = metadata
  const last = lastKeys.get(equipmentId)
  if (last && occurredAt.startsWith(last.day)) return last.key
  const day = occurredAt.slice(0, DAY_LENGTH)
  const made = dayKey(equipmentId, day)
  if (lastKeys.size === MAX_LAST_KEYS) lastKeys.clear()
  lastKeys.set(equipmentId, { day, key: made })
  return made
}

export const dayKey = (equipmentId: string, day: string): string => compositeKey(equipmentId, day)

type Of<T extends EquipmentEvent['type']> = Extract<EquipmentEvent, { type: T }>

export const equipmentDays = projection<EquipmentDayRow>()<EquipmentEvent>({
  name: 'equipment_days',
  context: 'equipment',
  version: 1,
  columns: {
    equipmentId: 'text',
    day: 'text',
    changes: 'text',
    counts: 'jsonb',
    spans: 'jsonb',
    facts: 'bigint',
  },
  indexes: [['equipmentId', 'day']],
  on: {
    EquipmentStateChanged: {
      key,
      ...onDay<Of<'EquipmentStateChanged'>>((row, { data, metadata }) => {
        const added = change(sinceMidnight(metadata.occurredAt), data.state)
        row.changes = withChange(row.changes, added)
      }),
    },
    DataGapStarted: {
      key,
      ...onDay<Of<'DataGapStarted'>>((row, { metadata }) => {
        const added = change(sinceMidnight(metadata.occurredAt), 'NO_DATA')
        row.changes = withChange(row.changes, added)
      }),
    },
    CounterAdvanced: {
      key,
      ...onDay<Of<'CounterAdvanced'>>((row, { data, metadata }) => {
        const minute = Math.floor(sinceMidnight(metadata.occurredAt) / MINUTE_MS)
        count(row.counts, [minute, data.kind, data.delta])
      }),
    },
    StateTimeObserved: {
      key: ({ equipmentId, from, to }) =>
        daysOf(Date.parse(from), Date.parse(to)).map((day) => dayKey(equipmentId, day)),
      ...onDay<Of<'StateTimeObserved'>>((row, { data }) => {
        row.spans.push(summedUpOn(row.day, data))
        row.spans.sort(bySpan)
      }),
    },
  },
})

/** The part of a summed-up window that lies within a day; what it lasted is spread evenly. */
function summedUpOn(day: string, d: Of<'StateTimeObserved'>['data']): SummedUp {
  const start = dayStart(day)
  const [from, to] = [Date.parse(d.from) - start, Date.parse(d.to) - start]
  const part = { from: Math.max(0, from), to: Math.min(DAY_MS, to) }
  const share = (part.to - part.from) / (to - from)
  return [part.from, part.to, d.state, d.durationMs * share]
}

/** UTC days that a stretch of time touches. @param from epoch milliseconds @param to excluded */
export function daysOf(from: number, to: number): string[] {
  const days: string[] = []
  for (let at = Math.floor(from / DAY_MS) * DAY_MS; at < to; at += DAY_MS) days.push(dayOf(at))
  return days
}

/** Any order that does not depend on arrival. */
const bySpan = (a: SummedUp, b: SummedUp): number =>
  a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0) || a[3] - b[3]

/** Adds to the count of this minute and kind, which are in order. */
function count(counts: Count[], [minute, kind, delta]: Count): void {
  let place = counts.length
  const isAfter = ([m, k]: Count) => m > minute || (m === minute && k > kind)
  while (place > 0 && isAfter(counts[place - 1]!)) place--
  const same = counts[place - 1]
  if (same?.[0] === minute && same[1] === kind)
    counts[place - 1] = [minute, kind, plus(same[2], delta)]
  else if (place === counts.length) counts.push([minute, kind, delta])
  else counts.splice(place, 0, [minute, kind, delta])
}

/** First moment of a row's day, epoch milliseconds. */
export const dayStart = (day: string): number => Date.parse(`${day}T00:00:00.000Z`)
export const dayOf = (epochMs: number): string =>
  new Date(Math.floor(epochMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10)
