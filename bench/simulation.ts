import { compile } from '../src/domain/planning/compile.ts'
import type { Problem } from '../src/domain/planning/problem.ts'
import { seededRandom } from '../src/domain/planning/random.ts'
import { playOf, type Policy, type Study } from '../src/domain/planning/simulation/policy.ts'
import type { Variation } from '../src/domain/planning/simulation/variation.ts'
import { compareScenarios } from '../src/projections/planning/compare-scenarios.ts'
import type { Fork } from '../src/projections/planning/fork.ts'
import { placesOf } from '../src/projections/planning/places.ts'
import { horizonOf } from '../src/projections/planning/seconds.ts'
import { simulate } from '../src/adapters/planner/simulate.ts'
import { row, seconds, type Benchmark } from './row.ts'
import { longestStall } from './stall.ts'
import { plant } from './schedule/plant.ts'

const WEEK = 7 * 86_400
const MACHINES = 50
const ORDERS = 400
const OPERATIONS = 15
/** Runs of one thread that are timed, after as many to warm up. */
const TIMED = 100
const REPLICATIONS = 1_000

/** A job shop that keeps 50 machines busy for a week: 6,000 operations. */
function week(): Problem {
  const random = seededRandom(1)
  return {
    equipment: Array.from({ length: MACHINES }, (_, i) => ({ id: `M${i}` })),
    orders: Array.from({ length: ORDERS }, (_, order) => ({
      id: `O${order}`,
      release: Math.floor(random() * 0.5 * WEEK),
      due: WEEK,
      operations: Array.from({ length: OPERATIONS }, (_, id) => ({
        id: `${id}`,
        modes: [
          {
            equipment: `M${Math.floor(random() * MACHINES)}`,
            fixedSeconds: 600 + Math.floor(random() * 4_800),
            interruptible: true,
          },
        ],
      })),
    })),
  }
}

/** Durations that spread by a fifth, and a machine that fails every eight hours of work. */
const variationOf = ({ equipment }: Problem): Variation => ({
  durations: new Map(),
  otherwise: { mu: 0, sigma: 0.2 },
  breakdowns: new Map(equipment.map(({ id }) => [id, { mtbfSeconds: 28_800, mttrSeconds: 1_800 }])),
})

const studyOf = (problem: Problem, policy: Policy): Study => ({
  problem,
  policy,
  variation: variationOf(problem),
  seed: 1,
})

/** Events a second of processor time on one thread. */
function eventsPerSecond(study: Study): number {
  const play = playOf(compile(study.problem), study)
  for (let i = 0; i < TIMED; i++) play(i)
  const began = process.cpuUsage()
  let events = 0
  for (let i = 0; i < TIMED; i++) events += play(i).events
  const { user, system } = process.cpuUsage(began)
  return events / ((user + system) / 1e6)
}

/** A scenario that assumes nothing against its base. */
async function compared(problem: Problem): Promise<void> {
  const fork: Fork = {
    ...{ problem, horizon: horizonOf('2026-03-02T00:00:00.000Z', WEEK * 1_000) },
    ...{ variation: variationOf(problem), findings: [], orders: new Map(), places: placesOf([]) },
    ...{ samples: 0, failures: 0 },
  }
  const policy: Policy = { kind: 'keep' }
  await compareScenarios(fork, fork, {
    ...{ simulate, policy, basePolicy: policy, replications: 20, horizonSeconds: WEEK, workers: 1 },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
  })
}

export const simulationBench: Benchmark = {
  name: 'simulation',
  about: 'a week of 50 machines, simulated with breakdowns',
  async run() {
    const problem = week()
    const keep = studyOf(problem, { kind: 'keep' })
    const rule = studyOf(problem, { kind: 'rule', rule: 'edd' })
    const full = studyOf(plant(6_000, 1), { kind: 'keep' })
    const took = await seconds(async () => {
      await simulate(keep, { replications: REPLICATIONS, horizonSeconds: WEEK, workers: 2 })
    })
    const stall = await longestStall(() => compared(full.problem))
    const unit = 'events/s of processor time'
    return [
      row('simulated plan, sequence kept', { value: eventsPerSecond(keep), unit }, null, {
        atLeast: 3_000_000,
      }),
      row(
        'the same of a plant with calendars, people, tools, setups and material',
        { value: eventsPerSecond(full), unit },
        null,
        { atLeast: 3_000_000 },
      ),
      row('simulated dispatching by a rule', { value: eventsPerSecond(rule), unit }, null, {
        atLeast: 3_000_000,
      }),
      row(
        '1,000 replications of a week of 50 machines (6,000 operations), two threads',
        { value: took, unit: 's' },
        null,
        { atMost: 5 },
      ),
      row(
        'longest stall of the thread that has a scenario of that plant compared with its base',
        { value: stall, unit: 'ms' },
        null,
        { atMost: 100 },
      ),
    ]
  },
}
