import type { Compiled } from '../compile.ts'
import type { Rule } from '../dispatch.ts'
import { setupSeconds } from '../machine-state.ts'
import { finish, NEVER } from '../working-time.ts'
import type { Chance } from './chance.ts'
import { dispatchState, linksOut, takeOut } from './dispatch-state.ts'
import { endOf, settle } from './job.ts'
import { newJob, type Play } from './keep-sequence.ts'
import { ranking } from './ranking.ts'
import { createStore } from './store.ts'

/**
 * No plan: an operation that is ready queues at the machine that would have it done first, a machine that gets
 * free takes the best by the rule that it can begin at once, its person, tool and material considered. All that
 * comes at one moment is there before any machine chooses. Nobody looks ahead, so maximal lags are not kept. The
 * run is reused by the next call.
 */
export function dispatching(compiled: Compiled, rule: Rule, chance: Chance): Play {
  const { operations, equipment } = compiled
  const state = dispatchState(compiled)
  const links = linksOut(compiled)
  const { run, heap, waiting, readyAt, endFrom, queues, queued, free, family, unitFree } = state
  const { isPlain, machine: machineOf, seconds: secondsOf } = state
  const store = createStore(compiled)
  const job = newJob(compiled)
  const rank = ranking(compiled, rule, state)
  /** Machines that have something to choose at this moment, in the order in which they came to. */
  const awake = new Int32Array(equipment.length)
  const isAwake = new Uint8Array(equipment.length)
  let awakeCount = 0
  const isRunning = Uint8Array.from(operations, ({ fixed }) =>
    fixed && (fixed.start < 0 || fixed.remaining !== undefined) ? 1 : 0,
  )

  /** The machine that it waits at. */
  const arrive = (at: number): number => {
    if (isPlain[at] === 1) run.mode[at] = 0
    else chooseMode(at)
    if (compiled.locations > 1) readyAt[at] = readyFor(at, run.mode[at]!)
    const machine = machineOf[at]!
    queues[machine]!.push(at)
    queued[machine]! += secondsOf[at]!
    return machine
  }
  const wake = (machine: number): void => {
    if (isAwake[machine] === 1) return
    isAwake[machine] = 1
    awake[awakeCount++] = machine
  }
  const chooseAll = (now: number): void => {
    for (let i = 0; i < awakeCount; i++) {
      isAwake[awake[i]!] = 0
      choose(awake[i]!, now)
    }
    awakeCount = 0
  }
  const chooseMode = (at: number): void => {
    const { fixed, modes } = operations[at]!
    let [best, least] = [fixed?.mode ?? 0, Infinity]
    const options = fixed || modes.length === 1 ? 0 : modes.length
    for (let i = 0; i < options; i++) {
      const { equipment: machine, seconds, runTimes } = modes[i]!
      const begin = Math.max(free[machine]!, readyFor(at, i)) + queued[machine]!
      const end = finish(runTimes[0] ?? equipment[machine]!.open, begin, seconds)
      if (end < least) [best, least] = [i, end]
    }
    take(at, best)
  }
  const take = (at: number, best: number): void => {
    const mode = operations[at]!.modes[best]!
    run.mode[at] = best
    state.mode[at] = mode
    machineOf[at] = mode.equipment
    secondsOf[at] = mode.seconds
  }
  /** The way from where it is depends on where it goes. */
  const readyFor = (at: number, mode: number): number => {
    if (compiled.locations === 1) return readyAt[at]!
    const to = equipment[operations[at]!.modes[mode]!.equipment]!.location
    let ready = readyAt[at]!
    for (const { operation: before, minLag, transferQuantity } of operations[at]!.links) {
      const left = operations[before]!.modes[run.mode[before]!]!.equipment
      const way = compiled.transport[equipment[left]!.location * compiled.locations + to]!
      const from = transferQuantity > 0 ? readyAt[at]! : run.end[before]! + minLag
      ready = Math.max(ready, from + way)
    }
    return ready
  }
  const choose = (machine: number, now: number): void => {
    const queue = queues[machine]!
    if (free[machine]! > now) return
    let soonest = NEVER
    rank.start(queue, machine, now)
    for (let at = rank.next(); at >= 0; at = rank.next()) {
      const begins = trySettle(at, now)
      if (begins <= now) return begin(at, machine)
      soonest = Math.min(soonest, begins)
    }
    if (soonest < NEVER) heap.push(soonest, -1 - machine)
  }
  /** When it would begin, by the person who lets it end first. */
  const trySettle = (at: number, now: number): number => {
    const mode = state.mode[at]!
    let pinnedFrom = 0
    if (isPlain[at] === 0) {
      const { consumes, fixed } = operations[at]!
      const material = store.availableAt(consumes, now)
      if (material > now) return material
      pinnedFrom = fixed?.start ?? 0
    }
    job.mode = mode
    job.setup = setupSeconds(compiled, mode.equipment, family[mode.equipment]!, mode.family)
    job.planned = job.work = mode.seconds
    job.from = Math.max(readyAt[at]!, pinnedFrom)
    job.endFrom = endFrom[at]!
    job.machineFree = now
    job.materialFrom = -Infinity
    const { persons, tools } = mode
    state.tool = tools === null ? -1 : freest(tools, unitFree)
    job.toolFree = state.tool < 0 ? 0 : unitFree[state.tool]!
    if (persons === null) {
      job.one = 0
      job.personFree = 0
      return settle(job) ? job.setupStart : NEVER
    }
    let best = -1
    let least = Infinity
    for (let one = 0; one < persons.length; one++) {
      job.one = one
      job.personFree = unitFree[persons[one]!]!
      if (!settle(job) || job.end >= least) continue
      best = one
      least = job.end
    }
    if (best < 0) return NEVER
    if (best !== job.one) {
      job.one = best
      job.personFree = unitFree[persons[best]!]!
      settle(job)
    }
    return job.setupStart
  }
  const begin = (at: number, machine: number): void => {
    const { mode, one } = job
    const work = chance.work(at, run.mode[at]!, job.planned)
    job.work = work + chance.repair(machine, work)
    // It begins as it was to; only what has to end late enough may begin later for being shorter.
    job.end = endOf(job, mode.runTimes[one]!)
    if (job.end < job.endFrom) settle(job)
    const person = mode.persons ? mode.persons[one]! : -1
    const bound = mode.attendsSetup ? job.setupStart : job.start
    const until = mode.attendsRun ? job.end : job.start
    if (person >= 0 && bound < until) unitFree[person] = until
    if (state.tool >= 0) unitFree[state.tool] = job.end
    free[machine] = job.end
    family[machine] = mode.family
    started(at)
    if (equipment[machine]!.batchCapacity > 0) fillBatch(at, machine)
    heap.push(job.end, -1 - machine)
  }
  /** What else can go into the oven with it. */
  const fillBatch = (at: number, machine: number): void => {
    const leader = state.mode[at]!
    let taken = leader.size
    for (const other of queues[machine]!.slice()) {
      const mode = state.mode[other]!
      const alike =
        mode.family === leader.family &&
        mode.seconds === leader.seconds &&
        mode.persons === leader.persons &&
        mode.tools === leader.tools
      const fits = taken + mode.size <= equipment[machine]!.batchCapacity
      const inTime = readyAt[other]! <= job.start && endFrom[other]! <= job.end
      if (!alike || !fits || !inTime) continue
      if (store.availableAt(operations[other]!.consumes, job.setupStart) > job.setupStart) continue
      taken += mode.size
      started(other)
    }
  }
  const started = (at: number): void => {
    const machine = machineOf[at]!
    takeOut(queues[machine]!, at)
    queued[machine]! -= secondsOf[at]!
    run.setupStart[at] = job.setupStart
    run.start[at] = job.start
    run.end[at] = job.end
    if (isPlain[at] === 0) moveMaterial(at)
    for (let link = links.from[at]!; link < links.from[at + 1]!; link++) release(link, at)
  }
  const moveMaterial = (at: number): void => {
    const { consumes, produces, fixed } = operations[at]!
    // A running one took its material when it began.
    if (fixed?.remaining === undefined) store.take(consumes)
    if (produces.length === 0) return
    store.put(produces, job.end)
    // Whoever waits for material looks again.
    for (const machine of equipment.keys()) heap.push(job.end, -1 - machine)
  }
  const release = (link: number, before: number): void => {
    const next = links.next[link]!
    const minLag = links.minLag[link]!
    const quantity = links.transferQuantity[link]!
    const from = quantity > 0 ? firstLot(before, quantity) : job.end
    readyAt[next] = Math.max(readyAt[next]!, from + minLag)
    if (quantity > 0) endFrom[next] = Math.max(endFrom[next]!, job.end + minLag)
    if (--waiting[next]! === 0) heap.push(readyAt[next], next)
  }
  const firstLot = (before: number, quantity: number): number => {
    const { modes, fixed } = operations[before]!
    const { fixedSeconds, perUnitSeconds, interruptible, runTimes } = modes[run.mode[before]!]!
    if (fixed) return run.end[before]!
    const pace = job.planned > 0 ? job.work / job.planned : 1
    const seconds = Math.round((fixedSeconds + perUnitSeconds * quantity) * pace)
    return interruptible ? finish(runTimes[job.one]!, job.start, seconds) : job.start + seconds
  }
  /** What ran when it all began goes on. */
  const goOn = (at: number): void => {
    const { fixed, fixedPerson, modes } = operations[at]!
    take(at, fixed!.mode)
    job.mode = modes[fixed!.mode]!
    const machine = job.mode.equipment
    job.planned = fixed!.remaining ?? job.mode.seconds
    const work = chance.work(at, fixed!.mode, job.planned)
    job.work = work + chance.repair(machine, work)
    job.setupStart = job.start = fixed!.start
    job.end = endOf(job, equipment[machine]!.open)
    free[machine] = Math.max(free[machine]!, job.end)
    family[machine] = job.mode.family
    if (fixedPerson >= 0) unitFree[fixedPerson] = job.end
    queues[machine]!.push(at)
    queued[machine]! += job.mode.seconds
    started(at)
    heap.push(job.end, -1 - machine)
  }

  return (replication) => {
    chance.begin(replication)
    store.begin()
    state.begin()
    const before = heap.taken
    for (const at of compiled.fixed) if (isRunning[at] === 1) goOn(at)
    for (const at of operations.keys())
      if (waiting[at] === 0 && isRunning[at] === 0) heap.push(readyAt[at]!, at)
    while (heap.pop()) {
      const { what, at } = heap
      const machine = what < 0 ? -1 - what : run.end[what] === Infinity ? arrive(what) : -1
      if (machine >= 0 && awakeCount === 0 && heap.isLast()) choose(machine, at)
      else {
        if (machine >= 0) wake(machine)
        if (awakeCount > 0 && heap.isLast()) chooseAll(at)
      }
    }
    run.failures = chance.failures
    run.events = heap.taken - before + 2 * chance.failures
    return run
  }
}

function freest(tools: readonly number[], unitFree: Float64Array): number {
  let best = -1
  for (const unit of tools) if (best < 0 || unitFree[unit]! < unitFree[best]!) best = unit
  return best
}
