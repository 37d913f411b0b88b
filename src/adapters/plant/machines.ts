import type { EquipmentState } from '../../domain/equipment/events.ts'
import type { Said } from './actions.ts'
import type { MachineSpec } from './layout.ts'
import type { Random } from './random.ts'

/** One machine as its control sees it: it tells changes only, and nothing while its line is dead. */
export interface Machine extends MachineSpec {
  readonly state: () => EquipmentState
  readonly to: (state: EquipmentState, nativeState: string, reason?: string) => void
  /** Says its state although it has not changed: the first word of a connector. */
  readonly tell: () => void
  readonly load: (program: string) => void
  readonly count: (pieces: number) => void
  /** The counter starts at zero again, as after a cold start of the control. */
  readonly resetCounter: () => void
  readonly raise: (alarmId: string, severity: 'WARNING' | 'FAULT', text: string) => void
  readonly clear: (alarmId: string) => void
  /** Its fault comes in its next cycle. */
  readonly wearOut: () => void
  /** Whether its fault is due; asked once a cycle. */
  readonly failsNow: (cycleMinutes: number) => boolean
  /** The connector loses the machine: it goes on working, unheard. */
  readonly silence: (reason: string) => void
  readonly talk: () => void
  /** Energy since it was last asked, kWh, from the power of the states it was in. */
  readonly drawn: () => number
}

/** Power of a real machine is never as flat as its nameplate. */
const POWER_NOISE = 0.04
const HOUR_MS = 3_600_000
const COUNTER = 'Part_Count'

export function createMachine(
  spec: MachineSpec,
  world: {
    readonly now: () => number
    readonly random: Random
    readonly observe: (said: Said) => void
  },
): Machine {
  const { equipmentId } = spec
  let state: EquipmentState = 'IDLE'
  let native = 'READY'
  let program: string | null = null
  let reading = world.random.whole(200, 9_000)
  let uncounted = 0
  let hasReset = false
  let silent = false
  let isWorn = false
  let since = world.now()
  let kwh = 0

  const meter = (): void => {
    const hours = (world.now() - since) / HOUR_MS
    kwh += spec.power[state] * hours * world.random.normal(1, POWER_NOISE)
    since = world.now()
  }
  const say = (said: Said): void => {
    if (!silent) world.observe(said)
  }
  const tellState = (reason: string | null): void =>
    say({
      type: 'EquipmentStateChanged',
      data: { equipmentId, state, nativeState: native, reason },
    })
  const tellCount = (): void => {
    if (silent || uncounted === 0) return
    say({
      type: 'CounterAdvanced',
      data: {
        equipmentId,
        counter: COUNTER,
        kind: 'TOTAL',
        delta: uncounted,
        unit: 'C62',
        reading,
        wasReset: hasReset,
      },
    })
    uncounted = 0
    hasReset = false
  }

  return {
    ...spec,
    state: () => state,
    to(next, nativeState, reason) {
      if (next === state && nativeState === native) return
      meter()
      state = next
      native = nativeState
      tellState(reason ?? null)
    },
    tell: () => tellState(null),
    load(next) {
      if (next === program) return
      program = next
      say({ type: 'ProgramChanged', data: { equipmentId, program } })
    },
    count(pieces) {
      reading += pieces
      uncounted += pieces
      tellCount()
    },
    resetCounter() {
      reading = 0
      hasReset = true
    },
    raise: (alarmId, severity, text) =>
      say({
        type: 'AlarmRaised',
        data: { equipmentId, alarmId, severity, text, nativeCode: alarmId },
      }),
    clear: (alarmId) => say({ type: 'AlarmCleared', data: { equipmentId, alarmId } }),
    wearOut() {
      isWorn = true
    },
    failsNow(cycleMinutes) {
      const fails = world.random.chance(cycleMinutes / spec.mtbfMinutes) || isWorn
      isWorn = false
      return fails
    },
    silence(reason) {
      say({ type: 'DataGapStarted', data: { equipmentId, reason } })
      silent = true
    },
    talk() {
      silent = false
      say({ type: 'DataGapEnded', data: { equipmentId } })
      tellState(null)
      say({ type: 'ProgramChanged', data: { equipmentId, program } })
      tellCount()
    },
    drawn() {
      meter()
      const total = Math.max(0, kwh)
      kwh = 0
      return total
    },
  }
}
