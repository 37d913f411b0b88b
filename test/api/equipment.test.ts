import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Observation } from '../../src/commands/record.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { hierarchyScope } from '../../src/domain/site/hierarchy-scope.ts'
import { equipmentAlarms } from '../../src/projections/equipment/alarms.ts'
import { equipmentCounters } from '../../src/projections/equipment/counters.ts'
import { equipmentCurrent } from '../../src/projections/equipment/current.ts'
import { equipmentStateTimes } from '../../src/projections/equipment/state-times.ts'
import { equipmentTimeline } from '../../src/projections/equipment/timeline.ts'
import { hierarchy } from '../../src/projections/site/hierarchy.ts'
import { after, T0 } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

const MINUTES_OF_A_MONTH = 43_200

let plant: Awaited<ReturnType<typeof plantWithApi>>
const context = { source: 'spec', site: 'S1', actor: 'spec' }
const fact = (minute: number, type: string, data: object = {}): Observation => ({
  type,
  occurredAt: after(minute),
  data: { equipmentId: 'M1', ...data },
})
const state = (minute: number, of: string) => fact(minute, 'EquipmentStateChanged', { state: of })

beforeAll(async () => {
  plant = await plantWithApi([
    equipmentAlarms,
    equipmentCounters,
    equipmentCurrent,
    equipmentStateTimes,
    equipmentTimeline,
    hierarchy,
  ])
  const nodes = [
    ['S1', 'SITE', null],
    ['A1', 'AREA', 'S1'],
    ['A2', 'AREA', 'S1'],
    ['W1', 'WORK_CENTRE', 'A1'],
    ['M1', 'WORK_UNIT', 'W1'],
    ['W2', 'WORK_CENTRE', 'A2'],
  ]
  for (const [scopeId, level, parentId] of nodes) {
    const timeZone = level === 'SITE' ? 'Europe/Berlin' : null
    const command = {
      type: 'DefineHierarchyScope',
      ...{ scopeId, level, parentId, name: `The ${scopeId}`, timeZone },
    }
    const outcome = await plant.execute(hierarchyScope, command, {
      ...{ ...context, commandId: `define ${scopeId}` },
    })
    if (isRejection(outcome)) throw new Error(outcome.why)
  }
})
afterAll(() => plant?.end())

test('sites, with what stands in them and where a node stands', async () => {
  await plant.settled()
  const answer = await plant.ask(`{
    sites { nodes { scopeId timeZone children { scopeId } } totalCount }
    hierarchyScope(scopeId: "M1") { siteId path { scopeId } }
    within: hierarchyScopes(where: { within: "A1" }) { nodes { scopeId } }
  }`)
  expect(answer).toEqual({
    sites: {
      nodes: [
        {
          ...{ scopeId: 'S1', timeZone: 'Europe/Berlin' },
          children: [{ scopeId: 'A1' }, { scopeId: 'A2' }],
        },
      ],
      totalCount: 1,
    },
    hierarchyScope: {
      siteId: 'S1',
      path: [{ scopeId: 'S1' }, { scopeId: 'A1' }, { scopeId: 'W1' }],
    },
    within: { nodes: [{ scopeId: 'A1' }, { scopeId: 'M1' }, { scopeId: 'W1' }] },
  })
})

describe('one machine', () => {
  const ask = (fields: string, from: number, to: number, more = '') =>
    plant
      .ask(
        `{ equipmentTimeline(equipmentId: "M1", from: "${after(from)}", to: "${after(to)}" ${more})
        { ${fields} } }`,
      )
      .then((answer) => answer.equipmentTimeline)
  const MINUTE = 60_000
  const DAY = 1_440
  let knownBefore = 0

  beforeAll(async () => {
    const first = await plant.record(
      [
        state(0, 'IDLE'),
        fact(0, 'ProgramChanged', { program: 'A.NC' }),
        fact(5, 'CounterAdvanced', { counter: 'parts', delta: 3, unit: 'C62', reading: 3 }),
        state(3 * DAY, 'RUNNING'),
        fact(3 * DAY + 10, 'CounterAdvanced', {
          ...{ counter: 'parts', delta: 4, unit: 'C62', reading: 4, wasReset: true },
        }),
        fact(3 * DAY + 20, 'DataGapStarted', { reason: 'lost' }),
        fact(3 * DAY + 30, 'DataGapEnded'),
        state(3 * DAY + 30, 'FAULT'),
        fact(3 * DAY + 30, 'AlarmRaised', { alarmId: 'x:1', severity: 'FAULT', text: 'door' }),
        fact(3 * DAY + 31, 'StateTimeObserved', {
          ...{ state: 'RUNNING', from: after(3 * DAY + 25), to: after(3 * DAY + 30) },
          durationMs: 43_000,
        }),
      ],
      context,
    )
    if (first.recorded !== 10) throw new Error(JSON.stringify(first.quarantined))
    knownBefore = first.position
    await plant.record([state(2 * DAY, 'WAITING')], context)
    await plant.settled()
  })

  test('now, by area, state and program', async () => {
    const fields = `nodes { equipmentId name level state since program path { scopeId }
      counters { counter reading { value unit } } openAlarms { alarmId text } }`
    const one = await plant.ask(
      `{ equipment(where: { area: "A1", state: [FAULT], program: "A.NC" }) { ${fields} } }`,
    )
    expect(one.equipment.nodes).toEqual([
      {
        ...{ equipmentId: 'M1', name: 'The M1', level: 'WORK_UNIT', state: 'FAULT' },
        ...{ since: after(3 * DAY + 30), program: 'A.NC' },
        path: [{ scopeId: 'S1' }, { scopeId: 'A1' }, { scopeId: 'W1' }],
        counters: [{ counter: 'parts', reading: { value: 4, unit: 'C62' } }],
        openAlarms: [{ alarmId: 'x:1', text: 'door' }],
      },
    ])
    const all = await plant.ask(`{
      other: equipment(where: { area: "A2" }) { nodes { equipmentId state } }
      alarms(where: { status: OPEN, area: "A1" }) { nodes { equipmentId } }
      equipmentCounters(where: { equipmentId: "M1" }) { nodes { delta { value } wasReset } }
    }`)
    expect(all).toEqual({
      other: { nodes: [{ equipmentId: 'W2', state: 'NO_DATA' }] },
      alarms: { nodes: [{ equipmentId: 'M1' }] },
      equipmentCounters: {
        nodes: [
          { delta: { value: 4 }, wasReset: true },
          { delta: { value: 3 }, wasReset: false },
        ],
      },
    })
  })

  const ALL = `intervals { state program from to durationMs } totals { state durationMs }
    counters { counter counted { value } resets } summedUp { state durationMs }`

  test('intervals partition the window, with what held before it', async () => {
    expect(await ask(ALL, 3 * DAY - 10, 3 * DAY + 60)).toEqual({
      intervals: [
        ['WAITING', 'A.NC', 3 * DAY - 10, 3 * DAY],
        ['RUNNING', 'A.NC', 3 * DAY, 3 * DAY + 20],
        ['NO_DATA', null, 3 * DAY + 20, 3 * DAY + 30],
        ['FAULT', 'A.NC', 3 * DAY + 30, 3 * DAY + 60],
      ].map(([is, program, from, to]) => ({
        ...{ state: is, program, from: after(Number(from)), to: after(Number(to)) },
        durationMs: (Number(to) - Number(from)) * MINUTE,
      })),
      totals: [
        { state: 'WAITING', durationMs: 10 * MINUTE },
        { state: 'RUNNING', durationMs: 20 * MINUTE },
        { state: 'NO_DATA', durationMs: 10 * MINUTE },
        { state: 'FAULT', durationMs: 30 * MINUTE },
      ],
      counters: [{ counter: 'parts', counted: { value: 4 }, resets: 1 }],
      summedUp: [{ state: 'RUNNING', durationMs: 43_000 }],
    })
  })

  test('as the log knew it before a late fact came, and as it knows it now', async () => {
    const short = 'intervals { state from } totals { state durationMs } counters { resets }'
    const then = `asKnownAt: { position: "${knownBefore}" }`
    expect((await ask(short, 3 * DAY - 10, 3 * DAY + 60, then)).intervals[0]).toEqual({
      state: 'IDLE',
      from: after(3 * DAY - 10),
    })
    const never = await ask('totals { state }', 0, 10, 'asKnownAt: { position: "1" }')
    expect(never.totals).toEqual([{ state: 'NO_DATA' }])
    const now = 'asKnownAt: { position: "9999999" }'
    for (const [from, to] of [
      [-20, 5],
      [1, 3 * DAY + 15],
      [3 * DAY + 5, 3 * DAY + 25],
      [3 * DAY + 25, 5 * DAY],
    ] as const)
      expect(await ask(ALL, from, to, now)).toEqual(await ask(ALL, from, to))
  })

  test('of a window the wrong way round', () =>
    expect(ask('from', 10, 0)).rejects.toThrow(/is not after/))
})

test('a month of a busy machine is answered in well under a second', async () => {
  const states = Array.from({ length: MINUTES_OF_A_MONTH }, (_, i) => ({
    ...state(i, i % 2 ? 'RUNNING' : 'IDLE'),
    data: { equipmentId: 'M2', state: i % 2 ? 'RUNNING' : 'IDLE' },
  }))
  await plant.record(states, context)
  await plant.settled()
  await plant.pool.query('analyze')
  const query = `{ equipmentTimeline(equipmentId: "M2", from: "${T0}",
    to: "${after(MINUTES_OF_A_MONTH)}") { totals { state durationMs } } }`
  const start = performance.now()
  const { equipmentTimeline: answer } = await plant.ask(query)
  const took = performance.now() - start
  const half = (MINUTES_OF_A_MONTH / 2) * 60_000
  expect(answer.totals).toEqual([
    { state: 'IDLE', durationMs: half },
    { state: 'RUNNING', durationMs: half },
  ])
  expect(took).toBeLessThan(5_000)
  console.log(`43,200 changes of state summed up in ${took.toFixed(0)} ms`)
})
