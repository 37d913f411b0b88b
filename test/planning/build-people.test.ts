import { describe, expect, test } from 'vitest'
import { after } from '../spec.ts'
import { codesOf, HOUR, pattern, problemOf, released, say, segment, shift } from './site.ts'

const CNC = { qualificationId: 'CNC', minVersion: 2 }
const LONG_AGO = after(-6_000)
const held = (personId: string, version = 2, expiresAt: string | null = null) => [
  say('PersonRegistered', { personId, employer: null, classes: [] }, LONG_AGO),
  say(
    'QualificationGranted',
    {
      ...{ personId, qualificationId: 'CNC', grantId: `g-${personId}`, version, expiresAt },
      ...{ evidence: null, testedAt: null, reason: null },
    },
    LONG_AGO,
  ),
]
const work = released('A', [{ qualifications: [CNC] }])
const personsOf = (built: ReturnType<typeof problemOf>) => built.problem.persons!

describe('who may work', () => {
  test('whoever holds all that order and place ask for, in the version asked for', () => {
    const built = problemOf([work, ...held('P1'), ...held('P2', 1)])
    expect(personsOf(built)).toEqual([{ id: 'P1', qualifications: ['CNC 2'] }])
    expect(built.problem.orders[0]!.operations[0]!.modes[0]).toMatchObject({
      ...{ qualification: 'CNC 2', attendance: 'all' },
    })
    expect(codesOf(built)).toEqual(['NoShiftPlan'])
  })
  test('a rule of the place counts as well', () => {
    const rule = { scopeId: 'MILLS', qualifications: [{ qualificationId: 'CRANE', minVersion: 1 }] }
    const built = problemOf([
      work,
      ...held('P1'),
      say('QualificationRequirementSet', { ...rule, reason: 'x' }),
    ])
    expect(codesOf(built)).toContain('NobodyQualified!')
  })
  test('what ends within the plan is told', () => {
    const built = problemOf([work, ...held('P1', 2, after(60))])
    expect(codesOf(built)).toContain('QualificationExpires')
  })
})

describe('when people are there', () => {
  const EARLY = shift('EARLY', '06:00', '14:00', [{ start: '09:00', end: '09:30' }])
  const LATE = shift('LATE', '14:00', '22:00')
  const crew = [
    say('CrewFormed', { crewId: 'C1', name: 'C1', scopeId: null }, LONG_AGO),
    say('CrewMemberAdded', { crewId: 'C1', personId: 'P1', role: null }, LONG_AGO),
  ]
  const assigned = (who: object, startsAt: string, endsAt: string, shiftId = 'EARLY') =>
    say('ShiftAssigned', {
      ...{ assignmentId: `a${startsAt}${shiftId}`, crewId: null, personId: null, ...who },
      ...{
        calendarId: 'PERSON:S1',
        shiftId,
        day: startsAt.slice(0, 10),
        startsAt,
        endsAt,
        scopeId: null,
      },
    })
  const DAY = ['2026-03-02T05:00:00.000Z', '2026-03-02T13:00:00.000Z'] as const
  const MIDNIGHT = '2026-03-01T23:00:00.000Z'
  const hours = (built: ReturnType<typeof problemOf>) =>
    personsOf(built)[0]!
      .shifts!.slice(0, 3)
      .map(({ from, to }) => [from / 3_600, to / 3_600])

  test('an assigned shift without its breaks, own or of the crew, and nothing after it', () => {
    const calendar = pattern('S1', 'PERSON', [EARLY, LATE])
    const own = problemOf(
      [work, ...calendar, ...held('P1'), assigned({ personId: 'P1' }, ...DAY)],
      {
        at: MIDNIGHT,
      },
    )
    expect(hours(own)).toEqual([
      [6, 9],
      [9.5, 14],
    ])
    const at = '2026-03-02T07:00:00.000Z'
    const through = problemOf(
      [
        work,
        ...calendar,
        ...held('P1'),
        ...crew,
        assigned({ crewId: 'C1' }, '2026-03-02T13:00:00.000Z', '2026-03-02T21:00:00.000Z', 'LATE'),
      ],
      { at },
    )
    expect(hours(through)).toEqual([[6, 14]])
  })
  test('after the last assignment the calendar of the crew counts, and absences are taken off', () => {
    const built = problemOf(
      [
        ...[work, ...pattern('C1', 'PERSON', [LATE]), ...held('P1'), ...crew],
        assigned({ personId: 'P1' }, ...DAY),
        say('AbsenceRecorded', {
          ...{ absenceId: 'x', personId: 'P1', kind: 'PLANNED' },
          ...{ startsAt: '2026-03-03T12:00:00.000Z', endsAt: '2026-03-03T14:00:00.000Z' },
        }),
      ],
      { at: MIDNIGHT },
    )
    expect(hours(built)).toEqual([
      [6, 22],
      [24 + 15, 24 + 22],
      [48 + 14, 48 + 22],
    ])
  })
  test('where nobody has shifts of their own the calendar of the site counts for all', () => {
    const built = problemOf([work, ...pattern('S1', 'PERSON', [LATE]), ...held('P1')], {
      at: MIDNIGHT,
    })
    expect(hours(built)[0]).toEqual([14, 22])
  })
})

describe('material', () => {
  const takes = segment({
    materials: [{ materialId: 'steel', quantityPerUnit: 0.25, unit: 'KGM' }],
  })
  const lot = (quantity: number, unit = 'KGM') =>
    say('LotReceived', {
      ...{ lotId: `L${quantity}`, materialId: 'steel', quantity, unit, movementId: 'm' },
      ...{ supplierId: null, supplierLotId: null, locationId: null, personId: null },
    })
  const due = (receiptId: string, expectedAt: string) =>
    say('ReceiptExpected', {
      ...{ receiptId, materialId: 'steel', quantity: 5, unit: 'KGM', expectedAt, supplierId: null },
    })
  test('stock on hand and dated receipts, in millionths; what is overdue does not count', () => {
    const facts = [
      takes,
      released('A', [{}]),
      lot(1.5),
      lot(0.5),
      due('r1', after(60)),
      due('r2', after(-60)),
    ]
    const built = problemOf(facts)
    expect(built.problem.materials).toEqual([
      { id: 'steel', stock: 2_000_000, receipts: [{ at: 3_600, quantity: 5_000_000 }] },
    ])
    expect(built.problem.orders[0]!.operations[0]!.consumes).toEqual([
      { material: 'steel', quantity: 2_500_000 },
    ])
    expect(codesOf(built)).toEqual(['ReceiptOverdue'])
  })
  test('what nobody keeps in stock bounds nothing; another unit is not counted', () => {
    expect(codesOf(problemOf([takes, released('A', [{}])]))).toEqual(['StockUnknown'])
    const built = problemOf([takes, released('A', [{}]), lot(3, 'C62')])
    expect(codesOf(built)).toEqual(['UnitDiffers'])
    expect(built.problem.materials![0]!.stock).toBe(0)
  })
  test('an order makes what another takes when its last operation ends', () => {
    const facts = [
      segment({
        materialId: 'pump',
        materials: [{ materialId: 'gear', quantityPerUnit: 2, unit: 'C62' }],
      }),
      released('A', [{}, {}]),
      released('B', [{}], { materialId: 'pump', quantity: 3 }),
    ]
    const [gears, pumps] = problemOf(facts).problem.orders
    expect(gears!.operations.map(({ produces }) => produces?.[0]?.quantity)).toEqual([
      undefined,
      10e6,
    ])
    expect(pumps!.operations[0]!.consumes).toEqual([{ material: 'gear', quantity: 6e6 }])
  })
})

describe('the current plan', () => {
  const on = (startsAt: string, equipmentId = 'M2') => ({
    ...{ orderId: 'A', operationId: '10', equipmentId, personId: null, startsAt },
  })
  const rules = (frozenMs: number) =>
    say('PlanningRulesSet', {
      ...{ horizonMs: 24 * HOUR, frozenMs, firmMs: 2 * HOUR, repairMs: HOUR, automatic: false },
    })
  const fault = say('EquipmentStateChanged', {
    ...{ equipmentId: 'M2', state: 'FAULT', nativeState: null, reason: null },
  })
  const planned = (built: ReturnType<typeof problemOf>) => built.problem.orders[0]!.operations[0]!

  test('is what changes are counted against, with the zones of the site', () => {
    const built = problemOf([rules(HOUR), released('A', [{}])], { current: [on(after(90))] })
    expect(planned(built)).toMatchObject({ planned: { mode: 1, start: 5_400 } })
    expect(built.problem.zones).toEqual({ frozenUntil: 3_600, firmUntil: 7_200 })
    expect(built.horizon.seconds).toBe(86_400)
  })
  test('what should have begun, or whose machine is down, is not frozen', () => {
    const late = problemOf([rules(HOUR), released('A', [{}])], { current: [on(after(-5))] })
    expect(planned(late).planned!.start).toBe(3_600)
    const down = problemOf([rules(HOUR), released('A', [{}]), fault], { current: [on(after(10))] })
    expect(planned(down).planned!.start).toBe(3_600)
  })
  test('a pin is fixed; one that is overdue keeps its machine only', () => {
    const pinned = problemOf([released('A', [{}])], { pins: [on(after(30))] })
    expect(planned(pinned).fixed).toEqual({ mode: 0, start: 1_800 })
    const overdue = problemOf([released('A', [{}])], { pins: [on(after(-30))] })
    expect(planned(overdue).fixed).toBeUndefined()
    expect(planned(overdue).modes.map(({ equipment }) => equipment)).toEqual(['M2'])
    expect(codesOf(overdue)).toEqual(['PinOverdue'])
  })
})
