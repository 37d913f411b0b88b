import { expect, test } from 'vitest'
import { changePoints } from '../../src/domain/kpi/change-points.ts'

/** Values of a normal distribution, from a seed. */
function noise(seed: number, n: number): number[] {
  let state = seed * 2_654_435_761 + 1
  const uniform = (): number => {
    state = (Math.imul(state | 0, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 4_294_967_296
  }
  for (let i = 0; i < 10; i++) uniform()
  return Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  )
}
const series = (levels: readonly (readonly [number, number])[], seed: number): number[] => {
  const all = levels.flatMap(([level, n]) => Array<number>(n).fill(level))
  const z = noise(seed, all.length)
  return all.map((level, i) => level + z[i]!)
}

test('no false alarm on noise, but at the stated rate', () => {
  // 400 series at 5 %: 20 are expected; 34 or more have a chance of 0.2 %.
  let alarms = 0
  for (let seed = 1; seed <= 400; seed++)
    if (changePoints(noise(seed, 30), 0.05).length > 0) alarms++
  expect(alarms).toBeLessThan(34)
  expect(alarms).toBeGreaterThan(7)
})

test.each([1, 2, 3, 4, 5])(
  'a change of three deviations stands where it was made: seed %s',
  (seed) => {
    const found = changePoints(
      series(
        [
          [0, 20],
          [3, 20],
        ],
        seed,
      ),
    )
    expect(found).toHaveLength(1)
    expect(Math.abs(found[0]!.index - 20)).toBeLessThanOrEqual(1)
    expect(found[0]).toMatchObject({
      before: expect.closeTo(0, 0),
      after: expect.closeTo(3, 0),
      pValue: 0.001,
    })
  },
)

test('two changes of opposite ways', () => {
  const found = changePoints(
    series(
      [
        [0, 25],
        [4, 15],
        [1, 25],
      ],
      7,
    ),
  )
  expect(found.map(({ index }) => index)).toEqual([25, 40])
  expect(found[1]!.before).toBe(found[0]!.after)
})

test('neither unit nor origin changes what is found, and the same series always the same', () => {
  const values = series(
    [
      [0, 20],
      [2, 20],
    ],
    11,
  )
  const found = changePoints(values)
  expect(changePoints(values)).toEqual(found)
  const other = changePoints(values.map((v) => 1_000 + 8 * v))
  expect(other.map(({ index, pValue }) => [index, pValue])).toEqual(
    found.map(({ index, pValue }) => [index, pValue]),
  )
})

test('what never varies, and what is too short, has no change', () => {
  expect(changePoints(Array(50).fill(0.1 + 0.2))).toEqual([])
  expect(changePoints([0, 0, 9])).toEqual([])
  expect(changePoints([])).toEqual([])
})

test('one outlier is no new level', () =>
  expect(changePoints([...noise(3, 20), 6, ...noise(4, 20)])).toEqual([]))
