import { describe, expect, it } from 'vitest'
import { equipmentEvents as e } from '../../src/domain/equipment/events.ts'
import { siteEvents as s } from '../../src/domain/site/events.ts'
import { equipmentAlarms } from '../../src/projections/equipment/alarms.ts'
import { equipmentCounters } from '../../src/projections/equipment/counters.ts'
import { equipmentCurrent } from '../../src/projections/equipment/current.ts'
import { equipmentStateTimes } from '../../src/projections/equipment/state-times.ts'
import { hierarchy } from '../../src/projections/site/hierarchy.ts'
import { after, at, projecting, T0 } from '../spec.ts'

const M = { equipmentId: 'M1' }
const state = (minute: number, of: 'RUNNING' | 'IDLE', nativeState = 'x') =>
  at(after(minute), e.stateChanged({ ...M, state: of, nativeState, reason: null }))
const count = (minute: number, delta: number, reading: number) =>
  at(
    after(minute),
    e.counterAdvanced({
      ...M,
      counter: 'Part_Count',
      kind: 'TOTAL',
      delta,
      unit: 'C62',
      reading,
      wasReset: false,
    }),
  )
const defined = s.defined({
  scopeId: 'M1',
  level: 'WORK_UNIT',
  parentId: 'W1',
  siteId: 'S1',
  name: 'Mill 1',
  timeZone: null,
})

describe('equipment now', () => {
  it('the latest by when it happened, not by arrival', () =>
    expect(projecting(equipmentCurrent, state(9, 'RUNNING'), state(5, 'IDLE'))).toMatchObject({
      M1: { state: 'RUNNING', since: after(9), lastFactAt: after(9) },
    }))

  it('a gap hides state and program until a state is told again', () => {
    const program = at(after(1), e.programChanged({ ...M, program: 'A.NC' }))
    const gap = at(after(5), e.dataGapStarted({ ...M, reason: 'lost' }))
    const past = [state(0, 'RUNNING'), program, gap]
    expect(projecting(equipmentCurrent, ...past).M1).toMatchObject({
      state: 'NO_DATA',
      reason: 'lost',
      since: after(5),
      program: null,
    })
    const ended = at(after(8), e.dataGapEnded(M))
    expect(projecting(equipmentCurrent, ...past, ended).M1).toMatchObject({ state: 'NO_DATA' })
    expect(projecting(equipmentCurrent, ...past, ended, state(8, 'IDLE')).M1).toMatchObject({
      state: 'IDLE',
      program: 'A.NC',
    })
  })

  it('what the hierarchy says and what the machine says meet in one row, in any order', () => {
    const moved = s.moved({ scopeId: 'M1', fromParentId: 'W1', parentId: 'W2' })
    const one = projecting(equipmentCurrent, defined, moved, state(1, 'IDLE'))
    const other = projecting(equipmentCurrent, state(1, 'IDLE'), defined, moved)
    expect(one.M1).toMatchObject({ name: 'Mill 1', parentId: 'W2', state: 'IDLE' })
    expect({ ...one.M1, marks: null }).toEqual({ ...other.M1, marks: null })
  })

  it('areas and sites are no equipment; retired equipment says so', () => {
    const area = s.defined({ ...defined.data, scopeId: 'A1', level: 'AREA' })
    const retired = s.retired({ scopeId: 'M1', reason: 'sold' })
    const rows = projecting(equipmentCurrent, area, defined, retired)
    expect(Object.keys(rows)).toEqual(['M1'])
    expect(rows.M1).toMatchObject({ status: 'RETIRED', state: 'NO_DATA', since: null })
  })

  it('each counter with its latest reading', () =>
    expect(projecting(equipmentCurrent, count(9, 1, 8), count(3, 7, 7)).M1?.counters).toMatchObject(
      [{ counter: 'Part_Count', reading: 8, at: after(9) }],
    ))
})

describe('alarms', () => {
  const raised = (minute: number, severity: 'WARNING' | 'FAULT') =>
    at(
      after(minute),
      e.alarmRaised({ ...M, alarmId: 'a/1', severity, text: 'door', nativeCode: '1' }),
    )
  const cleared = (minute: number) => at(after(minute), e.alarmCleared({ ...M, alarmId: 'a/1' }))
  const status = (...facts: Parameters<typeof projecting>[1][]) =>
    Object.values(projecting(equipmentAlarms, ...facts)).map((a) => `${a.status} ${a.severity}`)

  it.each([
    ['raised', [raised(1, 'FAULT')], 'OPEN FAULT'],
    ['cleared', [raised(1, 'FAULT'), cleared(2)], 'CLEARED FAULT'],
    ['cleared, told in the wrong order', [cleared(2), raised(1, 'FAULT')], 'CLEARED FAULT'],
    ['raised again', [raised(1, 'FAULT'), cleared(2), raised(3, 'WARNING')], 'OPEN WARNING'],
    ['a late first raise', [raised(3, 'WARNING'), raised(1, 'FAULT')], 'OPEN WARNING'],
    ['cleared only', [cleared(2)], 'CLEARED null'],
  ] as const)('%s', (_, facts, expected) => expect(status(...facts)).toEqual([expected]))
})

it('counter rows sum up to any window', () => {
  const rows = Object.values(projecting(equipmentCounters, count(1, 5, 5), count(2, 3, 8)))
  expect(rows.map(({ at: moment, delta }) => [moment, delta])).toEqual([
    [after(1), 5],
    [after(2), 3],
  ])
})

it('state times keep the window of the source', () => {
  const observed = e.stateTimeObserved({
    ...M,
    state: 'RUNNING',
    nativeState: '2.0',
    from: T0,
    to: after(5),
    durationMs: 43_000,
  })
  expect(Object.values(projecting(equipmentStateTimes, observed))).toMatchObject([
    { from: T0, to: after(5), durationMs: 43_000, state: 'RUNNING' },
  ])
  expect(() => e.stateTimeObserved({ ...observed.data, durationMs: 300_001 })).toThrow(/longer/)
})

it('hierarchy nodes follow their stream', () => {
  const rows = projecting(
    hierarchy,
    defined,
    s.renamed({ scopeId: 'M1', name: 'Mill 2' }),
    s.moved({ scopeId: 'M1', fromParentId: 'W1', parentId: 'W2' }),
    at(after(3), s.retired({ scopeId: 'M1', reason: 'sold' })),
  )
  expect(rows.M1).toMatchObject({
    name: 'Mill 2',
    parentId: 'W2',
    siteId: 'S1',
    status: 'RETIRED',
    retiredAt: after(3),
    reason: 'sold',
  })
})
