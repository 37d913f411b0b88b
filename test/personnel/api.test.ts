import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { after } from '../spec.ts'
import { NAME, plantWithPeople, weld } from './plant.ts'

/** What a client can ask about people: who may do what, and who is there. */
let plant: Awaited<ReturnType<typeof plantWithPeople>>
beforeAll(async () => {
  plant = await plantWithPeople()
})
afterAll(async () => plant?.end())
const ask = (query: string) => plant.ask(query)
const wish = (...args: Parameters<typeof plant.wish>) => plant.wish(...args)

describe('qualifications', () => {
  test('who holds what at a moment, and what expires soon', async () => {
    const { person, then } = await ask(
      `{ person(personId: "P2") { name badge qualifications { version expiresAt standing
           soon: standing(at: "${after(299)}") late: standing(at: "${after(300)}") } }
         then: person(personId: "P2", at: "${after(10)}") { qualifications { standing } } }`,
    )
    expect(person).toEqual({
      ...{ name: 'Bo Underwood', badge: 'B-P2' },
      qualifications: [
        { version: 1, expiresAt: after(300), standing: 'EXPIRED', soon: 'HELD', late: 'EXPIRED' },
      ],
    })
    expect(then.qualifications).toEqual([{ standing: 'HELD' }])
    // The clock of this plant stands at 2030-01-01.
    await wish('GrantQualification', {
      personId: 'P3',
      ...weld,
      grantId: 'g-P3',
      expiresAt: '2030-01-20T00:00:00Z',
    })
    const within = (days: number) => `heldQualifications(where: { expiringWithinDays: ${days} }) {
      nodes { person { name } personId } }`
    const { soon, later } = await ask(`{ soon: ${within(10)} later: ${within(30)} }`)
    expect(soon.nodes).toEqual([])
    expect(later.nodes).toEqual([{ personId: 'P3', person: { name: null } }])
  })
  test('who may run what', async () => {
    const query = (args: string) => `qualifiedPersons(${args}, at: "${after(400)}") {
      required { qualificationId minVersion } persons { personId qualified missing { why } } }`
    const { operation, place, strict } = await ask(`{
      operation: ${query('orderId: "PO", operationId: "20"')}
      place: ${query('workCentreId: "CELLS", site: "S1", unqualified: true')}
      strict: ${query('orderId: "PO", operationId: "30"')} }`)
    expect(operation.persons.map((p: any) => p.personId)).toEqual(['P1', 'P3'])
    expect(place.persons).toEqual([
      { personId: 'P1', qualified: true, missing: [] },
      { personId: 'P2', qualified: false, missing: [{ why: 'EXPIRED' }] },
      { personId: 'P3', qualified: true, missing: [] },
    ])
    expect(strict).toEqual({ required: [{ ...weld, minVersion: 2 }], persons: [] })
  })
  test('a start leaves its proof, and a refusal is typed', async () => {
    const start = (personId: string) => `startOperation(
        commandId: "start-${personId}", site: "S1", occurredAt: "${after(400)}"
        input: { orderId: "PO", operationId: "20", personId: "${personId}" }
      ) { __typename ... on Rejected { code message } }`
    const { refused, started } = await ask(
      `mutation { refused: ${start('P2')} started: ${start('P1')} }`,
    )
    expect(refused).toMatchObject({ __typename: 'Rejected', code: 'NotQualified' })
    expect(refused.message).toContain('WELD version 1 (EXPIRED)')
    expect(started.__typename).toBe('Ack')
    const { clearances, order, qualificationRules } = await ask(`{
      clearances { nodes { person { name } qualified proof { version grantId expiresAt } } }
      order(orderId: "PO") { operations { qualifications { minVersion } } }
      qualificationRules(site: "S1") { enforcement requirements { scopeId reason } } }`)
    expect(clearances.nodes).toEqual([
      {
        ...{ person: { name: NAME }, qualified: true },
        proof: [{ version: 1, grantId: 'g-P1', expiresAt: after(600) }],
      },
    ])
    expect(order.operations.map((o: any) => o.qualifications.length)).toEqual([0, 1])
    expect(qualificationRules).toEqual({
      enforcement: 'REFUSE',
      requirements: [{ scopeId: 'CELLS', reason: 'law' }],
    })
  })
})

test('who is on shift: plan, clock and absence side by side, by the day of the assignment', async () => {
  await wish('FormCrew', { crewId: 'NIGHT-A', name: 'Night A' })
  for (const personId of ['P1', 'P2']) await wish('AddCrewMember', { crewId: 'NIGHT-A', personId })
  await wish('RemoveCrewMember', { crewId: 'NIGHT-A', personId: 'P2' }, 2_000)
  // 22:00 to 06:00: it begins 15 hours after T0 and belongs to the day before midnight.
  const night = {
    ...{ assignmentId: 'A1', crewId: 'NIGHT-A', calendarId: 'CAL', shiftId: 'NIGHT' },
    ...{ day: '2026-03-02', startsAt: after(15 * 60), endsAt: after(23 * 60) },
  }
  await wish('AssignShift', night)
  const stay = { attendanceId: 'st1', personId: 'P1' }
  // The terminal at the gate delivers the going before the coming.
  await wish('ClockOut', stay, 23 * 60 + 5)
  await wish('ClockIn', { ...stay, assignmentId: 'A1' }, 14 * 60 + 50)
  await wish('ClockIn', { attendanceId: 'st3', personId: 'P3' }, 19 * 60)
  await wish('RecordAbsence', {
    ...{ absenceId: 'v1', personId: 'P2', kind: 'UNPLANNED' },
    ...{ startsAt: after(0), endsAt: after(3_000) },
  })
  const who = (minute: number) => `onShift(at: "${after(minute)}") {
    personId isAssigned isPresent isAbsent assignments { day shiftId } }`
  const { then, later, stays } = await ask(`{ then: ${who(20 * 60)} later: ${who(23 * 60)}
    stays: attendance(where: { day: "2026-03-02" }) {
      nodes { personId presentMs assignment { shiftId } } } }`)
  const assignments = [{ day: '2026-03-02', shiftId: 'NIGHT' }]
  expect(then).toEqual([
    { personId: 'P1', isAssigned: true, isPresent: true, isAbsent: false, assignments },
    { personId: 'P2', isAssigned: true, isPresent: false, isAbsent: true, assignments },
    { personId: 'P3', isAssigned: false, isPresent: true, isAbsent: false, assignments: [] },
  ])
  expect(later.map((p: any) => [p.personId, p.isAssigned])).toEqual([
    ['P1', false],
    ['P3', false],
  ])
  const presentMs = (23 * 60 + 5 - (14 * 60 + 50)) * 60_000
  expect(stays.nodes).toEqual([{ personId: 'P1', presentMs, assignment: { shiftId: 'NIGHT' } }])
  const { crew, present } = await ask(`{
    crew(crewId: "NIGHT-A", at: "${after(1_000)}") { members { personId } }
    present: qualifiedPersons(workCentreId: "CELLS", site: "S1", at: "${after(20 * 60)}"
      present: true, unqualified: true) { persons { personId } } }`)
  expect(crew.members).toEqual([{ personId: 'P1' }, { personId: 'P2' }])
  expect(present.persons).toEqual([{ personId: 'P1' }, { personId: 'P3' }])
})
