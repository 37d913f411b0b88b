import type { AlarmSeverity, EquipmentEvent } from '../../domain/equipment/events.ts'
import type { Recorded } from '../../domain/event.ts'
import { compositeKey } from '../composite-key.ts'
import { projection } from '../projection.ts'

export interface AlarmRow {
  equipmentId: string
  alarmId: string
  status: 'OPEN' | 'CLEARED'
  /** What it said when it was last raised; null where only its end was ever reported. */
  severity: AlarmSeverity | null
  text: string
  nativeCode: string | null
  raisedAt: string | null
  clearedAt: string | null
  /** Fact that raised it last: of two at one moment the greater id counts. */
  raisedBy: string | null
}

type AlarmFact = Recorded<Extract<EquipmentEvent, { type: 'AlarmRaised' | 'AlarmCleared' }>>

const none = ({ data }: AlarmFact): AlarmRow => ({
  equipmentId: data.equipmentId,
  alarmId: data.alarmId,
  status: 'CLEARED',
  severity: null,
  text: '',
  nativeCode: null,
  raisedAt: null,
  clearedAt: null,
  raisedBy: null,
})

/** Cleared at the moment it was raised means cleared: an alarm must not stay open by a tie. */
const withStatus = (row: AlarmRow): AlarmRow => ({
  ...row,
  status:
    row.raisedAt !== null && (row.clearedAt === null || row.clearedAt < row.raisedAt)
      ? 'OPEN'
      : 'CLEARED',
})

/** One row per machine and alarm: whether it is open, and since when. */
export const equipmentAlarms = projection<AlarmRow>()<EquipmentEvent>({
  name: 'equipment_alarms',
  context: 'equipment',
  version: 1,
  columns: {
    equipmentId: 'text',
    alarmId: 'text',
    status: 'text',
    severity: 'text',
    text: 'text',
    nativeCode: 'text',
    raisedAt: 'timestamptz',
    clearedAt: 'timestamptz',
    raisedBy: 'text',
  },
  indexes: [['equipmentId', 'status', 'raisedAt'], ['status', 'raisedAt'], ['raisedAt']],
  on: {
    AlarmRaised: {
      key: (d) => compositeKey(d.equipmentId, d.alarmId),
      evolve: (before, fact) => {
        const row = before ?? none(fact)
        const { occurredAt: at } = fact.metadata
        if (row.raisedAt !== null && `${row.raisedAt}${row.raisedBy}` >= `${at}${fact.id}`)
          return before
        const { severity, text, nativeCode } = fact.data
        return withStatus({ ...row, severity, text, nativeCode, raisedAt: at, raisedBy: fact.id })
      },
    },
    AlarmCleared: {
      key: (d) => compositeKey(d.equipmentId, d.alarmId),
      evolve: (before, fact) => {
        const row = before ?? none(fact)
        const { occurredAt: at } = fact.metadata
        if (row.clearedAt !== null && row.clearedAt >= at) return before
        return withStatus({ ...row, clearedAt: at })
      },
    },
  },
})
