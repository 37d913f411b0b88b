import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { registerIntervals, type RegisterReading } from '../../src/domain/energy/register.ts'
import { plus } from '../../src/domain/types.ts'
import { after } from '../spec.ts'

const read = (minute: number, reading: number, more: Partial<RegisterReading> = {}) => ({
  ...{ at: after(minute), kind: 'READING' as const, reading, unit: 'KWH', digits: 4 },
  ...more,
})
const ways = (...readings: RegisterReading[]) =>
  registerIntervals(readings).map((i) => i.problem ?? i.quantity)

describe('a register becomes intervals', () => {
  test('between neighbours in time, a late reading in its place', () =>
    expect(registerIntervals([read(0, 10), read(30, 16), read(15, 12.5)])).toEqual([
      { from: after(0), to: after(15), quantity: 2.5, unit: 'KWH', problem: null },
      { from: after(15), to: after(30), quantity: 3.5, unit: 'KWH', problem: null },
    ]))
  test('a single reading tells nothing', () => expect(ways(read(0, 5))).toEqual([]))
  test('a register of four digits goes on at 10,000', () =>
    expect(ways(read(0, 9_990), read(15, 5))).toEqual([15]))
  test('a fall that no roll-over explains is shown, never counted', () => {
    expect(ways(read(0, 500), read(15, 480))).toEqual(['FALL'])
    expect(ways(read(0, 9_990), read(15, 5, { digits: null }))).toEqual(['FALL'])
  })
  test('an exchange counts to the last stand of the old and from the first of the new', () =>
    expect(
      ways(
        read(0, 100),
        read(20, 3, { kind: 'START' }),
        read(20, 110, { kind: 'FINAL' }),
        read(30, 4),
      ),
    ).toEqual([10, 1]))
  test('an old device nobody read leaves a gap', () =>
    expect(ways(read(0, 100), read(20, 0, { kind: 'START' }), read(30, 4))).toEqual(['UNREAD', 4]))
  test('units that do not compare', () =>
    expect(ways(read(0, 100), read(20, 101, { unit: 'MWH' }))).toEqual(['UNIT']))
})

/** What a meter really used in each quarter of an hour; exchanges and roll-overs hide it in stands. */
const life = fc.array(
  fc.record({ used: fc.nat({ max: 400 }).map((n) => n / 4), exchange: fc.boolean() }),
  { minLength: 1, maxLength: 40 },
)

const RANGE = 1_000
function standsOf(steps: readonly { used: number; exchange: boolean }[], start: number) {
  let stand = start
  const digits = 3
  const readings = [read(0, stand, { digits })]
  for (const [i, { used, exchange }] of steps.entries()) {
    stand = plus(stand, used) % RANGE
    const minute = (i + 1) * 15
    if (exchange) {
      readings.push(read(minute, stand, { kind: 'FINAL', digits }))
      readings.push(read(minute, (stand = 7), { kind: 'START', digits }))
    } else readings.push(read(minute, stand, { digits }))
  }
  return readings
}

describe('whatever order readings arrive in', () => {
  test('the intervals are the same, and add up to what was used', () =>
    fc.assert(
      fc.property(
        life,
        fc.nat({ max: RANGE - 1 }),
        fc.infiniteStream(fc.nat()),
        (steps, s, keys) => {
          const readings = standsOf(steps, s)
          const shuffled = readings
            .map((r) => [keys.next().value as number, r] as const)
            .sort(([a], [b]) => a - b)
            .map(([, r]) => r)
          const intervals = registerIntervals(shuffled)
          expect(intervals).toEqual(registerIntervals(readings))
          expect(intervals.map((i) => i.quantity)).toEqual(steps.map((step) => step.used))
        },
      ),
    ))
  test('energy is never negative, and every interval either counts or says why not', () => {
    const reading = fc.record({
      ...{ at: fc.integer({ min: 0, max: 50 }).map(after), reading: fc.nat({ max: 1_200 }) },
      kind: fc.constantFrom('READING' as const, 'FINAL' as const, 'START' as const),
      ...{ unit: fc.constantFrom('KWH', 'MWH'), digits: fc.constantFrom(null, 3) },
    })
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 20 }), (readings) => {
        for (const { quantity, problem, from, to } of registerIntervals(readings)) {
          expect(quantity === null).toBe(problem !== null)
          expect(quantity ?? 0).toBeGreaterThanOrEqual(0)
          expect(from <= to).toBe(true)
        }
      }),
    )
  })
})
