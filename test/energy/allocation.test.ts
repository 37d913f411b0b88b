import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allocate, type StateSpan, type Work } from '../../src/domain/energy/allocation.ts'
import type { Flow } from '../../src/domain/energy/flows.ts'

const flow = (from: number, to: number, quantity: number): Flow => ({
  ...{ from, to, quantity, spanMs: to - from, estimated: false },
})
const state = (from: number, to: number, name: string, part = 1): StateSpan => ({
  ...{ from, to, state: name, part },
})
const work = (from: number, to: number, more: Partial<Work>): Work => ({
  ...{ from, to, orderId: null, operationId: null, serial: null, pieces: 0, ...more },
})
const told = (shares: ReturnType<typeof allocate>) =>
  shares.map((s) => [s.state, s.work?.serial ?? s.work?.orderId ?? null, s.quantity])

describe('by time', () => {
  const rule = { basis: 'TIME' as const, borders: [] }
  test('energy goes to what was worked on; the rest stays unallocated', () =>
    expect(
      told(
        allocate(
          [flow(0, 10, 100)],
          [state(0, 4, 'RUNNING'), state(4, 10, 'IDLE')],
          [work(1, 3, { serial: 'A' })],
          rule,
        ),
      ),
    ).toEqual([
      ['RUNNING', null, 20],
      ['IDLE', null, 60],
      ['RUNNING', 'A', 20],
    ]))
  test('what runs side by side shares', () =>
    expect(
      told(
        allocate(
          [flow(0, 2, 10)],
          [],
          [work(0, 2, { serial: 'A' }), work(0, 2, { serial: 'B' })],
          rule,
        ),
      ),
    ).toEqual([
      ['NO_DATA', 'A', 5],
      ['NO_DATA', 'B', 5],
    ]))
  test('a piece tells more than the clock of its order', () =>
    expect(
      told(
        allocate(
          [flow(0, 4, 8)],
          [],
          [work(0, 4, { orderId: 'O' }), work(1, 2, { serial: 'A' })],
          rule,
        ),
      ),
    ).toEqual([
      ['NO_DATA', 'O', 6],
      ['NO_DATA', 'A', 2],
    ]))
  test('states of which only the length is known share the window, the rest is not known', () =>
    expect(
      told(
        allocate(
          [flow(0, 10, 10)],
          [state(0, 10, 'RUNNING', 0.7), state(0, 10, 'SETUP', 0.2)],
          [],
          rule,
        ),
      ),
    ).toEqual([
      ['RUNNING', null, 7],
      ['SETUP', null, 2],
      ['NO_DATA', null, expect.closeTo(1, 9)],
    ]))
})

describe('by period', () => {
  const borders = [0, 10, 20]
  const works = [
    work(0, 6, { serial: 'A', pieces: 1 }),
    work(6, 8, { serial: 'B', pieces: 1 }),
    work(2, 2, { orderId: 'O', pieces: 9 }),
  ]
  test('COUNT divides by pieces finished; a period without any is not smeared over others', () =>
    expect(told(allocate([flow(0, 20, 40)], [], works, { basis: 'COUNT', borders }))).toEqual([
      ['NO_DATA', 'A', 10],
      ['NO_DATA', 'B', 10],
      ['NO_DATA', null, 20],
    ]))
  test('CYCLE divides by the time measured', () =>
    expect(told(allocate([flow(0, 10, 40)], [], works, { basis: 'CYCLE', borders }))).toEqual([
      ['NO_DATA', 'A', 30],
      ['NO_DATA', 'B', 10],
    ]))
})

const span = fc.tuple(fc.nat({ max: 90 }), fc.integer({ min: 0, max: 40 }))
const flows = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat({ max: 500 }), fc.boolean()), {
    maxLength: 20,
  })
  .map((steps) => {
    let at = 0
    return steps.flatMap(([ms, quantity, isThere]) => {
      const from = at
      at += ms
      return isThere ? [flow(from, at, quantity)] : []
    })
  })
const anyStates = fc.array(
  fc
    .tuple(span, fc.constantFrom('RUNNING', 'IDLE'), fc.constantFrom(1, 0.6))
    .map(([[from, ms], name, part]) => state(from, from + ms, name, part)),
  { maxLength: 8 },
)
const anyWorks = fc.array(
  fc
    .tuple(span, fc.option(fc.constantFrom('A', 'B', 'C'), { nil: null }), fc.nat({ max: 3 }))
    .map(([[from, ms], serial, pieces]) => work(from, from + ms, { serial, orderId: 'O', pieces })),
  { maxLength: 8 },
)

test('whatever happened, shares add up to what flowed, in any order of arrival', () =>
  fc.assert(
    fc.property(
      flows,
      anyStates,
      anyWorks,
      fc.constantFrom('TIME' as const, 'COUNT' as const, 'CYCLE' as const),
      (all, states, works, basis) => {
        const rule = { basis, borders: [0, 60, 120, 180, 240] }
        const shares = allocate(all, states, works, rule)
        const total = all.reduce((sum, f) => sum + f.quantity, 0)
        expect(shares.reduce((sum, s) => sum + s.quantity, 0)).toBeCloseTo(total, 6)
        for (const s of shares) expect(s.quantity).toBeGreaterThanOrEqual(0)
        const of = (found: typeof shares, serial: string) =>
          found.reduce((sum, s) => sum + (s.work?.serial === serial ? s.quantity : 0), 0)
        const again = allocate(all, states, works.toReversed(), rule)
        for (const serial of ['A', 'B', 'C'])
          expect(of(again, serial)).toBeCloseTo(of(shares, serial), 6)
      },
    ),
  ))
