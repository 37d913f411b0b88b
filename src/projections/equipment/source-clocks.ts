import type { EquipmentEvent } from '../../domain/equipment/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface SourceClockRow {
  source: string
  /** UTC day of the log's clock. */
  day: string
  facts: number
  /**
   * Difference of the source's clock to the log's, by fact: occurredAt - recordedAt, in milliseconds.
   * A fact is never recorded before it happened, so the greatest difference of a day is what the clock
   * of the source is ahead by at least, and, if negative, what it is behind or its facts are late by.
   */
  greatestMs: number
  leastMs: number
  lastRecordedAt: string
}

/** Facts of one append share the moment they were recorded: read once, not for each of them. */
function lastOf<T>(make: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly made: T } | null = null
  return (text) => (last?.text === text ? last : (last = { text, made: make(text) })).made
}
const recordedOn = lastOf((recordedAt) => recordedAt.slice(0, 10))
const recordedMs = lastOf(Date.parse)

/** Facts in a row are of one source most often: the same string again is found without hashing it. */
let last = { site: '', source: '', day: '', key: '' }
function clockKey(site: string, source: string, day: string): string {
  if (last.day !== day || last.source !== source || last.site !== site)
    last = { site, source, day, key: compositeKey(site, source, day) }
  return last.key
}

const ahead = ({ metadata, recordedAt }: Recorded): number =>
  Date.parse(metadata.occurredAt) - recordedMs(recordedAt)

function change(row: SourceClockRow, fact: Recorded): void {
  const offset = ahead(fact)
  row.facts++
  if (offset > row.greatestMs) row.greatestMs = offset
  if (offset < row.leastMs) row.leastMs = offset
  if (fact.recordedAt > row.lastRecordedAt) row.lastRecordedAt = fact.recordedAt
}

const heard = {
  key: (_: unknown, { metadata: { site, source }, recordedAt }: Recorded) =>
    clockKey(site, source, recordedOn(recordedAt)),
  change,
  evolve(before: SourceClockRow | null, fact: Recorded): SourceClockRow {
    if (before === null) {
      const { metadata, recordedAt } = fact
      const offset = ahead(fact)
      return {
        ...{ source: metadata.source, day: recordedAt.slice(0, 10), facts: 1 },
        ...{ greatestMs: offset, leastMs: offset, lastRecordedAt: recordedAt },
      }
    }
    const row = { ...before }
    change(row, fact)
    return row
  },
}

/**
 * One row per source of machine data and day: how far its clock is from the log's. Facts stay as the
 * source dated them: whether a clock was wrong or a line was slow is for people to judge.
 */
export const sourceClocks = projection<SourceClockRow>()<EquipmentEvent>({
  name: 'source_clocks',
  context: 'equipment',
  version: 1,
  columns: {
    source: 'text',
    day: 'text',
    facts: 'bigint',
    greatestMs: 'bigint',
    leastMs: 'bigint',
    lastRecordedAt: 'timestamptz',
  },
  indexes: [['day'], ['source', 'day']],
  on: {
    EquipmentStateChanged: heard,
    CounterAdvanced: heard,
    ProgramChanged: heard,
    AlarmRaised: heard,
    AlarmCleared: heard,
    DataGapStarted: heard,
    DataGapEnded: heard,
    StateTimeObserved: heard,
  },
})
