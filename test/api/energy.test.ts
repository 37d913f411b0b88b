import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandEnvelope } from '../../src/domain/command.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { meter } from '../../src/domain/energy/meter.ts'
import { registerIntervals, type RegisterReading } from '../../src/domain/energy/register.ts'
import { hierarchyScope } from '../../src/domain/site/hierarchy-scope.ts'
import { ofEnergy } from '../energy/read-models.ts'
import { plantWithApi } from '../support/api.ts'
import { after } from '../spec.ts'

let plant: Awaited<ReturnType<typeof plantWithApi>>
beforeAll(async () => {
  plant = await plantWithApi(ofEnergy)
})
afterAll(() => plant.end())

let commands = 0
async function wish(command: object, occurredAt?: string): Promise<void> {
  const decider = 'meterId' in command ? meter : hierarchyScope
  const envelope: CommandEnvelope = {
    ...{ commandId: `c${commands++}`, actor: 'spec', site: 'S1', source: 'spec' },
    ...(occurredAt === undefined ? {} : { occurredAt }),
  }
  const outcome = await plant.execute(decider, command, envelope)
  if (isRejection(outcome)) throw new Error(outcome.why)
}
const say = (type: string, data: object, occurredAt: string) =>
  plant.record([{ type, data, occurredAt }], { source: 'spec', site: 'S1', actor: 'spec' })
const measured = (meterId: string, from: string, to: string, energyKwh: number) =>
  say('EnergyMeasured', { meterId, from, to, energyKwh }, to)

const report = async (args: string, fields: string) =>
  (await plant.ask(`{ energy(${args}) { ${fields} } }`)).energy

describe('energy of the plant', () => {
  const register = (meterId: string, more: object = {}) =>
    wish({
      ...{ type: 'RegisterMeter', meterId, name: meterId, scopeId: 'HALL', medium: 'ELECTRICITY' },
      ...more,
    })
  const DAY = 'from: "2026-03-29T00:00:00+01:00", to: "2026-03-30T00:00:00+02:00"'

  beforeAll(async () => {
    const scope = (scopeId: string, level: string, parentId: string | null, timeZone?: string) =>
      wish({
        ...{ type: 'DefineHierarchyScope', scopeId, level, parentId, name: scopeId },
        timeZone: timeZone ?? null,
      })
    await scope('S1', 'SITE', null, 'Europe/Berlin')
    await scope('HALL', 'AREA', 'S1')
    await scope('LINE', 'WORK_CENTRE', 'HALL')
    await register('MAIN')
    await register('SUB', { parentMeterId: 'MAIN', scopeId: 'LINE' })
    await register('WATER', { medium: 'WATER', unit: 'MTQ' })
    // The day on which clocks in Berlin go from 02:00 to 03:00: it ends at 22:00 UTC.
    await measured('MAIN', '2026-03-28T22:00:00Z', '2026-03-29T00:00:00Z', 8)
    await measured('MAIN', '2026-03-29T00:00:00Z', '2026-03-29T00:15:00Z', 5)
    await measured('SUB', '2026-03-29T00:05:00Z', '2026-03-29T00:20:00Z', 3)
    await measured('MAIN', '2026-03-29T21:45:00Z', '2026-03-29T22:00:00Z', 1)
    await measured('MAIN', '2026-03-29T22:00:00Z', '2026-03-29T22:15:00Z', 2)
    const span = { from: '2026-03-29T08:00:00Z', to: '2026-03-29T09:00:00Z' }
    await say('MediumMeasured', { meterId: 'WATER', ...span, quantity: 250, unit: 'LTR' }, span.to)
    await plant.settled()
  })

  test('a scope counts its topmost meters of the medium, below other nodes too', async () => {
    const hall = await report(`scopeId: "S1", ${DAY}`, 'meterIds timeZone total { value unit }')
    // Of the eight across midnight the half after it.
    expect(hall).toEqual({
      ...{ meterIds: ['MAIN'], timeZone: 'Europe/Berlin', total: { value: 10, unit: 'KWH' } },
    })
    expect((await report(`scopeId: "LINE", ${DAY}`, 'meterIds')).meterIds).toEqual(['SUB'])
    const water = await report(`scopeId: "S1", medium: WATER, ${DAY}`, 'total { value unit }')
    expect(water.total).toEqual({ value: 0.25, unit: 'MTQ' })
  })
  test('a day is as long as the clock of the site says', async () => {
    const args = 'meterIds: ["MAIN"], from: "2026-03-28T00:00:00Z", to: "2026-03-31T00:00:00Z"'
    const { buckets } = await report(args, 'buckets { from to quantity { value } }')
    expect(buckets).toEqual([
      bucket('2026-03-28T00:00:00.000Z', '2026-03-28T23:00:00.000Z', 4),
      bucket('2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z', 10),
      bucket('2026-03-29T22:00:00.000Z', '2026-03-30T22:00:00.000Z', 2),
    ])
  })
  const bucket = (from: string, to: string, value: number) => ({ from, to, quantity: { value } })

  test('peak demand is that of all meters in one window, cut at the quarters of the clock', async () => {
    const both = await report(`meterIds: ["MAIN", "SUB"], ${DAY}`, 'peakDemand { kw at }')
    expect(both.peakDemand).toEqual({ kw: 28, at: '2026-03-29T00:15:00.000Z' })
    const long = 'from: "2026-03-28T22:00:00Z", to: "2026-03-29T00:00:00Z"'
    expect(await report(`meterIds: ["MAIN"], ${long}`, 'peakDemand { kw } coverage')).toEqual({
      ...{ peakDemand: null, coverage: 1 },
    })
  })
  test('no data is not zero, and units that differ do not add up', async () => {
    const none = await report(
      `meterIds: ["GHOST"], ${DAY}`,
      'total { value } coverage buckets { to }',
    )
    expect(none).toEqual({ total: null, coverage: 0, buckets: [] })
    await expect(report(`meterIds: ["MAIN", "WATER"], ${DAY}`, 'total { value }')).rejects.toThrow(
      'KWH and MTQ do not add up',
    )
  })
  test.each([
    ['neither meters nor scope', DAY, 'either meterIds or scopeId'],
    [
      'a window backwards',
      'scopeId: "S1", from: "2026-03-02T00:00:00Z", to: "2026-03-01T00:00:00Z"',
      'not after',
    ],
    ['no such zone', `scopeId: "S1", ${DAY}, timeZone: "Mars/Base"`, 'not an IANA time zone'],
  ])('%s is told', (_, args, message) => expect(report(args, 'coverage')).rejects.toThrow(message))
  test('only sites that are open to the principal count', async () => {
    const principal = { actor: 'x', scopes: new Set(['*']), sites: ['S2'] }
    const query = `{ energy(meterIds: ["MAIN"], ${DAY}) { total { value } } meters { nodes { name } } }`
    expect(await plant.ask(query, principal)).toEqual({
      ...{ energy: { total: null }, meters: { nodes: [] } },
    })
  })
  test('meters hang together', async () => {
    const { meters: list } = await plant.ask(
      '{ meters(where: { top: true }) { nodes { meterId children { meterId parent { name } } } } }',
    )
    expect(list.nodes).toEqual([
      { meterId: 'MAIN', children: [{ meterId: 'SUB', parent: { name: 'MAIN' } }] },
      { meterId: 'WATER', children: [] },
    ])
  })
})

describe('registers', () => {
  /** A reading a minute at most; exchanges between them, some without a last stand. */
  const step = fc.record({
    wait: fc.integer({ min: 1, max: 30 }),
    reading: fc.nat({ max: 999 }),
    unit: fc.constantFrom('KWH', 'KWH', 'KWH', 'MWH'),
    exchange: fc.constantFrom(null, null, null, 'READ', 'UNREAD'),
  })
  type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
  const life = fc.array(step, { minLength: 2, maxLength: 8 })

  async function live(meterId: string, digits: number | null, steps: readonly Step[]) {
    const readings: RegisterReading[] = []
    const unit = 'KWH'
    await wish({
      ...{ type: 'RegisterMeter', meterId, name: 'x', scopeId: null, medium: 'ELECTRICITY' },
      ...{ kind: 'COUNTER', digits },
    })
    let minute = 0
    for (const [i, { wait, reading, unit: said, exchange }] of steps.entries()) {
      const at = after((minute += wait))
      if (exchange === null) {
        readings.push({ at, kind: 'READING', reading, unit: said, digits })
        await say('MeterRead', { meterId, reading, unit: said }, at)
        continue
      }
      const finalReading = exchange === 'READ' ? reading : null
      const content = { meterId, exchangeId: `x${i}`, finalReading, startReading: 7, reason: 'old' }
      await wish({ type: 'ExchangeMeter', ...content }, at)
      if (finalReading !== null) readings.push({ at, kind: 'FINAL', reading, unit, digits })
      readings.push({ at, kind: 'START', reading: 7, unit, digits })
    }
    return readings
  }

  test('the database counts as the domain does', async () => {
    let number = 0
    await fc.assert(
      fc.asyncProperty(life, fc.constantFrom(null, 3), async (steps, digits) => {
        const meterId = `R${number++}`
        const expected = registerIntervals(await live(meterId, digits, steps))
        await plant.settled()
        const args = `meterIds: ["${meterId}"], from: "${after(0)}", to: "${after(300)}"`
        const found = await report(args, 'total { value } coverage problems { from to problem }')
        const good = expected.filter((i) => i.problem === null)
        const kwh = good.reduce((sum, i) => sum + i.quantity! * factorAt(steps, i.to), 0)
        expect(found.total?.value ?? null).toEqual(good.length === 0 ? null : kwh)
        expect(found.problems).toEqual(
          expected
            .filter((i) => i.problem !== null)
            .map(({ from, to, problem }) => ({ from, to, problem })),
        )
        const ms = good.reduce((sum, i) => sum + Date.parse(i.to) - Date.parse(i.from), 0)
        expect(found.coverage).toBeCloseTo(ms / (300 * 60_000), 5)
      }),
      { numRuns: 25 },
    )
  })
  const factorAt = (steps: readonly Step[], to: string): number => {
    let minute = 0
    const last = steps.find(({ wait }) => after((minute += wait)) === to)!
    return last.exchange === null && last.unit === 'MWH' ? 1_000 : 1
  }

  test('readings around the window count in part', async () => {
    await live('PART', null, [
      { wait: 10, reading: 100, unit: 'KWH', exchange: null },
      { wait: 40, reading: 140, unit: 'KWH', exchange: null },
    ])
    await plant.settled()
    const args = `meterIds: ["PART"], from: "${after(20)}", to: "${after(30)}", groupBy: HOUR`
    expect(await report(args, 'total { value } coverage buckets { quantity { value } }')).toEqual({
      ...{ total: { value: 10 }, coverage: 1, buckets: [{ quantity: { value: 10 } }] },
    })
  })
})
