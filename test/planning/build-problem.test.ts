import { describe, expect, test } from 'vitest'
import { after, T0 } from '../spec.ts'
import { codesOf, HOUR, pattern, problemOf, released, say, segment, shift } from './site.ts'

const first = (of: ReturnType<typeof problemOf>) => of.problem.orders[0]!.operations[0]!

describe('orders and routings', () => {
  test('every work unit of the work centre is a mode; due, weight and times are whole seconds', () => {
    const built = problemOf([
      released('A', [{ setupTimeMs: 600_500 }, { runTimeMsPerUnit: 333 }], { priority: 100 }),
    ])
    expect(built.findings).toEqual([])
    const [order] = built.problem.orders
    expect(order).toMatchObject({ id: 'A', due: 36_000, weight: 5, quantity: 10 })
    expect(order!.operations[0]!.modes).toEqual([
      { equipment: 'M1', fixedSeconds: 601, perUnitSeconds: 60, interruptible: true },
      { equipment: 'M2', fixedSeconds: 601, perUnitSeconds: 60, interruptible: true },
    ])
    // 3.33 s rounded up to 4, of which no whole second falls to each piece.
    expect(order!.operations[1]!.modes[0]).toMatchObject({ fixedSeconds: 4, perUnitSeconds: 0 })
    expect(order!.operations[1]!.after).toEqual([{ operation: '10' }])
  })
  test('a product segment says where, in which family, with what tool, and after what', () => {
    const built = problemOf([
      segment({
        operationId: '20',
        alternatives: [{ equipmentId: 'M2', setupTimeMs: 0, runTimeMsPerUnit: 30_000 }],
        ...{ setupFamily: 'red', toolId: 'jig', interruptible: false },
        dependencies: [
          { operationId: '10', minLagMs: 60_000, maxLagMs: HOUR, transferQuantity: 2 },
        ],
      }),
      say('ToolsCounted', { toolId: 'jig', name: '', count: 2 }),
      released('A', [{}, { setupTimeMs: 60_000 }]),
    ])
    expect(built.problem.orders[0]!.operations[1]).toEqual({
      id: '20',
      after: [{ operation: '10', minLag: 60, maxLag: 3_600, transferQuantity: 2 }],
      modes: [
        {
          ...{ equipment: 'M2', fixedSeconds: 0, perUnitSeconds: 30, family: 'red', tool: 'jig' },
          interruptible: false,
        },
      ],
    })
    expect(built.problem.tools).toEqual([{ id: 'jig', count: 2 }])
  })
  test('a setup matrix of the work centre takes the place of the setup time of the order', () => {
    const matrix = {
      scopeId: 'MILLS',
      changeovers: [{ fromFamily: 'white', toFamily: 'red', durationMs: 1_500 }],
    }
    const built = problemOf(
      [
        say('SetupMatrixDefined', matrix),
        segment({ setupFamily: 'red' }),
        segment({ materialId: 'rod', setupFamily: 'white' }),
        released('A', [{ setupTimeMs: 600_000 }]),
        released('DONE', [{}], { materialId: 'rod' }),
        say(
          'OperationCompleted',
          {
            ...{ orderId: 'DONE', operationId: '10', personId: 'P1' },
            closed: [
              {
                operationId: '10',
                personId: 'P1',
                equipmentId: 'M1',
                activity: 'PRODUCTION',
                since: T0,
              },
            ],
          },
          after(1),
        ),
        say('OrderCompleted', { orderId: 'DONE', closed: [] }, after(1)),
      ],
      { at: after(2) },
    )
    expect(first(built).modes[0]).toMatchObject({ fixedSeconds: 0, family: 'red' })
    expect(built.problem.equipment[0]).toEqual({
      ...{ id: 'M1', initialFamily: 'white' },
      setups: [{ from: 'white', to: 'red', seconds: 2 }],
    })
  })
  test('an oven takes the time of a batch, and as many batches as it needs', () => {
    const built = problemOf([
      say('BatchCapacitySet', { scopeId: 'CURING', capacity: 6 }),
      segment({ batch: { runTimeMs: HOUR, sizePerUnit: 1 }, interruptible: false }),
      released('A', [{ workCentreId: 'CURING' }]),
    ])
    expect(built.problem.equipment[0]).toEqual({ id: 'CURING', batchCapacity: 6 })
    expect(first(built).modes[0]).toMatchObject({ fixedSeconds: 7_200, size: 6 })
  })
  test('places with a transport time are locations, the narrowest first', () => {
    const built = problemOf([
      say('TransportTimeSet', { fromScopeId: 'MILLS', toScopeId: 'CURING', durationMs: 90_000 }),
      released('A', [{}, { workCentreId: 'CURING' }]),
    ])
    expect(built.problem.transport).toEqual([{ from: 'MILLS', to: 'CURING', seconds: 90 }])
    expect(built.problem.equipment.map(({ location }) => location)).toEqual([
      'CURING',
      'MILLS',
      'MILLS',
    ])
  })
})

describe('what is missing is told', () => {
  test.each([
    ['NoRunTime!', released('A', [{ runTimeMsPerUnit: null }])],
    ['NoQuantity!', released('A', [{}], { quantity: null })],
    ['WorkCentreUnknown', released('A', [{ workCentreId: 'NOWHERE' }])],
    [
      'NobodyQualified!',
      released('A', [{ qualifications: [{ qualificationId: 'CNC', minVersion: 1 }] }]),
    ],
  ])('%s', (code, order) => {
    const built = problemOf([order])
    expect(codesOf(built)).toEqual([code])
    expect(built.problem.orders).toHaveLength(code.endsWith('!') ? 0 : 1)
  })
  test('what waits for an operation that is left out is left out too; what comes before is planned', () => {
    const built = problemOf([released('A', [{}, { runTimeMsPerUnit: null }, {}])])
    expect(codesOf(built)).toEqual(['NoRunTime!', 'PredecessorOmitted!'])
    expect(built.problem.orders[0]!.operations.map(({ id }) => id)).toEqual(['10'])
  })
  test('an ideal cycle time stands in for a run time', () => {
    const cycle = { equipmentId: 'M1', materialId: null, operationId: null, program: null }
    const built = problemOf([
      say('CycleTimeDefined', { ...cycle, validFrom: T0, idealMs: 90_000, tolerance: 0.1 }),
      released('A', [{ runTimeMsPerUnit: null }]),
    ])
    expect(codesOf(built)).toEqual(['IdealCycleTime'])
    expect(first(built).modes).toMatchObject([{ equipment: 'M1', perUnitSeconds: 90 }])
  })
  test('a dependency on what the order does not have is not waited for', () => {
    const dependency = { operationId: '99', minLagMs: 0, maxLagMs: null, transferQuantity: null }
    const built = problemOf([segment({ dependencies: [dependency] }), released('A', [{}])])
    expect(codesOf(built)).toEqual(['PredecessorUnknown'])
  })
  test('operations that wait for each other in a circle are planned all the same', () => {
    const on = (operationId: string) => [
      { operationId, minLagMs: 0, maxLagMs: null, transferQuantity: null },
    ]
    const built = problemOf([
      segment({ dependencies: on('20') }),
      segment({ operationId: '20', dependencies: on('10') }),
      released('A', [{}, {}]),
    ])
    expect(built.problem.orders[0]!.operations).toHaveLength(2)
  })
  test('held orders wait, but for what is being worked on', () => {
    const built = problemOf([
      released('A', [{}, {}]),
      say('OperationStarted', {
        ...{
          orderId: 'A',
          operationId: '10',
          personId: 'P1',
          equipmentId: 'M1',
          activity: 'PRODUCTION',
        },
      }),
      say('OrderHeld', { orderId: 'A', reason: 'drawing' }),
    ])
    expect(codesOf(built)).toEqual(['OrderHeld!'])
    expect(built.problem.orders[0]!.operations.map(({ id }) => id)).toEqual(['10'])
  })
})

describe('progress', () => {
  const started = (activity = 'PRODUCTION', equipmentId: string | null = 'M1') =>
    say('OperationStarted', {
      ...{ orderId: 'A', operationId: '10', personId: 'P1', equipmentId, activity },
    })
  const reported = (good: number, at: string) =>
    say(
      'QuantityReported',
      {
        ...{ orderId: 'A', operationId: '10', bookingId: 'b', personId: null, equipmentId: null },
        ...{ good, scrap: 1, scrapReason: null, rework: 0, awaitingDisposition: 0 },
      },
      at,
    )
  test('a running operation stays on its machine; before a report its clock tells what is left', () => {
    const built = problemOf([released('A', [{}]), started()], { at: after(4) })
    expect(first(built)).toMatchObject({ fixed: { mode: 0, start: 0, remaining: 360 } })
    expect(first(built).modes.map(({ equipment }) => equipment)).toEqual(['M1'])
  })
  test('after a report the pieces tell: scrap is worked off as well', () => {
    const built = problemOf([released('A', [{}]), started(), reported(6, after(1))], {
      at: after(8),
    })
    expect(first(built).fixed).toMatchObject({ remaining: 180 })
  })
  test('of a setup what is left of it, and the whole run', () => {
    const facts = [released('A', [{ setupTimeMs: 600_000 }]), started('SETUP')]
    expect(first(problemOf(facts, { at: after(4) })).fixed).toMatchObject({ remaining: 960 })
  })
  test('what should be over is expected to be a minute later', () => {
    const facts = [released('A', [{}]), started()]
    expect(first(problemOf(facts, { at: after(400) })).fixed).toMatchObject({ remaining: 60 })
  })
  test('a pause without anybody at it leaves the rest to be planned anywhere', () => {
    const built = problemOf([released('A', [{}]), reported(3, after(1))], { at: after(8) })
    expect(first(built).fixed).toBeUndefined()
    expect(first(built).modes[1]).toMatchObject({ equipment: 'M2', perUnitSeconds: 36 })
  })
  test('running nobody knows where: planned anew, and told', () => {
    const built = problemOf([released('A', [{}]), started('PRODUCTION', null)], { at: after(4) })
    expect(codesOf(built)).toEqual(['RunningSomewhere'])
  })
  test('what rests after an operation that is done lets the order go on when it has rested', () => {
    const dependency = { operationId: '10', minLagMs: HOUR, maxLagMs: null, transferQuantity: null }
    const built = problemOf(
      [
        segment({ operationId: '20', dependencies: [dependency] }),
        released('A', [{}, {}]),
        started(),
        say(
          'OperationCompleted',
          { orderId: 'A', operationId: '10', personId: 'P1', closed: [] },
          after(10),
        ),
      ],
      { at: after(30) },
    )
    expect(built.problem.orders[0]).toMatchObject({ release: 40 * 60 })
  })
})

describe('calendars of equipment', () => {
  test('shifts without breaks and planned down time, over midnight and the change of the clocks', () => {
    const built = problemOf(
      [
        ...pattern('S1', 'EQUIPMENT', [
          shift('NIGHT', '22:00', '06:00', [{ start: '02:30', end: '03:30' }]),
        ]),
        released('A', [{}]),
      ],
      { at: '2026-03-28T20:00:00.500Z' },
    )
    // 22:00 is 21:00 UTC, and 06:00 is 04:00 UTC after the change; the break begins in the hour that is skipped.
    expect(built.horizon.at).toBe('2026-03-28T20:00:01.000Z')
    expect(built.problem.equipment[0]!.open!.slice(0, 2)).toEqual([
      { from: 3_599, to: 5 * 3_600 - 1 },
      { from: 5.5 * 3_600 - 1, to: 8 * 3_600 - 1 },
    ])
  })
  test('a machine in fault is planned as down for a while, unless its calendar says for how long', () => {
    const built = problemOf([
      released('A', [{}]),
      say('EquipmentStateChanged', {
        equipmentId: 'M1',
        state: 'FAULT',
        nativeState: null,
        reason: null,
      }),
    ])
    expect(codesOf(built)).toEqual(['EquipmentDown'])
    expect(built.problem.equipment[0]!.open![0]!.from).toBe(3_600)
    expect(built.problem.equipment[1]!.open).toBeUndefined()
  })
})
