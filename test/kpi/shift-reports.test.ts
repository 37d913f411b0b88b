import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import '../support/seed.ts'
import { DAY, sayings, SHIFT, shiftPlant, type ShiftPlant } from './shift-plant.ts'

let plant: ShiftPlant
beforeAll(async () => {
  plant = await shiftPlant()
})
afterAll(() => plant.end())

const TOLD =
  'position coverage cause { type eventId facts } figures { kpi value numerator denominator }'
const reportOf = async (id: string) =>
  (
    await plant.ask(`{ shiftReport(scopeId: "${id}", day: "${DAY}", shiftId: "EARLY") {
      status from to oee restatements told { ${TOLD} } } }`)
  ).shiftReport
const figures = ['oee', 'availability', 'effectiveness', 'qualityRatio', 'mttr', 'scrapRatio']
/** The same figures, reckoned anew. */
async function fresh(id: string, { from, to }: { from: string; to: string }, moment = '') {
  const ask = (name: string) =>
    `${name}: kpi(name: "${name}", scope: ["${id}"], window: { from: "${from}", to: "${to}" }${moment})
      { value numerator denominator coverage }`
  return plant.ask(`{ ${figures.map(ask).join('\n')} }`)
}
const told = (one: any): { [kpi: string]: any; availability?: any } =>
  Object.fromEntries(
    figures.map((kpi) => {
      const { value, numerator, denominator } = one.figures.find((f: any) => f.kpi === kpi)
      return [kpi, { value, numerator, denominator, coverage: one.coverage }]
    }),
  )
const same = (one: any) => JSON.stringify(one)

describe('a shift that was closed', () => {
  test('is reported, and restated by what comes late, cause and all', async () => {
    await plant.hall('A')
    const [running, fault, again, idle, some, more] = sayings(plant, 'A')
    for (const { say } of [running!, again!, idle!, some!, more!]) await say()
    await plant.close('A')
    await plant.close('A-M')
    await plant.quiet()
    const before = await reportOf('A')
    expect(before).toMatchObject({ status: 'REPORTED', ...SHIFT, restatements: 0 })
    expect(told(before.told[0]).availability.value).toBeCloseTo(6.5 / 7.5, 12)

    await fault!.say()
    await plant.quiet()
    const after = await reportOf('A')
    expect(after).toMatchObject({ status: 'RESTATED', restatements: 1 })
    expect(after.told[0]).toEqual(before.told[0])
    expect(told(after.told[1]).availability.value).toBeCloseTo(6 / 7.5, 12)
    expect(after.told[1].cause).toMatchObject({ type: 'EquipmentStateChanged', facts: 1 })
    expect((await reportOf('A-M')).restatements).toBe(1)

    const { kpiRestatements } = await plant.ask(`{ kpiRestatements(
      where: { scopeId: "A", kpi: "availability" }) { nodes {
        oldValue newValue oldNumerator newNumerator restatement cause { eventId } } } }`)
    expect(kpiRestatements.nodes).toEqual([
      {
        ...{ oldValue: told(before.told[0]).availability.value },
        ...{ newValue: told(after.told[1]).availability.value },
        ...{ oldNumerator: 6.5 * 3_600_000, newNumerator: 6 * 3_600_000, restatement: 1 },
        cause: { eventId: after.told[1].cause.eventId },
      },
    ])
    const asked = await plant.ask(`{ kpi(name: "availability", scope: ["A"], window: {
      from: "${SHIFT.from}", to: "${SHIFT.to}" }) { value restatedFrom { value report { restatements } } }
      quality: kpi(name: "qualityRatio", scope: ["A"], window: {
      from: "${SHIFT.from}", to: "${SHIFT.to}" }) { restatedFrom { value } } }`)
    expect(asked.kpi.value).toBe(told(after.told[1]).availability.value)
    expect(asked.kpi.restatedFrom).toEqual({
      value: told(before.told[0]).availability.value,
      report: { restatements: 1 },
    })
    expect(asked.quality.restatedFrom).toBeNull()
    const first = `, asKnownAt: { position: "${before.told[0].position}" }`
    expect(same(await fresh('A', SHIFT, first))).toBe(same(told(before.told[0])))
  })

  test('is restated by a program that becomes known late, where cycle times are by program', async () => {
    await plant.hall('P')
    const all = sayings(plant, 'P')
    const late = all.find(({ name }) => name.startsWith('program'))!
    for (const one of all) if (one !== late) await one.say()
    await plant.close('P')
    await plant.quiet()
    const before = (await reportOf('P')).restatements
    await late.say()
    await plant.quiet()
    expect((await reportOf('P')).restatements).toBe(before + 1)
  })

  test('is left alone by what is about another time or another machine', async () => {
    await plant.hall('B')
    await plant.hall('C')
    for (const { say } of sayings(plant, 'B').slice(0, 6)) await say()
    await plant.close('B')
    await plant.tell(
      'EquipmentStateChanged',
      { equipmentId: 'B-M', state: 'RUNNING' },
      `${DAY}T20:00:00.000Z`,
    )
    for (const { say } of sayings(plant, 'C').slice(0, 6)) await say()
    await plant.quiet()
    expect(await reportOf('B')).toMatchObject({ status: 'REPORTED', restatements: 0 })
  })

  test('can be closed once, and only one that lasts', async () => {
    await expect(
      plant.wish(
        {
          ...{ type: 'CloseShift', scopeId: 'B', shiftId: 'NONE', day: DAY },
          ...{ from: SHIFT.to, to: SHIFT.from },
        },
        SHIFT.to,
      ),
    ).rejects.toThrow('is not after')
    expect(await plant.close('B')).toMatchObject({ events: [] })
  })
})

test('following the log once more tells nothing new', async () => {
  await plant.quiet()
  const head = await plant.services.store.head()
  await plant.repeat()
  expect(await plant.services.store.head()).toBe(head)
})

/** Each is a hall of its own with ten things said, and up to ten restatements of three scopes. */
const RUNS = 6

test('whatever the order in which it becomes known, the last word is the same and true', async () => {
  const count = sayings(plant, 'X').length
  const places = Array.from({ length: count }, (_, i) => i)
  let halls = 0
  const last = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(places, { minLength: count }),
      fc.nat(count),
      async (order, closedAfter) => {
        const id = `H${halls++}`
        await plant.hall(id)
        const all = sayings(plant, id)
        for (const place of order.slice(0, closedAfter)) await all[place]!.say()
        await plant.close(id)
        await plant.quiet()
        const reported = await reportOf(id)
        for (const place of order.slice(closedAfter)) {
          await all[place]!.say()
          await plant.quiet()
        }
        const { told: chain, from, to } = await reportOf(id)
        expect(same(chain[0])).toBe(same(reported.told[0]))
        expect(same(told(chain.at(-1)))).toBe(same(await fresh(id, { from, to })))
        for (const one of chain.slice(0, -1)) {
          const moment = `, asKnownAt: { position: "${one.position}" }`
          const window = one === chain[0] ? reported : null
          if (window) expect(same(await fresh(id, window, moment))).toBe(same(told(one)))
        }
        last.add(same([from, to, told(chain.at(-1))]))
      },
    ),
    // In the example the reason of a stop is the last that becomes known.
    { numRuns: RUNS, examples: [[[4, 9, 2, 3, 5, 8, 0, 10, 1, 6, 7], 0]] },
  )
  expect([...last]).toEqual([expect.stringContaining(`["${DAY}T07:00:00.000Z"`)])
}, 60_000)
