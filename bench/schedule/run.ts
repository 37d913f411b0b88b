/**
 * `npm run bench:schedule`: instances by the start of their names (absent: a few of each set), each for
 * `--seconds` on one thread from `--seed`: value, best known, gap, time, and the means. Every schedule is
 * replayed by the checker.
 */
import { parseArgs } from 'node:util'
import { violations } from '../../src/domain/planning/checker.ts'
import { compile } from '../../src/domain/planning/compile.ts'
import { createDecoder } from '../../src/domain/planning/decoder.ts'
import { dispatch, dispatchRules } from '../../src/domain/planning/dispatch.ts'
import { seededRandom } from '../../src/domain/planning/random.ts'
import { plannedOperations } from '../../src/domain/planning/schedule.ts'
import { createShopSearch } from '../../src/domain/planning/shop/shop-search.ts'
import { shopOf } from '../../src/domain/planning/shop/shop.ts'
import { instances, type Instance } from './instances.ts'

const { values, positionals } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
  allowPositionals: true,
})
/** One of each size of Taillard, and a few of every other set. */
const USUAL = ['ft10', 'la38', 'swv0', 'ta01', 'ta11', 'ta21', 'ta31', 'ta41', 'mk', '05a', '09a']
/** Iterations between two looks at the clock. */
const SLICE = 200

interface Result {
  readonly value: number
  readonly rule: number
  readonly seconds: number
  readonly iterations: number
}

function solve({ problem }: Instance): Result {
  const compiled = compile(problem)
  const decode = createDecoder(compiled)
  const makespan = (sequence: { readonly order: Int32Array; readonly modes: Int32Array }) =>
    decode(sequence.order, sequence.modes).end.reduce((last, end) => Math.max(last, end), 0)
  const rule = Math.min(
    ...Object.values(dispatchRules).map((one) => makespan(dispatch(compiled, one))),
  )
  const began = performance.now()
  const shop = shopOf(compiled)
  if (shop === null) throw new Error('not a shop')
  const search = createShopSearch(shop, seededRandom(Number(values.seed)), [])
  while (performance.now() - began < 1_000 * Number(values.seconds)) search.step(SLICE)
  const seconds = (performance.now() - began) / 1_000
  const { order, modes } = search.best()
  const value = makespan({ order, modes })
  const broken = violations(problem, plannedOperations(compiled, decode(order, modes)))
  if (broken.length > 0) throw new Error(broken.join('\n'))
  return { value, rule, seconds, iterations: search.iterations() }
}

const gaps: number[] = []
const columns = (cells: readonly string[]) =>
  console.log(cells.map((cell) => cell.padStart(11)).join(''))
columns(['instance', 'value', 'best known', 'gap %', 'best rule', 'seconds', 'it/s'])
for (const instance of instances(positionals.length > 0 ? positionals : USUAL)) {
  const { value, rule, seconds, iterations } = solve(instance)
  const gap = instance.best === null ? null : 100 * (value / instance.best - 1)
  if (gap !== null) gaps.push(gap)
  columns([
    instance.name,
    `${value}`,
    `${instance.best ?? ''}`,
    gap?.toFixed(2) ?? '',
    `${rule}`,
    seconds.toFixed(1),
    `${Math.round(iterations / seconds)}`,
  ])
}
if (gaps.length > 0)
  console.log(
    `mean gap ${(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toFixed(2)} % over ${gaps.length}`,
  )
