import { createQuestions } from '../src/adapters/planner/questions.ts'
import { solveLinear } from '../src/adapters/planner/solve-linear.ts'
import { compile } from '../src/domain/planning/compile.ts'
import { levelled } from '../src/domain/planning/levelling.ts'
import type { SolveLinear } from '../src/domain/planning/linear-program.ts'
import type { Problem } from '../src/domain/planning/problem.ts'
import { seededRandom } from '../src/domain/planning/random.ts'
import { roughCut } from '../src/domain/planning/rough-cut.ts'
import { answersWith } from '../src/projections/planning/questions.ts'
import { row, type Benchmark } from './row.ts'
import { plant } from './schedule/plant.ts'

const HOUR = 3_600
const WEEK = 7 * 24 * HOUR
const WEEKS = 26
const MACHINES = 10
const ORDERS = 1_000
const STEPS = 3
/** Hours of a machine in a week. */
const OPEN = 80
const OPEN_OPERATIONS = 2_000

/** Half a year of 3,000 operations on ten machines, each with a slower substitute, at 95 % of what they can do. */
function halfYear(): Problem {
  const random = seededRandom(1)
  const open = Array.from({ length: WEEKS * 5 }, (_, day) => {
    const from = (Math.floor(day / 5) * 7 + (day % 5)) * 24 * HOUR + 6 * HOUR
    return { from, to: from + (OPEN / 5) * HOUR }
  })
  const mean = (0.95 * MACHINES * WEEKS * OPEN * HOUR) / (ORDERS * STEPS)
  return {
    equipment: Array.from({ length: MACHINES }, (_, i) => ({ id: `M${i}`, open })),
    orders: Array.from({ length: ORDERS }, (_, id) => {
      const due = Math.ceil((0.1 + 0.9 * Math.sqrt(random())) * WEEKS) * WEEK
      return {
        ...{ id: `${id}`, due, release: Math.max(0, due - Math.ceil(random() * 6) * WEEK) },
        operations: Array.from({ length: STEPS }, (_step, step) => {
          const machine = Math.floor(random() * MACHINES)
          const seconds = Math.round(mean * (0.5 + random()))
          const on = (number: number, fixedSeconds: number) => ({
            ...{ equipment: `M${number % MACHINES}`, fixedSeconds, interruptible: true },
          })
          return {
            id: `${step}`,
            modes: [on(machine, seconds), on(machine + 1, Math.round(1.2 * seconds))],
          }
        }),
      }
    }),
  }
}

/** Seconds of processor time; of this thread alone where `thread`. */
async function costOf(work: () => unknown, thread = false): Promise<number> {
  const usage = (since?: NodeJS.CpuUsage) =>
    thread ? process.threadCpuUsage(since) : process.cpuUsage(since)
  const before = usage()
  await work()
  const { user, system } = usage(before)
  return (user + system) / 1e6
}

export const planningBench: Benchmark = {
  name: 'planning',
  about: 'levelling of half a year, and a promise',
  async run() {
    const compiled = compile(halfYear())
    let solved = 0
    const solve: SolveLinear = async (program) => {
      let values = new Float64Array()
      solved = await costOf(async () => {
        values = Float64Array.from(await solveLinear(program))
      })
      return values
    }
    const level = await costOf(() =>
      levelled(
        {
          ...{ compiled, schedule: roughCut(compiled) },
          groups: compiled.problem.equipment.map(({ id }) => ({ id, equipment: [id] })),
          buckets: Array.from({ length: WEEKS }, (_, at) => ({
            ...{ from: at * WEEK, to: (at + 1) * WEEK },
          })),
        },
        solve,
      ),
    )
    const problem = plant(OPEN_OPERATIONS, 1)
    const asked = { problem, order: { ...problem.orders[0]!, id: 'NEW' } }
    const here = await costOf(() => answersWith(solveLinear).promise(asked), true)
    const questions = createQuestions()
    const there = await costOf(() => questions.ask('promise', asked), true)
    await questions.close()
    return [
      row(
        'levelling: 3,000 operations, 26 weeks',
        { value: level, unit: 's of processor time' },
        { reference: 'HiGHS alone', value: solved },
        { ratioAtMost: 1.5 },
      ),
      row(
        'promise, 2,000 open operations',
        { value: 1_000 * there, unit: 'ms of the thread that answers requests' },
        { reference: 'reckoned there', value: 1_000 * here },
        { ratioAtMost: 0.2 },
      ),
    ]
  },
}
