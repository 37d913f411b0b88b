import type { Order, Problem, Span } from '../../src/domain/planning/problem.ts'
import { seededRandom } from '../../src/domain/planning/random.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
const FAMILIES = ['red', 'white', 'blue', 'black']

/** Two shifts a day from the start on, a third only for some. */
const shifts = (days: number, night: boolean): Span[] =>
  Array.from({ length: days }, (_, day) => ({
    from: day * DAY,
    to: day * DAY + (night ? 22 : 16) * HOUR,
  }))

/**
 * A plant with all that makes plans hard: machines in groups with calendars and changeovers, 40 % of the
 * operations need a qualified person, some a tool or material that is still to come; due dates are tight.
 */
export function plant(operations: number, seed: number): Problem {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const orders = Math.ceil(operations / 5)
  const groups = Math.max(8, Math.round(operations / 120))
  const days = 30 + Math.ceil(operations / groups / 8)
  const machines = Array.from({ length: groups * 3 }, (_, i) => ({
    id: `M${i}`,
    open: shifts(days, i % 3 === 0),
    location: i % 2 === 0 ? 'north' : 'south',
    initialFamily: pick(FAMILIES),
    setups: FAMILIES.flatMap((from) =>
      FAMILIES.filter((to) => to !== from).map((to) => ({
        from,
        to,
        seconds: 600 * (1 + Math.floor(random() * 6)),
      })),
    ),
  }))
  const order = (number: number): Order => {
    const family = pick(FAMILIES)
    const release = Math.floor(random() * 5) * 4 * HOUR
    return {
      id: `O${number}`,
      release,
      due: release + DAY + Math.floor(random() * 4 * DAY),
      weight: pick([1, 1, 2, 4]),
      quantity: 1 + Math.floor(random() * 20),
      operations: Array.from({ length: 5 }, (_, place) => {
        const group = Math.floor(random() * groups)
        const perUnitSeconds = 60 * (2 + Math.floor(random() * 9))
        const manned = random() < 0.4 ? { qualification: `Q${group % 8}` } : {}
        const tool = random() < 0.1 ? { tool: `T${group % 4}` } : {}
        return {
          id: `${place}`,
          ...(place === 0 && random() < 0.2
            ? { consumes: [{ material: 'steel', quantity: 1 }] }
            : {}),
          modes: [0, 1, 2].map((machine) => ({
            equipment: `M${group * 3 + machine}`,
            fixedSeconds: 300,
            perUnitSeconds: Math.round(perUnitSeconds * (1 + 0.15 * machine)),
            family,
            interruptible: true,
            ...manned,
            ...tool,
          })),
        }
      }),
    }
  }
  return {
    equipment: machines,
    persons: Array.from({ length: groups * 2 }, (_, i) => ({
      id: `P${i}`,
      qualifications: [`Q${i % 8}`, `Q${(i + 3) % 8}`],
      shifts: shifts(days, i % 4 === 0),
    })),
    tools: [0, 1, 2, 3].map((i) => ({ id: `T${i}`, count: Math.max(3, Math.round(groups / 4)) })),
    materials: [
      {
        id: 'steel',
        stock: Math.ceil(orders / 20),
        receipts: [1, 2, 3].map((day) => ({ at: day * DAY, quantity: Math.ceil(orders / 10) })),
      },
    ],
    transport: [
      { from: 'north', to: 'south', seconds: 900 },
      { from: 'south', to: 'north', seconds: 900 },
    ],
    orders: Array.from({ length: orders }, (_, number) => order(number)),
  }
}
