import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createScans } from '../../../src/adapters/grpc/scans.ts'
import type { Recorded } from '../../../src/domain/event.ts'

const ALL = {}
const factsFrom = (position: number): Recorded[] =>
  [0, 1, 2].map((i) => ({ position: position + i }) as Recorded)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('whoever goes on where it stopped, with the same filter, gets what was left, once', () => {
  const scans = createScans()
  const left = factsFrom(7)
  scans.keep(left, { types: ['LotReceived'] })
  expect(scans.take(7, ALL)).toBeUndefined()
  expect(scans.take(8, { types: ['LotReceived'] })).toBeUndefined()
  expect(scans.take(7, { types: ['LotReceived'] })).toBe(left)
  expect(scans.take(7, { types: ['LotReceived'] })).toBeUndefined()
})

test('the oldest of five is let go, and one that was kept again is the newest', () => {
  const scans = createScans()
  for (const position of [10, 20, 30, 40]) scans.keep(factsFrom(position), ALL)
  scans.keep(factsFrom(10), ALL)
  scans.keep(factsFrom(50), ALL)
  const kept = [10, 20, 30, 40, 50].filter((position) => scans.take(position, ALL))
  expect(kept).toEqual([10, 30, 40, 50])
})

test('what nobody comes for is let go after five seconds', () => {
  const scans = createScans()
  scans.keep(factsFrom(1), ALL)
  vi.advanceTimersByTime(4_000)
  scans.keep(factsFrom(1), ALL)
  vi.advanceTimersByTime(4_000)
  expect(scans.take(1, ALL)).toHaveLength(3)
  scans.keep(factsFrom(1), ALL)
  vi.advanceTimersByTime(5_001)
  expect(scans.take(1, ALL)).toBeUndefined()
})
