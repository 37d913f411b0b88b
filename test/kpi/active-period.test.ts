import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bottlenecks, type Machine } from '../../src/domain/kpi/active-period.ts'
import { machineActivity } from '../../src/projections/kpi/activity.ts'
import type { Stretch } from '../../src/domain/kpi/pieces.ts'
import { DAY, gap, histories, HOUR, inputsOf, START, state } from './plant.ts'

interface Station {
  /** Milliseconds one piece takes that starts at a moment. */
  readonly cycle: (at: number) => number
}

/** A line with room for a few pieces between stations: a piece moves on only where there is room. */
function line(stations: readonly Station[], until: number, room = 2): readonly Machine[] {
  const active = stations.map((): Stretch[] => [])
  // Moment at which each piece left each station; a station starts when it is free and has a piece.
  const left = stations.map((): number[] => [])
  for (let piece = 0; ; piece++) {
    let arrives = 0
    for (let i = 0; i < stations.length; i++) {
      const free = left[i]![piece - 1] ?? 0
      const start = Math.max(arrives, free)
      if (i === 0 && start >= until) return ready()
      const done = start + stations[i]!.cycle(start)
      active[i]!.push({ from: start, to: done })
      // It blocks the station until the next but some has left the one after.
      const blockedBy = left[i + 1]?.[piece - room - 1] ?? 0
      left[i]!.push(Math.max(done, blockedBy))
      arrives = left[i]![piece]!
    }
  }
  function ready(): readonly Machine[] {
    const busy = [{ from: 0, to: until }]
    return active.map((stretches, i) => ({
      ...{ id: `M${i + 1}`, busy, observed: busy },
      active: stretches.filter(({ from }) => from < until),
    }))
  }
}

const SECOND = 1_000
const fixed = (seconds: number): Station => ({ cycle: () => seconds * SECOND })

describe('bottlenecks of a line', () => {
  test.each([0, 1, 2, 3])('the slowest station, wherever it stands: %s', (slow) => {
    const stations = [0, 1, 2, 3].map((i) => fixed(i === slow ? 12 : 10))
    const { machines } = bottlenecks(line(stations, 8 * HOUR))
    expect(machines[0]!.id).toBe(`M${slow + 1}`)
    expect(machines[0]!.frequency).toBeGreaterThan(0.95)
    expect(machines[0]!.soleMs).toBeGreaterThan(0.9 * 8 * HOUR)
  })

  test('a bottleneck that goes over from one station to another, found in both halves', () => {
    const half = 4 * HOUR
    const first = { cycle: (at: number) => (at < half ? 12 : 9) * SECOND }
    const third = { cycle: (at: number) => (at < half ? 9 : 12) * SECOND }
    const { machines, momentary } = bottlenecks(line([first, fixed(8), third], 8 * HOUR))
    const of = (from: number, to: number): string => {
      const times = new Map<string, number>()
      for (const one of momentary) {
        const ms = Math.min(one.to, to) - Math.max(one.from, from)
        if (ms > 0) times.set(one.id, (times.get(one.id) ?? 0) + ms)
      }
      return [...times].sort((a, b) => b[1] - a[1])[0]![0]
    }
    expect([of(0, half), of(half, 8 * HOUR)]).toEqual(['M1', 'M3'])
    expect(
      machines
        .slice(0, 2)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['M1', 'M3'])
    for (const { frequency } of machines.slice(0, 2)) expect(frequency).toBeGreaterThan(0.4)
    expect(machines[2]).toMatchObject({ id: 'M2', soleMs: 0 })
    // Neither stands out by its utilisation over the whole day.
    const [a, b] = machines.slice(0, 2).map(({ utilisation }) => utilisation!)
    expect(Math.abs(a! - b!)).toBeLessThan(0.05)
  })

  test('a repair is active time: who waits for it is not the bottleneck', () => {
    const broken = {
      cycle: (at: number) => (at > HOUR && at < HOUR + 20 * SECOND ? 3_600 : 8) * SECOND,
    }
    const { momentary } = bottlenecks(line([fixed(9), broken, fixed(9)], 3 * HOUR))
    const during = momentary.find(({ from, to }) => from < 1.5 * HOUR && to > 1.5 * HOUR)
    expect(during?.id).toBe('M2')
  })
})

const machine = (id: string, ...active: readonly (readonly [number, number])[]): Machine => ({
  id,
  active: active.map(([from, to]) => ({ from, to })),
  busy: [{ from: 0, to: 100 }],
  observed: [{ from: 0, to: 100 }],
})

describe('momentary, sole and shifting', () => {
  test('while the old and the new bottleneck overlap, both shift', () => {
    const { machines, momentary } = bottlenecks([
      machine('A', [0, 40], [70, 75]),
      machine('B', [30, 90]),
    ])
    expect(momentary).toEqual([
      { from: 0, to: 30, id: 'A', shiftingWith: null },
      { from: 30, to: 40, id: 'B', shiftingWith: 'A' },
      { from: 40, to: 90, id: 'B', shiftingWith: null },
    ])
    expect(machines).toMatchObject([
      { id: 'B', soleMs: 50, shiftingMs: 10, frequency: 0.6, episodes: 1, severityMs: 60 },
      { id: 'A', soleMs: 30, shiftingMs: 10, utilisation: 0.45, meanActiveMs: 22.5 },
    ])
  })
  test('a break ends no period, and short waiting none that is to be ignored', () => {
    const pausing = {
      ...machine('A', [0, 40], [50, 100]),
      busy: [
        [0, 40],
        [50, 100],
      ].map(([from, to]) => ({ from: from!, to: to! })),
    }
    expect(bottlenecks([pausing]).machines[0]).toMatchObject({ episodes: 1, severityMs: 90 })
    const waiting = machine('A', [0, 40], [45, 100])
    expect(bottlenecks([waiting]).machines[0]).toMatchObject({ episodes: 2 })
    expect(bottlenecks([waiting], 5).machines[0]).toMatchObject({ episodes: 1 })
  })
  test('nothing is known of no machines', () =>
    expect(bottlenecks([])).toEqual({ machines: [], momentary: [], plannedMs: 0 }))
})

const twoMachines = (facts: Parameters<typeof inputsOf>[1]['facts']) => {
  const [a, b] = ['M1', 'M2'].map((id) => inputsOf(id, { from: 0, to: 2 * DAY, facts }))
  return { ...a!, subjects: [...a!.subjects, ...b!.subjects] }
}

describe('of what machines reported', () => {
  test('sole and shifting time is the time in which any machine was active, in any order of arrival', () =>
    fc.assert(
      fc.property(histories, (facts) => {
        const activity = machineActivity(twoMachines(facts))
        const found = bottlenecks(activity)
        expect(bottlenecks(machineActivity(twoMachines(facts.toReversed())))).toEqual(found)
        expect(bottlenecks(activity.toReversed())).toEqual(found)
        const total = found.momentary.reduce((n, { from, to }) => n + to - from, 0)
        const sole = found.machines.reduce((n, { soleMs }) => n + soleMs, 0)
        const shifting = found.machines.reduce((n, { shiftingMs }) => n + shiftingMs, 0)
        expect(sole + shifting / 2).toBe(total)
        found.momentary.forEach(({ from }, i) => {
          if (i > 0) expect(from).toBeGreaterThanOrEqual(found.momentary[i - 1]!.to)
        })
      }),
      { numRuns: 100 },
    ))
  test('no data is not idle: it lowers no share, and ends a period', () => {
    const facts = [state(5 * HOUR, 'RUNNING'), gap(8 * HOUR), state(9 * HOUR, 'RUNNING')]
    const inputs = inputsOf('M1', { from: 6 * HOUR, to: 14 * HOUR, facts })
    const { machines, plannedMs } = bottlenecks(machineActivity(inputs))
    expect(plannedMs).toBe(6.5 * HOUR)
    expect(machines[0]).toMatchObject({ utilisation: 1, frequency: 1, episodes: 2 })
  })
  test('waiting is not active, repair is, and what is not planned does not count', () => {
    const facts = [state(5 * HOUR, 'RUNNING'), state(8 * HOUR, 'WAITING'), state(9 * HOUR, 'FAULT')]
    const inputs = inputsOf('M1', { from: 0, to: 14 * HOUR, facts })
    const [one] = machineActivity(inputs)
    expect(one!.active).toEqual([
      { from: START + 5 * HOUR, to: START + 8 * HOUR },
      { from: START + 9 * HOUR, to: START + 14 * HOUR },
    ])
    const { machines, plannedMs } = bottlenecks([one!])
    expect(plannedMs).toBe(7.5 * HOUR)
    expect(machines[0]!.utilisation).toBe(6.5 / 7.5)
    expect(machines[0]).toMatchObject({ soleMs: 6.5 * HOUR, episodes: 2 })
  })
})
