/**
 * Rules for signals on a control chart, over points in units of their own standard deviation from the
 * centre. Western Electric (1956) has four, Nelson (1984) eight; ISO 7870-2 calls them guidance.
 */
export type RuleSet = 'WESTERN_ELECTRIC' | 'NELSON'

/** A rule that was broken, told at the point that completes the pattern. */
export interface Violation {
  readonly rule: string
  readonly name: string
}

interface Rule extends Violation {
  /** Points it looks back on, the last included. */
  readonly points: number
  readonly holds: (z: readonly number[]) => boolean
}

type Test = (z: number) => boolean
const above =
  (limit: number): Test =>
  (z) =>
    z > limit
const below =
  (limit: number): Test =>
  (z) =>
    z < -limit
/** At least `count` on one side beyond a limit, the last among them: else it was told before. */
const beyond =
  (count: number, limit: number) =>
  (z: readonly number[]): boolean =>
    [above(limit), below(limit)].some((test) => test(z.at(-1)!) && z.filter(test).length >= count)
const steadily = (z: readonly number[]): boolean =>
  z.every((v, i) => i === 0 || v > z[i - 1]!) || z.every((v, i) => i === 0 || v < z[i - 1]!)
const alternating = (z: readonly number[]): boolean =>
  z.every((v, i) => i < 2 || (v - z[i - 1]!) * (z[i - 1]! - z[i - 2]!) < 0)

const rule = (id: string, name: string, points: number, holds: Rule['holds']): Rule => ({
  ...{ rule: id, name, points, holds },
})
const outside = (id: string) => rule(id, 'beyond 3 sigma', 1, beyond(1, 3))
const twoOfThree = (id: string) => rule(id, '2 of 3 beyond 2 sigma on one side', 3, beyond(2, 2))
const fourOfFive = (id: string) => rule(id, '4 of 5 beyond 1 sigma on one side', 5, beyond(4, 1))
const sameSide = (id: string, n: number) =>
  rule(id, `${n} in a row on one side of the centre`, n, beyond(n, 0))

export const OUTSIDE: Rule = outside('LIMIT')
export const RULES: Readonly<Record<RuleSet, readonly Rule[]>> = {
  WESTERN_ELECTRIC: [outside('WE1'), twoOfThree('WE2'), fourOfFive('WE3'), sameSide('WE4', 8)],
  NELSON: [
    outside('N1'),
    sameSide('N2', 9),
    rule('N3', '6 in a row steadily rising or falling', 6, steadily),
    rule('N4', '14 in a row alternately up and down', 14, alternating),
    twoOfThree('N5'),
    fourOfFive('N6'),
    rule('N7', '15 in a row within 1 sigma', 15, (z) => z.every((v) => Math.abs(v) < 1)),
    rule(
      'N8',
      '8 in a row beyond 1 sigma, on both sides',
      8,
      (z) => z.every((v) => Math.abs(v) > 1) && z.some((v) => v > 0) && z.some((v) => v < 0),
    ),
  ],
}

/**
 * @param z deviation of each point from the centre in its standard deviations; NaN: it has none
 * @returns what each point breaks, in the order of the rules
 */
export function violations(
  z: readonly number[],
  rules: readonly Rule[],
): readonly (readonly Violation[])[] {
  return z.map((_, i) =>
    rules
      .filter(({ points, holds }) => i + 1 >= points && holds(z.slice(i + 1 - points, i + 1)))
      .map(({ rule: id, name }) => ({ rule: id, name })),
  )
}
