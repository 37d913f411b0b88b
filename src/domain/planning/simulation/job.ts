import type { CompiledMode } from '../compile.ts'
import { finish, NEVER, nextFit, nextOpen, retreat } from '../working-time.ts'

/** One operation (or batch) that is about to take its place; reused, as millions of them are settled. */
export interface Job {
  mode: CompiledMode
  /** Place of its person in `mode.persons`; 0 where nobody is needed. */
  one: number
  setup: number
  /** What was planned to run, and what chance makes of it, repairs included. */
  planned: number
  work: number
  /** From when the order, the machine, the person, the tool and the material let it. */
  from: number
  endFrom: number
  machineFree: number
  personFree: number
  toolFree: number
  materialFrom: number
  setupStart: number
  start: number
  end: number
}

/**
 * The earliest time that everything allows, as the decoder has it, but for the work that chance made longer or
 * shorter: whether an uninterruptible operation fits before its machine closes is decided by what was
 * planned; what is left over then goes on when it opens. False where it never can.
 */
export function settle(job: Job): boolean {
  const { mode, setup, from, machineFree } = job
  const setupTime = mode.setupTimes[job.one]!
  job.setupStart = Math.max(machineFree, retreat(setupTime, from, setup), 0)
  for (;;) {
    if (!layOut(job)) return false
    const bound = mode.attendsSetup ? job.setupStart : job.start
    if (bound < job.personFree && bound < (mode.attendsRun ? job.end : job.start))
      job.setupStart = mode.attendsSetup ? job.personFree : setUpFor(job, job.personFree)
    else if (job.setupStart < job.toolFree) job.setupStart = job.toolFree
    else if (job.start < job.materialFrom) job.setupStart = setUpFor(job, job.materialFrom)
    else if (job.end < job.endFrom) job.setupStart += job.endFrom - job.end
    else return true
  }
}

/**
 * The soonest changeover after which the run begins no sooner than this: one that is over just by then, or a
 * second after that. Moved by the whole difference, one that is interrupted would be over too late.
 */
function setUpFor({ mode, one, setup, setupStart, start }: Job, runFrom: number): number {
  const difference = runFrom - start
  if (!mode.interruptible) return setupStart + difference
  const latest = retreat(mode.setupTimes[one]!, runFrom, setup)
  return latest > setupStart ? latest : setupStart + Math.min(difference, 1)
}

function layOut(job: Job): boolean {
  const { mode, one, setup, planned } = job
  const setupTime = mode.setupTimes[one]!
  const runTime = mode.runTimes[one]!
  for (;;) {
    const asked = job.setupStart
    if (mode.interruptible) {
      if (setup > 0) job.setupStart = nextOpen(setupTime, asked)
      job.start = nextOpen(runTime, finish(setupTime, job.setupStart, setup))
    } else {
      if (setup > 0) job.setupStart = nextFit(setupTime, asked, setup)
      const run = job.setupStart + setup
      job.start = nextFit(runTime, run, planned)
      if (job.start > run && setup > 0 && job.start < NEVER) {
        job.setupStart = job.start - setup
        continue
      }
    }
    if (job.start >= NEVER) return false
    job.end = endOf(job, runTime)
    if (job.end >= NEVER) return false
    if (setup === 0) job.setupStart = job.start
    if (job.start >= job.from) return true
    job.setupStart = Math.max(job.setupStart, asked) + job.from - job.start
  }
}

/** When the run is over that began at `start`. */
export function endOf(
  { mode, start, planned, work }: Pick<Job, 'mode' | 'start' | 'planned' | 'work'>,
  runTime: CompiledMode['runTimes'][number],
): number {
  if (mode.interruptible) return finish(runTime, start, work)
  const over = work - planned
  return over <= 0 ? start + work : finish(runTime, start + planned, over)
}
