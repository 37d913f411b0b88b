import type { Compiled } from '../compile.ts'
import { setupSeconds } from '../machine-state.ts'
import type { Schedule } from '../schedule.ts'
import { pegged } from './pegging.ts'

/** A plan as what waits for what: who follows whom on machines, people and tools stays, times do not. */
export interface PlanGraph {
  /** Operations of the plan, each after all it waits for; of a batch its first one stands for all. */
  readonly order: Int32Array
  /** By operation: the others of the batch it stands for. */
  readonly members: ReadonlyMap<number, readonly number[]>
  readonly mode: Int32Array
  readonly person: Int32Array
  readonly tool: Int32Array
  /** Seconds of changeover before it. */
  readonly setup: Int32Array
  /** When the plan has changeover and run begin. */
  readonly setupStart: ArrayLike<number>
  readonly start: ArrayLike<number>
  /** By operation: from when the plan has its material, and the operations that make it. */
  readonly materialFrom: Float64Array
  readonly madeBy: ReadonlyMap<number, readonly number[]>
  /** No run begins before, and no changeover, by operation. */
  readonly notBefore: Float64Array
  readonly setupNotBefore: Float64Array
}

/**
 * @param rank place of each operation in the sequence the schedule was decoded from
 * @param notBefore by operation; those that keep a maximal lag are held back as the schedule has them besides
 */
export function planGraph(
  compiled: Compiled,
  schedule: Schedule,
  rank: Int32Array,
  notBefore: Float64Array,
): PlanGraph {
  const { operations } = compiled
  const leader = leaders(compiled, schedule)
  const placed = [...leader.keys()].filter((at) => schedule.scheduled[at])
  const byTime = placed
    .filter((at) => leader[at] === at)
    .sort((a, b) => schedule.start[a]! - schedule.start[b]! || rank[a]! - rank[b]!)
  const members = new Map<number, number[]>()
  for (const at of placed)
    if (leader[at] !== at) members.set(leader[at]!, [...(members.get(leader[at]!) ?? []), at])
  const { materialFrom, madeBy } = pegged(compiled, schedule, rank)
  const { edges, setup } = chains(compiled, schedule, byTime)
  for (const at of placed) {
    // What is fixed waits for nothing but its machine.
    if (operations[at]!.fixed) continue
    for (const { operation } of operations[at]!.links) edges.push([leader[operation]!, leader[at]!])
    for (const maker of madeBy.get(at) ?? []) edges.push([leader[maker]!, leader[at]!])
  }
  const setupNotBefore = new Float64Array(operations.length)
  for (const { links } of operations)
    for (const { operation, maxLag } of links)
      if (maxLag < Infinity) setupNotBefore[operation] = schedule.setupStart[operation]!
  return {
    order: sorted(byTime, edges),
    members,
    mode: schedule.mode.slice(),
    person: schedule.person.slice(),
    tool: schedule.tool.slice(),
    setup,
    setupStart: schedule.setupStart.slice(),
    start: schedule.start.slice(),
    materialFrom,
    madeBy,
    notBefore,
    setupNotBefore,
  }
}

/** By operation the first of its batch, else itself. */
function leaders({ operations, equipment }: Compiled, schedule: Schedule): Int32Array {
  const machine = (at: number) => operations[at]!.modes[schedule.mode[at]!]!.equipment
  return Int32Array.from(operations, (_, at) => {
    const culprit = schedule.culprit[at]!
    const joined =
      schedule.scheduled[at] === 1 &&
      culprit >= 0 &&
      equipment[machine(at)]!.batchCapacity > 0 &&
      machine(culprit) === machine(at) &&
      schedule.start[culprit] === schedule.start[at]
    return joined ? culprit : at
  })
}

/** Who comes after whom on each machine, person and tool. */
function chains(compiled: Compiled, schedule: Schedule, byTime: readonly number[]) {
  const { operations, equipment, units } = compiled
  const edges: [before: number, after: number][] = []
  const setup = new Int32Array(operations.length)
  const family = equipment.map(({ initialFamily }) => initialFamily)
  const last = new Int32Array(equipment.length).fill(-1)
  const taken: number[][] = units.map(() => [])
  const from = new Float64Array(operations.length)
  for (const at of byTime) {
    const mode = operations[at]!.modes[schedule.mode[at]!]!
    const { equipment: machine, attendsSetup, attendsRun } = mode
    setup[at] = setupSeconds(compiled, machine, family[machine]!, mode.family)
    family[machine] = mode.family
    if (last[machine]! >= 0) edges.push([last[machine]!, at])
    last[machine] = at
    from[at] = attendsSetup ? schedule.setupStart[at]! : schedule.start[at]!
    const to = attendsRun ? schedule.end[at]! : schedule.start[at]!
    const person = schedule.person[at]!
    if (person >= 0 && from[at] < to) taken[person]!.push(at)
    if (schedule.tool[at]! >= 0) taken[schedule.tool[at]!]!.push(at)
  }
  for (const [unit, users] of taken.entries()) {
    const begin = unit < compiled.personCount ? from : schedule.setupStart
    const inOrder = users.toSorted((a, b) => begin[a]! - begin[b]!)
    for (let i = 1; i < inOrder.length; i++) edges.push([inOrder[i - 1]!, inOrder[i]!])
  }
  return { edges, setup }
}

/** As in time, but each after what it waits for, where the times do not tell. */
function sorted(
  byTime: readonly number[],
  edges: readonly (readonly [before: number, after: number])[],
): Int32Array {
  const waiting = new Map(byTime.map((at) => [at, 0]))
  const next = new Map<number, number[]>()
  for (const [before, after] of edges) {
    if (before === after || !waiting.has(before)) continue
    waiting.set(after, waiting.get(after)! + 1)
    const known = next.get(before)
    if (known) known.push(after)
    else next.set(before, [after])
  }
  const order = byTime.filter((at) => waiting.get(at) === 0)
  for (let i = 0; i < order.length; i++)
    for (const after of next.get(order[i]!) ?? []) {
      const left = waiting.get(after)! - 1
      waiting.set(after, left)
      if (left === 0) order.push(after)
    }
  if (order.length < byTime.length) throw new Error('operations of the plan wait for each other')
  return Int32Array.from(order)
}
