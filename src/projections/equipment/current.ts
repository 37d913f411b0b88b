import type { CounterKind, EquipmentEvent } from '../../domain/equipment/events.ts'
import type { Event, Recorded } from '../../domain/event.ts'
import type { Level, SiteEvent } from '../../domain/site/events.ts'
import { projection } from '../projection.ts'
import type { TimelineState } from './intervals.ts'

/** What a counter showed last. */
export interface CounterReading {
  counter: string
  kind: CounterKind
  /** Null for a source that counts increments. */
  reading: number | null
  unit: string
  at: string
  /** Fact that said so: of two at one moment the greater id counts. */
  by: string
}

export interface EquipmentRow {
  /** Null until the hierarchy has a node of this id; a machine may report before. */
  name: string | null
  level: Level | null
  parentId: string | null
  status: 'ACTIVE' | 'RETIRED'
  state: TimelineState
  nativeState: string | null
  reason: string | null
  /** When the state was said, or the gap began; null where nothing was ever said. */
  since: string | null
  /** Null for none, and without data. */
  program: string | null
  counters: CounterReading[]
  /** When the latest fact of any kind happened. */
  lastFactAt: string | null
  /** The latest state and program with their place in time, so that a late fact changes nothing. */
  marks: { state: string; program: string; loaded: string | null }
}

const NEW: EquipmentRow = {
  name: null,
  level: null,
  parentId: null,
  status: 'ACTIVE',
  state: 'NO_DATA',
  nativeState: null,
  reason: null,
  since: null,
  program: null,
  counters: [],
  lastFactAt: null,
  marks: { state: '', program: '', loaded: null },
}

/** Levels that are places or organisations, not equipment that does anything. */
const PLACES: readonly Level[] = ['ENTERPRISE', 'SITE', 'AREA']

type Handler<E extends Event> = {
  key: (d: E['data']) => string
  evolve: (row: EquipmentRow | null, fact: Recorded<E>) => EquipmentRow | null
  change: (row: EquipmentRow, fact: Recorded<E>) => void
}
type Of<T extends EquipmentEvent['type']> = Extract<EquipmentEvent, { type: T }>

/**
 * A fact a machine reports: whatever it says, the machine was heard of.
 * @param put changes the row it is given, but none of its lists; false where the fact is too late to count
 */
const reported = <T extends EquipmentEvent['type']>(
  put: (row: EquipmentRow, fact: Recorded<Of<T>>) => boolean = () => false,
): Handler<Of<T>> => {
  const change = (row: EquipmentRow, fact: Recorded<Of<T>>): boolean => {
    const counts = put(row, fact)
    const { occurredAt: at } = fact.metadata
    const isLatest = row.lastFactAt === null || row.lastFactAt < at
    if (isLatest) row.lastFactAt = at
    return counts || isLatest
  }
  return {
    key: (d) => d.equipmentId,
    change,
    evolve: (before, fact) => {
      const row = { ...(before ?? NEW) }
      return change(row, fact) ? row : before
    },
  }
}

type Said = Pick<EquipmentRow, 'state' | 'nativeState' | 'reason'>

/** The later state counts; at one moment a gap does, then the greater id: as in a timeline. */
function say(
  row: EquipmentRow,
  fact: Recorded<Event>,
  { state, nativeState, reason }: Said,
): boolean {
  const { occurredAt: since } = fact.metadata
  const mark = `${since}/${state === 'NO_DATA' ? 1 : 0}/${fact.id}`
  // A later moment needs no look at the mark: most facts come in order.
  const isLater = row.since !== null && since > row.since
  if (!isLater && mark <= row.marks.state) return false
  row.state = state
  row.nativeState = nativeState
  row.reason = reason
  row.since = since
  row.program = state === 'NO_DATA' ? null : row.marks.loaded
  row.marks = { ...row.marks, state: mark }
  return true
}

function load(row: EquipmentRow, fact: Recorded<Of<'ProgramChanged'>>): boolean {
  const mark = `${fact.metadata.occurredAt}/${fact.id}`
  if (mark <= row.marks.program) return false
  const loaded = fact.data.program
  row.program = row.state === 'NO_DATA' ? null : loaded
  row.marks = { ...row.marks, program: mark, loaded }
  return true
}

function count(row: EquipmentRow, fact: Recorded<Of<'CounterAdvanced'>>): boolean {
  const { counter, kind, reading, unit } = fact.data
  const at = fact.metadata.occurredAt
  const place = row.counters.findIndex((c) => c.counter === counter)
  const before = row.counters[place]
  if (before && (before.at > at || (before.at === at && before.by >= fact.id))) return false
  const next = { counter, kind, reading, unit, at, by: fact.id }
  row.counters = before
    ? row.counters.with(place, next)
    : [...row.counters, next].sort((a, b) => (a.counter < b.counter ? -1 : 1))
  return true
}

/** A change of a node of the hierarchy that is equipment; places have no row here. */
const onNode = <D extends { scopeId: string }>(change: (data: D) => Partial<EquipmentRow>) => ({
  key: (d: D) => d.scopeId,
  evolve: (row: EquipmentRow | null, { data }: { data: D }) =>
    row?.level ? { ...row, ...change(data) } : row,
})

/**
 * One row per machine, line or other piece of equipment: where it stands in the hierarchy, and the
 * latest it said, by when it happened and not by when it arrived.
 */
export const equipmentCurrent = projection<EquipmentRow>()<EquipmentEvent | SiteEvent>({
  name: 'equipment_current',
  context: 'equipment',
  version: 1,
  columns: {
    name: 'text',
    level: 'text',
    parentId: 'text',
    status: 'text',
    state: 'text',
    nativeState: 'text',
    reason: 'text',
    since: 'timestamptz',
    program: 'text',
    counters: 'jsonb',
    lastFactAt: 'timestamptz',
    marks: 'jsonb',
  },
  indexes: [['state', 'since'], ['parentId'], ['program'], ['level']],
  on: {
    HierarchyScopeDefined: {
      key: (d) => (PLACES.includes(d.level) ? [] : [d.scopeId]),
      evolve: (row, { data: { name, level, parentId } }) => ({
        ...(row ?? NEW),
        name,
        level,
        parentId,
      }),
    },
    HierarchyScopeRenamed: onNode(({ name }) => ({ name })),
    HierarchyScopeMoved: onNode(({ parentId }) => ({ parentId })),
    HierarchyScopeRetired: onNode(() => ({ status: 'RETIRED' })),
    EquipmentStateChanged: reported((row, fact) => say(row, fact, fact.data)),
    DataGapStarted: reported((row, fact) =>
      say(row, fact, { state: 'NO_DATA', nativeState: null, reason: fact.data.reason }),
    ),
    DataGapEnded: reported(),
    ProgramChanged: reported(load),
    CounterAdvanced: reported(count),
    AlarmRaised: reported(),
    AlarmCleared: reported(),
    StateTimeObserved: reported(),
  },
})
