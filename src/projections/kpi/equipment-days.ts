import type { EquipmentEvent } from '../../domain/equipment/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { change, type KnownState } from '../../domain/kpi/states.ts'
import { plus } from '../../domain/types.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

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
  /** Changes of state as `states.ts` packs them, ascending: 32-bit little-endian numbers in base64. */
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
/** A UTC day has no leap second here, so all begin at a multiple of its length; also before 1970. */
const sinceMidnight = (instant: string): number => {
  const since = Date.parse(instant) % DAY_MS
  return since < 0 ? since + DAY_MS : since
}

const newRow = (equipmentId: string, day: string): EquipmentDayRow => ({
  ...{ equipmentId, day, changes: '', counts: [], spans: [], facts: 0 },
})

/** @param put changes the row it is given, which is a copy. */
const onDay =
  <E extends EquipmentEvent>(put: (row: EquipmentDayRow, fact: Recorded<E>) => void) =>
  (before: EquipmentDayRow | null, fact: Recorded<E>, key: string): EquipmentDayRow => {
    const row = before ? { ...before } : newRow(fact.data.equipmentId, key.slice(-DAY_LENGTH))
    row.facts++
    put(row, fact)
    return row
  }
const key = ({ equipmentId }: { equipmentId: string }, { metadata }: Recorded): string =>
  dayKey(equipmentId, metadata.occurredAt.slice(0, 10))

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
      evolve: onDay<Of<'EquipmentStateChanged'>>((row, { data, metadata }) => {
        const added = change(sinceMidnight(metadata.occurredAt), data.state)
        row.changes = withChange(row.changes, added)
      }),
    },
    DataGapStarted: {
      key,
      evolve: onDay<Of<'DataGapStarted'>>((row, { metadata }) => {
        const added = change(sinceMidnight(metadata.occurredAt), 'NO_DATA')
        row.changes = withChange(row.changes, added)
      }),
    },
    CounterAdvanced: {
      key,
      evolve: onDay<Of<'CounterAdvanced'>>((row, { data, metadata }) => {
        const minute = Math.floor(sinceMidnight(metadata.occurredAt) / MINUTE_MS)
        row.counts = withCount(row.counts, [minute, data.kind, data.delta])
      }),
    },
    StateTimeObserved: {
      key: ({ equipmentId, from, to }) =>
        daysOf(Date.parse(from), Date.parse(to)).map((day) => dayKey(equipmentId, day)),
      evolve: onDay<Of<'StateTimeObserved'>>((row, { data }) => {
        row.spans = [...row.spans, summedUpOn(row.day, data)].sort(bySpan)
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

/** The changes of a row, ascending. */
export function changesOf(packed: string): Int32Array {
  const bytes = Buffer.from(packed, 'base64')
  const numbers = new Int32Array(bytes.length / 4)
  for (let i = 0; i < numbers.length; i++) numbers[i] = bytes.readInt32LE(i * 4)
  return numbers
}

/** Base64 knows no end within three numbers: 12 bytes are 16 characters. */
const TRIPLE = 3
const TRIPLE_CHARS = 16
const tail = Buffer.alloc((TRIPLE + 1) * 4)

/** Puts a change in its place, from the end: most come in order. The same change twice is one. */
function withChange(packed: string, added: number): string {
  const count = Math.floor((packed.length / TRIPLE_CHARS) * TRIPLE)
  const kept = Math.floor(Math.max(0, count - 1) / TRIPLE) * TRIPLE_CHARS
  // Only what is behind the last whole triple is looked at: a day of changes is long.
  const bytes = tail.write(packed.slice(kept), 'base64')
  if (bytes > 0 && tail.readInt32LE(bytes - 4) >= added) return withLateChange(packed, added)
  tail.writeInt32LE(added, bytes)
  return packed.slice(0, kept) + tail.toString('base64', 0, bytes + 4)
}

function withLateChange(packed: string, added: number): string {
  const before = changesOf(packed)
  let place = before.length
  while (place > 0 && before[place - 1]! > added) place--
  if (place > 0 && before[place - 1] === added) return packed
  const bytes = Buffer.alloc(before.length * 4 + 4)
  before.forEach((number, i) => bytes.writeInt32LE(number, (i < place ? i : i + 1) * 4))
  bytes.writeInt32LE(added, place * 4)
  return bytes.toString('base64')
}

function withCount(counts: readonly Count[], [minute, kind, delta]: Count): Count[] {
  let place = counts.length
  const isAfter = ([m, k]: Count) => m > minute || (m === minute && k > kind)
  while (place > 0 && isAfter(counts[place - 1]!)) place--
  const same = counts[place - 1]
  if (same?.[0] === minute && same[1] === kind)
    return counts.with(place - 1, [minute, kind, plus(same[2], delta)])
  return counts.toSpliced(place, 0, [minute, kind, delta])
}

/** First moment of a row's day, epoch milliseconds. */
export const dayStart = (day: string): number => Date.parse(`${day}T00:00:00.000Z`)
export const dayOf = (epochMs: number): string =>
  new Date(Math.floor(epochMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10)
