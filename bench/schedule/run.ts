/**
 * `npm run bench:schedule`: instances by the start of their names (absent: a few of each set), each for
 * `--seconds` on `--workers` threads from `--seed`: value, best known, gap, time, and the means; `--cpu` counts
 * seconds of processor time, so that a busy machine gives the same. Every schedule is replayed by the checker. `plant`: made-up plants with calendars, people, tools, material and changeovers.
 */
import { parseArgs } from 'node:util'
import { plan } from '../../src/adapters/planner/plan.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import type { Problem } from '../../src/domain/planning/problem.ts'
import { instances, type Instance } from './instances.ts'
import { realPlants } from './real.ts'

const { values, positionals } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    seconds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    cpu: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
if (values.help) {
  console.log(
    'npm run bench:schedule -- [start of a name, or plant] ... ' +
      '[--seconds 1] [--seed 1] [--workers 1] [--cpu]',
  )
  process.exit(0)
}
/** One of each size of Taillard, and a few of every other set. */
const USUAL = ['ft10', 'la38', 'swv0', 'ta01', 'ta11', 'ta21', 'ta31', 'ta41', 'mk', '05a', '09a']

interface Result {
  readonly value: number
  readonly rule: number
  readonly iterations: number
}

async function solve({ problem }: Instance): Promise<Result> {
  const ms = 1_000 * Number(values.seconds)
  const budget = values.cpu ? { cpuMs: ms } : { ms }
  const [seed, workers] = [Number(values.seed), Number(values.workers)]
  let [value, iterations] = [0, 0]
  for await (const { parts, iteration } of plan(problem, { seed, workers, budget })) {
    value = parts.makespan
    iterations = iteration
  }
  return { value, rule: bestRule(problem), iterations }
}

function bestRule(problem: Problem): number {
  const compiled = compile(problem)
  const decode = createDecoder(compiled)
  const makespans = Object.values(dispatchRules).map((rule) => {
    const { order, modes } = dispatch(compiled, rule)
    return decode(order, modes).end.reduce((last, end) => Math.max(last, end), 0)
  })
  return Math.min(...makespans)
}

const gaps: number[] = []
const columns = (cells: readonly string[]) =>
  console.log(cells.map((cell) => cell.padStart(11)).join(''))
columns(['instance', 'value', 'best known', 'gap %', 'best rule', 'seconds', 'it/s'])
for (const instance of instances(positionals.length > 0 ? positionals : USUAL)) {
  const { value, rule, iterations } = await solve(instance)
  const gap = instance.best === null ? null : 100 * (value / instance.best - 1)
  if (gap !== null) gaps.push(gap)
  columns([
    instance.name,
    `${value}`,
    `${instance.best ?? ''}`,
    gap?.toFixed(2) ?? '',
    `${rule}`,
    values.seconds,
    `${Math.round(iterations / Number(values.seconds))}`,
  ])
}
if (gaps.length > 0)
  console.log(
    `mean gap ${(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toFixed(2)} % over ${gaps.length}`,
  )
if (positionals.length === 0 || positionals.includes('plant'))
  await realPlants(Number(values.seconds), { workers: Number(values.workers), cpu: values.cpu })
