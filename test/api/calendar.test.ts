import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemPrincipal, type Principal } from '../../src/api/authorise.ts'
import { calendarRoute } from '../../src/api/calendar-route.ts'
import { calendars } from '../../src/projections/calendar/calendars.ts'
import { hierarchy } from '../../src/projections/site/hierarchy.ts'
import { plantWithApi } from '../support/api.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
let sent = 0

/** Sends a mutation at a moment; it has to be granted unless a refusal is expected. */
async function send(mutation: string, input: string, at: string): Promise<any> {
  const field = mutation[0]!.toLowerCase() + mutation.slice(1)
  const answer = await plant.ask(`mutation { ${field}(commandId: "c${++sent}", site: "ULM",
    occurredAt: "${at}", input: { ${input} }) {
      __typename ... on Ack { position } ... on Rejected { code message } } }`)
  return answer[field]
}
const granted = async (...args: Parameters<typeof send>): Promise<number> => {
  const answer = await send(...args)
  expect(answer, JSON.stringify(answer)).toMatchObject({ __typename: 'Ack' })
  return Number(answer.position)
}

const SHIFT = (id: string, start: string, end: string, more = '') =>
  `{ shiftId: "${id}", name: "${id}", start: "${start}", end: "${end}", days: [0, 1, 2, 3, 4] ${more} }`
const FEBRUARY = '2029-02-01T08:00:00.000Z'
let beforeStrike = 0

beforeAll(async () => {
  plant = await plantWithApi([calendars, hierarchy])
  const node = async (level: string, scopeId: string, parentId: string, more = '') =>
    granted(
      'DefineHierarchyScope',
      `level: ${level}, scopeId: "${scopeId}", name: "${scopeId}" ${parentId} ${more}`,
      FEBRUARY,
    )
  await node('SITE', 'ULM', '', ', timeZone: "Europe/Berlin"')
  await node('WORK_CENTRE', 'MILLING', ', parentId: "ULM"')
  await node('WORK_UNIT', 'MILL-1', ', parentId: "MILLING"')
  const site = 'scopeId: "ULM"'
  await granted('DefineCalendar', `${site}, name: "Ulm", timeZone: "Europe/Berlin"`, FEBRUARY)
  await granted(
    'ChangeShiftPattern',
    `${site}, from: "2029-03-01", pattern: { shifts: [
      ${SHIFT('E', '06:00', '14:00', ', breaks: [{ start: "09:00", end: "09:30" }]')}
      ${SHIFT('L', '14:00', '22:00')} ${SHIFT('N', '22:00', '06:00')}] }`,
    FEBRUARY,
  )
  await granted(
    'SetCalendarDays',
    `${site}, days: [{ holiday: { day: "2029-03-30", name: "Good Friday" } }]`,
    FEBRUARY,
  )
  await granted(
    'DefineCalendar',
    'scopeId: "MILLING", name: "Milling", timeZone: "Europe/Berlin"',
    FEBRUARY,
  )
  await granted(
    'SetCalendarDays',
    `scopeId: "MILLING", days: [{ shift: {
      day: "2029-03-31", shiftId: "X", name: "Extra", start: "07:00", end: "12:00" } }]`,
    FEBRUARY,
  )
  beforeStrike = await granted(
    'PlanDownTime',
    `scopeId: "MILLING", entryId: "d1", cause: "Spindle"
     from: "2029-03-29T08:00:00Z", to: "2029-03-29T10:00:00Z"`,
    FEBRUARY,
  )
  await granted(
    'CorrectCalendar',
    `${site}, correctionId: "k1", reason: "Warning strike", change: { setDays: {
      days: [{ shiftCancelled: { day: "2029-03-28", shiftId: "L", name: "Strike" } }] } }`,
    '2029-04-02T08:00:00.000Z',
  )
  await plant.settled()
})
afterAll(() => plant.end())

const shifts = async (scopeId: string, more = '') =>
  (
    await plant.ask(`{ shifts(scopeId: "${scopeId}", from: "2029-03-28T04:00:00Z",
      to: "2029-04-02T04:00:00Z" ${more}) { scheduled shiftMs
      shifts { calendarId shiftId day from durationMs breakMs } plannedDown { entryId cause purpose } } }`)
  ).shifts

describe('working time of a machine', () => {
  test('its site gives the shifts, its work centre an extra one and down time', async () => {
    const { scheduled, shifts: all, plannedDown } = await shifts('MILL-1')
    expect(scheduled).toBe(true)
    expect(all.map((s: any) => `${s.calendarId} ${s.day} ${s.shiftId}`)).toEqual([
      'EQUIPMENT:ULM 2029-03-28 E',
      'EQUIPMENT:ULM 2029-03-28 N',
      'EQUIPMENT:ULM 2029-03-29 E',
      'EQUIPMENT:ULM 2029-03-29 L',
      'EQUIPMENT:ULM 2029-03-29 N',
      'EQUIPMENT:MILLING 2029-03-31 X',
    ])
    expect(all[0]).toMatchObject({ durationMs: 8 * 3_600_000, breakMs: 1_800_000 })
    expect(plannedDown).toEqual([{ entryId: 'd1', cause: 'Spindle', purpose: 'MAINTENANCE' }])
  })
  test('as the log knew it before the correction', async () => {
    const { shifts: all } = await shifts('MILL-1', `, asKnownAt: { position: "${beforeStrike}" }`)
    expect(all.map((s: any) => s.shiftId)).toEqual(['E', 'L', 'N', 'E', 'L', 'N', 'X'])
  })
  test('people have calendars of their own, here none', async () =>
    expect(await shifts('MILL-1', ', kind: PERSON')).toEqual({
      ...{ scheduled: false, shiftMs: 0, shifts: [], plannedDown: [] },
    }))
  test('a window that is none, or too long', async () => {
    const ask = async (from: string, to: string) =>
      plant.ask(`{ shifts(scopeId: "ULM", from: "${from}", to: "${to}") { scheduled } }`)
    await expect(ask('2029-03-02T00:00:00Z', '2029-03-02T00:00:00Z')).rejects.toThrow('not after')
    await expect(ask('2029-03-02T00:00:00Z', '2031-03-02T00:00:00Z')).rejects.toThrow('400 days')
  })
})

test('a calendar tells what held on a day, what is special, and what was corrected', async () => {
  const { calendar } = await plant.ask(`{ calendar(calendarId: "EQUIPMENT:ULM") {
    scopeId kind before: pattern(on: "2029-02-28") { cycleDays } on: pattern(on: "2029-03-01") {
    cycleDays shifts { shiftId start end breaks { start } } }
    specialDays(from: "2029-03-29") { day kind name } corrections { reason actor affectedFrom affectedUntil before } } }`)
  expect(calendar).toMatchObject({
    ...{ scopeId: 'ULM', kind: 'EQUIPMENT', before: null },
    on: { cycleDays: 7, shifts: [{ shiftId: 'E', breaks: [{ start: '09:00' }] }, {}, {}] },
    specialDays: [{ day: '2029-03-30', kind: 'HOLIDAY', name: 'Good Friday' }],
    corrections: [
      {
        ...{ reason: 'Warning strike', affectedFrom: '2029-03-28', affectedUntil: '2029-03-30' },
        before: [{ change: 'CLEAR_DAYS', days: [{ day: '2029-03-28', shiftId: 'L' }] }],
      },
    ],
  })
})

test('a plain change of the past is refused, with field, value and rule', async () => {
  const answer = await send(
    'SetCalendarDays',
    'scopeId: "ULM", days: [{ holiday: { day: "2029-03-27" } }]',
    '2029-04-02T08:00:00.000Z',
  )
  expect(answer).toMatchObject({ __typename: 'Rejected', code: 'TouchesThePast' })
  expect(answer.message).toContain('day 2029-03-27 is before 2029-04-02')
})

describe('/calendars/<scope>.ics', () => {
  const get = async (url: string, principal: Principal | null = systemPrincipal) => {
    const app = fastify()
    calendarRoute(app, plant.services, () => principal)
    return app.inject({ url })
  }
  const WINDOW = 'from=2029-03-28T00:00:00Z&to=2029-04-02T00:00:00Z'
  test('has the shifts that begin in the window, the holiday and the down time', async () => {
    const answer = await get(`/calendars/MILL-1.ics?${WINDOW}`)
    expect(answer.headers['content-type']).toBe('text/calendar; charset=utf-8')
    expect(answer.body.match(/^CATEGORIES:.*$/gm)?.map((line) => line.trim())).toEqual([
      ...Array.from({ length: 6 }, () => 'CATEGORIES:SHIFT'),
      ...['CATEGORIES:MAINTENANCE', 'CATEGORIES:HOLIDAY'],
    ])
    expect(answer.body).toContain('DTSTART;VALUE=DATE:20290330')
  })
  test('is for those who may read calendars', async () => {
    const nobody = { actor: 'x', scopes: new Set(['read:site']), sites: null }
    expect((await get('/calendars/ULM.ics', null)).statusCode).toBe(401)
    expect((await get('/calendars/ULM.ics', nobody)).statusCode).toBe(403)
    expect(
      (await get('/calendars/ULM.ics', { ...systemPrincipal, sites: ['S9'] })).statusCode,
    ).toBe(400)
  })
  test.each(['ULM', 'NOWHERE.ics', 'ULM.ics?kind=X', 'ULM.ics?from=never'])(
    '%s is refused in plain words',
    async (path) => expect((await get(`/calendars/${path}`)).statusCode).toBe(400),
  )
})
