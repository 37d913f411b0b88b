import type { Compiled, CompiledMode } from '../compile.ts'
import { finish } from '../working-time.ts'
import type { Schedule } from '../schedule.ts'
import { createChance, type Chance } from './chance.ts'
import { endOf, settle, type Job } from './job.ts'
import { planGraph, type PlanGraph } from './plan-graph.ts'
import { emptyRun, type Run } from './run.ts'
import { noVariation } from './variation.ts'

/** Plays a plan in one replication. The run is reused by the next call. */
export type Play = (replication: number) => Run

/** Rounds after which all that would begin early is held back, not the first of it. */
const PATIENCE = 20

/**
 * What each operation of this plan waits for, so that without chance it begins when the plan has it. Where the
 * decoder tried a tool or a person that was free then and another was free in the end, an operation would
 * begin a little earlier: it is held back to its time in the plan.
 */
export function graphOfPlan(
  compiled: Compiled,
  schedule: Schedule,
  rank: Int32Array,
  notBefore: Float64Array = new Float64Array(compiled.operations.length),
): PlanGraph {
  const graph = planGraph(compiled, schedule, rank, notBefore)
  const play = keepSequence(compiled, graph, createChance(compiled, noVariation, 0))
  for (let round = 0; ; round++) {
    const { setupStart } = play(0)
    const early = graph.order.filter((at) => setupStart[at]! < schedule.setupStart[at]!)
    if (early.length === 0) return graph
    for (const at of round < PATIENCE ? early.slice(0, 1) : early)
      graph.setupNotBefore[at] = schedule.setupStart[at]!
  }
}

/**
 * Keeps the sequence of every machine, person and tool: whatever comes late pushes the rest to the right.
 * Without chance the run is the schedule of the decoder, to the second.
 */
export function keepSequence(compiled: Compiled, graph: PlanGraph, chance: Chance): Play {
  const { operations, equipment, units } = compiled
  const { order, members, mode, person, tool, setup, madeBy } = graph
  const flat = flatOperations(compiled, graph)
  const run = emptyRun(operations.length)
  run.mode.set(mode)
  const steps = flatSteps(compiled, graph)
  const machineFree = new Float64Array(equipment.length)
  const unitFree = new Float64Array(units.length)
  /** Actual over planned work, for what is handed on before the end. */
  const pace = new Float64Array(operations.length)
  const job = newJob(compiled)

  const ready = (at: number): void => {
    job.from = Math.max(job.from, flat.from[at]!)
    job.materialFrom = Math.max(job.materialFrom, graph.materialFrom[at]!)
    if (flat.isMade[at])
      for (const maker of madeBy.get(at)!)
        job.materialFrom = Math.max(job.materialFrom, run.end[maker]!)
    for (let i = steps.first[at]!; i < steps.first[at + 1]!; i++) {
      const before = steps.before[i]!
      const lag = steps.lag[i]!
      const lot = steps.firstLot[i]!
      if (lot === 0) job.from = Math.max(job.from, run.end[before]! + lag)
      else {
        job.from = Math.max(job.from, handedOn(before, lot) + lag)
        job.endFrom = Math.max(job.endFrom, run.end[before]! + lag + steps.lastLot[i]!)
      }
    }
  }
  const handedOn = (before: number, lot: number): number => {
    const { fixed, modes } = operations[before]!
    if (fixed) return run.end[before]!
    const by = modes[mode[before]!]!
    const seconds = Math.round(lot * pace[before]!)
    if (!by.interruptible) return run.start[before]! + seconds
    return finish(by.runTimes[flat.one[before]!]!, run.start[before]!, seconds)
  }
  const draw = (at: number): void => {
    job.planned = flat.planned[at]!
    const work = chance.work(at, mode[at]!, job.planned)
    job.work = work + chance.repair(flat.machine[at]!, work)
    pace[at] = job.planned > 0 ? job.work / job.planned : 1
  }
  /** What runs goes on; what is pinned starts when it was to, or as soon as the machine is free. */
  const fixedPlace = (at: number): void => {
    const { fixed } = operations[at]!
    const free = job.machineFree === 0 ? -Infinity : job.machineFree + job.setup
    job.start = fixed!.start < 0 ? fixed!.start : Math.max(fixed!.start, free)
    job.setupStart = job.start
    job.end = endOf(job, equipment[job.mode.equipment]!.open)
  }
  /**
   * A plan may leave a machine set up until a shift begins: what begins when it was to is set up when it was to,
   * where all is free by then.
   */
  const setUpAsPlanned = (at: number): void => {
    const planned = graph.setupStart[at]!
    if (job.start !== graph.start[at] || planned >= job.setupStart) return
    const person = job.mode.attendsSetup ? job.personFree : 0
    job.setupStart = Math.max(planned, job.machineFree, job.toolFree, person)
  }
  const place = (at: number): void => {
    job.mode = flat.modes[at]!
    const machine = flat.machine[at]!
    job.one = flat.one[at]!
    job.setup = setup[at]!
    job.from = job.endFrom = 0
    job.materialFrom = -Infinity
    job.machineFree = Math.max(machineFree[machine]!, graph.setupNotBefore[at]!)
    job.personFree = person[at]! < 0 ? 0 : unitFree[person[at]!]!
    job.toolFree = tool[at]! < 0 ? 0 : unitFree[tool[at]!]!
    ready(at)
    const others = flat.isBatch[at] ? members.get(at)! : NOBODY
    for (const other of others) ready(other)
    draw(at)
    if (flat.isFixed[at]) fixedPlace(at)
    else if (job.from === Infinity || job.materialFrom === Infinity || !settle(job)) return
    else setUpAsPlanned(at)
    record(at, job.setup > 0 && job.start > job.setupStart)
    for (const other of others) {
      pace[other] = pace[at]!
      record(other, false)
    }
    machineFree[machine] = Math.max(machineFree[machine]!, job.end)
    const { attendsSetup, attendsRun } = job.mode
    const bound = attendsSetup ? job.setupStart : job.start
    take(person[at]!, bound, attendsRun ? job.end : job.start)
    take(tool[at]!, job.setupStart, job.end)
  }
  const take = (unit: number, from: number, until: number): void => {
    if (unit >= 0 && from < until) unitFree[unit] = Math.max(unitFree[unit]!, until)
  }
  const record = (at: number, setUp: boolean): void => {
    run.setupStart[at] = job.setupStart
    run.start[at] = job.start
    run.end[at] = job.end
    run.events += setUp ? 3 : 2
  }

  return (replication) => {
    chance.begin(replication)
    machineFree.fill(0)
    unitFree.fill(0)
    run.setupStart.fill(Infinity)
    run.start.fill(Infinity)
    run.end.fill(Infinity)
    run.events = 0
    for (let i = 0; i < order.length; i++) place(order[i]!)
    run.failures = chance.failures
    run.events += 2 * chance.failures
    return run
  }
}

const NOBODY: readonly number[] = []

/** By operation, what the hot loop asks of it. */
function flatOperations({ operations }: Compiled, graph: PlanGraph) {
  const { members, mode, person, madeBy, notBefore } = graph
  const modes = operations.map((operation, at) => operation.modes[mode[at]!]!)
  return {
    modes,
    machine: Int32Array.from(modes, ({ equipment }) => equipment),
    planned: Float64Array.from(
      operations,
      ({ fixed }, at) => fixed?.remaining ?? modes[at]!.seconds,
    ),
    one: Int32Array.from(modes, (one, at) => placeOf(one, person[at]!)),
    from: Float64Array.from(operations, ({ release }, at) => Math.max(release, notBefore[at]!)),
    isFixed: Uint8Array.from(operations, ({ fixed }) => (fixed ? 1 : 0)),
    isMade: Uint8Array.from(operations, (_, at) => (madeBy.has(at) ? 1 : 0)),
    isBatch: Uint8Array.from(operations, (_, at) => (members.has(at) ? 1 : 0)),
  }
}

const placeOf = ({ persons }: CompiledMode, person: number): number =>
  persons === null || person < 0 ? 0 : Math.max(0, persons.indexOf(person))

export const newJob = ({ operations }: Compiled): Job => ({
  mode: operations[0]?.modes[0] as CompiledMode,
  ...{ one: 0, setup: 0, planned: 0, work: 0, from: 0, endFrom: 0, machineFree: 0 },
  ...{ personFree: 0, toolFree: 0, materialFrom: 0, setupStart: 0, start: 0, end: 0 },
})

/** Links by operation, with all that does not change between replications. */
function flatSteps({ operations, equipment, transport, locations }: Compiled, { mode }: PlanGraph) {
  const first = new Int32Array(operations.length + 1)
  const links = operations.flatMap(({ links, modes }, at) => {
    first[at + 1] = first[at]! + links.length
    const own = modes[mode[at]!]!
    return links.map(({ operation, minLag, transferQuantity }) => {
      const by = operations[operation]!.modes[mode[operation]!]!
      const from = equipment[by.equipment]!.location
      const way = transport[from * locations + equipment[own.equipment]!.location]!
      const overlaps = transferQuantity > 0
      return {
        before: operation,
        lag: minLag + way,
        firstLot: overlaps ? by.fixedSeconds + by.perUnitSeconds * transferQuantity : 0,
        lastLot: overlaps ? own.perUnitSeconds * transferQuantity : 0,
      }
    })
  })
  return {
    first,
    before: Int32Array.from(links, ({ before }) => before),
    lag: Float64Array.from(links, ({ lag }) => lag),
    firstLot: Float64Array.from(links, ({ firstLot }) => firstLot),
    lastLot: Float64Array.from(links, ({ lastLot }) => lastLot),
  }
}
