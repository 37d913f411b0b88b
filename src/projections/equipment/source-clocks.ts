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

const heard = {
  key: (_: unknown, { metadata: { site, source }, recordedAt }: Recorded) =>
    compositeKey(site, source, recordedAt.slice(0, 10)),
  evolve: (row: SourceClockRow | null, { metadata, recordedAt }: Recorded): SourceClockRow => {
    const offset = Date.parse(metadata.occurredAt) - Date.parse(recordedAt)
    return {
      ...row,
      source: metadata.source,
      day: recordedAt.slice(0, 10),
      facts: (row?.facts ?? 0) + 1,
      greatestMs: Math.max(row?.greatestMs ?? offset, offset),
      leastMs: Math.min(row?.leastMs ?? offset, offset),
      lastRecordedAt: row && row.lastRecordedAt > recordedAt ? row.lastRecordedAt : recordedAt,
    }
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
