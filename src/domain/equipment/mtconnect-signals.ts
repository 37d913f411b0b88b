import { plus } from '../types.ts'
import { counterDelta, type CounterMark } from './counter.ts'
import { equipmentEvents as e, type AlarmSeverity, type EquipmentEvent } from './events.ts'
import { COUNTERS, parseCondition, roleByName, type Role } from './mtconnect-items.ts'
import { mtconnectState, normal, UNAVAILABLE, type MtconnectWords } from './mtconnect.ts'

/** One line of SHDR or one observation of an agent. */
export interface Sample {
  /** Epoch milliseconds; what is finer than that is cut off. */
  readonly at: number
  readonly item: string
  /** All that stands after the item's name, with further pipes for a condition. */
  readonly value: string
}

/** A fact to record, as `record` takes it. */
export type SignalFact = EquipmentEvent & { readonly occurredAt: string }

interface Alarm {
  readonly severity: AlarmSeverity
  readonly text: string
  readonly nativeCode: string | null
}
interface Count {
  readonly delta: number
  readonly wasReset: boolean
}
type Words = { -readonly [W in keyof MtconnectWords]: string | null }

/** What was told so far, so that only changes are told. */
interface Told {
  data: 'NOTHING' | 'GAP' | 'FLOWING'
  state: string | null
  program: string | null
  alarms: Record<string, Alarm>
}

/** What the fold of one machine's samples remembers; plain JSON, so that a reader can resume. */
export interface SignalState {
  readonly equipmentId: string
  /** The moment that is still open: facts of one millisecond are told once, together. */
  at: number | null
  open: boolean
  words: Omit<Words, 'fault'>
  program: string | null
  alarms: Record<string, Alarm>
  counters: Record<string, CounterMark>
  counted: Record<string, Count>
  told: Told
}

export const signalState = (equipmentId: string): SignalState => ({
  equipmentId,
  at: null,
  open: false,
  words: {
    availability: null,
    execution: null,
    controllerMode: null,
    functionalMode: null,
    emergencyStop: null,
    power: null,
  },
  program: null,
  alarms: {},
  counters: {},
  counted: {},
  told: { data: 'NOTHING', state: null, program: null, alarms: {} },
})

/** A sample this much older than the one before was merely late; an older one: the clock was set back. */
const MAX_LATE_MS = 5 * 60_000
const PIECE = 'C62'

/**
 * Folds samples of one machine, in the order in which its agent gave them, into facts.
 *
 * - Changes only: a sample that repeats what its item said is nothing, however old it claims to be, so
 *   an agent's snapshot at the start of each file yields nothing new. Sort a snapshot by time where
 *   nothing before it was read.
 * - The last millisecond stays open until a later one comes or `close` is called.
 * - The order of arrival decides what holds; a sample some ms late is told at the latest moment known.
 *   When the machine's clock was set back by more than five minutes, what it said last is ended by a
 *   data gap at the wrong time, and all is told anew at the right one.
 * - While availability or execution is UNAVAILABLE, or execution is no word of MTConnect, there is a
 *   gap; at its end the state is told even when it is the one before.
 *
 * @returns the state to go on from, and facts in the order of their time; never throws
 */
export function translate(
  before: SignalState,
  samples: Iterable<Sample>,
  roleOf: (item: string) => Role | null = roleByName,
): { readonly state: SignalState; readonly facts: readonly SignalFact[] } {
  const state = structuredClone(before)
  const facts: SignalFact[] = []
  for (const sample of samples) {
    const change = changeBy(state, sample, roleOf)
    if (!change) continue
    moveTo(state, sample.at, facts)
    change()
  }
  return { state, facts }
}

/** Tells what the open millisecond still holds: at the end of a file, or of a live batch. */
export function close(before: SignalState): {
  readonly state: SignalState
  readonly facts: readonly SignalFact[]
} {
  const state = structuredClone(before)
  const facts: SignalFact[] = []
  settle(state, facts)
  return { state, facts }
}

/** What a sample changes, to be done once its moment is open; null when it changes nothing. */
function changeBy(
  state: SignalState,
  { item, value }: Sample,
  roleOf: (item: string) => Role | null,
): (() => void) | null {
  const role = roleOf(item)
  if (role === null) {
    const condition = parseCondition(value)
    return condition && conditionChange(state, item, condition)
  }
  if (COUNTERS[role]) return counterChange(state, `${role}:${item}`, value)
  if (role === 'program') {
    const name = value.trim()
    const program = name === '' || name === UNAVAILABLE ? null : name
    return program === state.program ? null : () => void (state.program = program)
  }
  const word = role as keyof SignalState['words']
  const said = normal(value)
  return state.words[word] === said ? null : () => void (state.words[word] = said)
}

function conditionChange(
  { alarms }: SignalState,
  item: string,
  { level, code, message }: NonNullable<ReturnType<typeof parseCondition>>,
): (() => void) | null {
  if (level === 'UNAVAILABLE') return null
  const id = (code === '' ? item : `${item}:${code}`).slice(0, 128).trim()
  if (level === 'NORMAL') {
    const over = Object.keys(alarms).filter(
      (open) => open === id || (code === '' && open.startsWith(`${item}:`)),
    )
    return over.length === 0 ? null : () => over.forEach((open) => delete alarms[open])
  }
  const alarm = { severity: level, text: message, nativeCode: code === '' ? null : code }
  return isSame(alarms[id], alarm) ? null : () => void (alarms[id] = alarm)
}

function counterChange(state: SignalState, key: string, value: string): (() => void) | null {
  const reading = value.trim() === '' ? Number.NaN : Number(value)
  const previous = state.counters[key] ?? null
  if (!Number.isFinite(reading) || reading < 0 || previous?.reading === reading) return null
  const { delta, wasReset, mark } = counterDelta(previous, reading)
  return () => {
    const counted = state.counted[key] ?? { delta: 0, wasReset: false }
    state.counted[key] = {
      delta: plus(counted.delta, delta),
      wasReset: counted.wasReset || wasReset,
    }
    state.counters[key] = mark
  }
}

/** Opens the moment of a change; tells what the moment before held. */
function moveTo(state: SignalState, at: number, facts: SignalFact[]): void {
  const last = state.at
  if (last !== null && at < last - MAX_LATE_MS) {
    settle(state, facts)
    if (state.told.data === 'FLOWING')
      tell(facts, last + 1, e.dataGapStarted({ ...on(state), reason: 'clock set back' }))
    state.told = { ...state.told, data: 'NOTHING', state: null }
    state.at = at
  } else if (last === null || at > last) {
    settle(state, facts)
    state.at = at
  } else if (!state.open) state.at = last + 1
  state.open = true
}

/** Tells everything that differs from what was told, at the moment that is open. */
function settle(state: SignalState, facts: SignalFact[]): void {
  if (!state.open || state.at === null) return
  const at = state.at
  const say = (fact: EquipmentEvent) => tell(facts, at, fact)
  state.open = false
  settleState(state, say)
  const { told, alarms } = state
  if (told.data === 'FLOWING' && state.program !== told.program) {
    say(e.programChanged({ ...on(state), program: state.program }))
    told.program = state.program
  }
  for (const [alarmId, alarm] of Object.entries(alarms))
    if (!isSame(told.alarms[alarmId], alarm))
      say(e.alarmRaised({ ...on(state), alarmId, ...alarm }))
  for (const alarmId of Object.keys(told.alarms))
    if (!alarms[alarmId]) say(e.alarmCleared({ ...on(state), alarmId }))
  told.alarms = { ...alarms }
  for (const [key, count] of Object.entries(state.counted)) {
    const [role, ...name] = key.split(':')
    const kind = COUNTERS[role as Role] ?? 'OTHER'
    const { reading } = state.counters[key]!
    say(
      e.counterAdvanced({
        ...on(state),
        counter: name.join(':'),
        kind,
        ...count,
        unit: PIECE,
        reading,
      }),
    )
  }
  state.counted = {}
}

function settleState(state: SignalState, say: (fact: EquipmentEvent) => void): void {
  const { told } = state
  const faults = Object.keys(state.alarms).filter((id) => state.alarms[id]!.severity === 'FAULT')
  const reading = mtconnectState({ ...state.words, fault: faults.sort()[0] ?? null })
  if (reading === null) return
  if (!reading.known) {
    if (told.data !== 'GAP') say(e.dataGapStarted({ ...on(state), reason: reading.reason }))
    told.data = 'GAP'
    told.state = null
    return
  }
  const { known: _, ...now } = reading
  const signature = JSON.stringify(now)
  if (told.data === 'GAP') say(e.dataGapEnded(on(state)))
  if (told.state !== signature) say(e.stateChanged({ ...on(state), ...now }))
  told.data = 'FLOWING'
  told.state = signature
}

const on = ({ equipmentId }: SignalState) => ({ equipmentId })

const tell = (facts: SignalFact[], at: number, fact: EquipmentEvent): void =>
  void facts.push({ ...fact, occurredAt: new Date(at).toISOString() })

const isSame = (a: Alarm | undefined, b: Alarm): boolean =>
  a !== undefined && a.severity === b.severity && a.text === b.text && a.nativeCode === b.nativeCode
