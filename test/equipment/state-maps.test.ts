import { describe, expect, it } from 'vitest'
import { counterDelta, type CounterMark } from '../../src/domain/equipment/counter.ts'
import { equipmentState } from '../../src/domain/equipment/events.ts'
import {
  mtconnectState,
  normal,
  type MtconnectWords,
} from '../../src/domain/equipment/mtconnect.ts'
import { packmlState } from '../../src/domain/equipment/packml.ts'
import { plainState } from '../../src/domain/equipment/plain.ts'

describe('PackML', () => {
  it.each([
    [1, 'Clearing', 'FAULT'],
    [2, 'Stopped', 'IDLE'],
    [3, 'Starting', 'RUNNING'],
    [4, 'Idle', 'IDLE'],
    [5, 'Suspended', 'WAITING'],
    [6, 'Execute', 'RUNNING'],
    [7, 'Stopping', 'IDLE'],
    [8, 'Aborting', 'FAULT'],
    [9, 'Aborted', 'FAULT'],
    [10, 'Holding', 'STOPPED_INTERNAL'],
    [11, 'Held', 'STOPPED_INTERNAL'],
    [12, 'Unholding', 'RUNNING'],
    [13, 'Suspending', 'WAITING'],
    [14, 'Unsuspending', 'RUNNING'],
    [15, 'Resetting', 'IDLE'],
    [16, 'Completing', 'RUNNING'],
    [17, 'Complete', 'IDLE'],
    [18, 'Running', 'RUNNING'],
    [19, 'Cleared', null],
  ] as const)('%i %s is %s', (number, name, state) => {
    expect(packmlState(number)).toBe(state)
    expect(packmlState(name, 'Produce')).toBe(state)
    expect(packmlState(String(number), 1)).toBe(state)
  })
  it.each([
    [0, 'Invalid', 'RUNNING'],
    [1, 'Produce', 'RUNNING'],
    [2, 'Maintenance', 'MAINTENANCE'],
    [3, 'Manual', 'SETUP'],
    [7, 'Sample line', 'RUNNING'],
  ] as const)('Execute in mode %i %s is %s', (number, name, state) => {
    expect(packmlState(6, number)).toBe(state)
    expect(packmlState('Execute', name)).toBe(state)
  })
  it('any state in maintenance is maintenance, an unknown one is none', () => {
    expect(packmlState('Aborted', 'Maintenance')).toBe('MAINTENANCE')
    expect(packmlState(20, 'Maintenance')).toBeNull()
    expect(packmlState('Dancing')).toBeNull()
  })
  it('stopping by fault is a fault', () => expect(packmlState(7, 1, true)).toBe('FAULT'))
})

describe('MTConnect', () => {
  const words: MtconnectWords = {
    availability: 'AVAILABLE',
    execution: 'ACTIVE',
    controllerMode: 'AUTOMATIC',
    functionalMode: null,
    emergencyStop: 'ARMED',
    power: 'ON',
    fault: null,
  }
  const state = (change: Partial<MtconnectWords>) => {
    const reading = mtconnectState({ ...words, ...change })
    return reading === null ? null : reading.known ? reading.state : 'NO_DATA'
  }

  it.each([
    ['ACTIVE', 'RUNNING'],
    ['READY', 'IDLE'],
    ['STOPPED', 'IDLE'],
    ['PROGRAM_COMPLETED', 'IDLE'],
    ['OPTIONAL_STOP', 'IDLE'],
    ['PROGRAM_OPTIONAL_STOP', 'IDLE'],
    ['FEED_HOLD', 'STOPPED_INTERNAL'],
    ['INTERRUPTED', 'STOPPED_INTERNAL'],
    ['PROGRAM_STOPPED', 'STOPPED_INTERNAL'],
    ['WAIT', 'WAITING'],
    ['UNAVAILABLE', 'NO_DATA'],
    ['DANCING', 'NO_DATA'],
    [null, null],
  ] as const)('execution %s is %s', (execution, expected) =>
    expect(state({ execution })).toBe(expected),
  )
  it.each([
    ['AUTOMATIC', 'RUNNING'],
    ['MANUAL', 'SETUP'],
    ['MANUAL_DATA_INPUT', 'SETUP'],
    ['SEMI_AUTOMATIC', 'SETUP'],
    ['EDIT', 'SETUP'],
    ['UNAVAILABLE', 'RUNNING'],
    [null, 'RUNNING'],
  ] as const)('ACTIVE in controller mode %s is %s', (controllerMode, expected) =>
    expect(state({ controllerMode })).toBe(expected),
  )
  it.each([
    ['PRODUCTION', 'RUNNING'],
    ['SETUP', 'SETUP'],
    ['TEARDOWN', 'SETUP'],
    ['PROCESS_DEVELOPMENT', 'SETUP'],
    ['MAINTENANCE', 'MAINTENANCE'],
  ] as const)('ACTIVE in functional mode %s is %s', (functionalMode, expected) =>
    expect(state({ functionalMode })).toBe(expected),
  )
  it.each([
    [{ emergencyStop: 'TRIGGERED' }, 'FAULT'],
    [{ fault: 'logic_cond:1251' }, 'FAULT'],
    [{ execution: 'READY', controllerMode: 'MANUAL' }, 'IDLE'],
    [{ power: 'OFF', execution: 'UNAVAILABLE' }, 'OFFLINE'],
    [{ availability: 'UNAVAILABLE' }, 'NO_DATA'],
    [{ availability: 'UNAVAILABLE', emergencyStop: 'TRIGGERED' }, 'NO_DATA'],
    [{ execution: 'UNAVAILABLE', emergencyStop: 'TRIGGERED' }, 'NO_DATA'],
    [{ availability: null }, 'RUNNING'],
  ] as const)('%j is %s', (change, expected) => expect(state(change)).toBe(expected))
  it('words are normalised', () => expect(normal(' Program-Completed ')).toBe('PROGRAM_COMPLETED'))
})

describe('plain words', () => {
  it.each(equipmentState.options)('%s is itself', (state) => expect(plainState(state)).toBe(state))
  it.each([
    ['auto', 'RUNNING'],
    ['Manual', 'SETUP'],
    ['feed hold', 'STOPPED_INTERNAL'],
    ['starved', 'WAITING'],
    ['Stand-by', 'IDLE'],
    ['alarm', 'FAULT'],
    ['service', 'MAINTENANCE'],
    ['off', 'OFFLINE'],
    ['dancing', null],
  ] as const)('%s is %s', (word, state) => expect(plainState(word)).toBe(state))
})

describe('counter', () => {
  const run = (...readings: number[]) => {
    let mark: CounterMark | null = null
    return readings.map((reading) => {
      const step = counterDelta(mark, reading)
      mark = step.mark
      return step.wasReset ? `reset ${step.delta}` : step.delta
    })
  }
  it('counts from its first reading on', () => expect(run(1905, 1917, 1917)).toEqual([0, 12, 0]))
  it('goes on after a reset', () => expect(run(10, 3, 5)).toEqual([0, 'reset 3', 2]))
  it('a zero while the control boots is not a reset to zero', () =>
    expect(run(2379, 0, 2379, 0, 2388)).toEqual([0, 'reset 0', 0, 'reset 0', 9]))
  it('a reset to zero followed by pieces is one', () =>
    expect(run(5, 0, 1, 6)).toEqual([0, 'reset 0', 1, 5]))
})
